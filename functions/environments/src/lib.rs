//! Environments: the stages that releases are deployed to, and their variables.

mod create;
mod delete;
mod execution_role;
mod get;
mod query;
mod update;
mod variables;

pub use create::Create;
pub use delete::Delete;
pub use get::Get;
pub use query::Query;
pub use update::Update;

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint::http::<Create>(),
    Endpoint::http::<Query>(),
    Endpoint::http::<Get>(),
    Endpoint::http::<Update>(),
    Endpoint::http::<Delete>(),
];
