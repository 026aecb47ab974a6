//! Releases: numbered, immutable copies of a flow. They are created and read; nothing changes or deletes one.

mod create;
mod get;
mod get_definition;
mod history;
mod query;
mod releasing;

pub use create::Create;
pub use get::Get;
pub use get_definition::GetDefinition;
pub use query::Query;

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint::http::<Create>(),
    Endpoint::http::<Query>(),
    Endpoint::http::<Get>(),
    Endpoint::http::<GetDefinition>(),
];
