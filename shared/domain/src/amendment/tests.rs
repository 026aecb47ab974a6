use uuid::Uuid;

use super::*;
use crate::deploy::Deploy;
use crate::deployment::{Application, Request};
use crate::flow::{Content, Flow, FlowKind, Trigger};
use crate::ids::{BuildId, DeploymentId, EnvironmentId, FlowId, IntegrationId, OperationId};
use crate::metadata::{Metadata, Principal};
use crate::payload::Payload;
use crate::route::{MAX_ENABLED, RouteEntry};
use crate::wishes::{Asked, SwitchWish};

/// A deployment, and what is asked of it.
#[derive(Debug, Clone)]
struct Stored {
    entity: Deployment,
    wishes: Wishes,
}

impl Stored {
    fn fresh(entity: Deployment) -> Self {
        Self { entity, wishes: Wishes::default() }
    }
}

fn apply(
    stored: &mut Stored,
    route: &mut Route,
    amendment: &Amendment,
    enabled: &Enabled,
) -> Result<Option<OperationKind>, NotAmended> {
    amendment.apply(&mut stored.entity, &mut stored.wishes, route, enabled)
}

fn new_id() -> Uuid {
    use std::sync::atomic::{AtomicU64, Ordering};
    static LAST: AtomicU64 = AtomicU64::new(0);
    Uuid::from_u128(u128::from(LAST.fetch_add(1, Ordering::Relaxed)) + 1)
}

fn moment(seconds: i64) -> Timestamp {
    "2026-11-20T10:00:00Z".parse::<Timestamp>().unwrap().plus_seconds(seconds)
}

fn somebody() -> Enabled {
    Enabled { at: moment(100), by: Principal::system("tests") }
}

fn flow() -> Flow {
    let content = Content { definition: None, trigger: Trigger::None };
    Flow {
        id: FlowId::new(new_id()),
        key: None,
        integration: IntegrationId::new(new_id()),
        name: "Import orders".parse().unwrap(),
        description: None,
        kind: FlowKind::Flow,
        working: content,
        saved: None,
        released: None,
        metadata: Metadata::begin(moment(0), &somebody().by),
    }
}

/// A deployment of which the build is done, in a status.
fn stored(flow: &Flow, status: Status) -> Stored {
    let (operation, build) = (OperationId::new(new_id()), BuildId::new(new_id()));
    let request = Request { operation, build, at: moment(0), by: somebody().by };
    let deploy = Deploy::new(flow, 1, EnvironmentId::new(new_id()).into(), "First try".parse().unwrap());
    let mut deployment = deploy.deployment(DeploymentId::new(new_id()), None, &request);
    deployment.status = status;
    deployment.application = Some(Application {
        build,
        state_machine: format!("machine-{build}"),
        express: false,
        trigger: Trigger::None,
        bundle: Payload::of(b"bundle"),
    });
    Stored::fresh(deployment)
}

fn entry(stored: &Stored, enabled: Option<Enabled>) -> RouteEntry {
    RouteEntry::new(&stored.entity, stored.entity.application.as_ref().unwrap(), enabled)
}

/// Two deployments of a flow, of which the second is on, and their route.
fn two() -> (Stored, Stored, Route) {
    let flow = flow();
    let (off, on) = (stored(&flow, Status::Deployed), stored(&flow, Status::Deployed));
    let mut route = Route::new(flow.id, off.entity.placement);
    route.put(entry(&off, None), Switch::Off);
    route.put(entry(&on, Some(Enabled { at: moment(1), ..somebody() })), Switch::TakeOver);
    (off, on, route)
}

fn switched(wanted: Wanted) -> Amendment {
    Amendment { switch: Some(wanted), ..Amendment::default() }
}

fn on(route: &Route) -> Vec<DeploymentId> {
    route.entries.iter().map(|entry| entry.deployment).collect()
}

/// Whether what is asked for is kept until an operation is over.
fn is_kept(status: Status) -> bool {
    matches!(status, Status::Queued | Status::Deploying)
}

fn operation(asked: Result<Option<OperationKind>, NotAmended>) -> OperationKind {
    asked.unwrap().unwrap()
}

fn is_not_now(done: &Result<Option<OperationKind>, NotAmended>) -> bool {
    matches!(done, Err(NotAmended::NotNow(_)))
}

#[test]
fn what_is_done_twice_is_done_once() {
    let to = moment(7);
    for (wanted, which, expected) in [
        (Wanted::TakeOver, 0, vec![0]),
        (Wanted::EnabledAt(Some(to)), 0, vec![1, 0]),
        (Wanted::Beside, 0, vec![1, 0]),
        (Wanted::Beside, 1, vec![1]),
        (Wanted::EnabledAt(None), 0, vec![1]),
        (Wanted::EnabledAt(None), 1, vec![]),
        (Wanted::Off, 0, vec![1]),
        (Wanted::TakeOver, 1, vec![1]),
        (Wanted::EnabledAt(Some(moment(1))), 1, vec![1]),
        (Wanted::Off, 1, vec![]),
    ] {
        let (off, answering, mut route) = two();
        let mut both = [off, answering];
        let expected: Vec<_> = expected.into_iter().map(|place: usize| both[place].entity.id).collect();
        apply(&mut both[which], &mut route, &switched(wanted), &somebody()).unwrap();
        assert_eq!(on(&route), expected, "{wanted:?}");
        let (once, then) = (both[which].entity.clone(), route.clone());
        let later = Enabled { at: moment(900), ..somebody() };
        apply(&mut both[which], &mut route, &switched(wanted), &later).unwrap();
        assert_eq!((&both[which].entity, &route), (&once, &then), "{wanted:?} twice");
    }
}

#[test]
fn who_switches_on_is_written_down_and_a_date_of_its_own_is_kept() {
    let (mut off, mut answering, mut route) = two();
    apply(&mut off, &mut route, &switched(Wanted::EnabledAt(Some(moment(50)))), &somebody()).unwrap();
    let enabled = |route: &Route, id| route.enabled(id).and_then(|entry| entry.enabled.clone());
    let expected = Enabled { at: moment(50), ..somebody() };
    assert_eq!(enabled(&route, off.entity.id), Some(expected));
    // What is on already is given the date, and nothing else changes.
    apply(&mut answering, &mut route, &switched(Wanted::EnabledAt(Some(moment(60)))), &somebody()).unwrap();
    assert_eq!(enabled(&route, answering.entity.id).unwrap().at, moment(60));
    assert_eq!(on(&route).len(), 2);
    apply(&mut off, &mut route, &switched(Wanted::Off), &somebody()).unwrap();
    apply(&mut off, &mut route, &switched(Wanted::TakeOver), &somebody()).unwrap();
    assert_eq!((on(&route), enabled(&route, off.entity.id)), (vec![off.entity.id], Some(somebody())));
}

#[test]
fn a_priority_is_in_the_route_as_well_and_nothing_counts_as_0() {
    let (mut off, mut answering, mut route) = two();
    for (priority, expected) in [(Some(7), 7), (Some(-7), -7), (None, 0)] {
        let amendment = Amendment { priority: Some(priority), ..Amendment::default() };
        for stored in [&mut off, &mut answering] {
            apply(stored, &mut route, &amendment, &somebody()).unwrap();
            assert_eq!(stored.entity.priority, priority);
        }
        let known = route.entries.iter().chain(&route.retained);
        assert_eq!(known.map(|entry| entry.priority).collect::<Vec<_>>(), [expected; 2]);
    }
    let (before, disabled) =
        (route.clone(), Amendment { deploy_disabled: Some(true), ..Amendment::default() });
    apply(&mut answering, &mut route, &disabled, &somebody()).unwrap();
    assert!(answering.entity.deploy_disabled);
    assert_eq!(route, before, "what is on stays on");
}

#[test]
fn only_what_is_deployed_or_will_be_is_switched_on() {
    let everything = [Wanted::TakeOver, Wanted::EnabledAt(Some(moment(7))), Wanted::Off];
    let priority = Amendment { priority: Some(Some(1)), ..Amendment::default() };
    let (off, answering, route) = two();
    for status in Status::ALL.iter().copied() {
        let mut off = Stored::fresh(Deployment { status, ..off.entity.clone() });
        for wanted in everything {
            let done = apply(&mut off, &mut route.clone(), &switched(wanted), &somebody());
            let is_off = wanted == Wanted::Off;
            if status == Status::Deployed || is_off || is_kept(status) {
                assert_eq!(done, Ok(None));
            } else {
                assert!(is_not_now(&done), "{wanted:?} while {status}");
            }
        }
        // What is on already stays on, whatever became of an operation since.
        let mut answering = Stored::fresh(Deployment { status, ..answering.entity.clone() });
        for amendment in [switched(Wanted::TakeOver), switched(Wanted::Off), priority.clone()] {
            let done = apply(&mut answering, &mut route.clone(), &amendment, &somebody());
            let is_off = amendment.switch == Some(Wanted::Off);
            let is_refused = status == Status::Undeploying && !is_off;
            assert_eq!(done.is_err(), is_refused, "{amendment:?} while {status}");
        }
    }
}

#[test]
fn what_is_sent_back_as_it_was_changes_nothing_even_while_it_is_under_way() {
    let (off, answering, route) = two();
    for status in Status::ALL.iter().copied() {
        for (stored, since) in [(&off, None), (&answering, Some(moment(1)))] {
            let mut stored = Stored::fresh(Deployment { status, ..stored.entity.clone() });
            let shown = since.filter(|_| status != Status::Undeploying);
            let amendment = Amendment {
                priority: Some(stored.entity.priority),
                deploy_disabled: Some(stored.entity.deploy_disabled),
                switch: Some(Wanted::EnabledAt(shown)),
                placement: Some(stored.entity.placement),
            };
            let (before, mut after) = (stored.entity.clone(), route.clone());
            apply(&mut stored, &mut after, &amendment, &somebody()).unwrap();
            assert_eq!((&stored.entity, &after), (&before, &route), "{status}, on since {shown:?}");
            let other = switched(Wanted::EnabledAt(Some(moment(2))));
            let done = apply(&mut stored, &mut after, &other, &somebody());
            assert_eq!(stored.wishes.is_empty(), !is_kept(status), "{status}: another time is a change");
            assert!(status != Status::Undeploying || done.is_err());
        }
    }
}

#[test]
fn what_has_to_be_built_first_is_asked_of_the_worker() {
    let (mut off, _, mut route) = two();
    route.retained[0].provisioned = false;
    let before = route.clone();
    let taking_over = apply(&mut off, &mut route, &switched(Wanted::TakeOver), &somebody());
    assert_eq!(operation(taking_over), OperationKind::Enable { beside: None });
    route.retained.clear();
    let beside = apply(&mut off, &mut route, &switched(Wanted::EnabledAt(Some(moment(7)))), &somebody());
    assert_eq!(operation(beside), OperationKind::Enable { beside: Some(moment(7)) });
    assert_eq!(route.entries, before.entries);
    apply(&mut off, &mut route, &switched(Wanted::Off), &somebody()).unwrap();
}

#[test]
fn what_moves_is_on_there_if_it_was_here_unless_something_else_is_wanted() {
    let (off, answering, route) = two();
    let fresh_one = Stored::fresh(Deployment { application: None, ..off.entity.clone() });
    let held_back = Stored::fresh(Deployment { deploy_disabled: true, ..fresh_one.entity.clone() });
    let (beside, since) = (|at| Some(Wanted::EnabledAt(at)), |seconds| Some(moment(seconds)));
    for (stored, wanted, arrival) in [
        (&answering, None, Arrival::TakeOver),
        (&answering, Some(Wanted::Off), Arrival::Off),
        (&answering, Some(Wanted::Beside), Arrival::Beside(moment(1))),
        // What is given as it is was only sent back.
        (&answering, beside(since(1)), Arrival::TakeOver),
        (&answering, beside(since(2)), Arrival::Beside(moment(2))),
        (&answering, beside(None), Arrival::Off),
        (&off, None, Arrival::Off),
        (&off, beside(None), Arrival::Off),
        (&off, Some(Wanted::TakeOver), Arrival::TakeOver),
        (&off, Some(Wanted::Beside), Arrival::Beside(somebody().at)),
        (&off, beside(since(7)), Arrival::Beside(moment(7))),
        (&fresh_one, None, Arrival::TakeOver),
        (&fresh_one, beside(None), Arrival::TakeOver),
        (&fresh_one, Some(Wanted::Off), Arrival::Off),
        (&held_back, None, Arrival::Off),
        (&held_back, beside(None), Arrival::Off),
    ] {
        let (mut stored, from, to) = (stored.clone(), stored.entity.placement, Placement::Global);
        let amendment = Amendment { placement: Some(to), switch: wanted, ..Amendment::default() };
        let moved = apply(&mut stored, &mut route.clone(), &amendment, &somebody());
        assert_eq!(operation(moved), OperationKind::Move { from, to, arrival }, "{wanted:?}");
        let stays = Amendment { placement: Some(stored.entity.placement), ..Amendment::default() };
        let mut same = route.clone();
        apply(&mut stored, &mut same, &stays, &somebody()).unwrap();
        assert_eq!(same, route, "it is there already");
    }
}

#[test]
fn there_is_an_end_to_how_many_are_on() {
    let flow = flow();
    let mut all: Vec<_> = (0..=MAX_ENABLED).map(|_| stored(&flow, Status::Deployed)).collect();
    let mut route = Route::new(flow.id, Placement::Global);
    for (place, stored) in all.iter_mut().enumerate() {
        route.put(entry(stored, None), Switch::Off);
        let done = apply(stored, &mut route, &switched(Wanted::EnabledAt(Some(moment(1)))), &somebody());
        match place {
            MAX_ENABLED => assert_eq!(done, Err(NotAmended::Crowded)),
            _ => assert_eq!(done, Ok(None)),
        }
    }
    apply(&mut all[MAX_ENABLED], &mut route, &switched(Wanted::TakeOver), &somebody()).unwrap();
    assert_eq!(on(&route), [all[MAX_ENABLED].entity.id]);
    assert_eq!(all[MAX_ENABLED].entity.retiring.len(), MAX_ENABLED - crate::route::RETAINED);
}

/// A deployment that is being built and is off, while another one is on.
fn under_way() -> (Stored, Stored, Route) {
    let (mut off, on, mut route) = two();
    off.entity.status = Status::Deploying;
    off.entity.request_number = route.begin(&off.entity);
    (off, on, route)
}

#[test]
fn what_is_asked_for_while_something_is_under_way_is_kept_beside_it() {
    let (mut off, _, mut route) = under_way();
    let before = (off.entity.clone(), route.entries.clone());
    let amendment = Amendment {
        priority: Some(Some(7)),
        deploy_disabled: Some(true),
        switch: Some(Wanted::TakeOver),
        placement: None,
    };
    for _ in 0..2 {
        apply(&mut off, &mut route, &amendment, &somebody()).unwrap();
        let wishes = &off.wishes;
        let request = route.requests;
        let switch = Some(SwitchWish::On { beside: false, enabled: somebody(), request });
        assert_eq!((request, &wishes.switch), (2, &switch), "asking twice is asking once");
        assert_eq!((wishes.priority(&off.entity), wishes.deploy_disabled), (Some(7), Some(true)));
        assert_eq!((&off.entity, &route.entries), (&before.0, &before.1), "the worker has it");
    }
    // The last that was asked for counts, and another request in between makes asking again another request.
    apply(&mut off, &mut route, &switched(Wanted::Off), &somebody()).unwrap();
    assert_eq!(off.wishes.switch, Some(SwitchWish::Off));
    apply(&mut off, &mut route, &switched(Wanted::TakeOver), &somebody()).unwrap();
    route.accept();
    apply(&mut off, &mut route, &switched(Wanted::TakeOver), &somebody()).unwrap();
    assert_eq!(route.requests, 5);
    let moved = Amendment { placement: Some(Placement::Global), ..Amendment::default() };
    assert!(is_not_now(&apply(&mut off, &mut route, &moved, &somebody())));
}

#[test]
fn what_is_on_is_switched_off_at_once_whatever_is_under_way() {
    let (_, mut answering, mut route) = two();
    answering.entity.status = Status::Deploying;
    for _ in 0..2 {
        apply(&mut answering, &mut route, &switched(Wanted::Off), &somebody()).unwrap();
        assert!(route.entries.is_empty());
        assert_eq!(answering.wishes.switch, Some(SwitchWish::Off));
        assert_eq!(answering.entity.retiring, [""; 0], "the worker would lose it");
    }
}

#[test]
fn what_is_going_to_be_taken_away_is_not_changed_any_more() {
    let (mut off, _, mut route) = under_way();
    let asked = Asked { at: moment(0), by: somebody().by };
    off.wishes.undeploy = Some(asked);
    let priority = Amendment { priority: Some(Some(1)), ..Amendment::default() };
    for amendment in [switched(Wanted::TakeOver), priority] {
        assert!(is_not_now(&apply(&mut off, &mut route, &amendment, &somebody())));
    }
    let before = (off.wishes.clone(), route.clone());
    apply(&mut off, &mut route, &switched(Wanted::Off), &somebody()).unwrap();
    assert_eq!((off.wishes, route), before);
}

#[test]
fn what_is_being_moved_can_be_switched_off_and_not_on() {
    let (_, mut answering, mut route) = two();
    let (from, to) = (answering.entity.placement, Placement::Global);
    answering.entity.status = Status::Deploying;
    answering.entity.operation.kind = OperationKind::Move { from, to, arrival: Arrival::TakeOver };
    assert!(is_not_now(&apply(&mut answering, &mut route, &switched(Wanted::Beside), &somebody())));
    apply(&mut answering, &mut route, &switched(Wanted::Off), &somebody()).unwrap();
}
