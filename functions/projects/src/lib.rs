//! Projects: the tenants, and what is decided about a whole one. The first client of a project is made here, by an
//! operator; every other client by a client. The keys that sign tokens, which are for all projects, are made and rotated
//! here as well.

mod bootstrap;
#[cfg(test)]
mod events;
mod get;
mod rotate_keys;
mod update;

pub use bootstrap::{Bootstrap, Bootstrapped, Order};
pub use get::Get;
pub use rotate_keys::{KeyView, RotateKeys, Rotated, Rotation};
pub use update::Update;

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint::event::<Bootstrap>(),
    Endpoint::event::<RotateKeys>(),
    Endpoint::http::<Get>(),
    Endpoint::http::<Update>(),
];
