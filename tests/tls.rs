//! The journal's client and the bus's client, both over TLS, in one process: the binary itself.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_nats::rustls;
use futures::StreamExt as _;
use kurrent_double::{Double, Identity};
use ports::SystemClock;
use ports::memory::MemoryJournal;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::json;
use tempfile::TempDir;
use tests::chaperone::Chaperone;
use tests::events::event;
use tests::http::Client;
use tests::nats::NatsServer;

/// How long a fact may take to the bus, in seconds; generous, since the machine may be busy.
const PATIENCE_S: u64 = 120;

#[tokio::test(flavor = "multi_thread")]
async fn journal_and_bus_are_both_spoken_to_over_tls_by_one_process() {
    let authority = Authority::new();
    let Some(nats) = NatsServer::start_secured(&authority.certificate, &authority.key) else { return };
    let url = nats.url().replace("nats://", "tls://");
    let double = Double::over(Arc::new(MemoryJournal::new(Arc::new(SystemClock))));
    let journal = double.serve_tls(&authority.identity).unwrap();
    let address = format!("esdb://{}?tls=true", journal.address());

    // This process has a client of the bus alone, which asks for a provider of cryptography.
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let listening = async_nats::ConnectOptions::new().add_root_certificates(authority.root.clone());
    let listening = listening.require_tls(true).connect(&url).await.unwrap();
    let mut facts = listening.subscribe("chaperone.meridian.fact.>").await.unwrap();
    listening.flush().await.unwrap();

    let chaperone = Chaperone::new().trusting(&authority.root);
    let server = chaperone.serve(["--journal", &address, "--nats", &url]);
    let data = json!({"keys": [{"key": "crm:acme", "strength": "system_id"}], "legal_name": "Acme"});
    let opened = event("e-1", "account.opened", "account-meridian.acme", "2026-01-05T09:00:00.000Z", data);
    Client::new(&server.url).post("/v1/events", "application/cloudevents+json", opened.to_string()).json(201);
    let told = tokio::time::timeout(Duration::from_secs(PATIENCE_S), facts.next()).await;
    let told = told.unwrap_or_else(|_| panic!("no fact came to the bus within {PATIENCE_S} s"));
    assert!(told.unwrap().subject.contains("acme"));
}

/// An authority of the test's own, and what it vouches for: a server on the loopback interface.
struct Authority {
    _folder: TempDir,
    /// The authority's certificate, PEM.
    root: PathBuf,
    /// The server's certificate, PEM.
    certificate: PathBuf,
    /// The server's key, PEM.
    key: PathBuf,
    identity: Identity,
}

impl Authority {
    fn new() -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = authority.self_signed(&authority_key).unwrap();
        let issuer = Issuer::from_params(&authority, &authority_key);
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let signed = params.signed_by(&key, &issuer).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: String| {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            file
        };
        Self {
            root: file("root.pem", root.pem()),
            certificate: file("server.pem", signed.pem()),
            key: file("server.key", key.serialize_pem()),
            identity: Identity { certificate: signed.der().to_vec(), key: key.serialize_der() },
            _folder: folder,
        }
    }
}
