//! TLS: whom the journal trusts, and that it goes together with another client in one process.

use std::path::PathBuf;
use std::sync::Arc;

use journal_kurrent::OpenError;
use kurrent_double::{Identity, Serving};
use rcgen::{CertificateParams, CertifiedKey, Issuer, KeyPair, generate_simple_self_signed};
use rustls::pki_types::ServerName;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::journals::{double, open};
use crate::recording::record;

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_was_named_is_trusted_beside_a_client_with_a_provider_of_its_own() {
    let server = Secured::for_host("127.0.0.1");
    // As the client of the bus does: with a provider handed to it, so that none is installed before the
    // journal's crate installs its own, at which it would panic if there were one.
    server.shake_with_own_provider().await;
    let journal = open(&server.url_trusting(&server.authority)).await.unwrap();
    record(&journal, "first", "account-1", 1).await;
    server.shake_with_own_provider().await;
    let again = open(&server.url_trusting(&server.authority)).await.unwrap();
    record(&again, "second", "account-1", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_nobody_vouches_for_is_bad() {
    let server = Secured::for_host("127.0.0.1");
    let stranger = Secured::for_host("127.0.0.1");
    for url in [server.url(), server.url_trusting(&stranger.authority)] {
        let error = open(&url).await.map(drop).unwrap_err();
        assert!(matches!(&error, OpenError::BadCertificate { .. }), "{error}");
    }
    open(&format!("{}&tlsVerifyCert=false", server.url())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_host_is_bad() {
    let server = Secured::for_host("elsewhere.example");
    let error = open(&server.url_trusting(&server.authority)).await.map(drop).unwrap_err();
    assert!(matches!(&error, OpenError::BadCertificate { .. }), "{error}");
    assert!(error.to_string().contains("NotValidForName"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_that_cannot_be_read_are_said_and_nothing_panics() {
    let server = Secured::for_host("127.0.0.1");
    let nonsense = server.folder.path().join("nonsense.pem");
    std::fs::write(&nonsense, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    for file in [nonsense, server.folder.path().join("missing.pem")] {
        let error = open(&server.url_trusting(&file)).await.map(drop).unwrap_err();
        assert!(matches!(&error, OpenError::Certificates(why) if why.contains(".pem")), "{error}");
    }
}

/// A server behind TLS.
struct Secured {
    serving: Serving,
    /// The certificate of whoever signed the server's, PEM.
    authority: PathBuf,
    folder: TempDir,
}

impl Secured {
    fn for_host(host: &str) -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let certificate = authority.self_signed(&authority_key).unwrap();
        let issuer = Issuer::from_params(&authority, &authority_key);
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let signed = params.signed_by(&key, &issuer).unwrap();
        let identity = Identity { certificate: signed.der().to_vec(), key: key.serialize_der() };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("authority.pem");
        std::fs::write(&file, certificate.pem()).unwrap();
        Self { serving: double().serve_tls(&identity).unwrap(), authority: file, folder }
    }

    fn url(&self) -> String {
        format!("esdb://{}?tls=true", self.serving.address())
    }

    fn url_trusting(&self, authority: &std::path::Path) -> String {
        format!("{}&tlsCAFile={}", self.url(), authority.display())
    }

    async fn shake_with_own_provider(&self) {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = rustls::RootCertStore::empty();
        let CertifiedKey { cert, .. } = generate_simple_self_signed(["unused.example".to_owned()]).unwrap();
        roots.add(cert.der().clone()).unwrap();
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let line = TcpStream::connect(self.serving.address()).await.unwrap();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        // It trusts somebody else; what matters is that it got as far as judging the certificate.
        TlsConnector::from(Arc::new(config)).connect(name, line).await.map(drop).unwrap_err();
    }
}
