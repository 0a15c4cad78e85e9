//! The reads of the API for who asks over the bus: the same answers, from the same table.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use ports::{Answering, AskError, Endpoint, Exchange, Question};
use serde_json::Value;
use tower::ServiceExt as _;

use super::{BATCH_BODY_BYTES_MAX, Serving, answering};

/// What can be asked, each at `chaperone.query.<view>`: the first part of a path below `/v1/`.
pub const VIEWS: [&str; 9] =
    ["accounts", "deals", "handoffs", "partners", "cases", "findings", "claims", "journal", "roles"];

/// Answers `chaperone.query.<view>` until what is returned is dropped.
///
/// A question is nothing, or a JSON object: `id` names one thing, `part` is `history` or `explanation`, and every
/// other member is a parameter of the same name as in the API. The answer is the API's, a problem included.
///
/// # Errors
/// The bus cannot be reached.
pub async fn answer(serving: &Serving, exchange: &dyn Exchange) -> Result<Vec<Answering>, AskError> {
    let router = answering(serving);
    let mut kept = Vec::with_capacity(VIEWS.len());
    for view in VIEWS {
        let router = router.clone();
        let handler = move |question: Question| -> futures::future::BoxFuture<'static, Bytes> {
            let router = router.clone();
            Box::pin(async move { ask(router, view, &question.body).await })
        };
        let (name, subject) = (format!("query-{view}"), format!("chaperone.query.{view}"));
        let endpoint = Endpoint { name: &name, subject: &subject };
        kept.push(exchange.answer(endpoint, Arc::new(handler)).await?);
    }
    Ok(kept)
}

async fn ask(router: Router, view: &str, question: &[u8]) -> Bytes {
    let path = match path(view, question) {
        Ok(path) => path,
        Err(expected) => return malformed(&expected),
    };
    let Ok(request) = Request::get(path).body(Body::empty()) else {
        return malformed("expected an id and parameters that fit a path");
    };
    // The router answers everything, also what it has no route for.
    let response = match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let body = axum::body::to_bytes(response.into_body(), BATCH_BODY_BYTES_MAX).await;
    body.unwrap_or_else(|_| {
        malformed("expected a question with a shorter answer: ask for fewer rows with limit")
    })
}

/// The path of the API that answers the question.
fn path(view: &str, question: &[u8]) -> Result<String, String> {
    let mut asked: BTreeMap<String, Value> = match question.trim_ascii() {
        [] => BTreeMap::new(),
        text => serde_json::from_slice(text).map_err(|error| format!("expected a JSON object: {error}"))?,
    };
    let mut path = format!("/v1/{view}");
    if view == "claims" {
        path.push_str("/check");
    }
    for member in ["id", "part"] {
        match asked.remove(member) {
            None => {}
            Some(Value::String(text)) => path.extend(["/", &segment(&text)]),
            Some(other) => return Err(format!("/{member}: expected a text, found {other}")),
        }
    }
    let mut parameters = form_urlencoded::Serializer::new(String::new());
    for (name, value) in asked {
        match value {
            Value::Null => {}
            Value::String(text) => drop(parameters.append_pair(&name, &text)),
            Value::Number(number) => drop(parameters.append_pair(&name, &number.to_string())),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                return Err(format!("/{name}: expected a text or a number, found {value}"));
            }
        }
    }
    let parameters = parameters.finish();
    if !parameters.is_empty() {
        path.extend(["?", &parameters]);
    }
    Ok(path)
}

/// A text as one segment of a path, in which a plus sign is no space.
fn segment(text: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    encoded.replace('+', "%20")
}

fn malformed(expected: &str) -> Bytes {
    let problem = serde_json::json!({"type": "urn:chaperone:problem:malformed", "title": "The request cannot be read",
        "status": 400, "detail": expected});
    problem.to_string().into()
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn a_question_becomes_the_path_that_answers_it() {
        let check = |view: &str, question: &str, expected: &str| {
            assert_eq!(path(view, question.as_bytes()).unwrap_or_else(|error| error), expected);
        };
        check("accounts", "", "/v1/accounts");
        check("accounts", r#"{"id":"Globex Inc","part":"history"}"#, "/v1/accounts/Globex%20Inc/history");
        check("deals", r#"{"limit":5,"partner":"a&b","as_of":null}"#, "/v1/deals?limit=5&partner=a%26b");
        check("claims", r#"{"account":"crm:1"}"#, "/v1/claims/check?account=crm%3A1");
        check("deals", r#"{"id":7}"#, "/id: expected a text, found 7");
        check("deals", r#"{"limit":[]}"#, "/limit: expected a text or a number, found []");
    }
}
