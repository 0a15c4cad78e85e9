//! TLS before the `eventstore` crate gets to it: the crate panics where these answer.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use eventstore::ClientSettings;
use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::address::Address;
use crate::open::OpenError;

/// How long a host may take to accept a line and to say who it is.
const HANDSHAKE_MAX: Duration = Duration::from_secs(5);

/// Set once the crate has been, or is being, given the process's rustls provider to install.
static GIVEN: AtomicBool = AtomicBool::new(false);

/// Answers whether the crate can be started at all: it installs a rustls provider for the whole process and
/// panics if there is one, and it panics over certificates and keys it cannot read.
pub(crate) fn check(settings: &ClientSettings) -> Result<RootCertStore, OpenError> {
    if CryptoProvider::get_default().is_some() && !GIVEN.load(Ordering::SeqCst) {
        return Err(OpenError::Provider);
    }
    let roots = match settings.tls_ca_file() {
        Some(file) => roots_of(Path::new(file))?,
        None => native_roots()?,
    };
    if let Some((certificate, key)) = settings.user_certificate() {
        certificates_of(Path::new(certificate))?;
        PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, &error))?;
    }
    GIVEN.store(true, Ordering::SeqCst);
    Ok(roots)
}

/// Speaks to the hosts until one answers, so that what is wrong can be said: the crate only says that
/// connecting failed.
pub(crate) async fn knock(address: &Address, roots: RootCertStore) -> Result<(), OpenError> {
    if address.settings.is_dns_discovery_enabled() {
        return Ok(());
    }
    let config = client_config(roots)?;
    let mut failed = None;
    for host in address.settings.hosts() {
        match timeout(HANDSHAKE_MAX, shake(address, &host.host, host.port, &config)).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => failed = Some(error),
            Err(_) => {
                let why = format!("{}:{} does not answer", host.host, host.port);
                failed = Some(OpenError::Away { address: address.shown.clone(), why });
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn shake(
    address: &Address,
    host: &str,
    port: u32,
    config: &Arc<rustls::ClientConfig>,
) -> Result<(), OpenError> {
    let away = |why: String| OpenError::Away { address: address.shown.clone(), why };
    let port = u16::try_from(port).map_err(|_| away(format!("{port} is no port")))?;
    let line = TcpStream::connect((host, port)).await.map_err(|error| away(error.to_string()))?;
    let settings = &address.settings;
    if !settings.is_secure_mode_enabled() || !settings.is_tls_certificate_verification_enabled() {
        return Ok(());
    }
    let name = ServerName::try_from(host.to_owned()).map_err(|error| away(error.to_string()))?;
    let shaken = TlsConnector::from(Arc::clone(config)).connect(name, line).await;
    shaken.map(drop).map_err(|error| {
        let refused = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
        match refused {
            Some(rustls::Error::InvalidCertificate(why)) => {
                OpenError::BadCertificate { address: address.shown.clone(), why: format!("{why:?}") }
            }
            Some(other) => away(format!("TLS with {host}:{port} failed: {other}")),
            None => away(format!("TLS with {host}:{port} failed: {error}")),
        }
    })
}

fn client_config(roots: RootCertStore) -> Result<Arc<rustls::ClientConfig>, OpenError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| OpenError::Certificates(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn native_roots() -> Result<RootCertStore, OpenError> {
    let native = rustls_native_certs::load_native_certs();
    if let Some(error) = native.errors.first() {
        return Err(OpenError::Certificates(format!(
            "the certificates of this machine cannot be read ({error}): name the server's with tlsCAFile"
        )));
    }
    gathered(native.certs, "a certificate of this machine")
}

fn roots_of(file: &Path) -> Result<RootCertStore, OpenError> {
    gathered(certificates_of(file)?, &file.display().to_string())
}

fn gathered(certificates: Vec<CertificateDer<'static>>, whose: &str) -> Result<RootCertStore, OpenError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate).map_err(|error| OpenError::Certificates(format!("{whose}: {error}")))?;
    }
    Ok(roots)
}

fn certificates_of(file: &Path) -> Result<Vec<CertificateDer<'static>>, OpenError> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    read.map_err(|error| unreadable(&file.display().to_string(), &error))
}

fn unreadable(file: &str, error: &rustls::pki_types::pem::Error) -> OpenError {
    OpenError::Certificates(format!("{file} cannot be read: {error}"))
}
