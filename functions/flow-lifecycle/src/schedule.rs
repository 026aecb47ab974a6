//! The schedule of a route: what answers there says when it starts. One per flow and place.

use app::schedules::put;
use domain::flow::Trigger;
use domain::ids::FlowId;
use domain::placement::Placement;
use domain::route::Route;
use domain::text::ProjectKey;
use runtime::Context;
use runtime::aws::ScheduleDraft;
use serde_json::json;
use store::ProjectStore;
use uuid::Uuid;
use worker::JobError;

/// Two jobs on one route may bring the schedule in line at the same time; the last look has to agree.
const LOOKS: usize = 8;

/// Brings the schedule of a route in line with what answers there.
pub(crate) async fn align(
    context: &Context,
    project: &ProjectStore,
    flow: FlowId,
    placement: Placement,
) -> Result<(), JobError> {
    let mut aligned = None;
    for _ in 0..LOOKS {
        // Only what is switched on here counts: what answers here because it does everywhere has a schedule there.
        let route = project.route(flow, placement).await?;
        let trigger = route.as_ref().and_then(Route::answering).map(|entry| &entry.trigger);
        let wanted = trigger.and_then(|trigger| draft(project.project(), flow, placement, trigger));
        if aligned.as_ref() == Some(&wanted) {
            return Ok(());
        }
        match &wanted {
            Some(draft) => put(context, draft, "The flow").await?,
            // Asked for even where there never was one: a job that was killed may have left it behind.
            None => context.schedules()?.remove(&name(flow, placement)).await?,
        }
        aligned = Some(wanted);
    }
    Err(JobError::Transient("the route changes faster than its schedule".into()))
}

/// The schedule that a trigger asks for, if it is one that runs at times.
fn draft(
    project: &ProjectKey,
    flow: FlowId,
    placement: Placement,
    trigger: &Trigger,
) -> Option<ScheduleDraft> {
    let Trigger::Job { schedule, timezone } = trigger else { return None };
    let input = json!({
        "project": project,
        "environment": placement,
        "flow": flow,
        "scheduledAt": "<aws.scheduler.scheduled-time>",
    });
    Some(ScheduleDraft {
        name: name(flow, placement),
        expression: schedule.as_aws_expression(),
        timezone: timezone.as_str().to_owned(),
        input: input.to_string(),
    })
}

/// The same for every deployment of the flow in the place; at most 64 characters.
fn name(flow: FlowId, placement: Placement) -> String {
    let place = placement.environment().map_or(Uuid::nil(), |environment| environment.uuid());
    format!("flow-{}", Uuid::new_v5(&place, flow.uuid().as_bytes()).as_simple())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::ids::EnvironmentId;
    use serde_json::Value;

    use super::*;

    fn flow(id: u128) -> FlowId {
        FlowId::new(Uuid::from_u128(id))
    }

    fn staging() -> Placement {
        EnvironmentId::new(Uuid::from_u128(9)).into()
    }

    #[test]
    fn every_flow_has_a_schedule_of_its_own_in_every_place() {
        let names: BTreeSet<_> = [1, 2]
            .into_iter()
            .flat_map(|id| [staging(), Placement::Global].map(|place| name(flow(id), place)))
            .collect();
        assert_eq!(names.len(), 4);
        assert!(names.iter().all(|name| name.len() <= 64));
    }

    #[test]
    fn what_fires_says_where_and_everywhere_is_null() {
        let acme: ProjectKey = "acme".parse().unwrap();
        let job: Trigger =
            serde_json::from_value(json!({ "type": "job", "schedule": "rate(1 day)", "timezone": "UTC" }))
                .unwrap();
        for (place, written) in [(staging(), json!(Uuid::from_u128(9))), (Placement::Global, Value::Null)] {
            let draft = draft(&acme, flow(1), place, &job).unwrap();
            let input: Value = serde_json::from_str(&draft.input).unwrap();
            assert_eq!(input["environment"], written);
            assert_eq!(draft.expression, "rate(1 day)");
            assert!(super::draft(&acme, flow(1), place, &Trigger::None).is_none());
        }
    }
}
