use api::collection::Data;
use api::{Actor, ApiError, Grant, Method};
use app::amend::{self, amend};
use contract::flow_versions::Given;
use contract::flow_versions::deployments::{DeploymentChanges, DeploymentView};
use domain::amendment::{Amendment, Wanted};
use domain::deployment::Deployment;
use domain::metadata::Timestamp;
use domain::placement::Placement;
use domain::scope::Scope;
use runtime::flow_versions::environment::placement;
use runtime::{CallOf, Context, HttpEndpoint};
use store::ProjectStore;

use crate::found::{self, VersionDeployment};
use crate::representation;

/// A clock may be so far ahead of ours, in seconds. What lies further ahead would be a plan, and there are none.
const MAX_AHEAD_SECONDS: i64 = 300;

/// Changes a deployment of a flow version.
#[derive(Debug)]
pub struct Update;

impl HttpEndpoint for Update {
    const ID: &'static str = "flow-versions.update";
    const SUMMARY: &'static str = "Change where a deployment serves, its priority, and whether it is on";
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/api/v1/flow-versions/{flow_version}/deployments/{deployment}";
    // What is more than operating asks for more.
    const SCOPE: Scope = Scope::OperateFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = amend::GRANTS;
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = VersionDeployment;
    type Query = ();
    type Body = DeploymentChanges;
    type Answer = Data<DeploymentView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Data<DeploymentView>, ApiError> {
        let project = context.project_of(&call);
        // It is read again when it is changed. Here it says what is not there, before what is wrong with the body, and
        // whether an environment that is named is the one that it is in.
        let Deployment { id, placement, .. } = found::deployment(&project, &call.path).await?.entity;
        let same = match call.body.flow_version_id {
            Some(named) => found::same_version(call.path.flow_version.get()?, named),
            None => Ok(()),
        };
        let wanted = amendment(&project, &call.body, placement, context.clock.now()).await;
        let (wanted, ()) = ApiError::both(wanted, same)?;
        let allowed = |deployment: &Deployment| permitted(&call.actor, deployment, &wanted);
        let stored = amend(context, &project, id, &wanted, &allowed, &call.actor.principal).await?;
        Ok(Data { data: representation::view(&stored) })
    }
}

/// What the changes come to; all that is wrong with them, at once.
async fn amendment(
    project: &ProjectStore,
    changes: &DeploymentChanges,
    before: Placement,
    now: Timestamp,
) -> Result<Amendment, ApiError> {
    let placement = match &changes.virtual_environment_id {
        Given::Absent => Ok(None),
        Given::Null => placement(project, None).await.map(Some),
        // Where it is it may stay, whatever became of the environment.
        Given::Value(environment) if environment.names(before) => Ok(Some(before)),
        Given::Value(environment) => placement(project, Some(environment)).await.map(Some),
    };
    let (placement, switch) = ApiError::both(placement, switch(changes.enabled_at, now))?;
    Ok(Amendment {
        placement,
        switch,
        priority: match changes.priority {
            Given::Absent => None,
            given => Some(given.or(None)),
        },
        deploy_disabled: match changes.deploy_disabled {
            Given::Absent => None,
            given => Some(given.or(None).unwrap_or_default()),
        },
    })
}

fn switch(enabled_at: Given<Timestamp>, now: Timestamp) -> Result<Option<Wanted>, ApiError> {
    match enabled_at {
        Given::Absent => Ok(None),
        Given::Null => Ok(Some(Wanted::EnabledAt(None))),
        Given::Value(at) if at > now.plus_seconds(MAX_AHEAD_SECONDS) => {
            let message = format!(
                "must not lie ahead: it is {now}, and nothing is switched on later by itself; send the current time"
            );
            Err(ApiError::invalid_field("/enabled_at", message))
        }
        Given::Value(at) if at.as_second() < 0 => {
            Err(ApiError::invalid_field("/enabled_at", "must be a time since 1970"))
        }
        Given::Value(at) => Ok(Some(Wanted::EnabledAt(Some(at)))),
    }
}

/// Whether the caller may do all of it, to the deployment as it is by then.
fn permitted(actor: &Actor, deployment: &Deployment, wanted: &Amendment) -> Result<(), ApiError> {
    if is_deploying(deployment, wanted) && !actor.scopes.grant(Scope::ManageFlowDeployments) {
        return Err(ApiError::forbidden(Scope::ManageFlowDeployments));
    }
    Ok(())
}

/// Whether the changes go beyond operating what is deployed.
fn is_deploying(before: &Deployment, wanted: &Amendment) -> bool {
    wanted.placement.is_some_and(|to| to != before.placement)
        || wanted.deploy_disabled.is_some_and(|disabled| disabled != before.deploy_disabled)
}

#[cfg(test)]
mod tests {
    use api::request::Body;
    use api::unknown::Unknown;
    use api::validate::Validator;
    use serde_json::{Value, json};

    use super::*;
    use contract::flow_versions::deployments::DeploymentView;

    const NOW: &str = "2026-11-20T10:00:00Z";

    fn switched(body: Value) -> Result<Option<Wanted>, ApiError> {
        let changes: DeploymentChanges = serde_json::from_value(body).unwrap();
        switch(changes.enabled_at, NOW.parse().unwrap())
    }

    #[test]
    fn a_whole_deployment_can_be_sent_back_and_a_misspelt_member_cannot() {
        let body = DeploymentChanges::SCHEMA.unwrap();
        let validator = Validator::of_body(body, Unknown::Refused).unwrap();
        let known = schemars::schema_for!(DeploymentView);
        let known = known.as_value()["properties"].as_object().unwrap().keys();
        let whole: Value = known.map(|name| (name.clone(), Value::Null)).collect();
        assert_eq!(validator.problems(&whole), []);
        let problems = validator.problems(&json!({ "virtual_enviroment_id": null }));
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["virtual_enviroment_id: unknown member; did you mean 'virtual_environment_id'?"]);
    }

    #[test]
    fn a_time_is_on_null_is_off_and_nothing_is_nothing() {
        let at = |text: &str| Some(Wanted::EnabledAt(Some(text.parse().unwrap())));
        for (body, wanted) in [
            (json!({}), None),
            (json!({ "enabled_at": null }), Some(Wanted::EnabledAt(None))),
            (json!({ "enabled_at": NOW }), at(NOW)),
            (json!({ "enabled_at": "2020-01-01T00:00:00Z" }), at("2020-01-01T00:00:00Z")),
            (json!({ "enabled_at": "2026-11-20T10:05:00Z" }), at("2026-11-20T10:05:00Z")),
        ] {
            assert_eq!(switched(body.clone()).unwrap(), wanted, "{body}");
        }
        let refused = switched(json!({ "enabled_at": "2026-11-20T10:05:01Z" })).unwrap_err();
        assert_eq!(refused.errors[0].members["field"], "/enabled_at");
    }
}
