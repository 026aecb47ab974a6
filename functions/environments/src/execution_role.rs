//! The role that flows run as in an environment. Choosing one decides what flows may do in AWS, so it takes more than
//! managing environments.

use api::{Actor, ApiError};
use domain::scope::Scope;
use domain::text::RoleArn;
use runtime::Config;

/// Refuses a caller who may not choose roles: it takes `manage_project`, without a limit to an environment.
pub(crate) fn may_choose(actor: &Actor) -> Result<(), ApiError> {
    actor.unlimited()?;
    if actor.scopes.grant(Scope::ManageProject) {
        Ok(())
    } else {
        Err(ApiError::forbidden(Scope::ManageProject))
    }
}

/// Refuses a role that the worker may not hand on to Step Functions.
pub(crate) fn check(config: &Config, role: &RoleArn, at: &str) -> Result<(), ApiError> {
    let home = config.execution_roles().map_err(ApiError::internal)?;
    if role.as_str().starts_with(&home) {
        return Ok(());
    }
    let problem = format!("must begin with {home}: only roles of this account under that path may run flows");
    Err(ApiError::invalid_field(at, problem))
}
