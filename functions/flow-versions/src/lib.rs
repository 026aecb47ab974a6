//! Flow-version deployments: releases put into virtual environments, in the words of the third family. The entity is
//! the flow deployment of the native family.

mod create;
mod delete;
mod deployed_packages;
mod disable;
mod enable;
mod environment_view;
mod environments;
mod found;
mod get;
mod including;
mod listing;
mod query;
mod query_of_version;
mod representation;
mod switched;
mod update;

pub use create::Create;
pub use delete::Delete;
pub use deployed_packages::DeployedPackages;
pub use disable::Disable;
pub use enable::Enable;
pub use environments::Environments;
pub use get::Get;
pub use query::Query;
pub use query_of_version::QueryOfVersion;
pub use update::Update;

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint::http::<Query>(),
    Endpoint::http::<QueryOfVersion>(),
    Endpoint::http::<Create>(),
    Endpoint::http::<Get>(),
    Endpoint::http::<Update>(),
    Endpoint::http::<Delete>(),
    Endpoint::http::<Enable>(),
    Endpoint::http::<Disable>(),
    Endpoint::http::<Environments>(),
    Endpoint::http::<DeployedPackages>(),
];
