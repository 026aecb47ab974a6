use api::{Entry, Grant, Reference, grant};
use contract::connect::staged_connectors::ConnectorStagedView;
use domain::connector::ConnectorStaged;
use domain::metadata::Principal;
use domain::text::{Note, ProjectKey};
use domain::via::Source;
use runtime::{Context, EventEndpoint, EventError};
use serde::Deserialize;
use store::StoreError;

use crate::certification::Decision;

/// Which connector, and what is decided.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The project whose connector it is.
    pub project: ProjectKey,
    /// The connector: its id, or `key={key}`.
    pub connector: Reference,
    /// What is decided: `start`, `certify` or `reject`.
    pub decision: Decision,
    /// A word on it, which its owner reads.
    pub comment: Option<Note>,
}

/// Tells a connector that is not there from whatever else keeps us from reading it.
fn not_found(error: StoreError) -> EventError {
    match error {
        StoreError::NotFound { .. } => EventError::new("ResourceNotFound", error.to_string()),
        error => error.into(),
    }
}

/// Decides on the certification of a connector. Only the operator can call it.
#[derive(Debug)]
pub struct Certify;

impl EventEndpoint for Certify {
    const ID: &'static str = "staged-connectors.certify";
    const SUMMARY: &'static str = "Start, grant or refuse the certification of a connector";
    const ENTRY: Entry = Entry::Direct;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::CREATE];
    type Event = Order;
    type Answer = ConnectorStagedView;

    async fn handle(context: &Context, order: Order) -> Result<ConnectorStagedView, EventError> {
        let project = context.project(&order.project, context.part("certification", Source::Operator));
        let found = project.get::<ConnectorStaged>(order.connector.address()).await;
        let mut staged = found.map_err(not_found)?.entity;
        let expected = staged.metadata.version;
        let before = project.published(&staged).await?;
        let (now, by) = (context.clock.now(), Principal::system("certification"));
        let decided = order.decision.carry_out(&mut staged, order.comment, before.as_ref(), now, &by);
        let published = decided.map_err(|refused| EventError::new(refused.code(), refused.to_string()))?;
        match published {
            None => project.update(&staged, expected).await?,
            Some(published) => {
                let before = before.map(|before| before.metadata.version);
                project.update_published(&staged, expected, &published, before).await?;
            }
        }
        Ok(staged.into())
    }
}
