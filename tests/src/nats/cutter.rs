//! A cable between a client and a server, or between two servers, that can be cut, silenced and mended.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Passes bytes on between whoever connects here and the server behind it, until it is cut.
pub struct Cutter {
    port: u16,
    cable: Arc<Cable>,
}

#[derive(Default)]
struct Cable {
    condition: Mutex<Condition>,
    changed: Condvar,
}

#[derive(Default)]
struct Condition {
    passing: Passing,
    ends: Vec<TcpStream>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Passing {
    #[default]
    Everything,
    /// Whoever is connected is told that the connection ended.
    Nothing,
    /// Nobody is told anything: what is sent is kept until the cable is mended.
    NotNow,
    /// Nobody owns the cable any more.
    Never,
}

impl Cutter {
    /// A whole cable to the server at this port.
    ///
    /// # Panics
    /// If no port is free.
    pub fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("a listener has an address").port();
        let cable = Arc::new(Cable::default());
        let shared = Arc::clone(&cable);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                match shared.passing() {
                    Passing::Everything => shared.join(client, server),
                    Passing::Never => return,
                    Passing::Nothing | Passing::NotNow => {}
                }
            }
        });
        Self { port, cable }
    }

    /// Where a client connects to.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address())
    }

    /// The same without the scheme.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Cuts every connection, and every new one until it is mended.
    pub fn cut(&self) {
        self.cable.set(Passing::Nothing);
    }

    /// Keeps what is sent in either direction until it is mended: both ends stay connected and hear nothing, as
    /// behind a switch that drops packets.
    pub fn silence(&self) {
        self.cable.set(Passing::NotNow);
    }

    /// Lets through what was kept, and new connections.
    pub fn mend(&self) {
        self.cable.set(Passing::Everything);
    }
}

impl Drop for Cutter {
    fn drop(&mut self) {
        self.cable.set(Passing::Never);
        // Wakes the thread that waits for connections, so that it sees that nobody owns the cable.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

impl Cable {
    fn condition(&self) -> MutexGuard<'_, Condition> {
        self.condition.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, passing: Passing) {
        let mut condition = self.condition();
        condition.passing = passing;
        if matches!(passing, Passing::Nothing | Passing::Never) {
            for end in condition.ends.drain(..) {
                // An end that is closed already is as cut as can be.
                drop(end.shutdown(Shutdown::Both));
            }
        }
        self.changed.notify_all();
    }

    /// What becomes of something to be passed on, once that is known.
    fn passing(&self) -> Passing {
        let known =
            self.changed.wait_while(self.condition(), |condition| condition.passing == Passing::NotNow);
        known.unwrap_or_else(PoisonError::into_inner).passing
    }

    fn join(self: &Arc<Self>, client: TcpStream, server: u16) {
        let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { return };
        let pairs = [(client.try_clone(), server.try_clone()), (server.try_clone(), client.try_clone())];
        for (from, to) in pairs {
            if let (Ok(from), Ok(to)) = (from, to) {
                // What was sent is passed on as it was sent, and not gathered first.
                drop(to.set_nodelay(true));
                let cable = Arc::clone(self);
                thread::spawn(move || cable.pass_on(from, to));
            }
        }
        let mut condition = self.condition();
        condition.ends.extend([client, server]);
        let passing = condition.passing;
        drop(condition);
        if matches!(passing, Passing::Nothing | Passing::Never) {
            // It was cut while this connection was made.
            self.set(passing);
        }
    }

    fn pass_on(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut bytes = [0; 64 * 1024];
        loop {
            match from.read(&mut bytes) {
                Ok(0) | Err(_) => break,
                Ok(_) if self.passing() != Passing::Everything => break,
                Ok(count) if to.write_all(&bytes[..count]).is_err() => break,
                Ok(_) => {}
            }
        }
        // What ends during a silence ends for the other side when it is over.
        self.passing();
        drop(to.shutdown(Shutdown::Both));
        drop(from.shutdown(Shutdown::Both));
    }
}
