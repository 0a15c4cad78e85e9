//! Who may speak to the served book, and what it bears: names, origins, sizes, broken input, and its own end.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::chaperone::{Chaperone, Server};
use tests::events::event;
use tests::http::Client;
use tests::malformed;

const EVENT: &str = "application/cloudevents+json";
const SEED: u64 = 20_260_301;

fn served() -> (Chaperone, Server, Client) {
    let chaperone = Chaperone::new();
    let server = chaperone.serve::<&str>([]);
    let client = Client::new(&server.url);
    (chaperone, server, client)
}

/// What the server answers to bytes that no client library would send.
fn raw(server: &Server, request: &str) -> String {
    let mut stream = TcpStream::connect(&server.authority).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    // The server may end the connection as it likes once it has answered.
    drop(stream.read_to_string(&mut answer));
    answer
}

#[test]
fn only_a_loopback_address_is_served() {
    let chaperone = Chaperone::new();
    let finished = chaperone.run(["serve", "--listen", "0.0.0.0:0"]).ended_with(2);
    assert!(finished.stderr.contains("loopback"), "{finished:?}");
}

#[test]
fn a_name_that_is_not_loopback_is_not_answered_to() {
    let (_chaperone, server, _client) = served();
    for (host, status) in [
        ("rebound.example", 403),
        ("rebound.example:80", 403),
        ("127.0.0.1.rebound.example", 403),
        ("localhost", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:1", 200),
    ] {
        let answer =
            raw(&server, &format!("GET /livez HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{host}: {answer}");
    }
    let twice = "GET / HTTP/1.1\r\nHost: localhost\r\nHost: rebound.example\r\nConnection: close\r\n\r\n";
    assert!(raw(&server, twice).starts_with("HTTP/1.1 40"), "two hosts");
}

#[test]
fn a_page_of_another_origin_cannot_tell_or_ask_anything() {
    let (_chaperone, server, client) = served();
    let head = client.get("/v1/journal").json(200);
    let same = server.url.clone();
    for (headers, is_let_through) in [
        (vec![("origin", "http://evil.example")], false),
        (vec![("origin", "null")], false),
        (vec![("origin", "https://127.0.0.1")], false),
        (vec![("sec-fetch-site", "cross-site")], false),
        (vec![("origin", same.as_str()), ("sec-fetch-site", "same-origin")], true),
    ] {
        let answer = client.post_with("/v1/events", EVENT, &headers, "{}");
        assert_eq!(answer.status != 403, is_let_through, "{headers:?}: {}", answer.body);
    }
    assert_eq!(client.get("/v1/journal").json(200), head);
    assert_eq!(client.get("/v1/journal").header("access-control-allow-origin"), "");
}

#[test]
fn a_body_has_a_limit_and_so_has_its_depth() {
    let (_chaperone, _server, client) = served();
    let mib = 1024 * 1024;
    client.post("/v1/events", EVENT, vec![b' '; mib + 1]).problem(413);
    client.post("/v1/commands", "application/json", vec![b' '; mib + 1]).problem(413);
    client.post("/v1/events", "application/cloudevents-batch+json", vec![b' '; 8 * mib + 1]).problem(413);
    let deep = format!("{{\"data\":{}", "[".repeat(100_000));
    client.post("/v1/events", EVENT, deep).problem(400);
}

#[test]
fn two_hundred_broken_events_are_answered_with_the_place_and_none_harms_the_server() {
    let (_chaperone, _server, client) = served();
    let data = json!({"deal": "d-1", "partner": "northwind-it", "scope": {"product_lines": ["gtx-pro"]},
        "need": "arrays", "expected_value": {"amount": "94800.00", "currency": "EUR"}, "complete": true, "missing": []});
    let valid = event("17", "deal.submitted", "account-meridian.orsa", "2026-02-03T11:00:00.000Z", data);
    let mut answered = 0;
    for (what, bytes) in malformed::json::variants(SEED, &valid.to_string()) {
        let answer = client.post("/v1/events", EVENT, &bytes);
        assert!([400, 413, 422].contains(&answer.status), "{what}: {} {}", answer.status, answer.body);
        let problem = answer.problem(answer.status);
        let has_place = problem["errors"][0]["pointer"].is_string() || problem["errors"][0]["byte"].is_u64();
        assert!(has_place || answer.status == 413, "{what}: {problem}");
        answered += 1;
    }
    assert_eq!(answered, malformed::VARIANTS);
    client.get("/readyz").headers.get("date").unwrap();
}

#[test]
fn every_page_and_answer_is_shielded_and_assets_are_kept_for_ever() {
    let (_chaperone, _server, client) = served();
    for path in ["/", "/accounts", "/ledger", "/no/such/page", "/v1/accounts", "/v1/nothing", "/metrics"] {
        let answer = client.get(path);
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
    let page = client.get("/").body;
    let assets: Vec<&str> = page.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert!(assets.len() >= 4, "{page}");
    for asset in assets {
        let answer = client.get(asset);
        assert_eq!(answer.status, 200, "{asset}");
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable", "{asset}");
    }
}

#[test]
fn a_server_that_is_asked_to_end_ends_even_while_it_is_followed() {
    let (_chaperone, server, _client) = served();
    let mut stream = TcpStream::connect(&server.authority).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(b"GET /v1/stream?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut started = [0; 512];
    assert!(stream.read(&mut started).unwrap() > 0);
    let asked = Instant::now();
    let id = server.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let mut rest = Vec::new();
    drop(stream.read_to_end(&mut rest));
    assert!(asked.elapsed() < Duration::from_secs(8), "it took {:?}", asked.elapsed());
    assert!(String::from_utf8_lossy(&rest).ends_with("0\r\n\r\n"), "the stream was ended, not cut off");
}
