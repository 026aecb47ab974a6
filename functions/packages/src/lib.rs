//! Packages: flow versions of several flows that are deployed together, all or none.

mod create;
mod delete;
mod deploy;
mod get;
mod get_deployment;
mod members;
mod query;
mod query_deployments;
#[cfg(test)]
mod samples;
mod update;

pub use create::Create;
pub use delete::Delete;
pub use deploy::Deploy;
pub use get::Get;
pub use get_deployment::GetDeployment;
pub use query::Query;
pub use query_deployments::QueryDeployments;
pub use update::Update;

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint::http::<Create>(),
    Endpoint::http::<Query>(),
    Endpoint::http::<Get>(),
    Endpoint::http::<Update>(),
    Endpoint::http::<Delete>(),
    Endpoint::http::<Deploy>(),
    Endpoint::http::<QueryDeployments>(),
    Endpoint::http::<GetDeployment>(),
];

/// Why a change of a package is given up. Callers of this family do not say which version they saw, so nobody but us can
/// repeat it.
const TOO_OFTEN: &str = "the package is being changed too often";
