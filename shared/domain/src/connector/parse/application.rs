//! An entry of `deployAs`.

use super::configuration::{self, Declared};
use super::endpoint::endpoint;
use super::fields::{Fields, Found};
use super::operation;
use super::report::{Place, Report};
use crate::connector::cadence::{Cadence, InvalidCadence, refuse_unknown_elsewhere};
use crate::connector::specification::{ApplicationKind, ApplicationSpecification, Scripts};
use crate::spelling::hint;
use crate::text::{Key, cut};

/// The keys of an application; which kind takes which is in [`takes`].
const KEYS: &[&str] = &[
    "name",
    "applicationType",
    "endpoint",
    "properties",
    "scripts",
    "configuration",
    "healthCheck",
    "retryPolicy",
];

/// An entry of `deployAs`, as far as it could be read.
#[derive(Debug)]
pub(super) struct Application {
    /// Where it is.
    pub(super) place: Place,
    /// Its name and where that is.
    pub(super) name: Option<(Key, Place)>,
    /// What it is.
    pub(super) kind: Option<ApplicationKind>,
    /// The keys that it declares.
    pub(super) declared: Declared,
    rest: Rest,
}

/// What only concerns the application itself.
#[derive(Debug, Default)]
struct Rest {
    endpoint: Option<String>,
    schedule: Option<Cadence>,
    scripts: Scripts,
    health_check: Option<crate::connector::HealthCheck>,
    retry_policy: Option<crate::connector::RetryPolicy>,
}

impl Application {
    /// Reads an entry.
    pub(super) fn read(found: &Found<'_>, report: &mut Report) -> Option<Self> {
        let fields = found.fields(KEYS, report)?;
        let name = name(&fields, report);
        let kind = kind(&fields, report);
        if let Some(kind) = kind {
            refuse_untaken(kind, &fields, report);
        }
        let declared = fields.get("configuration").map(|found| configuration::read(&found, report));
        let rest = Rest {
            endpoint: endpoint_of(kind, &fields, report),
            schedule: schedule(kind, &fields, report),
            scripts: scripts(&fields, report).unwrap_or_default(),
            health_check: fields.get("healthCheck").and_then(|found| operation::health_check(&found, report)),
            retry_policy: fields.get("retryPolicy").and_then(|found| operation::retry_policy(&found, report)),
        };
        Some(Self { place: found.place.clone(), name, kind, declared: declared.unwrap_or_default(), rest })
    }

    /// The application, when its name and kind could be read.
    pub(super) fn into_specification(self) -> Option<ApplicationSpecification> {
        let (name, _) = self.name?;
        Some(ApplicationSpecification {
            name,
            kind: self.kind?,
            endpoint: self.rest.endpoint,
            schedule: self.rest.schedule,
            scripts: self.rest.scripts,
            keys: self.declared.keys,
            health_check: self.rest.health_check,
            retry_policy: self.rest.retry_policy,
        })
    }
}

/// Whether a kind of application may have a key.
fn takes(kind: ApplicationKind, key: &str) -> bool {
    use ApplicationKind::{Assets, Event, Job, Service};
    match key {
        "endpoint" => matches!(kind, Service | Event | Job),
        "properties" => kind == Job,
        "scripts" | "configuration" => kind != Assets,
        "healthCheck" => matches!(kind, Service | Event),
        "retryPolicy" => kind == Event,
        _ => true,
    }
}

fn refuse_untaken(kind: ApplicationKind, fields: &Fields<'_>, report: &mut Report) {
    for key in KEYS.iter().filter(|key| !takes(kind, key)) {
        let Some(found) = fields.get(key) else { continue };
        let takers: Vec<&str> =
            ApplicationKind::ALL.iter().filter(|kind| takes(**kind, key)).map(|kind| kind.as_str()).collect();
        let takers = takers.join(", ");
        report.add(
            &found.place,
            format!("an application of type {kind} has no {key}; leave it out (it is for {takers})"),
        );
    }
}

fn name(fields: &Fields<'_>, report: &mut Report) -> Option<(Key, Place)> {
    let found = fields.require("name", "it is the name of the application's folder", report)?;
    let text = found.text(report)?;
    let name = text.parse::<Key>();
    if name.is_err() {
        let words = "is no name of a folder; use 2 to 256 letters, digits, '_' or '-'";
        report.add(&found.place, format!("\"{}\" {words}", cut(text)));
    }
    name.ok().map(|name| (name, found.place))
}

fn kind(fields: &Fields<'_>, report: &mut Report) -> Option<ApplicationKind> {
    let names: Vec<&str> = ApplicationKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let remedy = format!("it is one of {}", names.join(", "));
    let found = fields.require("applicationType", &remedy, report)?;
    let text = found.text(report)?;
    // The name that custom applications had before.
    if text == "mc-app" {
        return Some(ApplicationKind::MerchantCenterCustomApplication);
    }
    let kind = ApplicationKind::ALL.iter().copied().find(|kind| kind.as_str() == text);
    if kind.is_none() {
        let hint = hint(text, names.iter().copied());
        report.add(&found.place, format!("\"{}\" is no type; {remedy}.{hint}", cut(text)));
    }
    kind
}

fn endpoint_of(kind: Option<ApplicationKind>, fields: &Fields<'_>, report: &mut Report) -> Option<String> {
    let needed = kind.is_some_and(|kind| takes(kind, "endpoint"));
    let found = if needed {
        fields.require("endpoint", "write the path that the application answers at, such as /service", report)
    } else {
        fields.get("endpoint")
    };
    found.and_then(|found| endpoint(&found, report))
}

fn schedule(kind: Option<ApplicationKind>, fields: &Fields<'_>, report: &mut Report) -> Option<Cadence> {
    const REMEDY: &str = "a job has a schedule, such as \"*/5 * * * *\" or \"@daily\"";
    let properties = if kind == Some(ApplicationKind::Job) {
        fields.require("properties", &format!("write `schedule` in it: {REMEDY}"), report)
    } else {
        fields.get("properties")
    };
    let found = properties?.fields(&["schedule"], report)?.require("schedule", REMEDY, report)?;
    let text = found.text(report)?;
    let cadence = text.parse().and_then(|cadence| refuse_unknown_elsewhere(text).map(|()| cadence));
    cadence.map_err(|error: InvalidCadence| report.add(&found.place, error.to_string())).ok()
}

fn scripts(fields: &Fields<'_>, report: &mut Report) -> Option<Scripts> {
    let scripts = fields.get("scripts")?.fields(&["postDeploy", "preUndeploy"], report)?;
    let mut script = |name| Some(scripts.get(name)?.text(report)?.to_owned());
    Some(Scripts { post_deploy: script("postDeploy"), pre_undeploy: script("preUndeploy") })
}
