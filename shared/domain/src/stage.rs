//! The stages of the operations that workers carry out.

use schemars::JsonSchema;
use serde::Serialize;

/// A point between two side effects of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// The lease is taken.
    Acquire,
    /// The release is read, its digest verified.
    Resolve,
    /// Every variable and secret is there.
    Configure,
    /// The definition is valid.
    Validate,
    /// The bundle is stored and the deployment knows what is about to be made.
    Prepare,
    /// The state machine is made.
    Provision,
    /// The state machine is what it should be.
    Verify,
    /// The route leads to it.
    Switch,
    /// The schedule is what the route wants.
    Schedule,
    /// What nothing leads to any more is gone.
    Retire,
    /// The deployments of a package are stored, where the request has not done it.
    Members,
    /// One of them has been worked on and rests.
    Member,
    /// All of them were switched on.
    Together,
    /// The schedules follow them.
    Follow,
    /// It is decided that none of them is switched on.
    Withdraw,
    /// One of those that could be deployed is taken away again.
    Withdrawn,
}

impl Stage {
    /// How far along a stage is in its operation. A later one has a larger number.
    pub const fn step(self) -> u8 {
        self as u8
    }

    /// Every stage of a deployment, in order.
    pub const ALL: &'static [Self] = &[
        Self::Acquire,
        Self::Resolve,
        Self::Configure,
        Self::Validate,
        Self::Prepare,
        Self::Provision,
        Self::Verify,
        Self::Switch,
        Self::Schedule,
        Self::Retire,
    ];

    /// The stages of a package that is deployed, in order. Those of its deployments lie between the second and the
    /// third.
    pub const OF_A_PACKAGE: &'static [Self] =
        &[Self::Acquire, Self::Members, Self::Member, Self::Together, Self::Follow];

    /// The stages of a package of which something cannot be deployed, in order.
    pub const OF_A_BAD_PACKAGE: &'static [Self] =
        &[Self::Acquire, Self::Members, Self::Member, Self::Withdraw, Self::Withdrawn];
}
