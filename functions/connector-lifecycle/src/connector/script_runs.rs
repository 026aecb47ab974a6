//! Running scripts: each flow on a state machine of its own, which is gone afterwards.

use std::time::Duration;

use app::build::{NOT_VALID, not_valid};
use app::definition::judge;
use app::machines::{arn, is_made, machine_arn, make, not_made, remove};
use domain::connector::Package;
use domain::connector_deployment::{Application, Retired};
use domain::ids::BuildId;
use domain::report::EntryType;
use domain::run::{RunError, RunResult, RunStatus};
use domain::text::Key;
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::Context;
use runtime::applications::{input, machine_name};
use runtime::aws::AwsError;
use serde_json::{Value, json};
use store::ProjectStore;
use tokio::time::Instant;
use uuid::Uuid;
use worker::{JobError, MAX_ATTEMPTS};

use super::folder::{Script, script, why_not};
use super::outcome::side_by_side;
use super::program::{Program, Source};
use super::scripts::{Moment, environment};
use crate::job::ConnectorJob;

/// All scripts of an operation together may take so long. A worker has a minute for everything.
const BUDGET: Duration = Duration::from_secs(25);

/// The pause between two looks at what runs.
const PAUSE: Duration = Duration::from_millis(500);

/// A script on its way.
#[derive(Debug)]
struct ScriptRun {
    application: Key,
    /// The ARN of its state machine.
    machine: String,
    /// The name of its execution: the build's, so that it runs once however often a worker takes the operation up.
    name: String,
    /// The ARN of its execution.
    execution: String,
    definition: String,
    input: String,
    /// How it ended.
    end: Option<End>,
}

/// How a script ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Well,
    /// With the reason.
    Badly(String),
}

impl ConnectorJob<'_, '_> {
    /// Runs the scripts of all applications that answer, side by side.
    ///
    /// # Errors
    ///
    /// [`JobError::Permanent`] when a script failed and nothing may go on without it.
    pub(super) async fn run_scripts(&mut self, moment: Moment) -> Result<(), JobError> {
        let package = self.package().await?;
        let mut runs = Vec::new();
        for application in self.subject.applications.clone() {
            let is_told = moment.is_told(&application, &self.subject.build.report.entries);
            if application.hosted.is_some() && !is_told {
                runs.extend(self.script_run(moment, &application, &package).await?);
            }
        }
        if !runs.is_empty() {
            self.run_all(moment, &mut runs).await?;
        }
        self.save().await?;
        let failed = self
            .subject
            .build
            .report
            .entries
            .iter()
            .any(|entry| entry.entry_type == EntryType::Error && entry.title == moment.failed());
        // Why is in the report already.
        let failure = || JobError::Permanent { title: moment.failed(), reasons: Vec::new() };
        if failed { Err(failure()) } else { Ok(()) }
    }

    /// Says of every application with a script that it is left out.
    pub(super) fn skip_scripts(&mut self, moment: Moment) {
        let name = moment.name();
        for application in self.subject.applications.clone() {
            let scripts = self.declared(&application).map(|declared| &declared.scripts);
            if scripts.and_then(|scripts| moment.declared(scripts)).is_some() {
                let message = format!("The script of '{}' was to be left out this time", application.name);
                self.say(&application.name, EntryType::Information, &format!("{name} skipped"), message);
            }
        }
    }

    /// What is to be run for an application, if there is anything; else the report says why not.
    async fn script_run(
        &mut self,
        moment: Moment,
        application: &Application,
        package: &Package,
    ) -> Result<Option<ScriptRun>, JobError> {
        let name = &application.name;
        let scripts = self.declared(application).map(|declared| declared.scripts.clone()).unwrap_or_default();
        let folder = package.applications.get(name.as_str());
        match script(moment.declared(&scripts), folder) {
            Script::Undefined => {
                let message = format!("'{name}' declares no {}", moment.name());
                let title = format!("{} is not defined", moment.name());
                self.say(name, EntryType::Information, &title, message);
                Ok(None)
            }
            Script::Command(command) => {
                let title = format!("{} was not run", moment.name());
                self.say(name, EntryType::Warning, &title, why_not(name.as_str(), command));
                Ok(None)
            }
            Script::Flow(file, text) => {
                let source = Source { file, text, express: false, retry: None };
                match self.prepared(moment, application, source).await {
                    Ok(run) => Ok(Some(run)),
                    Err(fault) => {
                        let reason = self.verdict(fault)?;
                        self.tell_failure(moment, name, &reason);
                        Ok(None)
                    }
                }
            }
        }
    }

    /// A script with everything that it needs, checked.
    async fn prepared(
        &self,
        moment: Moment,
        application: &Application,
        source: Source<'_>,
    ) -> Result<ScriptRun, JobError> {
        let (context, project) = (self.context, self.project.project());
        let config = &context.config;
        let build = self.subject.build.id;
        // Another one than the application's, and another one for the other moment.
        let own = BuildId::new(Uuid::new_v5(&build.uuid(), moment.name().as_bytes()));
        let machine = machine_name(&config.prefix, application.id, own);
        let program = self.program(application, source, &machine).await?;
        let Program { written, definition, text, .. } = &program;
        let judgement = judge(context, &self.project, written, definition, text, program.express).await?;
        if !judgement.errors.is_empty() {
            return Err(not_valid(judgement.errors).into());
        }
        let names = environment(&self.subject, application, project, config.public_url.as_deref());
        let trigger = json!({ "type": moment.name() });
        let input = input(project, &self.subject, application, &Value::Null, &trigger, Some(names))
            .map_err(|error| JobError::permanent(NOT_VALID, error.to_string()))?;
        Ok(ScriptRun {
            application: application.name.clone(),
            name: build.to_string(),
            execution: arn(config, "states", &format!("execution:{machine}:{build}"))?,
            machine: machine_arn(config, &machine)?,
            definition: program.text,
            input,
            end: None,
        })
    }

    /// Runs scripts to their ends, and takes their state machines away. Those are on the list of what is to be
    /// deleted before they are made, so that the sweeper finds what a killed worker leaves.
    async fn run_all(&mut self, moment: Moment, runs: &mut [ScriptRun]) -> Result<(), JobError> {
        let machines: Vec<Retired> = runs.iter().map(|run| Retired::Machine(run.machine.clone())).collect();
        self.abandon(machines.clone());
        self.save().await?;
        self.launch_all(runs).await?;
        let renewed = self.save().await;
        if matches!(renewed, Err(JobError::Fenced)) {
            self.disown(machines).await?;
        }
        renewed?;
        self.wait(runs).await?;
        for run in &*runs {
            self.tell(moment, run);
        }
        // What became of them is written down first: a worker that is killed now does not run them again.
        self.save().await?;
        for run in &*runs {
            match remove(self.context, &self.project, &run.machine).await {
                Ok(()) => {
                    let gone = Retired::Machine(run.machine.clone());
                    self.subject.retiring.retain(|retired| *retired != gone);
                }
                Err(cause) => tracing::warn!(machine = run.machine, %cause, "left to the sweeper"),
            }
        }
        Ok(())
    }

    async fn launch_all(&self, runs: &mut [ScriptRun]) -> Result<(), JobError> {
        let (context, attempt) = (self.context, self.subject.work_state.attempts);
        let project = self.project.clone();
        let launches = runs.iter().map(|run| launch(context, &project, run, attempt)).collect();
        let outcomes = side_by_side(launches).await;
        for (run, outcome) in runs.iter_mut().zip(outcomes) {
            if let Err(fault) = outcome {
                run.end = Some(End::Badly(self.verdict(fault)?));
            }
        }
        Ok(())
    }

    /// Waits until all have ended or the time is up, and keeps the lease meanwhile.
    async fn wait(&mut self, runs: &mut [ScriptRun]) -> Result<(), JobError> {
        let lease = u64::try_from(self.context.config.lease_seconds).unwrap_or_default();
        let (begun, mut renewed) = (Instant::now(), Instant::now());
        loop {
            for run in runs.iter_mut().filter(|run| run.end.is_none()) {
                run.end = look_at(self.context, &run.execution).await;
            }
            if runs.iter().all(|run| run.end.is_some()) || begun.elapsed() >= BUDGET {
                return Ok(());
            }
            if renewed.elapsed() > Duration::from_secs(lease) / 3 {
                self.save().await?;
                renewed = Instant::now();
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn tell(&mut self, moment: Moment, run: &ScriptRun) {
        let name = &run.application;
        match &run.end {
            Some(End::Well) => {
                let title = format!("{} finished", moment.name());
                let message = format!("The script of '{name}' ran to its end");
                self.say(name, EntryType::Information, &title, message);
            }
            Some(End::Badly(reason)) => self.tell_failure(moment, name, reason),
            None => {
                let seconds = BUDGET.as_secs();
                let reason = format!("It was stopped, for it did not end in {seconds} seconds");
                self.tell_failure(moment, name, &reason);
            }
        }
    }

    fn tell_failure(&mut self, moment: Moment, name: &Key, reason: &str) {
        let message = format!("The script of '{name}' failed. {}. {reason}", moment.remedy());
        self.say(name, moment.failure(), moment.failed(), message);
    }

    /// What is final, in words. What may pass is final with the last attempt: a script fails no deployment.
    fn verdict(&self, fault: JobError) -> Result<String, JobError> {
        match fault {
            JobError::Permanent { reasons, .. } => Ok(reasons.join("; ")),
            JobError::Transient(cause) if self.subject.work_state.attempts >= MAX_ATTEMPTS => {
                Ok(cause.to_string())
            }
            fault => Err(fault),
        }
    }
}

/// Makes the state machine of a script and starts it. Doing it again does nothing more.
fn launch<'a>(
    context: &'a Context,
    project: &'a ProjectStore,
    run: &'a ScriptRun,
    attempt: u32,
) -> BoxFuture<'a, Result<(), JobError>> {
    async move {
        make(context, project, &run.machine, &run.definition, false).await?;
        if !is_made(context, &run.machine, &run.definition).await? {
            return Err(not_made(attempt >= MAX_ATTEMPTS).into());
        }
        let started = context.machines().start(&run.machine, &run.name, &run.input).await;
        started.map(drop).map_err(|error| not_started(error, attempt))
    }
    .boxed()
}

/// A state machine that was seen a moment ago may be unknown where it is started: that is not final either.
fn not_started(error: AwsError, attempt: u32) -> JobError {
    match error {
        AwsError::Missing { .. } => not_made(attempt >= MAX_ATTEMPTS).into(),
        error => error.into(),
    }
}

/// How an execution ended, if it has. One that is not there yet may be later.
async fn look_at(context: &Context, execution: &str) -> Option<End> {
    match context.machines().execution(execution).await {
        Ok(found) => end(&found.result),
        Err(AwsError::Refused { message, .. }) => Some(End::Badly(message)),
        Err(AwsError::Missing { .. }) => None,
        Err(cause) => {
            tracing::warn!(execution, %cause, "it could not be looked at");
            None
        }
    }
}

fn end(result: &RunResult) -> Option<End> {
    let why = match &result.error {
        Some(RunError { error, cause: Some(cause) }) => format!("{error}: {cause}"),
        Some(RunError { error, cause: None }) => error.clone(),
        None => "Step Functions does not say why".to_owned(),
    };
    match result.status {
        RunStatus::Running => None,
        RunStatus::Succeeded => Some(End::Well),
        RunStatus::TimedOut => Some(End::Badly(format!("It ran longer than it may: {why}"))),
        RunStatus::Aborted => Some(End::Badly("Somebody stopped it".to_owned())),
        RunStatus::Failed => Some(End::Badly(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_and_not_known_yet_is_started_again() {
        let missing = || AwsError::Missing { service: "Step Functions" };
        assert!(matches!(not_started(missing(), 1), JobError::Transient(_)));
        assert!(matches!(not_started(missing(), MAX_ATTEMPTS), JobError::Permanent { .. }));
        let refused = AwsError::Refused { service: "Step Functions", message: "no".to_owned() };
        assert!(matches!(not_started(refused, 1), JobError::Permanent { .. }));
    }

    #[test]
    fn what_ended_badly_says_why() {
        let result = |status, error: Option<(&str, Option<&str>)>| RunResult {
            status,
            stopped_at: None,
            output: None,
            error: error
                .map(|(error, cause)| RunError { error: error.to_owned(), cause: cause.map(str::to_owned) }),
        };
        assert_eq!(end(&result(RunStatus::Running, None)), None);
        assert_eq!(end(&result(RunStatus::Succeeded, None)), Some(End::Well));
        for (status, error, words) in [
            (RunStatus::Failed, Some(("Tax.Down", Some("no answer"))), "Tax.Down: no answer"),
            (RunStatus::Failed, Some(("Tax.Down", None)), "Tax.Down"),
            (RunStatus::Failed, None, "does not say why"),
            (RunStatus::TimedOut, None, "longer than it may"),
            (RunStatus::Aborted, None, "stopped"),
        ] {
            let Some(End::Badly(reason)) = end(&result(status, error)) else { panic!("{status:?}") };
            assert!(reason.contains(words), "{status:?}: {reason}");
        }
    }
}
