use std::collections::BTreeMap;

use api::{ApiError, Call, Grant, Method, SealedFor, grant};
use app::seal::seal;
use contract::native::environments::{EnvironmentDraft, EnvironmentView};
use domain::environment::Environment;
use domain::ids::EnvironmentId;
use domain::metadata::Metadata;
use domain::scope::Scope;
use runtime::clock::new_id;
use runtime::{Context, HttpEndpoint};

use crate::execution_role;
use crate::variables;

/// Creates an environment.
#[derive(Debug)]
pub struct Create;

impl HttpEndpoint for Create {
    const ID: &'static str = "environments.create";
    const SUMMARY: &'static str = "Create an environment";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/environments";
    const SCOPE: Scope = Scope::ManageEnvironments;
    const SUCCESS: u16 = 201;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::CREATE, grant::seal(SealedFor::Environments)];
    type Path = ();
    type Query = ();
    type Body = EnvironmentDraft;
    type Answer = EnvironmentView;

    async fn handle(context: &Context, call: Call<EnvironmentDraft>) -> Result<EnvironmentView, ApiError> {
        let project = context.project_of(&call);
        let draft = call.body;
        if let Some(role) = &draft.execution_role {
            execution_role::may_choose(&call.actor)?;
            execution_role::check(&context.config, role, "/executionRole")?;
        }
        let mut environment = Environment {
            id: EnvironmentId::new(new_id()),
            key: draft.key,
            name: draft.name,
            position: draft.position,
            environment_type: draft.environment_type,
            labels: draft.labels,
            execution_role: draft.execution_role,
            variables: BTreeMap::new(),
            last_secret_version: 0,
            metadata: Metadata::begin(context.clock.now(), &call.actor.principal),
        };
        let to_seal = variables::set_all(&mut environment, draft.variables)?;
        let sealed = seal(context, &call.project, environment.id, to_seal).await?;
        project.create_environment(&environment, &sealed).await?;
        Ok(environment.into())
    }
}
