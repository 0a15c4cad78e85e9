//! A cable between a client and a server that can be cut and mended.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Passes bytes on between whoever connects here and the server behind it, until it is cut.
pub struct Cutter {
    port: u16,
    cable: Arc<Mutex<Cable>>,
}

#[derive(Default)]
struct Cable {
    cut: bool,
    ends: Vec<TcpStream>,
}

impl Cutter {
    /// A whole cable to the server at this port.
    ///
    /// # Panics
    /// If no port is free.
    pub fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("a listener has an address").port();
        let cable = Arc::new(Mutex::new(Cable::default()));
        let shared = Arc::downgrade(&cable);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Some(cable) = shared.upgrade() else { return };
                let mut cable = cable.lock().unwrap_or_else(PoisonError::into_inner);
                if cable.cut {
                    continue;
                }
                if let Ok(server) = TcpStream::connect(("127.0.0.1", server)) {
                    cable.ends.extend(join(client, server));
                }
            }
        });
        Self { port, cable }
    }

    /// Where a client connects to.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Cuts every connection, and every new one until it is mended.
    pub fn cut(&self) {
        let mut cable = self.cable.lock().unwrap_or_else(PoisonError::into_inner);
        cable.cut = true;
        for end in cable.ends.drain(..) {
            // An end that is closed already is as cut as can be.
            drop(end.shutdown(Shutdown::Both));
        }
    }

    /// Lets new connections through again.
    pub fn mend(&self) {
        self.cable.lock().unwrap_or_else(PoisonError::into_inner).cut = false;
    }
}

impl Drop for Cutter {
    fn drop(&mut self) {
        self.cut();
        // Wakes the thread that waits for connections, so that it sees that nobody owns the cable.
        self.cable = Arc::default();
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

fn join(client: TcpStream, server: TcpStream) -> Vec<TcpStream> {
    let pairs = [(client.try_clone(), server.try_clone()), (server.try_clone(), client.try_clone())];
    for (from, to) in pairs {
        if let (Ok(from), Ok(to)) = (from, to) {
            thread::spawn(move || pass_on(from, to));
        }
    }
    vec![client, server]
}

fn pass_on(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = [0; 64 * 1024];
    loop {
        match from.read(&mut bytes) {
            Ok(0) | Err(_) => break,
            Ok(count) if to.write_all(&bytes[..count]).is_err() => break,
            Ok(_) => {}
        }
    }
    drop(to.shutdown(Shutdown::Both));
    drop(from.shutdown(Shutdown::Both));
}
