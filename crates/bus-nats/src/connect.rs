//! The connection to the servers: made in the background, kept for ever, and refused to servers that are too old.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::{Event, ServerError, jetstream, rustls};
use ports::bus::BusError;

/// How long the client waits for one connection attempt, in seconds; a server that is there answers in
/// milliseconds, one that is paused not at all.
const CONNECT_S_MAX: u64 = 2;
/// The longest pause between two attempts to connect, in milliseconds: a restarted server is found within it.
const RECONNECT_MS_MAX: u64 = 1_000;
/// How long a server may be silent before the connection counts as dead, in seconds; twice this, since a
/// second ping has to stay unanswered.
const PING_S: u64 = 5;
/// How long an answer of JetStream's API is waited for, in seconds, before the question is asked again.
const API_S_MAX: u64 = 5;

/// The oldest servers whose streams do what we rely on, as (major, minor, patch) of each supported line.
/// Before them a crash could lose or repeat what was acknowledged, and an atomic batch could be torn.
pub const SERVER_VERSIONS: [(u64, u64, u64); 2] = [(2, 12, 14), (2, 14, 4)];

/// Where the servers are and how to speak to them.
#[derive(Clone, Debug)]
pub struct Options {
    /// One or more URLs separated by commas, such as `nats://127.0.0.1:4222` or `tls://bus.example:4222`.
    pub url: String,
    /// The name under which the servers list this connection.
    pub name: String,
}

impl Options {
    /// These servers, and nothing else out of the ordinary.
    pub fn at(url: &str) -> Self {
        Self { url: url.to_owned(), name: "chaperone".to_owned() }
    }
}

/// Why there is no connection to speak over.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address cannot be understood: mend the configuration.
    #[error("{url:?} is not the address of a NATS server: {why}")]
    Address {
        /// What was given.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// The certificates of this machine cannot be read.
    #[error("the certificates of this machine cannot be read: {0}")]
    Certificates(String),
    /// No server has answered yet; the client keeps trying.
    #[error("no NATS server answers at {url}")]
    Away {
        /// Where it is looked for.
        url: String,
    },
    /// A server answers and does not let us in: mend the user or the password.
    #[error("the NATS server at {url} refuses the user and password")]
    Refused {
        /// Where it is.
        url: String,
    },
    /// The server answers and must not be used.
    #[error(
        "the NATS server is version {found}, which may lose or repeat what it acknowledged: \
         2.12.14 or later in its line, or 2.14.4 or later, is needed"
    )]
    TooOld {
        /// The version it gives.
        found: String,
    },
}

impl From<ConnectError> for BusError {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Away { .. } | ConnectError::Refused { .. } => Self::Unavailable(error.to_string()),
            ConnectError::Address { .. } | ConnectError::Certificates(_) | ConnectError::TooOld { .. } => {
                Self::Unfit(error.to_string())
            }
        }
    }
}

/// A client that connects in the background and again after every loss; clones share it.
#[derive(Clone, Debug)]
pub struct Connection {
    client: async_nats::Client,
    jetstream: jetstream::Context,
    /// Where the servers are, without what lets us in.
    url: Arc<str>,
    /// Whether a server refused us since the last one that did not.
    refused: Arc<AtomicBool>,
}

impl Connection {
    /// A connection that is being made: it returns at once, also when no server is there yet.
    ///
    /// # Errors
    /// The address or the machine's certificates cannot be read.
    pub async fn open(options: &Options) -> Result<Self, ConnectError> {
        let url = public(&options.url);
        let address = |why: String| ConnectError::Address { url: url.clone(), why };
        let servers: Vec<async_nats::ServerAddr> = options
            .url
            .split(',')
            .map(|url| url.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|error: std::io::Error| address(error.to_string()))?;
        let refused = Arc::new(AtomicBool::new(false));
        let noted = Arc::clone(&refused);
        let mut with = async_nats::ConnectOptions::new()
            .name(&options.name)
            .retry_on_initial_connect()
            .connection_timeout(Duration::from_secs(CONNECT_S_MAX))
            .ping_interval(Duration::from_secs(PING_S))
            .event_callback(move |event| {
                note(&noted, &event);
                std::future::ready(())
            })
            .reconnect_delay_callback(|attempts| {
                let doubled = 10_u64.saturating_mul(1 << attempts.min(10));
                Duration::from_millis(doubled.min(RECONNECT_MS_MAX))
            });
        // The client does not look at the user in an address by itself. Replies come to an inbox of the user's
        // own, so that a server can keep others from reading it.
        if let Some((user, password)) =
            servers.iter().find_map(|server| server.username().zip(server.password()))
        {
            with = with
                .user_and_password(user.to_owned(), password.to_owned())
                .custom_inbox_prefix(format!("_INBOX_{user}"));
        }
        if options.url.contains("tls://") || options.url.contains("wss://") {
            with = with.tls_client_config(tls()?);
        }
        let client = with.connect(servers).await.map_err(|error| address(error.to_string()))?;
        let jetstream =
            jetstream::ContextBuilder::new().timeout(Duration::from_secs(API_S_MAX)).build(client.clone());
        Ok(Self { client, jetstream, url: url.into(), refused })
    }

    /// The client, while the server it speaks to is one that may be used.
    ///
    /// # Errors
    /// No server has answered yet, or it is too old.
    pub fn client(&self) -> Result<&async_nats::Client, ConnectError> {
        self.check().map(|()| &self.client)
    }

    /// JetStream, while the server is one that may be used.
    ///
    /// # Errors
    /// No server has answered yet, or it is too old.
    pub fn jetstream(&self) -> Result<&jetstream::Context, ConnectError> {
        self.check().map(|()| &self.jetstream)
    }

    fn check(&self) -> Result<(), ConnectError> {
        let url = || self.url.to_string();
        let away = || match self.refused.load(Ordering::Relaxed) {
            true => ConnectError::Refused { url: url() },
            false => ConnectError::Away { url: url() },
        };
        let server = self.client.try_server_info().ok_or_else(away)?;
        if may_be_used(&server.version) {
            Ok(())
        } else {
            Err(ConnectError::TooOld { found: server.version })
        }
    }
}

fn note(refused: &AtomicBool, event: &Event) {
    match event {
        Event::Connected => refused.store(false, Ordering::Relaxed),
        Event::ServerError(ServerError::AuthorizationViolation) => refused.store(true, Ordering::Relaxed),
        Event::ServerError(error) => tracing::warn!("the NATS server says: {error}"),
        Event::ClientError(error) if error.to_string().to_ascii_lowercase().contains("authorization") => {
            refused.store(true, Ordering::Relaxed);
        }
        Event::ClientError(_)
        | Event::Disconnected
        | Event::LameDuckMode
        | Event::Draining
        | Event::Closed
        | Event::SlowConsumer(_) => {}
    }
}

/// The addresses without users and passwords, which stand in no log and no error.
fn public(url: &str) -> String {
    let addresses = url.split(',').map(|one| {
        let one = one.trim();
        let (scheme, rest) = one.split_once("://").map_or(("", one), |(scheme, rest)| (scheme, rest));
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") }
    });
    addresses.collect::<Vec<_>>().join(",")
}

/// An explicit configuration: without one the client asks for the process's default provider of
/// cryptography, and panics where none was installed.
fn tls() -> Result<rustls::ClientConfig, ConnectError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let why = found.errors.first().map_or_else(|| "there are none".to_owned(), ToString::to_string);
        return Err(ConnectError::Certificates(why));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConnectError::Certificates(error.to_string()))?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}

/// Whether a server of this version keeps its word; one whose version cannot be read does not.
fn may_be_used(version: &str) -> bool {
    let numbers = version.split(['-', '+']).next().unwrap_or_default();
    let mut parts = numbers.split('.').map(str::parse::<u64>);
    let (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch))) = (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let [old_line, new_line] = SERVER_VERSIONS;
    let found = (major, minor, patch);
    found >= new_line || (found >= old_line && (major, minor) == (old_line.0, old_line.1))
}

#[cfg(test)]
mod tests {
    use super::{ConnectError, Connection, Options, may_be_used, public};

    #[test]
    fn a_server_older_than_its_line_allows_is_refused() {
        let check = |version: &str, expected: bool| assert_eq!(may_be_used(version), expected, "{version}");
        check("2.12.13", false);
        check("2.12.14", true);
        check("2.13.99", false);
        check("2.14.3", false);
        check("2.14.4", true);
        check("2.15.1", true);
        check("3.0.0", true);
        check("2.15.0-preview.1", true);
        check("2.10.26", false);
        check("nats", false);
        check("", false);
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_said_to_be_away_and_looked_for() {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let connection = Connection::open(&Options::at(&format!("nats://{nobody}"))).await.unwrap();
        assert!(matches!(connection.client(), Err(ConnectError::Away { .. })));
    }

    #[test]
    fn no_password_stands_in_what_is_said_of_an_address() {
        let url = "nats://roles:secret@one:4222, tls://roles:s@cret@two,three:4222";
        assert_eq!(public(url), "nats://one:4222,tls://two,three:4222");
    }

    #[tokio::test]
    async fn an_address_that_is_none_is_named() {
        let error = Connection::open(&Options::at("nats://:::")).await.unwrap_err();
        assert!(error.to_string().contains("nats://:::"), "{error}");
    }
}
