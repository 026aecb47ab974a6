//! Resolve, configure, validate: from a connector's package to what is to be hosted, application by application.

use app::build::NOT_VALID;
use app::configure::INCOMPLETE;
use app::definition::{ABOUT, Judgement, judge};
use app::machines::{arn, machine_arn};
use app::permissions::{ACTIONS, MISSING, NOT_ASKED, permissions};
use domain::connector::{
    ApplicationKind, ApplicationSpecification, Package, PackagedApplication, RetryPolicy,
};
use domain::connector_deployment::{Application, Place};
use domain::ids::ApplicationId;
use domain::report::EntryType;
use domain::text::Key;
use domain::work::Worked;
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::Context;
use runtime::applications::{ApplicationAddress, machine_name};
use store::ProjectStore;
use worker::{JobError, Stage};

use super::folder::{Contents, contents};
use super::outcome::{Outcome, side_by_side, sort_out};
use super::program::{Program, Source};
use crate::job::ConnectorJob;

/// An application as this build is to host it.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) id: ApplicationId,
    pub(super) name: Key,
    pub(super) place: Place,
    /// What runs; nothing for files.
    pub(super) program: Option<Program>,
}

impl ConnectorJob<'_, '_> {
    /// What is to be made. An attempt after this one gets the same: neither the package nor the values change while
    /// an operation is under way.
    pub(super) async fn plan(&mut self) -> Result<Vec<Planned>, JobError> {
        let package = self.resolve().await?;
        let planned = self.configure(&package).await?;
        self.validate(&planned).await?;
        Ok(planned)
    }

    /// The contents of the connector.
    pub(super) async fn package(&self) -> Result<Package, JobError> {
        let document = self.context.artifacts()?.get(&self.subject.connector.package).await?;
        Ok(serde_json::from_value(document)?)
    }

    /// What the connector declares of an application.
    pub(super) fn declared(&self, application: &Application) -> Option<&ApplicationSpecification> {
        let declared = &self.subject.connector.specification.applications;
        declared.iter().find(|declared| declared.name == application.name)
    }

    async fn resolve(&mut self) -> Result<Package, JobError> {
        let package = self.package().await?;
        let connector = &self.subject.connector;
        let (version, digest) = (connector.version, &connector.package.digest);
        let message = format!("Version {version} of the connector is sha256/{digest}");
        self.done(Stage::Resolve, "Connector resolved", message).await?;
        Ok(package)
    }

    /// Fills the values in. Whatever is missing, in any application, is reported at once.
    async fn configure(&mut self, package: &Package) -> Result<Vec<Planned>, JobError> {
        let mut outcomes = Vec::new();
        for application in &self.subject.applications {
            outcomes.push((application.name.clone(), self.planned(application, package).await));
        }
        let (planned, wrong) = sort_out(outcomes)?;
        self.refuse(INCOMPLETE, wrong)?;
        self.tell_of_client().await?;
        self.tell_permissions(&planned).await?;
        for one in &planned {
            let name = &one.name;
            let message = match &one.program {
                Some(Program { used: (plain, secrets), .. }) => {
                    format!("'{name}' uses {plain} values and {secrets} secrets")
                }
                None => format!("The files of '{name}' are hosted as they are"),
            };
            self.say(name, EntryType::Information, "Configured", message);
        }
        self.save().await?;
        self.reached(Stage::Configure).await;
        Ok(planned)
    }

    async fn planned(&self, application: &Application, package: &Package) -> Result<Planned, JobError> {
        let Some(declared) = self.declared(application) else {
            let reason = format!("The connector has no application '{}'", application.name);
            return Err(JobError::permanent(INCOMPLETE, reason));
        };
        let folder = package.applications.get(application.name.as_str());
        let contents = contents(declared, folder)
            .map_err(|lack| JobError::permanent(INCOMPLETE, format!("'{}' {lack}", application.name)))?;
        let program = match contents {
            Contents::Files => None,
            Contents::Flow(text) => {
                let source = Source {
                    file: PackagedApplication::FLOW,
                    text,
                    express: declared.kind == ApplicationKind::Service,
                    retry: retry_policy(application, declared),
                };
                let machine =
                    machine_name(&self.context.config.prefix, application.id, self.subject.build.id);
                Some(self.program(application, source, &machine).await?)
            }
        };
        let place = self.place(application, declared)?;
        Ok(Planned { id: application.id, name: application.name.clone(), place, program })
    }

    /// Where the application is going to be. Everything in it is named after the build, so it is known before it is
    /// made.
    fn place(
        &self,
        application: &Application,
        declared: &ApplicationSpecification,
    ) -> Result<Place, JobError> {
        let (config, build) = (&self.context.config, self.subject.build.id);
        let machine = machine_arn(config, &machine_name(&config.prefix, application.id, build))?;
        Ok(match declared.kind {
            ApplicationKind::Service => {
                Place::Service { machine, endpoint: declared.endpoint.clone().unwrap_or_default() }
            }
            ApplicationKind::Job => {
                let schedule = application.schedule.clone().or_else(|| declared.schedule.clone());
                let without = || format!("'{}' is a job without a schedule", application.name);
                let schedule = schedule.ok_or_else(|| JobError::permanent(INCOMPLETE, without()))?;
                Place::Job { machine, schedule }
            }
            ApplicationKind::Event => {
                let address = ApplicationAddress {
                    project: self.project.project().clone(),
                    deployment: self.subject.id,
                    application: application.id,
                };
                Place::Event {
                    machine,
                    topic: arn(config, "sns", &address.topic_name(&config.prefix, build))?,
                }
            }
            ApplicationKind::MerchantCenterCustomApplication
            | ApplicationKind::MerchantCenterCustomView
            | ApplicationKind::Assets => Place::Files { package: self.subject.connector.package.clone() },
        })
    }

    /// What of the API client's values is not as it would be elsewhere.
    async fn tell_of_client(&mut self) -> Result<(), JobError> {
        if self.subject.api_client.is_none() {
            return Ok(());
        }
        let gone =
            "Somebody deleted it: nothing opens with its id and secret any more. Make a new deployment";
        let nowhere = "CTP_API_URL and CTP_AUTH_URL have no value: the stack was not told its URL";
        let is_gone = self.api_client().await?.is_none();
        let has_no_url = self.context.config.public_url.is_none();
        let now = self.now();
        for (applies, warning) in [(is_gone, gone), (has_no_url, nowhere)] {
            if applies {
                let title = "About the API client";
                self.subject.report(EntryType::Warning, title, Some(warning.to_owned()), now);
            }
        }
        Ok(())
    }

    /// Says of every application which actions of AWS it calls, if it calls any, and which of them the stack's role does
    /// not allow.
    async fn tell_permissions(&mut self, planned: &[Planned]) -> Result<(), JobError> {
        for one in planned {
            let (Some(program), Some(own)) = (&one.program, one.place.machine()) else { continue };
            let found = permissions(self.context, &program.definition, own, None).await?;
            let Some(found) = found else { continue };
            let (name, about) = (&one.name, |words: String| format!("'{}': {words}", one.name));
            self.say(name, EntryType::Information, ACTIONS, about(found.calls));
            if let Some(cause) = found.not_asked {
                self.say(name, EntryType::Information, NOT_ASKED, about(cause));
            }
            for words in found.missing.into_iter().chain(found.uncertain) {
                self.say(name, EntryType::Warning, MISSING, about(words));
            }
        }
        Ok(())
    }

    async fn validate(&mut self, planned: &[Planned]) -> Result<(), JobError> {
        let (context, project) = (self.context, &self.project);
        let programs = planned.iter().filter_map(|one| Some((&one.name, one.program.as_ref()?)));
        let looks = programs.map(|(name, program)| judged(context, project, name, program)).collect();
        let outcomes = side_by_side(looks).await;
        let (fit, wrong) = sort_out(outcomes)?;
        self.refuse(NOT_VALID, wrong)?;
        for (name, warnings) in &fit {
            for warning in warnings {
                self.say(name, EntryType::Warning, ABOUT, warning.clone());
            }
        }
        let message = format!("Definitions that Step Functions takes: {}", fit.len());
        self.done(Stage::Validate, "Definitions valid", message).await
    }
}

fn judged<'a>(
    context: &'a Context,
    project: &'a ProjectStore,
    name: &'a Key,
    program: &'a Program,
) -> BoxFuture<'a, Outcome<(Key, Vec<String>)>> {
    let judged =
        judge(context, project, &program.written, &program.definition, &program.text, program.express);
    judged
        .map(|judged| (name.clone(), judged.map_err(Into::into).and_then(|judgement| fit(name, judgement))))
        .boxed()
}

/// An application whose definition can be made, and what there is to say about it.
fn fit(name: &Key, judgement: Judgement) -> Result<(Key, Vec<String>), JobError> {
    let named = |words: Vec<String>| words.into_iter().map(|words| format!("{name}: {words}")).collect();
    if judgement.errors.is_empty() {
        return Ok((name.clone(), named(judgement.warnings)));
    }
    Err(JobError::Permanent { title: NOT_VALID, reasons: named(judgement.errors) })
}

/// How messages are tried again: as the deployment says, else as the connector does.
fn retry_policy(application: &Application, declared: &ApplicationSpecification) -> Option<RetryPolicy> {
    let policy = application.retry_policy.or(declared.retry_policy);
    policy.filter(|_| declared.kind == ApplicationKind::Event)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{declared, deployment};
    use super::*;

    #[test]
    fn a_deployment_decides_over_the_connector_how_messages_are_tried_again() {
        let backoff = RetryPolicy::ExponentialBackoff {
            min_backoff_seconds: 1,
            max_backoff_seconds: 2,
            max_attempts: None,
        };
        let mut application = deployment(&["calc"]).applications.remove(0);
        let mut event = declared(ApplicationKind::Event);
        assert_eq!(retry_policy(&application, &event), None);
        event.retry_policy = Some(backoff);
        assert_eq!(retry_policy(&application, &event), Some(backoff));
        application.retry_policy = Some(RetryPolicy::Immediate);
        assert_eq!(retry_policy(&application, &event), Some(RetryPolicy::Immediate));
        assert_eq!(retry_policy(&application, &declared(ApplicationKind::Job)), None);
    }
}
