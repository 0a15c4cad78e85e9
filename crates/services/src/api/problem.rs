//! What went wrong with a request, as a problem document (RFC 9457) that names the place.

use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ports::{AppendError, AskError, QuarantineError, ReadError};
use serde::Serialize;
use wire::answers::{ProblemAnswer, ProblemPlace};
use wire::problem::Problem;

/// After how many seconds a sender turned away for load should come again: long enough for a group commit.
const RETRY_AFTER_S: u64 = 1;

/// A request that is not answered as asked.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    detail: String,
    places: Vec<ProblemPlace>,
    code: Option<String>,
    quarantine: Option<String>,
}

/// The kinds of problem there are; each has one status and one title, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Malformed,
    Forbidden,
    NotFound,
    WrongMethod,
    Conflict,
    Stale,
    TooLarge,
    WrongMediaType,
    Refused,
    Invalid,
    Internal,
    Unavailable,
}

impl Kind {
    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Malformed => (StatusCode::BAD_REQUEST, "malformed", "The request cannot be read"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "The request may not be made from there"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is no such thing"),
            Self::WrongMethod => {
                (StatusCode::METHOD_NOT_ALLOWED, "method", "The path does not take this method")
            }
            Self::Conflict => (StatusCode::CONFLICT, "conflict", "The id was used for other content"),
            Self::Stale => (StatusCode::PRECONDITION_FAILED, "stale", "The account has moved on"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The request is too large"),
            Self::WrongMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "The media type is not taken here")
            }
            Self::Refused => (StatusCode::UNPROCESSABLE_ENTITY, "refused", "The rules refuse it"),
            Self::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The content cannot be recorded"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "The server failed"),
            Self::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The book cannot answer now")
            }
        }
    }
}

impl Failure {
    fn of(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), places: Vec::new(), code: None, quarantine: None }
    }

    /// The request itself cannot be read.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::of(Kind::Malformed, detail)
    }

    pub(super) fn forbidden(detail: &str) -> Self {
        Self::of(Kind::Forbidden, detail)
    }

    /// Absence and denial look the same.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::of(Kind::NotFound, detail)
    }

    pub(super) fn wrong_method(method: &Method) -> Self {
        Self::of(Kind::WrongMethod, format!("{method} is not taken here; /openapi.json lists what is"))
    }

    pub(super) fn wrong_media_type(found: &str, expected: &str) -> Self {
        Self::of(Kind::WrongMediaType, format!("expected {expected}, found {found}"))
    }

    pub(super) fn too_large(limit: usize) -> Self {
        Self::of(Kind::TooLarge, format!("the body may have at most {limit} bytes"))
    }

    /// The stream is not at the version the sender knows.
    pub(super) fn stale(detail: impl Into<String>) -> Self {
        Self::of(Kind::Stale, detail)
    }

    pub(super) fn busy(detail: &str) -> Self {
        Self::of(Kind::Unavailable, format!("{detail}; try again in {RETRY_AFTER_S} s"))
    }

    pub(super) fn internal() -> Self {
        Self::of(Kind::Internal, "something that should not happen happened; the log says what")
    }

    /// The rules forbid it; `code` names the broken rule.
    pub(super) fn refused(code: &str, detail: impl Into<String>) -> Self {
        Self { code: Some(code.to_owned()), ..Self::of(Kind::Refused, detail) }
    }

    /// The input cannot be read: where, and what was expected.
    pub(super) fn unreadable(problem: &Problem) -> Self {
        Self::at(Kind::Malformed, problem)
    }

    /// The input could be read and yet cannot be recorded.
    pub(super) fn invalid(problem: &Problem) -> Self {
        Self::at(Kind::Invalid, problem)
    }

    /// The id was used for other content.
    pub(super) fn conflict(problem: &Problem) -> Self {
        Self::at(Kind::Conflict, problem)
    }

    fn at(kind: Kind, problem: &Problem) -> Self {
        Self { places: vec![problem.into()], ..Self::of(kind, problem.to_string()) }
    }

    /// The same, saying where the input is kept.
    pub(super) fn kept_as(mut self, quarantine: String) -> Self {
        self.detail = format!("{}; kept in the quarantine as {quarantine}", self.detail);
        self.quarantine = Some(quarantine);
        self
    }

    /// What it would say to a person.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// The status it is answered with.
    pub(crate) fn status(&self) -> StatusCode {
        self.kind.parts().0
    }
}

impl From<anyhow::Error> for Failure {
    /// What the ports say of themselves is told; everything else is our own fault and goes to the log.
    fn from(error: anyhow::Error) -> Self {
        let overloaded =
            matches!(error.downcast_ref(), Some(AppendError::Overloaded { .. } | AppendError::Indeterminate));
        let unavailable = matches!(error.downcast_ref(), Some(AppendError::Unavailable(_)))
            || matches!(error.downcast_ref(), Some(ReadError::Unavailable(_)))
            || matches!(error.downcast_ref(), Some(QuarantineError::Unavailable(_)));
        if overloaded {
            return Self::busy("the journal has too much to do");
        }
        if let Some(unanswered) = error.downcast_ref::<AskError>() {
            tracing::warn!("another process was asked in vain: {unanswered}");
            return Self::busy("the process that answers this cannot be reached");
        }
        tracing::error!(error = format!("{error:#}"), "a request could not be answered: {error:#}");
        if unavailable { Self::busy("the journal cannot be reached") } else { Self::internal() }
    }
}

/// A problem document with the members of our own.
#[derive(Serialize)]
struct Document {
    #[serde(flatten)]
    problem: ProblemAnswer,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantine: Option<String>,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, kind, title) = self.kind.parts();
        let problem = ProblemAnswer {
            kind: format!("urn:chaperone:problem:{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: self.detail,
            errors: self.places,
        };
        let document = Document { problem, code: self.code, quarantine: self.quarantine };
        let mut response = (status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.kind == Kind::Unavailable {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
        }
        response
    }
}
