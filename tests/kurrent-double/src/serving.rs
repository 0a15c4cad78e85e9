//! A running server on a runtime of its own, so that stopping it cuts every line at once.

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::Stream;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Server;
use tonic::transport::server::Connected;

use crate::Double;
use crate::calls::{Answers, Cluster, Features};
use crate::wire::gossip::gossip_server::GossipServer;
use crate::wire::server_features::server_features_server::ServerFeaturesServer;
use crate::wire::streams::streams_server::StreamsServer;

/// Lines that wait to be served: a test opens a handful.
const LINES_WAITING: usize = 64;

/// Who the server says it is over TLS: a certificate and its key, both DER.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate.
    pub certificate: Vec<u8>,
    /// The key, PKCS #8.
    pub key: Vec<u8>,
}

/// A running server; it stops, cutting every line, when this goes.
pub struct Serving {
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Double {
    /// Serves on a free port of the loopback interface.
    ///
    /// # Errors
    /// No port can be had.
    pub fn serve(&self) -> std::io::Result<Serving> {
        self.serve_on((Ipv4Addr::LOCALHOST, 0).into(), None)
    }

    /// Serves over TLS on a free port of the loopback interface.
    ///
    /// # Errors
    /// No port can be had, or the identity is none.
    pub fn serve_tls(&self, identity: &Identity) -> std::io::Result<Serving> {
        self.serve_on((Ipv4Addr::LOCALHOST, 0).into(), Some(identity))
    }

    /// Serves again where a stopped server did.
    ///
    /// # Errors
    /// Somebody else has the address now.
    pub fn serve_again(&self, address: SocketAddr) -> std::io::Result<Serving> {
        self.serve_on(address, None)
    }

    fn serve_on(&self, address: SocketAddr, identity: Option<&Identity>) -> std::io::Result<Serving> {
        let tls = identity.map(acceptor).transpose()?;
        // The standard listener sets SO_REUSEADDR, so that an address can be taken again at once.
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let double = self.clone();
        runtime.spawn(async move {
            let Ok(listener) = TcpListener::from_std(listener) else { return };
            let server = Server::builder()
                .add_service(StreamsServer::new(Answers(double.clone())))
                .add_service(ServerFeaturesServer::new(Features(double.clone())))
                .add_service(GossipServer::new(Cluster(double)));
            // Whoever cut it off knows why.
            let _ended = server.serve_with_incoming(lines(listener, tls)).await;
        });
        Ok(Serving { address, runtime: Some(runtime) })
    }
}

impl Serving {
    /// Where it serves.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The connection string of a client.
    pub fn url(&self) -> String {
        format!("esdb://{}?tls=false", self.address)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn acceptor(identity: &Identity) -> std::io::Result<TlsAcceptor> {
    let certificate = CertificateDer::from(identity.certificate.clone());
    let key = PrivateKeyDer::try_from(identity.key.clone()).map_err(std::io::Error::other)?;
    // Its own provider, so that which one the process has is left to the clients under test.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key);
    let mut config = config.map_err(std::io::Error::other)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn lines(listener: TcpListener, tls: Option<TlsAcceptor>) -> impl Stream<Item = std::io::Result<Line>> {
    let (ready, waiting) = mpsc::channel(LINES_WAITING);
    tokio::spawn(async move {
        while let Ok((line, _)) = listener.accept().await {
            // As every gRPC server does: small answers are not held back.
            if line.set_nodelay(true).is_err() {
                continue;
            }
            let (ready, tls) = (ready.clone(), tls.clone());
            tokio::spawn(async move {
                let line: Box<dyn Duplex> = match tls {
                    None => Box::new(line),
                    Some(tls) => match tls.accept(line).await {
                        Ok(line) => Box::new(line),
                        // The client did not like the certificate: that is its right.
                        Err(_) => return,
                    },
                };
                let _stopped = ready.send(Ok(Line(Box::into_pin(line)))).await;
            });
        }
    });
    ReceiverStream::new(waiting)
}

trait Duplex: AsyncRead + AsyncWrite + Send {}
impl<T: AsyncRead + AsyncWrite + Send> Duplex for T {}

struct Line(Pin<Box<dyn Duplex>>);

impl Connected for Line {
    type ConnectInfo = ();
    fn connect_info(&self) {}
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        self.0.as_mut().poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.0.as_mut().poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        self.0.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        self.0.as_mut().poll_shutdown(context)
    }
}
