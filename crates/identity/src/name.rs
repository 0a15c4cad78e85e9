//! Company names: put into one form, cut into words, and compared word by word.

use std::borrow::Cow;

use domain::policy::IdentityPolicy;

use crate::words::{COMMON, FILLING, LEGAL_FORMS};

/// Letters from which a word of one wrong letter is still that word; shorter ones are other words.
const MISSPELLED_CHARS_MIN: usize = 5;
/// Letters for each wrong letter that a word may have.
const CHARS_PER_EDIT: usize = 5;
/// Letters from which a legal form is written out, so that it may be misspelled.
const WRITTEN_OUT_CHARS_MIN: usize = 7;
/// Letters by which a word and its misspelling differ in length at most.
const LENGTHS_APART_MAX: usize = 2;
/// Letters up to which a word is an abbreviation, which many share.
const SHORT_CHARS: usize = 3;

/// A name in the form it is compared in: lower-case words of Latin letters and digits, legal forms last.
pub(crate) fn normalised(name: &str) -> String {
    let folded = deunicode::deunicode(name).to_lowercase();
    let spelled = folded.replace(['\'', '`', '"'], "").replace(['&', '+'], " and ");
    let words = with_abbreviations(&spelled);
    let (forms, words): (Vec<Cow<'_, str>>, Vec<Cow<'_, str>>) =
        words.into_iter().map(canonical).partition(|word| is_legal_form(word));
    let mut all = words;
    for form in forms {
        if !all.contains(&form) {
            all.push(form);
        }
    }
    all.join(" ")
}

/// The words of a text; letters with a point after each, as in `S.p.A.`, are one word.
fn with_abbreviations(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for chunk in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.') {
        let parts: Vec<&str> = chunk.split('.').filter(|part| !part.is_empty()).collect();
        let is_spelled =
            parts.len() > 1 && parts.iter().filter(|part| part.len() == 1).count() + 1 >= parts.len();
        match is_spelled {
            true => words.push(parts.concat()),
            false => words.extend(parts.into_iter().map(str::to_owned)),
        }
    }
    words
}

fn canonical<'a>(word: String) -> Cow<'a, str> {
    if let Ok(place) = LEGAL_FORMS.binary_search_by_key(&word.as_str(), |(form, _)| form) {
        return Cow::Borrowed(LEGAL_FORMS[place].1);
    }
    let may_be = |form: &str| form.len() >= WRITTEN_OUT_CHARS_MIN && form.len().abs_diff(word.len()) <= 1;
    let mut written_out = LEGAL_FORMS.iter().filter(|(form, _)| may_be(form));
    match written_out.find(|(form, _)| strsim::osa_distance(form, &word) == 1) {
        Some((_, short)) => Cow::Borrowed(*short),
        None => Cow::Owned(word),
    }
}

fn is_legal_form(word: &str) -> bool {
    LEGAL_FORMS.binary_search_by_key(&word, |(form, _)| form).is_ok()
}

/// What kind of word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    LegalForm,
    Common,
    Number,
    Short,
    Rare,
}

fn kind(word: &str) -> Kind {
    if is_legal_form(word) {
        Kind::LegalForm
    } else if COMMON.binary_search(&word).is_ok() {
        Kind::Common
    } else if word.bytes().all(|byte| byte.is_ascii_digit()) {
        Kind::Number
    } else if word.len() <= SHORT_CHARS {
        Kind::Short
    } else {
        Kind::Rare
    }
}

/// How much it says that two names share a word, in thousandths of a bit.
fn weight(word: &str, policy: &IdentityPolicy) -> i64 {
    i64::from(match kind(word) {
        Kind::LegalForm => policy.legal_form_millibit,
        Kind::Common => policy.common_word_millibit,
        Kind::Number | Kind::Short => policy.short_word_millibit,
        Kind::Rare => policy.rare_word_millibit,
    })
}

/// How much it says that only one of two names has a word, in thousandths of a bit.
fn against(word: &str, policy: &IdentityPolicy) -> i64 {
    match kind(word) {
        Kind::Common => i64::from(policy.common_word_against_millibit),
        Kind::LegalForm | Kind::Number | Kind::Short | Kind::Rare => weight(word, policy),
    }
}

/// The words of a normalised name that say who it is.
pub(crate) fn telling(normalised: &str) -> impl Iterator<Item = &str> {
    normalised.split(' ').filter(|word| {
        !word.is_empty() && kind(word) != Kind::LegalForm && FILLING.binary_search(word).is_err()
    })
}

/// Whether few companies have this word in their name.
pub(crate) fn is_rare(word: &str) -> bool {
    matches!(kind(word), Kind::Rare | Kind::Short)
}

/// The name without its spaces and its legal form.
pub(crate) fn run_together(normalised: &str) -> String {
    telling(normalised).collect()
}

/// Evidence of two normalised names, in thousandths of a bit; `None` where one of them is not known.
pub(crate) fn evidence(a: &str, b: &str, policy: &IdentityPolicy) -> Option<i64> {
    let (words_a, words_b): (Vec<&str>, Vec<&str>) = (telling(a).collect(), telling(b).collect());
    if words_a.is_empty() || words_b.is_empty() {
        return None;
    }
    let sum = |words: &[&str]| words.iter().map(|word| weight(word, policy)).sum::<i64>();
    // Words are put together and apart by whoever types them.
    let chars = |words: &[&str]| words.iter().map(|word| word.len()).sum::<usize>();
    let is_as_long = chars(&words_a).abs_diff(chars(&words_b)) <= LENGTHS_APART_MAX;
    let likeness = if is_as_long { likeness_percent(&words_a.concat(), &words_b.concat()) } else { 0 };
    let together = (likeness > 0).then(|| sum(&words_a).min(sum(&words_b)) * likeness / 100);
    let of_words = together.max(Some(word_by_word(&words_a, words_b, policy))).unwrap_or_default();
    let found = of_words + legal_forms(a, b, policy);
    Some(found.clamp(-i64::from(policy.name_against_millibit_max), i64::from(policy.name_millibit_max)))
}

/// Each word is paired with the most similar one that is left; what finds none speaks against.
fn word_by_word(a: &[&str], mut left: Vec<&str>, policy: &IdentityPolicy) -> i64 {
    let mut found = 0;
    // Exact pairs first, so that a similar word does not take the place of the same one.
    let (same, others): (Vec<&str>, Vec<&str>) = a.iter().partition(|word| left.contains(*word));
    for word in same.into_iter().chain(others) {
        let similar = left.iter().enumerate().map(|(place, other)| (likeness_percent(word, other), place));
        match similar.max_by_key(|(likeness, place)| (*likeness, std::cmp::Reverse(*place))) {
            Some((likeness, place)) if likeness > 0 => {
                let other = left.swap_remove(place);
                found += weight(word, policy).min(weight(other, policy)) * likeness / 100;
            }
            _ => found -= against(word, policy),
        }
    }
    found - left.iter().map(|word| against(word, policy)).sum::<i64>()
}

/// How far one word may be the other misspelled: 100 for the same, 0 for another one.
fn likeness_percent(a: &str, b: &str) -> i64 {
    if a == b {
        return 100;
    }
    let length = a.len().min(b.len());
    if length < MISSPELLED_CHARS_MIN || a.len().abs_diff(b.len()) > LENGTHS_APART_MAX {
        return 0;
    }
    let has_digits = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    if has_digits(a) || has_digits(b) {
        return 0;
    }
    let edits = strsim::osa_distance(a, b);
    if edits > length / CHARS_PER_EDIT {
        return 0;
    }
    let (length, edits) =
        (i64::try_from(length).unwrap_or(i64::MAX), i64::try_from(edits).unwrap_or(i64::MAX));
    100 * (length - edits) / length
}

/// The same legal form says next to nothing; another one, that there may be two companies of one name.
fn legal_forms(a: &str, b: &str, policy: &IdentityPolicy) -> i64 {
    let forms = |name: &'_ str| -> Vec<String> {
        name.split(' ').filter(|word| is_legal_form(word)).map(str::to_owned).collect()
    };
    let (a, b) = (forms(a), forms(b));
    if a.is_empty() || b.is_empty() {
        0
    } else if a.iter().any(|form| b.contains(form)) {
        i64::from(policy.legal_form_millibit)
    } else {
        -i64::from(policy.legal_form_against_millibit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_put_into_one_form() {
        for (written, expected) in [
            ("Müller & Söhne G.m.b.H.", "muller and sohne gmbh"),
            ("ACME   Corporation", "acme corp"),
            ("Acme, Corp.", "acme corp"),
            ("Fratelli Rossi S.p.A.", "fratelli rossi spa"),
            ("Łódź Żeglarska Sp. z o.o.", "lodz zeglarska sp z oo"),
            ("O'Brien's Pub", "obriens pub"),
            ("Nam-zim", "nam zim"),
            ("", ""),
        ] {
            assert_eq!(normalised(written), expected, "{written}");
        }
    }

    #[test]
    fn a_word_with_a_wrong_letter_is_still_that_word() {
        assert_eq!(likeness_percent("betasoloin", "betasolin"), 88);
        assert_eq!(likeness_percent("technolgy", "technology"), 88);
        assert_eq!(likeness_percent("acme", "acne"), 0, "short words are other words");
        assert_eq!(likeness_percent("10243", "10244"), 0, "numbers are not misspelled");
        assert_eq!(likeness_percent("betatech", "scottech"), 0);
    }
}
