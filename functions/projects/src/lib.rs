//! Projects: the tenants, and what is decided about a whole one. The first client of a project is made here, by an
//! operator; every other client by a client.

mod bootstrap;
mod get;
mod representation;
mod update;

pub use bootstrap::{Bootstrap, Bootstrapped, Order};
pub use get::Get;
pub use representation::ProjectView;
pub use update::Update;

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] =
    &[Endpoint::event::<Bootstrap>(), Endpoint::http::<Get>(), Endpoint::http::<Update>()];
