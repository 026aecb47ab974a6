//! Repository hosts: where a project's repositories are fetched from, beside those hosts that everybody knows, with
//! the tokens that they want.

mod archives;
mod create;
mod delete;
mod get;
mod query;
mod tokens;
mod update;

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
