//! A generated history as a file.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tests::generator::{Plan, write_history};

/// What the history is like; printed with every figure.
pub(crate) const DESCRIPTION: &str =
    "about 600 bytes a CloudEvents line, 20 lines an account, every fifth account with a live handoff";

/// Writes a history to `folder` and returns the file.
pub(crate) fn history(folder: &Path, events: u64) -> PathBuf {
    let file = folder.join("history.ndjson");
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&file).unwrap());
    write_history(&Plan { events, accounts: (events / 20).max(1), seed: 7 }, &mut out).unwrap();
    out.flush().unwrap();
    file
}
