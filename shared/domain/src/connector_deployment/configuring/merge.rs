//! What a deployment has of a configuration and what a request adds to it, checked as a whole.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::block::{Block, Secrets};
use super::problems::{Problems, shown};
use super::{ApplicationDraft, ConfigurationDraft, ConfigurationProblem, Configured, ProblemCode};
use crate::connector::{ApplicationKind, ApplicationSpecification, Cadence, RetryPolicy, Specification};
use crate::connector_deployment::{Application, Configuration, MAX_CONFIGURATION_BYTES};
use crate::text::ConfigurationKey;

/// A configuration in the making.
#[derive(Debug)]
pub(super) struct Merge<'a> {
    specification: &'a Specification,
    /// The applications that belong, in the order of the specification.
    slots: Vec<Slot<'a>>,
    global: Configuration,
    refused: BTreeSet<ConfigurationKey>,
    secrets: Secrets,
    /// How much room the applications take that are leaving, in bytes of JSON.
    leaving: usize,
    problems: Problems,
}

/// An application that belongs.
#[derive(Debug)]
pub(super) struct Slot<'a> {
    declared: &'a ApplicationSpecification,
    application: Application,
    /// Where in the request's list it has been named already.
    named: Option<usize>,
    /// The keys whose values in the request are no good.
    refused: BTreeSet<ConfigurationKey>,
}

impl<'a> Slot<'a> {
    pub(super) const fn new(declared: &'a ApplicationSpecification, application: Application) -> Self {
        Self { declared, application, named: None, refused: BTreeSet::new() }
    }
}

/// What it is called when a required key has no value.
#[derive(Debug)]
pub(super) enum Absence {
    /// A new deployment: each is an error of its own.
    OnCreate,
    /// The connector is updated, and this is why it cannot be: the words to begin with.
    OnUpdate(String),
}

impl<'a> Merge<'a> {
    pub(super) fn new(
        specification: &'a Specification,
        slots: Vec<Slot<'a>>,
        global: Configuration,
        last_version: u64,
    ) -> Self {
        let secrets = Secrets { last_version, new: Vec::new() };
        let (refused, problems) = (BTreeSet::new(), Problems::default());
        Self { specification, slots, global, refused, secrets, leaving: 0, problems }
    }

    /// Counts those of `deployed` that do not belong any more, and yet stay until the newer build answers.
    pub(super) fn beside<'d>(mut self, deployed: impl Iterator<Item = &'d Application>) -> Self {
        let stays = |one: &Application| self.slots.iter().any(|slot| slot.application.id == one.id);
        self.leaving = deployed.filter(|one| !stays(one)).map(configured_bytes).sum();
        self
    }

    /// Notes a broken rule.
    pub(super) fn refuse(&mut self, code: ProblemCode, message: String) {
        self.problems.add(code, message);
    }

    /// Writes what the request says over what there is.
    pub(super) fn take(&mut self, draft: ConfigurationDraft) {
        for (index, application) in draft.applications.into_iter().flatten().enumerate() {
            self.take_application(index, application);
        }
        if let Some(values) = draft.global {
            let block = Block::global(self.specification);
            let (secrets, problems) = (&mut self.secrets, &mut self.problems);
            self.refused = block.write("/global", values, &mut self.global, secrets, problems);
        }
    }

    fn take_application(&mut self, index: usize, draft: ApplicationDraft) {
        let Some(slot) = self.slots.iter_mut().find(|slot| slot.declared.name.as_str() == draft.name) else {
            let (code, words) = stranger(self.specification, &draft.name);
            return self.problems.add(code, words);
        };
        let list = format!("/{index}");
        if let Some(first) = slot.named {
            let name = &slot.declared.name;
            let words =
                format!("The application '{name}' is listed twice, here and at [{first}]; list it once");
            self.problems.add_at(format!("{list}/applicationName"), words);
        }
        slot.named.get_or_insert(index);
        let block = Block::of(&slot.declared.name, &slot.declared.keys, self.specification);
        let values = &mut slot.application.configuration;
        let refused = block.write(&list, draft.values, values, &mut self.secrets, &mut self.problems);
        slot.refused.extend(refused);
        if let Some(schedule) = draft.schedule {
            slot.take_schedule(&list, &schedule, &mut self.problems);
        }
        if let Some(policy) = draft.retry_policy {
            slot.take_retry_policy(&policy, &mut self.problems);
        }
    }

    /// Fills defaults in and looks for what is missing.
    pub(super) fn complete(&mut self, absence: &Absence) {
        for slot in &mut self.slots {
            let block = Block::of(&slot.declared.name, &slot.declared.keys, self.specification);
            let missing = block.fill(&mut slot.application.configuration, &slot.refused);
            tell(block, absence, missing, &mut self.problems);
        }
        let block = Block::global(self.specification);
        let missing = block.fill(&mut self.global, &self.refused);
        tell(block, absence, missing, &mut self.problems);
    }

    /// The configuration, if nothing is wrong.
    pub(super) fn finish(mut self) -> Result<Configured, Vec<ConfigurationProblem>> {
        let own = self.slots.iter().map(|slot| configured_bytes(&slot.application)).sum::<usize>();
        let bytes = own + json_bytes(&self.global) + self.leaving;
        if bytes > MAX_CONFIGURATION_BYTES {
            let words = format!(
                "The configuration of all applications and the global one may have {MAX_CONFIGURATION_BYTES} bytes of JSON \
                 together, keys included, and has {bytes}; shorten some values"
            );
            self.problems.add_whole(words);
        }
        let applications = self.slots.into_iter().map(|slot| slot.application).collect();
        let last_secret_version = self.secrets.last_version;
        self.problems.or(Configured {
            applications,
            global: self.global,
            secrets: self.secrets.new,
            last_secret_version,
        })
    }
}

impl Slot<'_> {
    fn take_schedule(&mut self, list: &str, text: &str, problems: &mut Problems) {
        let (name, kind) = (&self.declared.name, self.declared.kind);
        let words = if kind == ApplicationKind::Job {
            match text.parse::<Cadence>() {
                Ok(cadence) => {
                    self.application.schedule = Some(cadence);
                    return;
                }
                Err(error) => format!("The schedule of application '{name}' is none: {error}"),
            }
        } else {
            format!("The application '{name}' is of type {kind} and takes no schedule: only a job does")
        };
        problems.add_at(format!("{list}/schedule"), words);
    }

    fn take_retry_policy(&mut self, policy: &Value, problems: &mut Problems) {
        let (name, kind) = (&self.declared.name, self.declared.kind);
        if kind != ApplicationKind::Event {
            let words = format!(
                "The application '{name}' is of type {kind} and takes no retryPolicy: only an event does"
            );
            return problems.add(ProblemCode::RetryPolicyNotAllowed, words);
        }
        match RetryPolicy::read(policy) {
            Ok(policy) => self.application.retry_policy = Some(policy),
            Err(error) => {
                problems.add(ProblemCode::InvalidRetryPolicy, format!("Application '{name}': {error}"));
            }
        }
    }
}

/// Why an application of the request is none of the deployment.
fn stranger(specification: &Specification, name: &str) -> (ProblemCode, String) {
    let shown = shown(name);
    if specification.applications.iter().any(|declared| declared.name.as_str() == name) {
        let words = format!(
            "The application '{shown}' does not belong to this deployment, which was made without it; make a new \
             deployment to have it"
        );
        return (ProblemCode::ApplicationDoesNotBelong, words);
    }
    let names: Vec<_> = specification.applications.iter().map(|declared| declared.name.as_str()).collect();
    let has = if names.is_empty() { "no application at all".to_owned() } else { names.join(", ") };
    (ProblemCode::UnknownApplication, format!("unknown application '{shown}'; the connector has {has}"))
}

fn tell(block: Block<'_>, absence: &Absence, missing: Vec<String>, problems: &mut Problems) {
    let own = block.code(ProblemCode::MissingApplicationKey, ProblemCode::MissingGlobalKey);
    for words in missing {
        match absence {
            Absence::OnCreate => problems.add(own, words),
            Absence::OnUpdate(reason) => {
                problems.add(ProblemCode::ConnectorUpdateFailure, format!("{reason}: {words}"));
            }
        }
    }
}

/// How much room what is configured of an application takes.
fn configured_bytes(application: &Application) -> usize {
    json_bytes(&(&application.configuration, &application.schedule, &application.retry_policy))
}

/// How long something is as JSON, which is how it is stored. What cannot be written takes all the room there is.
fn json_bytes(value: &impl Serialize) -> usize {
    serde_json::to_vec(value).map_or(MAX_CONFIGURATION_BYTES + 1, |json| json.len())
}
