//! The one sentence a finding is read by. It states what happened and accuses nobody.

use domain::event::case::Unknown;

/// The sentence of a finding, or nothing for what was cleared.
pub(crate) fn sentence(what: &str, unknown: Option<Unknown>) -> String {
    match unknown {
        _ if what.is_empty() => String::new(),
        None => format!("possible breach of program terms: {what}"),
        Some(unknown) => {
            format!("possible breach of program terms, not to be judged as {}: {what}", reason(unknown))
        }
    }
}

fn reason(unknown: Unknown) -> &'static str {
    match unknown {
        Unknown::ScopeUnknown => "the source does not say what the act concerns",
        Unknown::IdentityAmbiguous => "it is not sure which customer it is",
        Unknown::Contested => "two sources disagree about the holder",
        Unknown::Tender => "the gaining side says there was a public tender",
        Unknown::Erased => "personal data it needs were erased",
        Unknown::GuardErrored => "the policy's guard cannot be answered for it",
        Unknown::TooFew => "there are too few cases to tell it from chance",
    }
}
