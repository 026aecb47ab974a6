use api::{ApiError, Call, Grant, Method, grant};
use domain::client::{ApiClient, ClientKind};
use domain::ids::ApiClientId;
use domain::scope::{Scope, Scopes};
use domain::text::Name;
use domain::trail::Trail;
use runtime::clock::fresh;
use runtime::{Context, HttpEndpoint};
use schemars::JsonSchema;
use secrets::credential;
use serde::Deserialize;

use crate::representation::NewClientView;

/// What a new API client is to be.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ClientDraft {
    /// What it is called.
    pub name: Name,
    /// How it proves who it is.
    pub kind: ClientKind,
    /// What it may do: at least one scope, and none that the caller has not.
    #[schemars(extend("minItems" = 1))]
    pub scopes: Scopes,
}

/// Creates an API client.
#[derive(Debug)]
pub struct Create;

impl HttpEndpoint for Create {
    const ID: &'static str = "api-clients.create";
    const SUMMARY: &'static str = "Create an API client; its secret is in this answer and in no other";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/api-clients";
    const SCOPE: Scope = Scope::ManageApiClients;
    const SUCCESS: u16 = 201;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::CREATE];
    type Body = ClientDraft;
    type Answer = NewClientView;

    async fn handle(context: &Context, call: Call<ClientDraft>) -> Result<NewClientView, ApiError> {
        let ClientDraft { name, kind, scopes } = call.body;
        within(&call.actor.scopes, &scopes)?;
        let trail = Trail::begin(context.clock.now(), &call.actor.principal);
        let client = ApiClient { id: ApiClientId::new(fresh()), name, kind, scopes, trail };
        let (credential, secret) = credential::issue(&call.project, &client).map_err(ApiError::internal)?;
        context.project(&call.project).create_client(&client, &credential).await?;
        Ok(NewClientView::new(client, secret))
    }
}

/// Nobody gives away more than they have.
fn within(own: &Scopes, asked: &Scopes) -> Result<(), ApiError> {
    let lacking: Vec<&str> = own.lacking(asked).into_iter().map(Scope::as_str).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let message = format!(
        "Insufficient scope: you cannot give a client what you do not have yourself: {}",
        lacking.join(", ")
    );
    Err(ApiError::new(403, "AuthorizationError", message))
}

#[cfg(test)]
mod tests {
    use api::validate::Validator;
    use schemars::schema_for;
    use serde_json::json;

    use super::*;

    fn scopes(scopes: &[Scope]) -> Scopes {
        Scopes(scopes.iter().copied().collect())
    }

    #[test]
    fn nobody_gives_away_more_than_they_have() {
        let own = scopes(&[Scope::ManageApiClients, Scope::ManageRuns]);
        assert!(within(&own, &scopes(&[Scope::ViewRuns, Scope::ViewApiClients])).is_ok());
        assert!(within(&scopes(&[Scope::ManageProject]), &scopes(Scope::ALL)).is_ok());
        let asked = scopes(&[Scope::ManageProject, Scope::ViewRuns, Scope::ViewFlowDeployments]);
        let refused = within(&own, &asked).unwrap_err();
        assert_eq!(refused.status, 403);
        let [error] = refused.errors.as_slice() else { panic!("one error: {refused:?}") };
        assert_eq!(error.code, "AuthorizationError");
        assert!(error.message.ends_with(": manage_project, view_flow_deployments"), "{}", error.message);
    }

    #[test]
    fn a_draft_names_at_least_one_scope_and_only_known_ones() {
        let validator = Validator::new(schema_for!(ClientDraft).as_value()).unwrap();
        let problems = |scopes| {
            let body = json!({ "name": "CI", "kind": "apiKey", "scopes": scopes });
            validator.problems(&body).into_iter().map(|problem| problem.pointer).collect::<Vec<_>>()
        };
        assert_eq!(problems(json!(["view_runs", "manage_flow_deployments"])), Vec::<String>::new());
        assert_eq!(problems(json!([])), ["/scopes"]);
        assert_eq!(problems(json!(["view_runs", "root"])), ["/scopes/1"]);
        assert_eq!(problems(json!("view_runs")), ["/scopes"]);
    }
}
