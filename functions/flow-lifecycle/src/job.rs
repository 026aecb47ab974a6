//! Jobs on flow deployments and on packages.

use worker::job_of;

/// Flow deployments as a kind of work.
#[derive(Debug)]
pub(crate) struct FlowDeployments;

job_of!(
    /// An operation on a flow deployment.
    FlowJob,
    FlowDeployments
);

/// Package deployments as a kind of work.
#[derive(Debug)]
pub(crate) struct Packages;

job_of!(
    /// An operation on a package deployment.
    PackageJob,
    Packages
);
