//! Connector deployments, as Connect's API has them: connectors put into a region with their configuration.

mod admission;
mod api_client;
mod configuration;
mod connector;
mod create;
mod delete;
mod get;
mod log_query;
mod logs;
mod page_token;
mod query;
mod representation;
#[cfg(test)]
mod samples;
mod update;

pub use create::Create;
pub use delete::Delete;
pub use get::Get;
pub use logs::Logs;
pub use query::Query;
pub use update::Update;

use api::{Grant, SealedFor, grant};
use runtime::Endpoint;

/// What deploying takes: it seals secrets, and may make an API client.
const DEPLOY: &[Grant] = &[
    grant::READ,
    grant::CREATE,
    grant::CREATE_CREDENTIAL,
    grant::seal(SealedFor::ConnectorDeployments),
    grant::SEND_CONNECTORS,
];

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint::http::<Create>(),
    Endpoint::http::<Query>(),
    Endpoint::http::<Get>(),
    Endpoint::http::<Update>(),
    Endpoint::http::<Delete>(),
    Endpoint::http::<Logs>(),
];
