//! HTTP tasks against a real server on the loopback.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail by panicking, its stand-ins too"
)]

mod addresses;
mod calls;
mod scopes;
mod server;
