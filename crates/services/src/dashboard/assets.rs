//! Style, scripts and icon, part of the binary and kept by browsers for ever under the digest of their content.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::{Embed, EmbeddedFile};

/// Hex digits of the digest that stand in an address; 32 bits tell two releases of a file apart.
const VERSION_BYTES: usize = 4;

/// `htmx-4.0.1.min.js` and `htmx-sse-4.0.1.min.js` are `dist/htmx.min.js` and `dist/ext/hx-sse.min.js` of the
/// npm package `htmx.org` 4.0.1, unchanged.
#[derive(Embed)]
#[folder = "assets/"]
struct Files;

/// The address of a file.
pub(super) fn address(file: &str) -> String {
    let version = Files::get(file).map(|found| version(&found)).unwrap_or_default();
    format!("/assets/{version}/{file}")
}

fn version(file: &EmbeddedFile) -> String {
    let digest = file.metadata.sha256_hash();
    digest.iter().take(VERSION_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// `GET /assets/{version}/{file}`
pub(super) async fn show(Path((asked, name)): Path<(String, String)>) -> Response {
    let Some(file) = Files::get(&name).filter(|file| version(file) == asked) else {
        return (StatusCode::NOT_FOUND, "no such file\n").into_response();
    };
    let media_type = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
    let headers =
        [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, file.data).into_response()
}
