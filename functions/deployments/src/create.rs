use api::{ApiError, Call, Grant, Method};
use app::operation::{request, tell_worker};
use contract::connect::deployments::{DeploymentDraft, DeploymentView};
use domain::connector_deployment::{ConnectorDeployment, OperationKind, Secret, configure};
use domain::deployment::{Build, Operation, Request};
use domain::ids::{ApplicationId, ConnectorDeploymentId};
use domain::lifecycle::Status;
use domain::metadata::Metadata;
use domain::report::Report;
use domain::scope::Scope;
use domain::work::WorkState;
use runtime::clock::new_id;
use runtime::{Context, HttpEndpoint};
use store::StoreError;

use crate::admission::{Admitted, admit, taken};
use crate::api_client::{Minted, mint};
use crate::configuration::{draft as configuration, refused, seal_all};
use crate::connector;
use crate::representation;

/// Where the applications lie in the body.
const LIST: &str = "/configurations";

/// Deploys a connector.
#[derive(Debug)]
pub struct Create;

impl HttpEndpoint for Create {
    const ID: &'static str = "deployments.create";
    const SUMMARY: &'static str = "Deploy a connector";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/deployments";
    const SCOPE: Scope = Scope::ManageConnectorsDeployments;
    const SUCCESS: u16 = 201;
    const GRANTS: &'static [Grant] = crate::DEPLOY;
    type Path = ();
    type Query = ();
    type Body = DeploymentDraft;
    type Answer = DeploymentView;

    async fn handle(context: &Context, call: Call<DeploymentDraft>) -> Result<DeploymentView, ApiError> {
        let project = context.project_of(&call);
        let draft = call.body;
        let admitted = admit(&context.config, &project, &call.actor, &draft).await?;
        // Once everything is checked, a connector that is gone was deleted this moment.
        let gone = connector::not_found(&draft.connector);
        let request = request(context, &call.actor.principal);
        let (mut deployment, mut secrets) = queued(draft, admitted, &request)?;
        let client = mint(&mut deployment, &call.actor, &mut secrets, request.at)?;
        let sealed = seal_all(context, &call.project, deployment.id, secrets, LIST).await?;
        let client = client.as_ref().map(Minted::parts);
        match project.create_connector_deployment(&deployment, &sealed, client).await {
            Err(StoreError::NotFound { .. }) => return Err(gone),
            Err(StoreError::Duplicate { value, .. }) => return Err(taken(value)),
            written => written?,
        }
        tell_worker(context, &call.project, &deployment).await;
        Ok(representation::view(deployment, &call.project, &call.base_url))
    }
}

/// The deployment as it waits for the worker, and the secrets that it brings.
fn queued(
    draft: DeploymentDraft,
    admitted: Admitted,
    request: &Request,
) -> Result<(ConnectorDeployment, Vec<Secret>), ApiError> {
    let Admitted { kind, connector } = admitted;
    let wanted = configuration(Some(draft.configurations.unwrap_or_default()), draft.global_configuration);
    let configured = configure(&connector.specification, wanted, || ApplicationId::new(new_id()))
        .map_err(|problems| refused(problems, LIST))?;
    let deployment = ConnectorDeployment {
        id: ConnectorDeploymentId::new(new_id()),
        key: draft.key,
        kind,
        connector,
        global: configured.global,
        api_client: None,
        deployed_region: draft.region,
        applications: configured.applications,
        leaving: Vec::new(),
        last_secret_version: configured.last_secret_version,
        status: Status::Queued,
        operation: Operation::of(OperationKind::Deploy, request),
        build: Build { id: request.build, report: Report::default() },
        retiring: Vec::new(),
        work_state: WorkState::default(),
        metadata: Metadata::begin(request.at, &request.by),
    };
    Ok((deployment, configured.secrets))
}

#[cfg(test)]
mod tests;
