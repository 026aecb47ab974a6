//! The applications of connectors: names and URLs of what is provisioned for them, which tell whose they are, and what
//! their runs are given.

use api::request::{inexact_numbers, json_problems};
use api::validate::Problem;
use domain::connector::ApplicationKind;
use domain::connector_deployment::{Application, ConnectorDeployment};
use domain::ids::{ApplicationId, BuildId, ConnectorDeploymentId};
use domain::json::parse_text;
use domain::raw_json::RawJson;
use domain::run::MAX_RUN_BYTES;
use domain::text::ProjectKey;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// What follows the stack's name in the names of the state machines of applications.
pub const MACHINE_PREFIX: &str = "app-";

/// The name of the state machine of an application in a build; at most 80 characters, whatever the stack is called.
pub fn machine_name(prefix: &str, application: ApplicationId, build: BuildId) -> String {
    // Both ids would not fit: this one is as unique, and the same for the same two.
    let name = Uuid::new_v5(&build.uuid(), application.uuid().as_bytes());
    own_name(prefix, &format!("{MACHINE_PREFIX}{}", name.as_simple()))
}

/// A name of something that Slipway makes while it runs. Between the stack's name and the rest is a character that no
/// stack's name has: a role that is limited to the names of one stack matches nothing of another, whatever it is called.
pub fn own_name(prefix: &str, rest: &str) -> String {
    format!("{prefix}{OWN}{rest}")
}

/// What stands between the stack's name and the rest of a name.
const OWN: char = '_';

/// The name of the schedule of an application; at most 64 characters. It outlives builds.
pub fn schedule_name(application: ApplicationId) -> String {
    format!("app-{}", application.uuid().as_simple())
}

/// Which application is meant, wherever only a name or a URL can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationAddress {
    /// The project.
    pub project: ProjectKey,
    /// The deployment.
    pub deployment: ConnectorDeploymentId,
    /// The application. Random, and told to nobody but the project: who knows its URL may call it.
    pub application: ApplicationId,
}

impl ApplicationAddress {
    /// The name of the application's topic in a build; at most 256 characters.
    pub fn topic_name(&self, prefix: &str, build: BuildId) -> String {
        let ids = [self.deployment.uuid(), self.application.uuid(), build.uuid()];
        let ids = ids.map(|id| id.as_simple().to_string()).join("-");
        own_name(prefix, &format!("{ids}-{}", self.project))
    }

    /// Whose topic that is, by its ARN. Nothing for a topic that Slipway did not make.
    pub fn of_topic(prefix: &str, arn: &str) -> Option<Self> {
        let name = arn.rsplit(':').next()?.strip_prefix(prefix)?.strip_prefix(OWN)?;
        // The project is last: its key may hold hyphens, whereas the ids in front of it do not.
        let mut parts = name.splitn(4, '-');
        let (deployment, application, _, project) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Self::of(deployment, application, project)
    }

    /// The segment of a path that names the application: `{kind}-{deployment}-{application}-{project}`.
    pub fn segment(&self, kind: ApplicationKind) -> String {
        let (deployment, application) = (self.deployment.uuid(), self.application.uuid());
        format!("{}-{}-{}-{}", word(kind), deployment.as_simple(), application.as_simple(), self.project)
    }

    /// The application that a segment of a path names, and its kind. There is one spelling: that of
    /// [`Self::segment`].
    pub fn of_segment(segment: &str) -> Option<(Self, ApplicationKind)> {
        let mut kinds = ApplicationKind::ALL.iter().copied();
        let (kind, rest) =
            kinds.find_map(|kind| Some((kind, segment.strip_prefix(word(kind))?.strip_prefix('-')?)))?;
        let mut parts = rest.splitn(3, '-');
        let address = Self::of(parts.next()?, parts.next()?, parts.next()?)?;
        (address.segment(kind) == segment).then_some((address, kind))
    }

    fn of(deployment: &str, application: &str, project: &str) -> Option<Self> {
        Some(Self {
            project: project.parse().ok()?,
            deployment: ConnectorDeploymentId::new(Uuid::try_parse(deployment).ok()?),
            application: ApplicationId::new(Uuid::try_parse(application).ok()?),
        })
    }
}

/// The kind as it stands in URLs.
const fn word(kind: ApplicationKind) -> &'static str {
    match kind {
        ApplicationKind::Service => "service",
        ApplicationKind::Event => "event",
        ApplicationKind::Job => "job",
        ApplicationKind::MerchantCenterCustomApplication => "mc-app",
        ApplicationKind::MerchantCenterCustomView => "mc-view",
        ApplicationKind::Assets => "assets",
    }
}

/// The URL of an application that has one, without its endpoint. The same for every build.
pub fn url(
    base_url: &str,
    project: &ProjectKey,
    deployment: ConnectorDeploymentId,
    application: ApplicationId,
    kind: ApplicationKind,
) -> Option<String> {
    if !kind.is_static() && kind != ApplicationKind::Service {
        return None;
    }
    let address = ApplicationAddress { project: project.clone(), deployment, application };
    Some(format!("{base_url}/apps/{}", address.segment(kind)))
}

/// The run's input is larger than Step Functions takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A run's input may be {MAX_RUN_BYTES} bytes of JSON; this one is {0} bytes")]
pub struct InputTooLarge(pub usize);

/// What a text from outside is to a flow: JSON where it is JSON, else the text itself.
///
/// # Errors
///
/// JSON that could not be handed on as it is, with everything that is wrong with it.
pub fn payload(text: &str) -> Result<Value, Vec<Problem>> {
    if RawJson::parse(text).is_err() {
        return Ok(text.into());
    }
    let wrong = inexact_numbers(text);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    parse_text(text).map_err(|error| json_problems(&error))
}

/// What a run of an application is given. `trigger` has a `type` and what belongs to it; `environment` are the names
/// that scripts find in their environment on Connect.
pub fn input(
    project: &ProjectKey,
    deployment: &ConnectorDeployment,
    application: &Application,
    payload: &Value,
    trigger: &Value,
    environment: Option<Map<String, Value>>,
) -> Result<String, InputTooLarge> {
    let mut input = json!({
        "payload": payload,
        "trigger": trigger,
        "deployment": {
            "id": deployment.id,
            "key": deployment.key,
            "project": project,
            "type": deployment.kind,
            "region": deployment.deployed_region,
            "application": { "id": application.id, "name": application.name },
        },
    });
    if let (Some(environment), Value::Object(members)) = (environment, &mut input) {
        members.insert("environment".to_owned(), Value::Object(environment));
    }
    let text = input.to_string();
    if text.len() > MAX_RUN_BYTES { Err(InputTooLarge(text.len())) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> ApplicationAddress {
        ApplicationAddress {
            project: "acme-eu".parse().unwrap(),
            deployment: ConnectorDeploymentId::new(Uuid::from_u128(1)),
            application: ApplicationId::new(Uuid::from_u128(2)),
        }
    }

    #[test]
    fn a_topic_tells_whose_it_is() {
        let name = address().topic_name("my-stack", BuildId::new(Uuid::from_u128(3)));
        assert!(name.len() <= 256, "{name}");
        let arn = format!("arn:aws:sns:eu-central-1:123456789012:{name}");
        assert_eq!(ApplicationAddress::of_topic("my-stack", &arn), Some(address()));
        assert_eq!(ApplicationAddress::of_topic("stack", &arn), None);
        let other = "arn:aws:sns:eu-central-1:123456789012:my-stack-x";
        assert_eq!(ApplicationAddress::of_topic("my-stack", other), None);
    }

    #[test]
    fn a_url_tells_whose_it_is() {
        for &kind in ApplicationKind::ALL {
            let found = ApplicationAddress::of_segment(&address().segment(kind));
            assert_eq!(found, Some((address(), kind)), "{kind}");
        }
        for bad in ["", "service", "service-1-2-acme", "nothing-1-2-3"] {
            assert_eq!(ApplicationAddress::of_segment(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_url_has_one_spelling() {
        let address = ApplicationAddress {
            deployment: ConnectorDeploymentId::new(Uuid::from_u128(0x00ab_cdef)),
            ..address()
        };
        let segment = address.segment(ApplicationKind::Service);
        assert!(ApplicationAddress::of_segment(&segment).is_some());
        let (deployment, application) = (address.deployment.uuid(), address.application.uuid());
        for other in [
            segment.to_uppercase(),
            segment.replace("abcdef", "ABCDEF"),
            segment.replace("service", "Service"),
            format!("service-{{{deployment}}}-{}-acme-eu", application.as_simple()),
            format!("service-{}-{}-acme-eu", deployment.as_urn(), application.as_simple()),
            format!("{segment} "),
            format!("-{segment}"),
        ] {
            assert_eq!(ApplicationAddress::of_segment(&other), None, "{other}");
        }
    }
}
