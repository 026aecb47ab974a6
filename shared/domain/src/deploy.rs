//! A deployment that is asked for.

use crate::deployment::{Build, Deployment, Operation, OperationKind, Request};
use crate::flow::Flow;
use crate::ids::{DeploymentId, PackageId};
use crate::lifecycle::Status;
use crate::metadata::Metadata;
use crate::placement::Placement;
use crate::report::Report;
use crate::text::Description;
use crate::work::WorkState;

/// What is to be deployed where.
#[derive(Debug)]
pub struct Deploy<'a> {
    /// The flow.
    pub flow: &'a Flow,
    /// Which release of it; it must exist.
    pub release: u32,
    /// Where; an environment must exist.
    pub placement: Placement,
    /// Why.
    pub description: Description,
    /// Which of several that are switched on answers.
    pub priority: Option<i32>,
    /// Whether to leave it switched off.
    pub disabled: bool,
}

impl<'a> Deploy<'a> {
    /// Deploys and takes over, without a priority.
    pub const fn new(flow: &'a Flow, release: u32, placement: Placement, description: Description) -> Self {
        Self { flow, release, placement, description, priority: None, disabled: false }
    }

    /// The deployment that comes of it, in `Queued`.
    pub fn deployment(self, id: DeploymentId, package: Option<PackageId>, request: &Request) -> Deployment {
        Deployment {
            id,
            flow: self.flow.id,
            integration: self.flow.integration,
            name: self.flow.name.clone(),
            placement: self.placement,
            release: self.release,
            priority: self.priority,
            deploy_disabled: self.disabled,
            package,
            description: self.description,
            status: Status::Queued,
            operation: Operation::of(OperationKind::Deploy, request),
            build: Build { id: request.build, report: Report::default() },
            application: None,
            candidate: None,
            retiring: Vec::new(),
            request_number: 0,
            follow_up: false,
            work_state: WorkState::default(),
            metadata: Metadata::begin(request.at, &request.by),
        }
    }
}
