//! Slipway's one DynamoDB table: keys, items, conditional writes, transactions, queries.
//!
//! [`Store::project`] is the only way to a project's entities, so no request can reach another project's items.
//! Every write names what it expects to find; what a failed condition means is told apart from the old item that
//! DynamoDB sends back, without a second read.

mod clients;
mod connector_deployments;
mod connectors;
mod deployments;
mod entities;
mod entity;
mod environments;
mod error;
mod flows;
mod gathered;
mod integrations;
mod item;
pub mod keys;
mod list;
mod logs;
mod machines;
mod packages;
mod pending;
mod project;
mod project_settings;
mod related;
mod releases;
mod repository_hosts;
mod routes;
mod runs;
mod secrets;
mod signing;
mod summary;
mod switching;
mod table;
mod validated;
mod wishes;
mod work;
mod write;

use std::sync::Arc;

use domain::ids::EnvironmentId;
use domain::text::ProjectKey;
use domain::via::Via;

pub use connector_deployments::{MAX_SECRETS_AT_ONCE, NewClient};
pub use domain::address::{Address, InvalidAddress};
pub use entity::{Derived, Entity, Reach, Stored};
pub use environments::MAX_SEALED_AT_ONCE;
pub use error::{Kind, StoreError};
pub use gathered::MAX_OFFSET;
pub use list::{Direction, ListRequest, Listing, Page};
pub use logs::{LogPage, LogQuery};
pub use pending::{PENDING_SHARDS, Pending};
pub use project::position;
pub use related::{Related, Relations};
pub use secrets::SealedVariable;
pub use summary::DeploymentSummary;
pub use switching::Routed;

use table::Table;

/// The table, whatever the project.
#[derive(Debug, Clone)]
pub struct Store {
    table: Table,
}

/// The part of the table that is one project's.
#[derive(Debug, Clone)]
pub struct ProjectStore {
    table: Table,
    project: ProjectKey,
    author: Arc<Author>,
}

/// For whom a [`ProjectStore`] reads and writes.
#[derive(Debug)]
struct Author {
    via: Via,
    /// The only environment whose entities can be reached. If there is none, all can be.
    limit: Option<EnvironmentId>,
}

impl Store {
    /// The store in the table of that name.
    pub fn new(client: aws_sdk_dynamodb::Client, table: String) -> Self {
        Self { table: Table::new(client, table) }
    }

    /// The items of one project, for whoever `via` says. With a limit, whatever is in another environment or in none can
    /// be neither read nor written.
    pub fn project(&self, project: &ProjectKey, via: Via, limit: Option<EnvironmentId>) -> ProjectStore {
        let author = Arc::new(Author { via, limit });
        ProjectStore { table: self.table.clone(), project: project.clone(), author }
    }

    /// One cheap read that opens the connection, so that the first request does not pay for it. Errors are of no
    /// interest: the first request will meet them again.
    pub async fn prime(&self) {
        let _ = self.table.get(keys::nothing(), false).await;
    }
}
