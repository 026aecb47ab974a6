//! What has to follow a switch that needed no worker: the schedule of the route.

use app::schedules::NOT_SCHEDULED;
use domain::deployment::Deployment;
use domain::metadata::Timestamp;
use domain::report::EntryType;
use domain::report_code::ReportCode;
use domain::work::Worked;
use runtime::Context;
use store::ProjectStore;
use worker::{JobError, note};

use crate::schedule::align;

/// Follows a switch of a deployment that rests, and notes that it was done. `false` when the sweeper has to try again.
/// Where somebody changes the deployment meanwhile nothing is noted, and the sweeper comes once more for nothing.
pub(crate) async fn follow_up(
    context: &Context,
    project: &ProjectStore,
    deployment: Deployment,
) -> Result<bool, JobError> {
    let mut after = deployment.clone();
    follow(context, project, &mut after).await;
    let followed = deployment.follow_up && !after.follow_up;
    if after != deployment {
        note(context, project, after).await?;
    }
    Ok(followed)
}

/// Brings the schedule in line with the route, if it has yet to follow. One that AWS refuses is told of in the report:
/// once, and without a new version, so that it comes in the way of nobody's change.
pub(crate) async fn follow(context: &Context, project: &ProjectStore, deployment: &mut Deployment) {
    if !deployment.follow_up {
        return;
    }
    let (id, now) = (deployment.id, context.clock.now());
    match align(context, project, deployment.flow, deployment.placement).await {
        Ok(()) => caught_up(deployment, now),
        Err(fault) => {
            tracing::warn!(deployment = %id, cause = %fault, "the schedule does not follow its route yet");
            if let JobError::Permanent { title: NOT_SCHEDULED, reasons } = fault {
                for reason in reasons {
                    deployment.report(EntryType::Error, NOT_SCHEDULED, Some(reason), now);
                }
            }
        }
    }
}

/// The schedule follows. Where the report says that it does not, it says so as well.
fn caught_up(deployment: &mut Deployment, now: Timestamp) {
    deployment.follow_up = false;
    if deployment.build.report.entries.iter().any(|entry| entry.title == NOT_SCHEDULED) {
        let words = "AWS takes the schedule by now".to_owned();
        deployment.report(EntryType::Information, ReportCode::Scheduled.title(), Some(words), now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, deployment};

    #[test]
    fn a_report_that_told_of_a_refusal_tells_of_its_end() {
        let mut late = deployment(1);
        late.follow_up = true;
        caught_up(&mut late, at());
        assert!(!late.follow_up && late.build.report.entries.is_empty());
        late.report(EntryType::Error, NOT_SCHEDULED, Some("no".to_owned()), at());
        for _ in 0..2 {
            caught_up(&mut late, at());
        }
        let titles: Vec<_> = late.build.report.entries.iter().map(|entry| entry.title.as_str()).collect();
        assert_eq!(titles, [NOT_SCHEDULED, "Scheduled"]);
    }
}
