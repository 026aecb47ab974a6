//! What is checked before a connector is deployed as a preview, and before it is published: that its repository still
//! holds what was read, and that everything in it can be hosted here.

use std::mem;
use std::time::Duration;

use app::definition::words;
use app::findings::errors_of;
use app::repositories::{self, ReadError};
use domain::connector::{Package, Specification};
use domain::report::EntryType;
use domain::work::Worked;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use repository::{Contents, RepositoryError};
use runtime::Context;
use store::ProjectStore;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;
use worker::{JobError, MAX_ATTEMPTS, Stage};

use super::inspection::{Inspected, inspect};
use crate::job::StagedJob;

const REPOSITORY_SUCCEEDED: &str = "Repository check succeeded";
const REPOSITORY_FAILED: &str = "Repository check failed";
const SPECIFICATION_SUCCEEDED: &str = "Connector specification file validation check succeeded";
const APPLICATION_SUCCEEDED: &str = "Application build check succeeded";
const APPLICATION_FAILED: &str = "Application build check failed";
const SCRIPT: &str = "About the scripts";

/// What others check and there is nothing of here. Clients look for the word `skipped`.
const SKIPPED: [(&str, &str); 2] = [
    ("Image security analysis skipped", "No images are built: flows run on Step Functions"),
    ("SAST and SCA analysis skipped", "No programs are run, and no libraries with them"),
];

/// Step Functions is asked about so many definitions at once.
const AT_ONCE: usize = 4;

/// A repository unpacked takes much of what memory a worker has, and the messages of a batch are worked on side by
/// side: they take turns.
static READING: Semaphore = Semaphore::const_new(1);

impl StagedJob<'_, '_> {
    /// Checks everything, and writes what came of it into the report here. It is stored with the end of the job, so a
    /// check that is interrupted leaves nothing behind.
    ///
    /// Unless it has to be `complete`, an application that holds nothing to be hosted is only warned of: the others can
    /// be deployed without it.
    ///
    /// # Errors
    ///
    /// [`JobError::Permanent`] when the connector does not pass.
    pub(super) async fn check(&mut self, complete: bool) -> Result<(), JobError> {
        let contents = self.read().await?;
        self.reached(Stage::Resolve).await;
        let tag = self.subject.profile.repository.tag.clone();
        let digest = &contents.payload().digest;
        if contents.payload() != &self.subject.package {
            let reason = format!(
                "The tag {tag} holds something else than when it was read: it was moved. Set the repository again to \
                 take the new contents, or move the tag back"
            );
            return Err(JobError::permanent(REPOSITORY_FAILED, reason));
        }
        self.say(EntryType::Information, REPOSITORY_SUCCEEDED, format!("The tag {tag} is sha256/{digest}"));
        let applications = contents.specification().applications.len();
        let message = format!("Applications that connect.yaml declares: {applications}");
        self.say(EntryType::Information, SPECIFICATION_SUCCEEDED, message);
        let inspected =
            inspect_all(self.context, &self.project, contents.specification(), contents.package()).await?;
        let sound = self.tell(inspected, complete);
        for (title, why) in SKIPPED {
            self.say(EntryType::Information, title, why.to_owned());
        }
        self.reached(Stage::Validate).await;
        // The reasons are in the report already.
        if sound {
            Ok(())
        } else {
            Err(JobError::Permanent { title: APPLICATION_FAILED, reasons: Vec::new() })
        }
    }

    async fn read(&mut self) -> Result<Contents, JobError> {
        let _turn = self.turn().await?;
        let repository = &self.subject.profile.repository;
        let read = repositories::read(self.context, self.project.project(), repository).await;
        let is_last = self.subject.work_state.attempts >= MAX_ATTEMPTS;
        read.map_err(|unread| fault(unread, is_last))
    }

    /// Waits until nobody else in this process reads a repository. Whose lease has run out meanwhile does not read.
    async fn turn(&mut self) -> Result<SemaphorePermit<'static>, JobError> {
        let lease = u64::try_from(self.context.config.lease_seconds).unwrap_or_default();
        let asked = Instant::now();
        let turn = READING.acquire().await.map_err(|closed| JobError::Transient(closed.into()))?;
        if asked.elapsed() > Duration::from_secs(lease) / 3 {
            self.save().await?;
        }
        Ok(turn)
    }

    /// Writes entries for each application, and whether none of them is an error.
    fn tell(&mut self, inspected: Vec<Inspected<'_>>, complete: bool) -> bool {
        let missing = if complete { EntryType::Error } else { EntryType::Warning };
        let mut sound = true;
        for application in inspected {
            let name = application.name;
            if application.lacks.is_empty() && application.problems.is_empty() {
                let message = format!("'{name}': {}", application.hosted);
                self.say(EntryType::Information, APPLICATION_SUCCEEDED, message);
            }
            sound &= application.problems.is_empty() && (application.lacks.is_empty() || !complete);
            let lacks = application.lacks.into_iter().map(|lack| (missing, APPLICATION_FAILED, lack));
            let problems =
                application.problems.into_iter().map(|told| (EntryType::Error, APPLICATION_FAILED, told));
            let warnings = application.warnings.into_iter().map(|told| (EntryType::Warning, SCRIPT, told));
            for (entry_type, title, message) in lacks.chain(problems).chain(warnings) {
                self.say(entry_type, title, message);
            }
        }
        sound
    }

    fn say(&mut self, entry_type: EntryType, title: &str, message: String) {
        let now = self.now();
        self.subject.report(entry_type, title, Some(message), now);
    }
}

/// What follows from a repository that could not be read. In the last attempt there is no other to wait for.
fn fault(unread: ReadError, is_last: bool) -> JobError {
    match unread {
        ReadError::Repository(error) if error.is_transient() && !is_last => JobError::Transient(error.into()),
        ReadError::Repository(error) => permanent(&error),
        ReadError::Slipway(error) => error.into(),
    }
}

fn permanent(error: &RepositoryError) -> JobError {
    JobError::Permanent { title: error.code().as_str(), reasons: error.messages() }
}

async fn inspect_all<'c>(
    context: &Context,
    project: &ProjectStore,
    specification: &'c Specification,
    package: &'c Package,
) -> Result<Vec<Inspected<'c>>, JobError> {
    let looks = specification.applications.iter().map(|declared| {
        let folder = package.applications.get(declared.name.as_str());
        judged(context, project, inspect(declared, folder, specification)).boxed()
    });
    let looks: Vec<_> = looks.collect();
    stream::iter(looks).buffered(AT_ONCE).try_collect().await
}

/// Adds what is wrong with the definitions.
async fn judged<'c>(
    context: &Context,
    project: &ProjectStore,
    mut inspected: Inspected<'c>,
) -> Result<Inspected<'c>, JobError> {
    for flow in mem::take(&mut inspected.flows) {
        let found = errors_of(context, project, &flow.definition, flow.express).await?;
        inspected.found(&flow, found.iter().map(words).collect());
    }
    Ok(inspected)
}

#[cfg(test)]
mod tests {
    use app::AppError;

    use super::*;

    fn refused(host: &str) -> ReadError {
        ReadError::Repository(RepositoryError::Connection { host: host.to_owned(), cause: "no route".into() })
    }

    #[test]
    fn who_does_not_answer_is_asked_again_and_in_the_end_that_is_the_reason() {
        assert!(matches!(fault(refused("git.example"), false), JobError::Transient(_)));
        let JobError::Permanent { title, reasons } = fault(refused("git.example"), true) else {
            panic!("it is the last attempt");
        };
        assert_eq!(title, "GitRepositoryNotReachable");
        assert!(reasons.concat().contains("git.example"), "{reasons:?}");
    }

    #[test]
    fn what_is_wrong_in_the_repository_is_final() {
        let problems = vec!["one".to_owned(), "two".to_owned()];
        let unread = ReadError::Repository(RepositoryError::SpecificationNotValid(problems.clone()));
        let JobError::Permanent { title, reasons } = fault(unread, false) else {
            panic!("no other attempt helps")
        };
        assert_eq!((title, reasons), ("ConnectorSpecificationFileNotValid", problems));
    }

    #[test]
    fn what_is_wrong_with_slipway_may_pass() {
        for is_last in [false, true] {
            let fault = fault(ReadError::Slipway(AppError::unavailable("the table")), is_last);
            assert!(matches!(fault, JobError::Transient(_)));
        }
    }
}
