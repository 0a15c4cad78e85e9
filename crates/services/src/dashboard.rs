//! The dashboard: pages rendered here, whole without scripts, a little quicker with them.

mod accounts;
mod assets;
mod deals;
mod drawing;
mod frame;
mod inbox;
mod ledger;
mod markup;
mod partners;
mod quarantine;

use askama::Template;
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use crate::api::Shared;
use crate::api::problem::Failure;
use frame::Around;

/// What a page may load: our own files, and nothing written into the page.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The pages.
pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/", get(inbox::open))
        .route("/cases", get(inbox::all))
        .route("/cases/{case}", get(inbox::case))
        .route("/accounts", get(accounts::list))
        .route("/accounts/{account}", get(accounts::show))
        .route("/deals", get(deals::list))
        .route("/deals/{deal}", get(deals::show))
        .route("/partners", get(partners::list))
        .route("/ledger", get(ledger::list))
        .route("/ledger/tail", get(ledger::tail))
        .route("/ledger/event/{event}", get(ledger::event))
        .route("/quarantine", get(quarantine::list))
        .route("/find", get(accounts::find))
        .route("/assets/{version}/{file}", get(assets::show))
}

/// What is answered where there is no page.
pub(crate) fn nothing_there() -> Response {
    Trouble(Failure::not_found("There is no page at this address.")).into_response()
}

/// A rendered page, or why there is none.
type Page = Result<Response, Trouble>;

fn page(template: &impl Template) -> Page {
    let html = template.render().map_err(|error| Trouble(anyhow::Error::from(error).into()))?;
    Ok(framed(Html(html).into_response()))
}

fn framed(mut response: Response) -> Response {
    let policy = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// A failure as a page.
struct Trouble(Failure);

impl<E: Into<Failure>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage {
    around: Around,
    status: StatusCode,
    detail: String,
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let status = self.0.status();
        let page = TroublePage { around: Around::default(), status, detail: self.0.detail().to_owned() };
        match page.render() {
            Ok(html) => framed((status, Html(html)).into_response()),
            // The problem document says the same.
            Err(_) => self.0.into_response(),
        }
    }
}
