//! Jobs on connector deployments and on staged connectors.

use worker::job_of;

/// Connector deployments as a kind of work.
#[derive(Debug)]
pub(crate) struct ConnectorDeployments;

job_of!(
    /// An operation on a connector deployment.
    ConnectorJob,
    ConnectorDeployments
);

/// Staged connectors as a kind of work.
#[derive(Debug)]
pub(crate) struct StagedConnectors;

job_of!(
    /// A check of a staged connector, or its publishing.
    StagedJob,
    StagedConnectors
);
