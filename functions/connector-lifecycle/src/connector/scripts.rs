//! What runs beside a deployment: `postDeploy` and `preUndeploy`. A flow in the application's folder is run; a shell
//! command cannot be.

use domain::connector::{ApplicationKind, Scripts};
use domain::connector_deployment::{Application, ConnectorDeployment, Place};
use domain::report::{Entry, EntryType};
use domain::text::ProjectKey;
use runtime::applications::url;
use serde_json::{Map, Value};

use super::program::generated;

/// When a script runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// After the applications were deployed.
    PostDeploy,
    /// Before they are taken away.
    PreUndeploy,
}

impl Moment {
    /// As `connect.yaml` calls it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::PostDeploy => "postDeploy",
            Self::PreUndeploy => "preUndeploy",
        }
    }

    /// The title of the entry that says that a script failed.
    pub(super) const fn failed(self) -> &'static str {
        match self {
            Self::PostDeploy => "Failed during the execution of 'postDeploy' script",
            Self::PreUndeploy => "Failed during the execution of 'preUndeploy' script",
        }
    }

    /// How much it matters that a script failed: what is deployed already stays deployed.
    pub(super) const fn failure(self) -> EntryType {
        match self {
            Self::PostDeploy => EntryType::Warning,
            Self::PreUndeploy => EntryType::Error,
        }
    }

    /// What to do about a script that failed.
    pub(super) const fn remedy(self) -> &'static str {
        match self {
            Self::PostDeploy => "The application answers; redeploy to run the script again",
            Self::PreUndeploy => "Delete the deployment again to take it away without the script",
        }
    }

    /// What an application declares for this moment.
    pub(super) fn declared(self, scripts: &Scripts) -> Option<&str> {
        match self {
            Self::PostDeploy => scripts.post_deploy.as_deref(),
            Self::PreUndeploy => scripts.pre_undeploy.as_deref(),
        }
    }

    /// Whether the report says already what became of the script of an application: an attempt before this one has
    /// seen its end.
    pub(super) fn is_told(self, application: &Application, entries: &[Entry]) -> bool {
        entries.iter().any(|entry| {
            entry.application.as_deref() == Some(application.name.as_str())
                && entry.title.contains(self.name())
        })
    }
}

/// The names that a script finds in its environment on Connect, but no secret: the input of a run can be read. What has
/// a URL needs to know that of the stack.
pub(super) fn environment(
    deployment: &ConnectorDeployment,
    application: &Application,
    project: &ProjectKey,
    public_url: Option<&str>,
) -> Map<String, Value> {
    let mut found = vec![("CONNECT_PROVIDER", Some("AWS".to_owned()))];
    match application.hosted.as_ref().map(|hosted| &hosted.place) {
        Some(Place::Service { endpoint, .. }) => {
            let (id, kind) = (application.id, ApplicationKind::Service);
            let base = public_url.and_then(|base| url(base, project, deployment.id, id, kind));
            // Scripts register it, or append to it, as it is: it is the URL that answers.
            found.push(("CONNECT_SERVICE_URL", base.map(|base| format!("{base}{endpoint}"))));
        }
        Some(Place::Event { topic, .. }) => {
            found.push(("CONNECT_SUBSCRIPTION_DESTINATION", Some("SNS".to_owned())));
            found.push(("CONNECT_AWS_TOPIC_ARN", Some(topic.clone())));
        }
        _ => {}
    }
    if let Some(client) = &deployment.api_client {
        let generated = generated(deployment, client, project, public_url).into_iter();
        found.extend(generated.map(|(name, value)| (name, Some(value))));
    }
    let known = found.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?))));
    known.collect()
}

#[cfg(test)]
mod tests {
    use domain::connector_deployment::{Hosted, MintedClient};
    use domain::ids::ApiClientId;
    use domain::scope::{Scope, Scopes};
    use serde_json::json;

    use super::super::samples::deployment;
    use super::*;

    #[test]
    fn every_title_is_known_again() {
        let application = deployment(&["calc"]).applications.remove(0);
        let entry = |title: &str, name: Option<&str>| Entry {
            entry_type: EntryType::Information,
            code: None,
            title: title.to_owned(),
            message: None,
            application: name.map(str::to_owned),
            created_at: "2026-11-20T10:00:00Z".parse().unwrap(),
        };
        for moment in [Moment::PostDeploy, Moment::PreUndeploy] {
            let name = moment.name();
            let titles = [
                moment.failed().to_owned(),
                format!("{name} is not defined"),
                format!("{name} was not run"),
                format!("{name} finished"),
            ];
            for title in titles {
                assert!(moment.is_told(&application, &[entry(&title, Some("calc"))]), "{title}");
                for other in [None, Some("other")] {
                    assert!(!moment.is_told(&application, &[entry(&title, other)]), "{title}");
                }
            }
        }
        assert!(!Moment::PreUndeploy.is_told(&application, &[entry("postDeploy finished", Some("calc"))]));
    }

    #[test]
    fn a_script_is_told_of_the_api_client_and_not_its_secret() {
        let mut deployment = deployment(&["calc"]);
        let client = ApiClientId::new(uuid::Uuid::from_u128(7));
        let (scopes, granted) = (vec!["view_runs".to_owned()], Scopes([Scope::ViewRuns].into()));
        deployment.api_client = Some(MintedClient { client, scopes, granted, secret_version: 5 });
        let application = deployment.applications.first().unwrap();
        let found = |url| Value::Object(environment(&deployment, application, &"acme".parse().unwrap(), url));
        let mut expected = json!({
            "CONNECT_PROVIDER": "AWS", "CTP_PROJECT_KEY": "acme", "CTP_CLIENT_ID": client,
            "CTP_CLIENT_REGION": "eu-central-1.aws", "CTP_CLIENT_SCOPE": "view_runs:acme",
            "CTP_SCOPE": "view_runs:acme",
        });
        assert_eq!(found(None), expected);
        expected["CTP_API_URL"] = "https://api".into();
        expected["CTP_AUTH_URL"] = "https://api".into();
        assert_eq!(found(Some("https://api")), expected);
    }

    #[test]
    fn a_script_finds_what_it_would_find_on_connect() {
        let mut deployment = deployment(&["calc", "told", "nightly"]);
        let build = deployment.build.id;
        let machine = || "m".to_owned();
        let places = [
            Place::Service { machine: machine(), endpoint: "/tax".to_owned() },
            Place::Event { machine: machine(), topic: "arn:topic".to_owned() },
            Place::Job { machine: machine(), schedule: "@daily".parse().unwrap() },
        ];
        for (application, place) in deployment.applications.iter_mut().zip(places) {
            application.hosted = Some(Hosted { build, place });
        }
        let project = "acme".parse().unwrap();
        let found = |public_url| {
            let found = deployment.applications.iter().map(|application| {
                Value::Object(environment(&deployment, application, &project, public_url))
            });
            found.collect::<Vec<_>>()
        };
        let [service, event, job] = <[Value; 3]>::try_from(found(Some("https://api"))).unwrap();
        let url = service["CONNECT_SERVICE_URL"].as_str().unwrap();
        assert!(url.starts_with("https://api/apps/service-") && url.ends_with("-acme/tax"), "{url}");
        let told = json!({ "CONNECT_PROVIDER": "AWS", "CONNECT_SUBSCRIPTION_DESTINATION": "SNS",
            "CONNECT_AWS_TOPIC_ARN": "arn:topic" });
        assert_eq!((event, job), (told, json!({ "CONNECT_PROVIDER": "AWS" })));
        assert_eq!(found(None).first(), Some(&json!({ "CONNECT_PROVIDER": "AWS" })));
    }
}
