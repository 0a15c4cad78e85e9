//! Real inputs that lie beside the repository and are not part of it; a test without them says that it was skipped.

use std::io::Write as _;
use std::path::PathBuf;

use crate::repository_root;

/// Where the real inputs are, when they are not at `../shared/data`.
pub const FOLDER_VARIABLE: &str = "CHAPERONE_SHARED_DATA";

/// The real input at `path` (such as `crm/sales_pipeline.csv`), or `None` after saying aloud that a test is skipped.
pub fn shared_data(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(FOLDER_VARIABLE)
        .map_or_else(|| repository_root().join("../shared/data"), PathBuf::from);
    let file = folder.join(path);
    if file.exists() {
        return Some(file);
    }
    say_skipped(&format!("{path} is not at {} (set {FOLDER_VARIABLE} to its folder)", folder.display()));
    None
}

/// Says that the running test did nothing, and why; `tests/run` counts these lines.
pub fn say_skipped(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    // Written past the macros: the test runner swallows what they print when a test passes.
    // A closed stderr leaves nobody to tell.
    drop(writeln!(std::io::stderr().lock(), "skipped: {test}: {why}"));
}
