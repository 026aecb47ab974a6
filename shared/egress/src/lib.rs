//! Outgoing HTTP to hosts that a user names: the guard that keeps it away from what only our account can reach.
//!
//! What a client of [`Egress`] promises:
//!
//! * It connects only to public addresses, and to exactly the addresses that were checked, unless the stack
//!   allows the host.
//! * It follows no redirect, uses no proxy and tries nothing again: whoever sends decides about each, so that
//!   nothing travels to a host that nobody looked at.

mod address_guard;
mod allowed_hosts;
mod client;
mod hop_by_hop;
mod resolver;
mod target;

pub use address_guard::refusal;
pub use allowed_hosts::{AllowedHosts, InvalidAllowedHost};
pub use client::{Egress, Failure, RefusedTarget, UnusableTls};
pub use hop_by_hop::is_hop_by_hop;
pub use resolver::Lookup;
pub use target::{InvalidTarget, Target};
