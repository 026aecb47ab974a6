//! Flows of applications: read from the package, filled in with the values of the deployment, bound to its secrets.

use std::collections::BTreeMap;

use app::configure::incomplete;
use app::definition::{self, bind, fill_in, words};
use domain::client::ApiClient;
use domain::connector::{RetryPolicy, Specification};
use domain::connector_deployment::{Application, Configuration, ConnectorDeployment, MintedClient};
use domain::placeholders::{self, Values};
use domain::text::ProjectKey;
use secrets::scope_token;
use serde_json::Value;
use store::StoreError;
use worker::JobError;

use super::retry::with_retries;
use crate::job::ConnectorJob;

/// What a state machine is made of.
#[derive(Debug)]
pub(super) struct Program {
    /// The definition as its author wrote it.
    pub(super) written: Value,
    /// The definition with every value filled in, as its author would check it.
    pub(super) definition: Value,
    /// What Step Functions gets, the same for the same deployment and build.
    pub(super) text: String,
    /// Whether it answers synchronously.
    pub(super) express: bool,
    /// So many values and secrets were filled in.
    pub(super) used: (usize, usize),
}

/// A flow in an application's folder, and how it is to run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    /// The name of the file.
    pub(super) file: &'a str,
    /// Its text.
    pub(super) text: &'a str,
    /// Whether it answers synchronously.
    pub(super) express: bool,
    /// How it is tried again.
    pub(super) retry: Option<RetryPolicy>,
}

/// The values that an application finds.
#[derive(Debug, Default)]
pub(super) struct ConfiguredValues {
    plain: BTreeMap<String, String>,
    /// The versions of secrets.
    secrets: BTreeMap<String, u64>,
}

/// A flow with its values, and the secrets that it names.
#[derive(Debug, PartialEq)]
struct Filled {
    written: Value,
    definition: Value,
    secrets: BTreeMap<String, u64>,
    plain: usize,
}

impl ConfiguredValues {
    /// What the application finds: its own values, the global ones, and those of the deployment's API client.
    fn of(
        deployment: &ConnectorDeployment,
        application: &Application,
        project: &ProjectKey,
        public_url: Option<&str>,
    ) -> Self {
        let Configuration { standard, secured } = deployment.effective(application);
        let mut plain: BTreeMap<String, String> =
            standard.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
        let mut secrets: BTreeMap<String, u64> =
            secured.into_iter().map(|(key, version)| (key.to_string(), version)).collect();
        if let Some(client) = &deployment.api_client {
            let generated = generated(deployment, client, project, public_url).into_iter();
            plain.extend(generated.map(|(name, value)| (name.to_owned(), value)));
            secrets.insert(Specification::CLIENT_SECRET_KEY.to_owned(), client.secret_version);
        }
        Self { plain, secrets }
    }
}

impl Values for ConfiguredValues {
    fn plain(&self, name: &str) -> Option<Value> {
        self.plain.get(name).map(|value| Value::from(value.as_str()))
    }

    fn secret(&self, name: &str) -> Result<u64, String> {
        if let Some(version) = self.secrets.get(name) {
            return Ok(*version);
        }
        if self.plain.contains_key(name) {
            return Err(format!("'{name}' is no secret: write ${{{name}}}"));
        }
        Err(no_such(name, "securedConfiguration"))
    }

    fn missing(&self, name: &str) -> String {
        if self.secrets.contains_key(name) {
            return format!("'{name}' is a secret: write ${{secret.{name}}}, in a header");
        }
        no_such(name, "standardConfiguration")
    }
}

/// What tells an application of the API client that its deployment was given, under the names of Connect: all but the
/// secret. The URLs are known when the stack was told its own.
pub(super) fn generated(
    deployment: &ConnectorDeployment,
    client: &MintedClient,
    project: &ProjectKey,
    public_url: Option<&str>,
) -> Vec<(&'static str, String)> {
    // Those it was made with: every attempt, and every application, finds the same.
    let scopes = client.granted.to_wire(project);
    let mut values = vec![
        ("CTP_PROJECT_KEY", project.to_string()),
        ("CTP_CLIENT_ID", client.client.to_string()),
        ("CTP_CLIENT_REGION", deployment.deployed_region.to_string()),
        // Sources differ in what it is called.
        ("CTP_CLIENT_SCOPE", scopes.clone()),
        ("CTP_SCOPE", scopes),
    ];
    let urls = public_url.map(|url| ["CTP_API_URL", "CTP_AUTH_URL"].map(|name| (name, url.to_owned())));
    values.extend(urls.into_iter().flatten());
    values
}

/// What to do about a name that there is no value under.
fn no_such(name: &str, section: &str) -> String {
    if Specification::GENERATED_KEYS.contains(&name) {
        return format!(
            "'{name}' has no value: it comes from an API client, which this deployment does not have"
        );
    }
    format!("'{name}' has no value: give it one in {section}")
}

/// Reads a flow and fills the values in, or says everything that is in the way.
fn fill(text: &str, values: &ConfiguredValues, http_task: &str) -> Result<Filled, Vec<String>> {
    let written = definition::read(text)?;
    let scan = placeholders::scan(&written);
    let mut reasons: Vec<String> = scan.problems.iter().map(words).collect();
    let (secrets, missing) = values.pin(&scan);
    reasons.extend(missing);
    match fill_in(&written, http_task, values) {
        Ok(definition) if reasons.is_empty() => {
            return Ok(Filled { written, definition, secrets, plain: scan.names.len() });
        }
        Ok(_) => {}
        // What the scan has found may be in the way of the values as well.
        Err(more) => {
            let more: Vec<String> = more.into_iter().filter(|reason| !reasons.contains(reason)).collect();
            reasons.extend(more);
        }
    }
    Err(reasons)
}

impl ConnectorJob<'_, '_> {
    /// The API client that the deployment was given, while nobody has deleted it.
    pub(super) async fn api_client(&self) -> Result<Option<ApiClient>, JobError> {
        let Some(minted) = &self.subject.api_client else { return Ok(None) };
        match self.project.get_by_id::<ApiClient>(minted.client.uuid()).await {
            Ok(stored) => Ok(Some(stored.entity)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What the state machine of that name, which is a flow's, is made of.
    ///
    /// # Errors
    ///
    /// [`JobError::Permanent`] with everything that is missing or wrong.
    pub(super) async fn program(
        &self,
        application: &Application,
        source: Source<'_>,
        machine: &str,
    ) -> Result<Program, JobError> {
        let (config, project) = (&self.context.config, self.project.project());
        let http_task = config.http_task()?;
        let values = ConfiguredValues::of(&self.subject, application, project, config.public_url.as_deref());
        let Filled { written, definition, secrets, plain } =
            fill(source.text, &values, http_task).map_err(|reasons| {
                let place = format!("{}/{}", application.name, source.file);
                let reasons = reasons.iter().map(|reason| format!("{place}: {reason}")).collect();
                incomplete(reasons)
            })?;
        let used = (plain, secrets.len());
        let keys = self.context.current_scope_keys().await?;
        let scope = scope_token::Scope {
            project: project.to_string(),
            // None: the secrets are the deployment's own.
            environment: String::new(),
            deployment: self.subject.id.to_string(),
            machine: machine.to_owned(),
            // Each task is told its own.
            origin: None,
            secrets,
        };
        let retried = source.retry.map(|policy| with_retries(&definition, policy));
        let text = bind(retried.as_ref().unwrap_or(&definition), http_task, &keys, &scope)?;
        Ok(Program { written, definition, text, express: source.express, used })
    }
}

#[cfg(test)]
mod tests {
    use domain::scope::Scopes;
    use serde_json::json;

    use super::*;

    const HTTP_TASK: &str = "arn:aws:lambda:eu-central-1:123456789012:function:http-task";

    fn values() -> ConfiguredValues {
        let own = |pairs: [(&str, &str); 2]| {
            pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        ConfiguredValues {
            plain: own([("MODE", "live"), ("LIMIT", "7")]),
            secrets: BTreeMap::from([("TOKEN".to_owned(), 3), ("OTHER".to_owned(), 4)]),
        }
    }

    fn call(text: &str, header: &str) -> String {
        json!({ "QueryLanguage": "JSONata", "StartAt": "Call", "States": { "Call": {
            "Type": "Task", "Resource": "${slipway.http}", "End": true,
            "Arguments": { "method": "GET", "url": text, "headers": { "authorization": header } },
        } } })
        .to_string()
    }

    #[test]
    fn values_are_texts_and_only_secrets_that_are_named_are_pinned() {
        let filled =
            fill(&call("https://a/${MODE}?${LIMIT}", "${secret.TOKEN}"), &values(), HTTP_TASK).unwrap();
        let state = &filled.definition["States"]["Call"];
        assert_eq!(state["Resource"], HTTP_TASK);
        assert_eq!(state["Arguments"]["url"], "https://a/live?7");
        assert_eq!(state["Arguments"]["headers"]["authorization"], "${secret.TOKEN}");
        assert_eq!((filled.secrets, filled.plain), (BTreeMap::from([("TOKEN".to_owned(), 3)]), 2));
        let whole = fill("{\"a\":\"${LIMIT}\"}", &values(), HTTP_TASK).unwrap();
        assert_eq!(whole.definition, json!({ "a": "7" }));
    }

    #[test]
    fn everything_that_is_in_the_way_is_told_at_once() {
        let text = call("https://${HOST}/${TOKEN}/${PATH", "${secret.MODE} ${secret.NONE}");
        let reasons = fill(&text, &values(), HTTP_TASK).unwrap_err();
        for words in [
            "'HOST' has no value",
            "'TOKEN' is a secret",
            "is not closed",
            "'MODE' is no secret",
            "'NONE' has no value",
        ] {
            let said = reasons.iter().filter(|reason| reason.contains(words)).count();
            assert_eq!(said, 1, "{words}: {reasons:?}");
        }
        assert_eq!(reasons.len(), 5, "{reasons:?}");
    }

    #[test]
    fn what_is_no_json_says_where() {
        let reasons = fill("{\n \"StartAt\": }", &values(), HTTP_TASK).unwrap_err();
        assert!(reasons.len() == 1 && reasons.concat().contains("line 2"), "{reasons:?}");
    }

    #[test]
    fn a_misspelt_place_is_told_once() {
        let text = json!({ "a": "{% $match('x', /${MODE}/) %}" }).to_string();
        let reasons = fill(&text, &values(), HTTP_TASK).unwrap_err();
        assert_eq!(reasons.len(), 1, "{reasons:?}");
    }

    #[test]
    fn the_api_client_is_found_under_the_names_of_connect() {
        let mut deployment = super::super::samples::deployment(&["calc"]);
        let find = |deployment: &ConnectorDeployment, url| {
            let application = deployment.applications.first().unwrap();
            ConfiguredValues::of(deployment, application, &"acme".parse().unwrap(), url)
        };
        let without = find(&deployment, Some("https://api"));
        assert!(without.plain.is_empty() && without.secrets.is_empty());
        let secret = without.secret(Specification::CLIENT_SECRET_KEY).unwrap_err();
        for reason in [without.missing("CTP_API_URL"), secret] {
            assert!(reason.contains("API client"), "{reason}");
        }
        let client = domain::ids::ApiClientId::new(uuid::Uuid::from_u128(7));
        let granted = Scopes([domain::scope::Scope::ViewRuns].into());
        deployment.api_client =
            Some(MintedClient { client, scopes: vec!["view_runs".to_owned()], granted, secret_version: 5 });
        let found = find(&deployment, Some("https://api"));
        let value = |name: &str| found.plain.get(name).map(String::as_str);
        let id = client.to_string();
        for (name, expected) in [
            ("CTP_PROJECT_KEY", "acme"),
            ("CTP_CLIENT_ID", id.as_str()),
            ("CTP_SCOPE", "view_runs:acme"),
            ("CTP_CLIENT_SCOPE", "view_runs:acme"),
            ("CTP_CLIENT_REGION", "eu-central-1.aws"),
            ("CTP_API_URL", "https://api"),
            ("CTP_AUTH_URL", "https://api"),
        ] {
            assert_eq!(value(name), Some(expected), "{name}");
        }
        assert_eq!(found.secrets, BTreeMap::from([(Specification::CLIENT_SECRET_KEY.to_owned(), 5)]));
        let names: Vec<_> = found.plain.keys().chain(found.secrets.keys()).map(String::as_str).collect();
        assert!(names.iter().all(|name| Specification::GENERATED_KEYS.contains(name)));
        assert_eq!(names.len(), Specification::GENERATED_KEYS.len());
        assert!(!find(&deployment, None).plain.contains_key("CTP_API_URL"));
    }
}
