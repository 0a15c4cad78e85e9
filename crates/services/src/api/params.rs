//! What a request asks for in its path and query, read strictly: a misspelt parameter is a mistake, not a default.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use domain::time::Instant;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::problem::Failure;
use crate::queries::{Asked, KnownAt};

/// Rows of a list when nothing is said: what a screen or a terminal scrolls through.
pub(crate) const ROWS_DEFAULT: usize = 100;
/// Rows of a list at most: some 300 KB of JSON.
pub(crate) const ROWS_MAX: usize = 1_000;

/// The query of a request.
pub(crate) struct Ask<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Ask<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let query = Query::<T>::try_from_uri(&parts.uri);
        query
            .map(|Query(asked)| Self(asked))
            .map_err(|rejection| Failure::malformed(plain(&rejection.body_text())))
    }
}

/// Without the words of the library that read it.
fn plain(text: &str) -> &str {
    text.strip_prefix("Failed to deserialize query string: ").unwrap_or(text)
}

/// The last, variable part of the path.
pub(crate) struct Named(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(name)| Self(name)).map_err(|rejection| Failure::malformed(rejection.body_text()))
    }
}

/// How it was when, as known when.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Times {
    pub(super) as_of: Option<Moment<Instant>>,
    pub(super) known_at: Option<Moment<KnownAt>>,
}

/// Which rows of a list, as of when.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    pub(super) after: Option<String>,
    pub(super) limit: Option<usize>,
    pub(super) as_of: Option<Moment<Instant>>,
    pub(super) known_at: Option<Moment<KnownAt>>,
}

/// A value read from text by its own rules.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment<T>(pub(super) T);

impl<'de, T> Deserialize<'de> for Moment<T>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|error| serde::de::Error::custom(format!("{error}, found {text:?}")))
    }
}

/// Both times as a question.
pub(super) fn asked(as_of: Option<Moment<Instant>>, known_at: Option<Moment<KnownAt>>) -> Asked {
    Asked { as_of: as_of.map(|at| at.0), known_at: known_at.map(|at| at.0) }
}

impl Times {
    pub(super) fn asked(&self) -> Asked {
        asked(self.as_of, self.known_at)
    }
}

/// How many rows a list shows.
pub(crate) fn rows(limit: Option<usize>) -> Result<usize, Failure> {
    match limit.unwrap_or(ROWS_DEFAULT) {
        rows @ 1..=ROWS_MAX => Ok(rows),
        found => Err(Failure::malformed(format!("limit: expected 1 to {ROWS_MAX}, found {found}"))),
    }
}
