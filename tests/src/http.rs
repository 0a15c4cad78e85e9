//! A client for a served book: asks, tells, and hands back status, headers and body.

use std::io::{BufRead as _, BufReader};
use std::ops::ControlFlow;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Response};

/// How long an answer may take; generous, since the machine may be busy.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// A client of one server.
pub struct Client {
    url: String,
    agent: Agent,
}

/// An answer as received.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

/// A server-sent event.
#[derive(Debug, PartialEq, Eq)]
pub struct Sent {
    pub id: String,
    pub data: String,
}

impl Client {
    /// A client of the server at `url`, such as `http://127.0.0.1:40123`.
    pub fn new(url: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_recv_response(Some(ANSWER_MAX));
        Self { url: url.to_owned(), agent: config.build().into() }
    }

    /// Asks for `path`.
    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    /// Asks for `path` with headers.
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = headers
            .iter()
            .fold(self.agent.get(self.at(path)), |request, (name, value)| request.header(*name, *value));
        answer(request.call().expect("the server answers"))
    }

    /// Sends a body of a media type.
    pub fn post(&self, path: &str, media_type: &str, body: impl AsRef<[u8]>) -> Answer {
        self.post_with(path, media_type, &[], body)
    }

    /// The same with more headers.
    pub fn post_with(
        &self,
        path: &str,
        media_type: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        let request = self.agent.post(self.at(path)).content_type(media_type);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        answer(request.send(body.as_ref()).expect("the server answers"))
    }

    /// Follows `path` until `count` events have come.
    pub fn follow(&self, path: &str, headers: &[(&str, &str)], count: usize) -> Vec<Sent> {
        let mut all = Vec::new();
        self.follow_each(path, headers, &mut || {}, &mut |sent| {
            all.push(sent);
            if all.len() < count { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        all
    }

    /// Follows `path`, says when the server has answered, and hands over each event as it comes.
    pub fn follow_each(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        answered: &mut dyn FnMut(),
        each: &mut dyn FnMut(Sent) -> ControlFlow<()>,
    ) {
        let request = headers
            .iter()
            .fold(self.agent.get(self.at(path)), |request, (name, value)| request.header(*name, *value));
        let response = request.call().expect("the server answers");
        assert_eq!(response.status().as_u16(), 200);
        answered();
        let mut id = String::new();
        for line in BufReader::new(response.into_body().into_reader()).lines() {
            let line = line.expect("the stream goes on");
            if let Some(found) = line.strip_prefix("id: ") {
                found.clone_into(&mut id);
            }
            if let Some(data) = line.strip_prefix("data: ")
                && each(Sent { id: id.clone(), data: data.to_owned() }).is_break()
            {
                break;
            }
        }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

fn answer(mut response: Response<ureq::Body>) -> Answer {
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.body_mut().read_to_string().expect("the body is UTF-8"),
    }
}

impl Answer {
    /// The body as JSON, after checking the status.
    ///
    /// # Panics
    /// If the status is another one, or the body is not JSON.
    pub fn json(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }

    /// The problem document, after checking status and media type.
    ///
    /// # Panics
    /// If it is none, or of another status.
    pub fn problem(&self, status: u16) -> Value {
        let problem = self.json(status);
        assert_eq!(self.header("content-type"), "application/problem+json", "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        problem
    }

    /// A header as text; empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
