//! Update requests: a version and actions, all or nothing. Deletes name a version too, when the caller cares.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::ApiError;
use crate::operation::{Param, ParamKind};

/// What an update sends.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update<A> {
    /// The version that the caller saw. Another one now is a conflict.
    pub version: u64,
    /// What to do, in order. One that fails undoes all.
    #[schemars(length(max = 50))]
    pub actions: Vec<A>,
}

impl<A> Update<A> {
    /// Does each action in turn. An error names the action it came from.
    pub fn apply(self, mut act: impl FnMut(A) -> Result<(), ApiError>) -> Result<(), ApiError> {
        for (place, action) in self.actions.into_iter().enumerate() {
            act(action).map_err(|error| at_action(place, error))?;
        }
        Ok(())
    }
}

/// Says which action an error came from.
pub fn at_action(place: usize, mut error: ApiError) -> ApiError {
    for item in &mut error.errors {
        item.message = format!("actions[{place}]: {}", item.message);
    }
    error
}

/// The parameter of every delete.
pub const VERSION: &[Param] = &[Param {
    name: "version",
    description: "Delete only if this is the version now",
    kind: ParamKind::Integer { min: 1, max: u64::MAX },
}];
