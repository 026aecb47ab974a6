//! Projects: the tenants. The first client of one is made here, by an operator; every other client by a client.

mod bootstrap;

pub use bootstrap::{Bootstrap, Bootstrapped, Order};

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[Endpoint::event::<Bootstrap>()];
