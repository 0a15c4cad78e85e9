//! Free loopback ports that stay free while a server is down.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the range from which systems give ports to outgoing connections, so that a server that is
/// restarted finds its port again.
const FIRST: u16 = 12_000;
const COUNT: u16 = 18_000;

/// A port nobody listens on. Every process starts looking somewhere else.
///
/// # Panics
/// If every port is taken.
pub(super) fn free() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = std::process::id().wrapping_mul(7_919) % u32::from(COUNT);
    let start = u16::try_from(start).expect("less than the count");
    (0..COUNT)
        .map(|_| FIRST + (start + NEXT.fetch_add(1, Ordering::Relaxed) % COUNT) % COUNT)
        .find(|&port| TcpListener::bind(("127.0.0.1", port)).is_ok())
        .expect("one of eighteen thousand ports is free")
}
