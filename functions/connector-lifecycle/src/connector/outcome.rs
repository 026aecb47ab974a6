//! What was tried with several applications: all that cannot be done is told together, each under its application.

use domain::report::EntryType;
use domain::text::Key;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};
use worker::JobError;

use crate::job::ConnectorJob;

/// So many applications are worked on side by side: Step Functions takes some calls per second and no more.
const AT_ONCE: usize = 4;

/// What became of one application.
pub(super) type Outcome<T> = (Key, Result<T, JobError>);

/// Applications, and why they cannot be had.
pub(super) type Wrong = Vec<(Key, Vec<String>)>;

/// Does several things side by side, a few at a time, and keeps their order. All of them come to their end.
pub(super) fn side_by_side<'a, T: Send + 'a>(things: Vec<BoxFuture<'a, T>>) -> BoxFuture<'a, Vec<T>> {
    stream::iter(things).buffered(AT_ONCE).collect().boxed()
}

/// What was done, and what cannot be done.
///
/// # Errors
///
/// The first fault that is not final: whatever else is wrong, the next attempt will tell.
pub(super) fn sort_out<T>(outcomes: Vec<Outcome<T>>) -> Result<(Vec<T>, Wrong), JobError> {
    let (mut done, mut wrong) = (Vec::new(), Vec::new());
    for (name, outcome) in outcomes {
        match outcome {
            Ok(one) => done.push(one),
            Err(JobError::Permanent { reasons, .. }) => wrong.push((name, reasons)),
            Err(fault) => return Err(fault),
        }
    }
    Ok((done, wrong))
}

impl ConnectorJob<'_, '_> {
    /// Writes an entry about an application. `message` names it: the same words about two would be kept once.
    pub(super) fn say(&mut self, application: &Key, entry_type: EntryType, title: &str, message: String) {
        let now = self.now();
        self.subject.report_on(application.as_str(), entry_type, title, Some(message), now);
    }

    /// Writes down what cannot be done.
    ///
    /// # Errors
    ///
    /// [`JobError::Permanent`] when there is anything. Its reasons are in the report already, under their applications.
    pub(super) fn refuse(&mut self, title: &'static str, wrong: Wrong) -> Result<(), JobError> {
        if wrong.is_empty() {
            return Ok(());
        }
        for (application, reasons) in wrong {
            for reason in reasons {
                self.say(&application, EntryType::Error, title, reason);
            }
        }
        Err(JobError::Permanent { title, reasons: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Key {
        text.parse().unwrap()
    }

    #[test]
    fn what_cannot_be_done_is_collected() {
        let outcomes = vec![
            (name("calc"), Err(JobError::permanent("t", "one"))),
            (name("pages"), Ok(7)),
            (name("nightly"), Err(JobError::permanent("t", "two"))),
        ];
        let (done, wrong) = sort_out(outcomes).unwrap();
        assert_eq!(done, [7]);
        let expected = [(name("calc"), vec!["one".to_owned()]), (name("nightly"), vec!["two".to_owned()])];
        assert_eq!(wrong, expected);
    }

    #[test]
    fn what_may_work_next_time_is_tried_again_first() {
        let outcomes: Vec<Outcome<()>> = vec![
            (name("calc"), Err(JobError::permanent("t", "one"))),
            (name("pages"), Err(JobError::Transient("later".into()))),
        ];
        assert!(matches!(sort_out(outcomes), Err(JobError::Transient(_))));
    }
}
