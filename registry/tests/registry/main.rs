//! The registry against the workspace: what is declared, what is generated and what is kept by hand agree.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail by panicking, and so may what tests share"
)]

mod circles;
mod citations;
mod collected;
mod documents;
mod errors;
mod events;
mod limits;
mod linked;
mod parameters;
mod template;
mod wire_types;

use std::path::{Path, PathBuf};

/// The workspace's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
