//! What the tests of the whole house share: the built binary, seeded histories, malformed input, and the house rules.

pub mod architecture;
pub mod chaperone;
pub mod events;
pub mod generator;
pub mod http;
pub mod malformed;
pub mod nats;
pub mod random;
pub mod shared_data;

use std::path::{Path, PathBuf};

/// The root of the repository, where `Cargo.toml` of the workspace lies.
pub fn repository_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the root").to_owned()
}
