//! The gate: who may speak to the server, how many at once and for how long, and what every answer carries.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::problem::Failure;
use super::{REQUEST_S_MAX, Shared};

/// What a page of the API may load: nothing at all.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/// Lets a request through, or says why not, and notes how it went.
pub(super) async fn pass(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let mut response = match admit(&request) {
        Ok(()) => answer(&shared, request, next).await,
        Err(failure) => failure.into_response(),
    };
    shared.meters.request(&method, &route, response.status(), started.elapsed());
    add_headers(response.headers_mut());
    response
}

async fn answer(shared: &Shared, request: Request, next: Next) -> Response {
    // Those that wait would only find out later that there is no room.
    let Ok(_permit) = shared.requests.try_acquire() else {
        return Failure::busy("too many requests at once").into_response();
    };
    match tokio::time::timeout(Duration::from_secs(REQUEST_S_MAX), next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::busy("the answer took too long").into_response(),
    }
}

/// Turns away who came by another name than a loopback one (DNS rebinding), or from another site's page.
fn admit(request: &Request) -> Result<(), Failure> {
    let host = host(request.uri(), request.headers())
        .ok_or_else(|| Failure::forbidden("a Host header is needed"))?;
    if !is_loopback(host) {
        return Err(Failure::forbidden("this server answers to 127.0.0.1, [::1] and localhost only"));
    }
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(());
    }
    let text = |name: &HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or("null"));
    let origin_differs =
        text(&header::ORIGIN).is_some_and(|origin| origin.strip_prefix("http://") != Some(host));
    let other_site = text(&HeaderName::from_static("sec-fetch-site"))
        .is_some_and(|site| site != "same-origin" && site != "none");
    if origin_differs || other_site {
        return Err(Failure::forbidden("a page of another origin may not send anything here"));
    }
    Ok(())
}

fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (uri.authority(), hosts.next(), hosts.next()) {
        (Some(authority), _, None) => Some(authority.as_str()),
        (None, Some(host), None) => host.to_str().ok(),
        (_, _, _) => None,
    }
}

fn is_loopback(authority: &str) -> bool {
    let name = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn add_headers(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    ] {
        // What a handler says of its own answer stands.
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_loopback_names_are_answered_to() {
        for name in
            ["127.0.0.1", "127.0.0.1:8080", "localhost:1", "LOCALHOST", "[::1]", "[::1]:80", "127.9.9.9"]
        {
            assert!(is_loopback(name), "{name}");
        }
        for name in [
            "evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1:80",
            "[fe80::1]",
            "",
            "localhost.evil.example",
        ] {
            assert!(!is_loopback(name), "{name}");
        }
    }
}
