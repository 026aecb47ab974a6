//! API clients: the programs that may use the API. A client is made and deleted, never changed: whoever holds its
//! secret would not notice that it may do something else now.

mod create;
mod delete;
mod get;
mod query;

pub use create::Create;
pub use delete::Delete;
pub use get::Get;
pub use query::Query;

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint::http::<Create>(),
    Endpoint::http::<Query>(),
    Endpoint::http::<Get>(),
    Endpoint::http::<Delete>(),
];
