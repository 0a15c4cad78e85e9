//! Differences and their causes: one input after the other is exchanged, in a fixed order, until the first
//! answer has become the second.

use std::collections::BTreeSet;

use wire::answers::Difference;

use super::verdicts::{About, Verdicts};
use crate::horizon::Input;

/// The answers after each input was exchanged, in order; the last one is the second answer.
pub(crate) type Steps<'a> = &'a [(Input, &'a Verdicts)];

/// Everything in which two sets of answers differ, in order.
pub(crate) fn differing(was: &Verdicts, is: &Verdicts) -> Vec<About> {
    let all: BTreeSet<&About> = was.keys().chain(is.keys()).collect();
    all.into_iter().filter(|about| was.get(about) != is.get(about)).cloned().collect()
}

/// The input that makes the answer about one thing another: the one at which it leaves what it was and never
/// comes back to it. `None` when no step leaves it.
pub(crate) fn cause(about: &About, was: Option<&String>, steps: Steps<'_>) -> Option<Input> {
    let away = |(_, verdicts): &&(Input, &Verdicts)| verdicts.get(about) != was;
    steps.iter().rev().take_while(away).last().map(|(input, _)| *input)
}

/// One row of a difference.
pub(crate) fn row(
    account: &str,
    about: About,
    was: Option<&String>,
    is: Option<&String>,
    cause: Input,
) -> Difference {
    let (pattern, about) = about;
    Difference {
        account: account.to_owned(),
        pattern,
        about,
        was: was.cloned(),
        is: is.cloned(),
        cause: cause.word().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str) -> Verdicts {
        let about = ("T01".to_owned(), "act".to_owned());
        if text.is_empty() { Verdicts::new() } else { Verdicts::from([(about, text.to_owned())]) }
    }

    fn found(was: &str, after: [&str; 4]) -> Option<Input> {
        let order = [Input::Data, Input::Correction, Input::Identity, Input::Policy];
        let after = after.map(says);
        let steps: Vec<(Input, &Verdicts)> = order.into_iter().zip(&after).collect();
        let about = ("T01".to_owned(), "act".to_owned());
        cause(&about, says(was).get(&about), &steps)
    }

    #[test]
    fn the_cause_is_the_input_at_which_an_answer_leaves_what_it_was_for_good() {
        assert_eq!(found("", ["S4", "S4", "S4", "S4"]), Some(Input::Data));
        assert_eq!(found("S4", ["S4", "", "", ""]), Some(Input::Correction));
        assert_eq!(found("S4", ["S4", "S4", "S2", "S2"]), Some(Input::Identity));
        assert_eq!(found("S4", ["S4", "S4", "S4", "S2"]), Some(Input::Policy));
        assert_eq!(found("", ["S4", "S3", "S3", "S2"]), Some(Input::Data), "there would be none without it");
        assert_eq!(found("S4", ["", "S4", "S4", "S2"]), Some(Input::Policy), "what came back was not it");
        assert_eq!(found("S4", ["", "", "", "S4"]), None);
    }
}
