use api::{ApiError, Call, ErrorCode, Grant, Method, Reference, grant};
use contract::ShownOnce;
use contract::native::api_clients::{ClientDraft, NewClientView};
use domain::client::ApiClient;
use domain::environment::Environment;
use domain::ids::{ApiClientId, EnvironmentId};
use domain::metadata::Metadata;
use domain::scope::{Scope, Scopes};
use runtime::clock::new_id;
use runtime::{Context, HttpEndpoint};
use secrets::credential;
use store::ProjectStore;

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
    const GRANTS: &'static [Grant] = &[grant::READ, grant::CREATE, grant::CREATE_CREDENTIAL];
    type Path = ();
    type Query = ();
    type Body = ClientDraft;
    type Answer = NewClientView;

    async fn handle(context: &Context, call: Call<ClientDraft>) -> Result<NewClientView, ApiError> {
        let project = context.project_of(&call);
        let ClientDraft { name, kind, scopes, environment } = call.body;
        within(&call.actor.scopes, &scopes)?;
        let environment = limit(&project, environment).await?;
        let metadata = Metadata::begin(context.clock.now(), &call.actor.principal);
        let client = ApiClient { id: ApiClientId::new(new_id()), name, kind, scopes, environment, metadata };
        let (credential, secret) = credential::issue(&call.project, &client).map_err(ApiError::internal)?;
        project.create_client(&client, &credential).await?;
        Ok(NewClientView::new(client, ShownOnce::new(secret)))
    }
}

/// The id of the environment that the client is to be limited to.
async fn limit(
    project: &ProjectStore,
    environment: Option<Reference>,
) -> Result<Option<EnvironmentId>, ApiError> {
    let Some(environment) = environment else { return Ok(None) };
    let stored = api::reference::find::<Environment>(project, &environment, "environment").await?;
    Ok(Some(stored.entity.id))
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
    Err(ApiError::new(ErrorCode::AuthorizationError, message))
}

#[cfg(test)]
mod tests {
    use api::validate::Validator;
    use schemars::schema_for;
    use serde_json::{Value, json};

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
        assert_eq!(error.code, ErrorCode::AuthorizationError);
        assert!(error.message.ends_with(": manage_project, view_flow_deployments"), "{}", error.message);
    }

    #[test]
    fn a_draft_names_at_least_one_scope_and_only_known_ones() {
        let validator = Validator::new(schema_for!(ClientDraft).as_value()).unwrap();
        let problems = |scopes| {
            let body = json!({ "name": "CI", "kind": "apiKey", "scopes": scopes, "environment": null });
            validator.problems(&body).into_iter().map(|problem| problem.pointer).collect::<Vec<_>>()
        };
        assert_eq!(problems(json!(["view_runs", "manage_flow_deployments"])), Vec::<String>::new());
        assert_eq!(problems(json!([])), ["/scopes"]);
        assert_eq!(problems(json!(["view_runs", "root"])), ["/scopes/1"]);
        assert_eq!(problems(json!("view_runs")), ["/scopes"]);
    }

    #[test]
    fn a_draft_may_name_an_environment_as_a_path_does() {
        let validator = Validator::new(schema_for!(ClientDraft).as_value()).unwrap();
        let draft = |more: Value| {
            let mut draft = json!({ "name": "CI", "kind": "apiKey", "scopes": ["view_runs"] });
            draft.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            draft
        };
        for (more, named) in [
            (json!({ "environment": null }), None),
            (json!({ "environment": "key=staging" }), Some("key=staging")),
            (
                json!({ "environment": "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10" }),
                Some("8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10"),
            ),
        ] {
            assert_eq!(validator.problems(&draft(more.clone())), []);
            let read: ClientDraft = serde_json::from_value(draft(more)).unwrap();
            assert_eq!(read.environment.as_ref().map(Reference::as_sent), named);
        }
        let problems = validator.problems(&draft(json!({})));
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [r#"environment: is required: send "environment": "key=staging" or "environment": null"#]
        );
        for garbled in [json!(""), json!("staging"), json!(7), json!(["key=staging"])] {
            let draft = draft(json!({ "environment": garbled }));
            assert!(serde_json::from_value::<ClientDraft>(draft.clone()).is_err(), "{draft}");
        }
    }
}
