//! Real nats-servers for tests, alone or three in a cluster: started, killed, paused, restarted, robbed of their store.

mod cluster;
mod cutter;
mod ports;
mod server;

pub use cluster::{CutOff, NatsCluster};
pub use cutter::Cutter;
pub use server::{NatsServer, copy_folder};

use std::path::PathBuf;

use crate::repository_root;
use crate::shared_data::say_skipped;

/// The pinned server that `tests/run` installs, or `None` after saying aloud that a test is skipped.
fn program() -> Option<PathBuf> {
    let program = repository_root().join("tests/.tools/venv/bin/nats-server");
    if program.exists() {
        return Some(program);
    }
    say_skipped("nats-server is not at tests/.tools/venv/bin; ./tests/run installs it");
    None
}
