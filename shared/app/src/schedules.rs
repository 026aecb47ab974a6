//! Schedules that start what is deployed.

use domain::report_code::ReportCode;
use runtime::Context;
use runtime::aws::{AwsError, ScheduleDraft};

use crate::error::AppError;

/// The title of the refusal of a schedule that AWS does not take.
pub const NOT_SCHEDULED: &str = ReportCode::ScheduleRefused.title();

/// Makes a schedule, or changes it. Where it is refused, there is none at all: the one before would fire at times that nobody asked for.
/// `what` it starts is told to whoever reads why.
///
/// # Errors
///
/// [`AppError::Refused`] with [`NOT_SCHEDULED`] when AWS does not take it.
pub async fn put(context: &Context, draft: &ScheduleDraft, what: &str) -> Result<(), AppError> {
    let schedules = context.schedules()?;
    match schedules.put(draft).await {
        Err(refused @ (AwsError::Refused { .. } | AwsError::Quota { .. } | AwsError::Missing { .. })) => {
            if let Err(cause) = schedules.remove(&draft.name).await {
                tracing::warn!(schedule = draft.name, %cause, "the schedule before may still fire");
            }
            let (expression, timezone) = (&draft.expression, &draft.timezone);
            let reason = format!(
                "{refused}. {what} answers, but nothing starts it at {expression} in {timezone}: give it \
                 another schedule and deploy that, or redeploy once AWS takes this one"
            );
            Err(AppError::failed(ReportCode::ScheduleRefused, reason))
        }
        put => Ok(put?),
    }
}
