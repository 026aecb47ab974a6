//! What is pending of a deployment, natively and in the third family.

use domain::wishes::{SwitchWish, Wishes};
use schemars::JsonSchema;
use serde::Serialize;

/// Changes that were asked for during an operation and are made when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Pending {
    /// Whether it will be switched on (true) or off. If omitted, neither was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Whether it will be taken away.
    pub undeploy: bool,
}

impl Pending {
    /// What is pending, if anything is.
    pub fn of(wishes: &Wishes) -> Option<Self> {
        let enabled = wishes.switch.as_ref().map(|wish| *wish != SwitchWish::Off);
        let pending = Self { enabled, undeploy: wishes.undeploy.is_some() };
        (enabled.is_some() || pending.undeploy).then_some(pending)
    }
}
