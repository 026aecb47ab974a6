//! The API client that a deployment is given, when its connector asks for one.

use api::{Actor, ApiError};
use domain::client::{ApiClient, ClientKind, Credential};
use domain::connector::Specification;
use domain::connector_deployment::{ConnectorDeployment, MintedClient, Secret};
use domain::ids::ApiClientId;
use domain::metadata::{Metadata, Timestamp};
use domain::report::EntryType;
use domain::scope::{Scope, Scopes};
use domain::secret::SecretText;
use domain::text::{ConfigurationKey, Name, ProjectKey};
use domain::work::Worked;
use runtime::clock::new_id;
use secrets::credential::ClientSecret;

/// The longest name of a client, in characters.
const NAME: usize = 256;

/// A client that was made and is not stored yet.
#[derive(Debug)]
pub(crate) struct Minted {
    client: ApiClient,
    credential: Credential,
}

impl Minted {
    /// As the store takes them.
    pub(crate) const fn parts(&self) -> (&ApiClient, &Credential) {
        (&self.client, &self.credential)
    }
}

/// The scopes that a connector asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    /// Those that the client is given.
    granted: Scopes,
    /// Those that Slipway does not have.
    unknown: Vec<String>,
    /// Those that whoever deploys does not have: nobody gives away more than they have.
    lacking: Vec<String>,
}

/// Makes the client that the deployment's connector asks for, unless the deployment has one or nothing of what is asked
/// for can be given. Its secret joins `secrets`. What the client cannot do goes into the report: a connector that was
/// written for another platform asks for scopes that mean nothing here, and may well do without.
pub(crate) fn mint(
    deployment: &mut ConnectorDeployment,
    actor: &Actor,
    secrets: &mut Vec<Secret>,
    now: Timestamp,
) -> Result<Option<Minted>, ApiError> {
    let Some(scopes) = deployment.connector.specification.api_client_scopes.clone() else { return Ok(None) };
    if let Some(minted) = &deployment.api_client {
        let news: Vec<String> = scopes.into_iter().filter(|scope| !minted.scopes.contains(scope)).collect();
        warn(deployment, "The API client keeps the scopes that it was made with", &news, KEPT, now);
        return Ok(None);
    }
    let asked = Asked::of(&scopes, actor);
    warn(deployment, "The API client does without some scopes", &asked.unknown, UNKNOWN, now);
    warn(deployment, "The API client does without some scopes", &asked.lacking, LACKING, now);
    if asked.granted.0.is_empty() {
        warn(deployment, "No API client was made", &scopes, NONE_LEFT, now);
        return Ok(None);
    }
    let id = ApiClientId::new(new_id());
    let metadata = Metadata::begin(now, &actor.principal);
    let name = name(&deployment.connector.profile.name)?;
    let client = ApiClient {
        id,
        name,
        kind: ClientKind::ClientCredentials,
        scopes: asked.granted,
        // Nobody gives away more than they have.
        environment: actor.environment,
        metadata,
    };
    let (secret, credential) = issue(&actor.project, &client)?;
    deployment.last_secret_version += 1;
    let secret_version = deployment.last_secret_version;
    let key: ConfigurationKey = Specification::CLIENT_SECRET_KEY.parse().map_err(ApiError::internal)?;
    secrets.push(Secret { key, version: secret_version, value: secret });
    let granted = client.scopes.clone();
    deployment.api_client = Some(MintedClient { client: id, scopes, granted, secret_version });
    Ok(Some(Minted { client, credential }))
}

impl Asked {
    fn of(scopes: &[String], actor: &Actor) -> Self {
        let suffix = format!(":{}", actor.project);
        let mut asked = Self::default();
        for text in scopes {
            // Some connectors write scopes as tokens carry them.
            match text.strip_suffix(&suffix).unwrap_or(text).parse::<Scope>() {
                Ok(scope) if actor.scopes.grant(scope) => _ = asked.granted.0.insert(scope),
                Ok(_) => asked.lacking.push(text.clone()),
                Err(_) => asked.unknown.push(text.clone()),
            }
        }
        asked
    }
}

const UNKNOWN: &str = "Slipway has no such scopes, so what needs them will fail";
const LACKING: &str = "Whoever deploys does not have these scopes and cannot give them away";
const NONE_LEFT: &str =
    "None of the scopes that the connector asks for is one of Slipway's that could be given";
const KEPT: &str = "The newer connector asks for more; make a new deployment to have these";

/// Writes into the report what becomes of `scopes`, if there are any.
fn warn(deployment: &mut ConnectorDeployment, title: &str, scopes: &[String], words: &str, now: Timestamp) {
    if scopes.is_empty() {
        return;
    }
    let words = format!("{words}: {}", scopes.join(", "));
    deployment.report(EntryType::Warning, title, Some(words), now);
}

/// What the client is called in the list of clients.
fn name(connector: &Name) -> Result<Name, ApiError> {
    let text: String = format!("connector {connector}").chars().take(NAME).collect();
    text.parse().map_err(ApiError::internal)
}

/// The client's secret, which nobody but the deployment's applications ever sees, and what it is recognised by.
fn issue(project: &ProjectKey, client: &ApiClient) -> Result<(SecretText, Credential), ApiError> {
    let (secret, secret_hash) = ClientSecret::generate().map_err(ApiError::internal)?;
    let credential = Credential {
        client: client.id,
        project: project.clone(),
        kind: client.kind,
        secret_hash,
        scopes: client.scopes.clone(),
        environment: client.environment,
        name: Some(client.name.clone()),
    };
    Ok((secret, credential))
}

#[cfg(test)]
mod tests;
