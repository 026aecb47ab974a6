use std::collections::BTreeSet;

use api::{Entry, Grant, SealedFor, TokenKind, grant};
use contract::ShownOnce;
use domain::client::{ApiClient, ClientKind};
use domain::ids::{ApiClientId, IntegrationId};
use domain::integration::{Integration, STANDALONE_FLOWS_KEY};
use domain::metadata::{Metadata, Principal};
use domain::scope::{Scope, Scopes};
use domain::text::{Name, ProjectKey};
use domain::via::Source;
use runtime::clock::new_id;
use runtime::{Context, EventEndpoint, EventError};
use secrets::credential::issue;
use serde::{Deserialize, Serialize};
use store::{ProjectStore, StoreError};

use crate::rotate_keys::ensure_keys;

const STANDALONE_FLOWS_NAME: &str = "Standalone flows";
const CLIENTS_NAME: &str = "Bootstrap";

/// Which project to make ready.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Order {
    /// The project.
    pub project_key: ProjectKey,
    /// What its new clients are called; `Bootstrap` when absent.
    pub name: Option<Name>,
}

/// How to get into the project. The secrets are shown here and never again.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bootstrapped {
    /// The project.
    pub project_key: ProjectKey,
    /// The OAuth `client_id` of a client that may do everything in the project.
    pub client_id: ApiClientId,
    /// Its `client_secret`.
    pub client_secret: ShownOnce,
    /// The key of another client that may do everything in the project.
    pub api_key: ShownOnce,
    /// The integration that every project has from the start.
    pub standalone_flows: IntegrationId,
}

/// Makes a project ready for use. Running it again gives further credentials and changes nothing else, so it is also
/// the way back in when every credential was lost.
#[derive(Debug)]
pub struct Bootstrap;

impl EventEndpoint for Bootstrap {
    const ID: &'static str = "projects.bootstrap";
    const SUMMARY: &'static str =
        "Make a project ready for use, with a client and an API key that may do everything";
    const ENTRY: Entry = Entry::Direct;
    const GRANTS: &'static [Grant] = &[
        grant::READ,
        grant::CREATE,
        grant::CREATE_CREDENTIAL,
        grant::rotate_keys(TokenKind::Access),
        grant::rotate_keys(TokenKind::Scope),
        grant::seal(SealedFor::SigningKeys(TokenKind::Access)),
        grant::seal(SealedFor::SigningKeys(TokenKind::Scope)),
    ];
    type Event = Order;
    type Answer = Bootstrapped;

    async fn handle(context: &Context, order: Order) -> Result<Bootstrapped, EventError> {
        let Order { project_key, name } = order;
        let name = name.map_or_else(|| CLIENTS_NAME.parse(), Ok)?;
        let by = Metadata::begin(context.clock.now(), &Principal::system("bootstrap"));
        ensure_keys(context).await?;
        let standalone_flows = ensure_standalone_flows(context, &project_key, &by).await?;
        // The key first: what a failure in between leaves is a client whose secret nobody knows.
        let client = |kind| administrator(kind, name.clone(), by.clone());
        let (_, api_key) = create(context, &project_key, client(ClientKind::ApiKey)).await?;
        let credentials = client(ClientKind::ClientCredentials);
        let (client_id, client_secret) = create(context, &project_key, credentials).await?;
        Ok(Bootstrapped { project_key, client_id, client_secret, api_key, standalone_flows })
    }
}

async fn ensure_standalone_flows(
    context: &Context,
    project: &ProjectKey,
    by: &Metadata,
) -> Result<IntegrationId, EventError> {
    let integration = Integration {
        id: IntegrationId::standalone_flows(project),
        key: Some(STANDALONE_FLOWS_KEY.parse()?),
        name: STANDALONE_FLOWS_NAME.parse()?,
        description: None,
        built_in: true,
        metadata: by.clone(),
    };
    match bootstrapping(context, project).create(&integration).await {
        Ok(()) | Err(StoreError::Duplicate { .. }) => Ok(integration.id),
        Err(error) => Err(error.into()),
    }
}

fn bootstrapping(context: &Context, project: &ProjectKey) -> ProjectStore {
    context.project(project, context.part("bootstrap", Source::Operator))
}

fn administrator(kind: ClientKind, name: Name, metadata: Metadata) -> ApiClient {
    let scopes = Scopes(BTreeSet::from([Scope::ManageProject]));
    ApiClient { id: ApiClientId::new(new_id()), name, kind, scopes, environment: None, metadata }
}

async fn create(
    context: &Context,
    project: &ProjectKey,
    client: ApiClient,
) -> Result<(ApiClientId, ShownOnce), EventError> {
    let (credential, secret) = issue(project, &client)?;
    bootstrapping(context, project).create_client(&client, &credential).await?;
    Ok((client.id, ShownOnce::new(secret)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::events::{read, refuses};

    #[test]
    fn what_is_built_in_has_valid_names() {
        assert!(STANDALONE_FLOWS_KEY.parse::<domain::text::Key>().is_ok());
        assert!(STANDALONE_FLOWS_NAME.parse::<Name>().is_ok());
        assert!(CLIENTS_NAME.parse::<Name>().is_ok());
    }

    #[test]
    fn an_order_names_a_project_that_can_be() {
        let order: Order = read(json!({ "projectKey": "demo" })).unwrap();
        assert_eq!(order.project_key.as_str(), "demo");
        let named: Order = read(json!({ "projectKey": "demo", "name": "Ann" })).unwrap();
        assert_eq!(named.name.unwrap().as_str(), "Ann");
        refuses::<Order>([
            (json!({}), "missing field `projectKey`"),
            (json!({ "projectKey": "oauth" }), "projectKey: a project key must be 2 to 36 letters"),
            (json!({ "projectKey": "ac me" }), "projectKey: a project key must be 2 to 36 letters"),
        ]);
    }

    #[test]
    fn secrets_are_in_the_answer_and_nowhere_else() {
        let project: ProjectKey = "demo".parse().unwrap();
        let by = Metadata::begin("2026-11-20T09:15:02Z".parse().unwrap(), &Principal::system("bootstrap"));
        let client = administrator(ClientKind::ClientCredentials, "x".parse().unwrap(), by.clone());
        let (_, client_secret) = issue(&project, &client).unwrap();
        let (_, api_key) =
            issue(&project, &administrator(ClientKind::ApiKey, "x".parse().unwrap(), by)).unwrap();
        let standalone_flows = IntegrationId::standalone_flows(&project);
        let client_id = client.id;
        let answer = Bootstrapped {
            project_key: project,
            client_id,
            client_secret: ShownOnce::new(client_secret),
            api_key: ShownOnce::new(api_key),
            standalone_flows,
        };
        let shown = format!("{answer:?}");
        assert!(!shown.contains("sls_") && !shown.contains("slk_"), "{shown}");
        let answer = serde_json::to_value(&answer).unwrap();
        assert!(answer["clientSecret"].as_str().unwrap().starts_with("sls_"));
        assert!(answer["apiKey"].as_str().unwrap().starts_with("slk_"));
        assert_eq!(answer["clientId"], client_id.to_string());
        assert_eq!(answer["standaloneFlows"], standalone_flows.to_string());
        assert_eq!(answer["projectKey"], "demo");
    }
}
