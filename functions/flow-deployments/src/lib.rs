//! Flow deployments: releases put into environments, or everywhere. The list of them is the deployment history.

mod action;
mod create;
mod delete;
mod get;
mod query;
mod representation;
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
