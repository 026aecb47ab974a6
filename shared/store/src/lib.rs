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
mod sketch;
mod switching;
mod table;
mod validated;
mod wishes;
mod work;
mod write;

use domain::text::ProjectKey;

pub use connector_deployments::{MAX_SECRETS_AT_ONCE, NewClient};
pub use entity::{Address, Entity, InvalidAddress, Sides, Stored};
pub use environments::MAX_SEALED_AT_ONCE;
pub use error::{Kind, StoreError};
pub use gathered::MAX_OFFSET;
pub use list::{Direction, ListRequest, Listing, Page};
pub use logs::{LogPage, LogQuery};
pub use pending::{PENDING_SHARDS, Pending};
pub use project::position;
pub use related::{Related, Relations};
pub use secrets::SealedVariable;
pub use sketch::Sketch;

/// For writers of one item that met each other: how long to wait before the next attempt.
pub mod contention {
    pub use crate::table::pause;
}

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
}

impl Store {
    /// The store in the table of that name.
    pub fn new(client: aws_sdk_dynamodb::Client, table: String) -> Self {
        Self { table: Table::new(client, table) }
    }

    /// The items of one project.
    pub fn project(&self, project: &ProjectKey) -> ProjectStore {
        ProjectStore { table: self.table.clone(), project: project.clone() }
    }

    /// One cheap read that opens the connection, so that the first request does not pay for it. Errors are of no
    /// interest: the first request will meet them again.
    pub async fn prime(&self) {
        let _ = self.table.get(keys::nothing(), false).await;
    }
}
