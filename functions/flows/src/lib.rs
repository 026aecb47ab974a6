//! Flows: a working copy that is edited, a saved copy that is valid, and the releases made of it.

mod create;
mod definition;
mod delete;
mod editing;
mod get;
mod get_definition;
mod query;
mod update;
mod validation;

pub use create::Create;
pub use delete::Delete;
pub use get::Get;
pub use get_definition::GetDefinition;
pub use query::Query;
pub use update::Update;

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint::http::<Create>(),
    Endpoint::http::<Query>(),
    Endpoint::http::<Get>(),
    Endpoint::http::<GetDefinition>(),
    Endpoint::http::<Update>(),
    Endpoint::http::<Delete>(),
];
