//! What is asked of a deployment while a worker has it. The worker has a copy of the deployment, so what is asked for is
//! stored beside it and done when the operation is over. Switching off and priorities take effect at once: they are the
//! route's.

use super::{Amendment, NotAmended, Wanted};
use crate::deployment::{Deployment, OperationKind};
use crate::lifecycle::{Event, IllegalTransition, Status};
use crate::route::{Enabled, Route};
use crate::wishes::{PriorityWish, SwitchWish, Wishes};

/// Keeps what is asked of a deployment of which an operation is under way.
pub(super) fn keep(
    deployment: &Deployment,
    wishes: &mut Wishes,
    route: &mut Route,
    (amendment, switch): (&Amendment, Option<Wanted>),
    enabled: &Enabled,
) -> Result<(), NotAmended> {
    let is_off = matches!(switch, Some(Wanted::Off | Wanted::EnabledAt(None)));
    let goes = deployment.status == Status::Undeploying || wishes.undeploy.is_some();
    if !asks_for_more(deployment, wishes, amendment, switch.filter(|_| !(goes && is_off))) {
        return Ok(());
    }
    let moves = matches!(deployment.operation.kind, OperationKind::Move { .. });
    let is_moved = amendment.placement.is_some_and(|to| to != deployment.placement);
    if goes || is_moved || (moves && switch.is_some() && !is_off) {
        let status = if goes { Status::Undeploying } else { deployment.status };
        return Err(NotAmended::NotNow(IllegalTransition { status, event: Event::Redeploy }));
    }
    let id = deployment.id;
    if let Some(priority) = amendment.priority {
        wishes.priority = Some(PriorityWish { priority });
        route.amend(id, priority.unwrap_or_default(), None);
    }
    wishes.deploy_disabled = amendment.deploy_disabled.or(wishes.deploy_disabled);
    match switch {
        None => {}
        Some(Wanted::Off | Wanted::EnabledAt(None)) => {
            wishes.switch = Some(SwitchWish::Off);
            route.withhold(id);
        }
        Some(Wanted::TakeOver) => switch_on(wishes, route, false, enabled),
        Some(Wanted::Beside) => switch_on(wishes, route, true, enabled),
        Some(Wanted::EnabledAt(Some(at))) => {
            switch_on(wishes, route, true, &Enabled { at, by: enabled.by.clone() });
        }
    }
    Ok(())
}

/// Asking twice is asking once, as long as nobody has asked for anything else of the route meanwhile.
fn switch_on(wishes: &mut Wishes, route: &mut Route, beside: bool, enabled: &Enabled) {
    let is_kept = match &wishes.switch {
        Some(SwitchWish::On { beside: before, request, enabled: kept }) => {
            *before == beside && *request == route.requests && (!beside || kept.at == enabled.at)
        }
        _ => false,
    };
    if !is_kept {
        let request = route.accept();
        wishes.switch = Some(SwitchWish::On { beside, enabled: enabled.clone(), request });
    }
}

/// Whether anything is to be otherwise than it is, or will be. To be switched is to be looked at in any case.
fn asks_for_more(
    deployment: &Deployment,
    wishes: &Wishes,
    amendment: &Amendment,
    switch: Option<Wanted>,
) -> bool {
    switch.is_some()
        || amendment.priority.is_some_and(|priority| priority != wishes.priority(deployment))
        || amendment.deploy_disabled.is_some_and(|disabled| disabled != wishes.deploy_disabled(deployment))
        || amendment.placement.is_some_and(|placement| placement != deployment.placement)
}
