//! Entity tags: an account's version as its readers carry it away and its writers bring it back.
//!
//! A tag is `"<revision>-<digest>"`: the revision of the account's stream, and a digest of the answer without
//! the times it was computed for, since cases and elapsed windows change an answer without a new event.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use ports::Version;
use wire::answers::AccountAnswer;

use super::problem::Failure;

/// Hex digits of the digest that a tag carries: 64 bits, plenty to tell two answers at one revision apart.
const DIGEST_CHARS: usize = 16;

/// The tag of an account as answered.
pub(super) fn tag(version: Option<Version>, answer: &AccountAnswer) -> HeaderValue {
    let revision = version.map_or_else(|| "none".to_owned(), |version| version.revision.to_string());
    let timeless = AccountAnswer { as_of: String::new(), known_at: String::new(), ..answer.clone() };
    let bytes = serde_json::to_vec(&timeless).expect("an answer of texts and numbers is JSON");
    let digest = wire::ids::digest(&bytes).to_string();
    let hex = digest.trim_start_matches("sha256:").get(..DIGEST_CHARS).unwrap_or_default();
    HeaderValue::try_from(format!("\"{revision}-{hex}\"")).expect("digits and hex digits fit a header")
}

/// Whether the reader has this very answer already.
pub(super) fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let tags = listed(headers, &header::IF_NONE_MATCH);
    tags.iter().any(|known| *known == "*" || known.trim_start_matches("W/").as_bytes() == tag.as_bytes())
}

/// The revision the writer knows, when it says one.
///
/// # Errors
/// The header holds anything else than one tag of ours.
pub(super) fn known_revision(headers: &HeaderMap) -> Result<Option<u64>, Failure> {
    let tags = listed(headers, &header::IF_MATCH);
    match tags.as_slice() {
        [] | ["*"] => Ok(None),
        [tag] => match tag.strip_prefix('"').and_then(|tag| tag.split(['-', '"']).next()?.parse().ok()) {
            Some(revision) => Ok(Some(revision)),
            None => Err(Failure::stale(format!("If-Match: expected the ETag of the account, found {tag}"))),
        },
        _ => Err(Failure::malformed("If-Match: expected one tag, the ETag of the account")),
    }
}

fn listed<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a str> {
    let lines = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|tag| !tag.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{is_known, known_revision};

    fn with(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_static(value))])
    }

    #[test]
    fn a_writer_brings_back_the_revision_its_reader_carried_away() {
        let check = |value, expected: Option<Option<u64>>| {
            assert_eq!(known_revision(&with("if-match", value)).ok(), expected, "{value}");
        };
        check("\"17-00ff00ff00ff00ff\"", Some(Some(17)));
        check("*", Some(None));
        check("W/\"17-00ff\"", None);
        check("\"none-00ff\"", None);
        check("\"1-a\", \"2-b\"", None);
        assert_eq!(known_revision(&HeaderMap::new()).unwrap(), None);
    }

    #[test]
    fn a_reader_that_has_the_answer_is_known_by_any_of_its_tags() {
        let tag = HeaderValue::from_static("\"3-aa\"");
        assert!(is_known(&with("if-none-match", "\"2-bb\", W/\"3-aa\""), &tag));
        assert!(!is_known(&with("if-none-match", "\"3-bb\""), &tag));
        assert!(!is_known(&HeaderMap::new(), &tag));
    }
}
