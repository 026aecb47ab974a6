//! Packages: releases of several flows that are deployed together, all or none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::deployment::{self, Build, Operation};
use crate::ids::{DeploymentId, FlowId, PackageDeploymentId, PackageId};
use crate::lifecycle::{Event, Status};
use crate::metadata::Metadata;
use crate::placement::Placement;
use crate::report;
use crate::text::{Description, InvalidText, Name};
use crate::work::WorkState;

/// A package holds so many releases: all their routes are switched in one transaction, of at most 100 writes.
pub const MAX_MEMBERS: usize = 25;

/// Releases of several flows, one of each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    /// The id.
    pub id: PackageId,
    /// Name.
    pub name: Name,
    /// What it is for; at most 255 characters.
    pub notes: Option<String>,
    /// What is in it: 1 to [`MAX_MEMBERS`], no flow twice.
    pub members: Vec<PackageMember>,
    /// Whether it was ever asked to be deployed. From then on no flow can be taken out of it.
    pub was_deployed: bool,
    /// Version and authorship.
    pub metadata: Metadata,
}

/// A release in a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PackageMember {
    /// The flow.
    pub flow: FlowId,
    /// The number of its release.
    pub release: u32,
    /// The priority that its deployments get.
    pub priority: Option<i32>,
}

/// A package put somewhere: its deployments, and what became of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PackageDeployment {
    /// The id.
    pub id: PackageDeploymentId,
    /// The package.
    pub package: PackageId,
    /// Where.
    #[serde(rename = "environment")]
    pub placement: Placement,
    /// What was in the package when it was deployed, and the deployments of it. Their ids are chosen when the package is
    /// asked to be deployed; the deployments are made after that.
    pub members: Vec<MemberDeployment>,
    /// Status.
    pub status: Status,
    /// Whether the deployments of all members were made.
    #[serde(default)]
    pub made: bool,
    /// How the operation turned out, once that is decided: from then on there is no other way.
    #[serde(default)]
    pub verdict: Option<Verdict>,
    /// What was asked for.
    pub operation: Operation<PackageOperation>,
    /// What its last operation made, and the report of it.
    pub build: Build,
    /// Who works on it.
    #[serde(flatten)]
    pub work_state: WorkState,
    /// Version and authorship.
    pub metadata: Metadata,
}

/// The deployment of a release in a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberDeployment {
    /// What is deployed.
    #[serde(flatten)]
    pub member: PackageMember,
    /// Its deployment.
    pub deployment: DeploymentId,
    /// Number of the request for the package among all requests for the route of this flow. 0 if it was accepted before
    /// requests were counted.
    #[serde(default)]
    pub request_number: u64,
    /// Whether its deployment was made. It is written in the transaction that makes the deployment, so none is made
    /// again after it was undeployed.
    #[serde(default)]
    pub made: bool,
}

/// How deploying a package turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// All of it was switched on.
    Switched,
    /// None of it is switched on, and what could be deployed is taken away again.
    Withdrawn,
}

/// What can be asked of a package deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum PackageOperation {
    /// Deploy all of it.
    Deploy,
}

impl PackageOperation {
    const fn event(self) -> Event {
        match self {
            Self::Deploy => Event::Redeploy,
        }
    }
}

impl Package {
    /// The flows that are in `self` and not in `members`.
    pub fn missing_from(&self, members: &[PackageMember]) -> Vec<FlowId> {
        let flows = self.members.iter().map(|member| member.flow);
        flows.filter(|flow| members.iter().all(|member| member.flow != *flow)).collect()
    }

    /// The description of the deployments that are made with it.
    ///
    /// # Errors
    ///
    /// None as long as a description may be a little longer than a name.
    pub fn description(&self) -> Result<Description, InvalidText> {
        format!("Package '{}'", self.name).try_into()
    }
}

impl PackageDeployment {
    /// The members whose deployments were made. Each can be found under its id until it is undeployed.
    pub fn made_members(&self) -> impl Iterator<Item = &MemberDeployment> {
        self.members.iter().filter(|member| self.made || member.made)
    }

    /// The members whose deployments are still to be made.
    pub fn unmade_members(&self) -> impl Iterator<Item = &MemberDeployment> {
        self.members.iter().filter(|member| !self.made && !member.made)
    }

    /// Notes that these deployments were made.
    pub fn note_made(&mut self, made: &[DeploymentId]) {
        for member in &mut self.members {
            member.made |= made.contains(&member.deployment);
        }
        self.made = self.members.iter().all(|member| member.made);
    }

    /// What it made is told of elsewhere; of itself nothing has to be cleared away.
    #[expect(clippy::unused_self, reason = "all kinds of deployment are asked alike")]
    const fn is_unsettled(&self) -> bool {
        false
    }

    /// What it means that its operation cannot be done.
    #[expect(clippy::unused_self, reason = "all kinds of deployment are asked alike")]
    const fn failure(&self) -> Event {
        Event::Fail
    }
}

deployment::deployment!(PackageDeployment, PackageOperation, PackageDeployment, report_bytes: report::MAX_BYTES);

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::metadata::Principal;

    #[test]
    fn every_name_makes_a_description() {
        for name in ["x".to_owned(), "é".repeat(256)] {
            let package = Package {
                id: PackageId::new(Uuid::nil()),
                name: name.parse().unwrap(),
                notes: None,
                members: Vec::new(),
                was_deployed: false,
                metadata: Metadata::begin(
                    "2026-11-20T10:00:00Z".parse().unwrap(),
                    &Principal::system("tests"),
                ),
            };
            assert_eq!(String::from(package.description().unwrap()), format!("Package '{name}'"));
        }
    }
}
