use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::flow::Trigger;
use crate::ids::BuildId;
use crate::metadata::Principal;

mod amending;
mod requests;
mod sequences;

fn entry(deployment: u128) -> RouteEntry {
    RouteEntry {
        deployment: DeploymentId::new(Uuid::from_u128(deployment)),
        release: 1,
        build: BuildId::new(Uuid::from_u128(deployment)),
        state_machine: format!("machine-{deployment}"),
        express: false,
        trigger: Trigger::None,
        priority: 0,
        enabled: Some(enabled()),
        provisioned: true,
        request: 0,
        off: None,
    }
}

fn enabled() -> Enabled {
    enabled_after(0)
}

fn enabled_after(seconds: i64) -> Enabled {
    let at: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
    Enabled { at: at.plus_seconds(seconds), by: Principal::system("tests") }
}

fn id(deployment: u128) -> DeploymentId {
    DeploymentId::new(Uuid::from_u128(deployment))
}

fn ids(entries: &[RouteEntry]) -> Vec<u128> {
    entries.iter().map(|entry| entry.deployment.uuid().as_u128()).collect()
}

/// A route in which these are on, each with its priority and the second in which it was switched on.
fn with_on(entries: &[(u128, i32, i64)]) -> Route {
    let entry = |(deployment, priority, second): &(u128, i32, i64)| RouteEntry {
        priority: *priority,
        enabled: Some(enabled_after(*second)),
        ..entry(*deployment)
    };
    Route { entries: entries.iter().map(entry).collect(), ..route() }
}

fn route() -> Route {
    let id = Uuid::from_u128(0);
    Route::new(FlowId::new(id), Placement::Global)
}

fn answering(route: &Route) -> Option<String> {
    route.answering().map(|entry| entry.state_machine.clone())
}

#[test]
fn a_newer_deployment_answers_and_the_older_one_is_kept() {
    let mut route = route();
    route.put(entry(1), Switch::TakeOver);
    let retired = route.put(entry(2), Switch::TakeOver);
    assert_eq!(answering(&route).as_deref(), Some("machine-2"));
    assert_eq!(retired, [""; 0]);
    assert_eq!(route.previous(), Some(&entry(1)));
}

#[test]
fn rolling_back_twice_goes_two_steps_back() {
    let mut route = route();
    for deployment in 1..=3 {
        route.put(entry(deployment), Switch::TakeOver);
    }
    for expected in ["machine-2", "machine-1"] {
        let previous = route.previous().cloned().unwrap();
        route.roll_back(previous);
        assert_eq!(answering(&route).as_deref(), Some(expected));
    }
    assert_eq!(route.previous(), None, "what was gone back from is not gone back to");
    // Switched on again, it is what answered before whatever comes next.
    route.put(entry(3), Switch::TakeOver);
    route.put(entry(4), Switch::TakeOver);
    assert_eq!(route.previous().map(|entry| entry.deployment), Some(id(3)));
}

#[test]
fn a_redeploy_retires_the_machine_of_the_build_before() {
    let mut route = route();
    route.put(entry(1), Switch::TakeOver);
    let rebuilt = RouteEntry { state_machine: "machine-1b".to_owned(), ..entry(1) };
    assert_eq!(route.put(rebuilt, Switch::TakeOver), ["machine-1"]);
    assert_eq!(route.previous(), None);
}

#[test]
fn only_the_newest_few_keep_their_machines() {
    let mut route = route();
    for deployment in 1..=4 {
        route.put(entry(deployment), Switch::TakeOver);
    }
    assert_eq!(route.put(entry(5), Switch::TakeOver), ["machine-1"]);
    assert_eq!(route.retained.iter().filter(|entry| entry.provisioned).count(), RETAINED);
}

#[test]
fn taking_out_the_last_that_answers_takes_everything_kept_along() {
    let mut route = route();
    route.put(entry(1), Switch::TakeOver);
    route.put(entry(2), Switch::TakeOver);
    assert_eq!(route.take_out(entry(2).deployment), ["machine-2", "machine-1"]);
    assert!(route.is_idle());
}

#[test]
fn the_highest_priority_answers_then_the_one_that_was_switched_on_last() {
    for (on, expected) in [
        (&[(1, 0, 5)][..], 1),
        (&[(1, 0, 5), (2, 0, 9)], 2),
        (&[(2, 0, 9), (1, 0, 5)], 2),
        (&[(1, 1, 5), (2, 0, 9)], 1),
        (&[(1, 0, 5), (2, -1, 9)], 1),
        (&[(1, i32::MIN, 5), (2, i32::MAX, 1), (3, 0, 9)], 2),
        // At the same moment: whoever asks gets the same answer.
        (&[(1, 0, 5), (2, 0, 5)], 2),
        (&[(2, 0, 5), (1, 0, 5)], 2),
    ] {
        let answering = with_on(on).answering().map(|entry| entry.deployment);
        assert_eq!(answering, Some(id(expected)), "{on:?}");
    }
    let newer = RouteEntry { release: 2, ..entry(1) };
    let both = Route { entries: vec![newer, entry(2)], ..route() };
    assert_eq!(both.answering().map(|entry| entry.deployment), Some(id(1)), "the newer release");
}

#[test]
fn an_environments_own_answers_before_a_global_one_unless_that_has_a_higher_priority() {
    const OWN: &[(u128, i32, i64)] = &[(1, 0, 5)];
    for (own, global, expected) in [
        (&[][..], &[][..], None),
        (OWN, &[], Some(1)),
        (&[], OWN, Some(1)),
        (OWN, &[(2, 0, 9)], Some(1)),
        (OWN, &[(2, 1, 1)], Some(2)),
        (OWN, &[(2, -1, 9)], Some(1)),
        (&[(1, -1, 5)], &[(2, 0, 1)], Some(2)),
        (&[(1, 3, 1), (4, 5, 1)], &[(2, 5, 9), (3, 4, 9)], Some(4)),
        (&[(1, 3, 1), (4, 5, 1)], &[(2, 6, 1), (3, 4, 9)], Some(2)),
    ] {
        let (own_route, global_route) = (with_on(own), with_on(global));
        let found = super::answering(Some(&own_route), Some(&global_route));
        assert_eq!(found.map(|entry| entry.deployment), expected.map(id), "{own:?} and {global:?}");
        let alone = super::answering(None, Some(&global_route)).map(|entry| entry.deployment);
        assert_eq!(alone, global_route.answering().map(|entry| entry.deployment));
        let alone = super::answering(Some(&own_route), None).map(|entry| entry.deployment);
        assert_eq!(alone, own_route.answering().map(|entry| entry.deployment));
    }
    assert_eq!(super::answering(None, None), None);
}

#[test]
fn switching_on_takes_over_or_stands_beside() {
    for (switch, on, off) in [(Switch::TakeOver, vec![3], vec![1, 2]), (Switch::Beside, vec![2, 3], vec![1])]
    {
        let mut route = route();
        route.put(entry(1), Switch::TakeOver);
        route.put(entry(2), Switch::TakeOver);
        route.put(entry(3), Switch::Off);
        route.enable(id(3), switch, enabled_after(7)).unwrap();
        assert_eq!((ids(&route.entries), ids(&route.retained)), (on, off));
        assert_eq!(route.enabled(id(3)).and_then(|entry| entry.enabled.clone()), Some(enabled_after(7)));
        let once = route.clone();
        assert_eq!(route.enable(id(3), switch, enabled_after(9)), Ok(Vec::new()));
        assert_eq!(route, once, "what is on stays as it is");
    }
}

#[test]
fn what_is_not_ready_or_too_much_is_not_switched_on() {
    let mut route = route();
    for deployment in 1..=5 {
        route.put(entry(deployment), Switch::TakeOver);
    }
    let before = route.clone();
    for unready in [1, 6] {
        for switch in [Switch::TakeOver, Switch::Beside] {
            assert_eq!(route.enable(id(unready), switch, enabled()), Err(NotEnabled::NotReady));
        }
    }
    assert_eq!(route, before);
    for deployment in 11..=20 {
        route.put(entry(deployment), Switch::Off);
        let done = route.enable(id(deployment), Switch::Beside, enabled());
        let expected = if deployment < 20 { Ok(Vec::new()) } else { Err(NotEnabled::Crowded) };
        assert_eq!(done, expected, "{deployment}");
    }
    assert_eq!(route.entries.len(), MAX_ENABLED);
    assert!(route.enable(id(11), Switch::Beside, enabled()).is_ok(), "it is on already");
    let retired = route.enable(id(20), Switch::TakeOver, enabled()).unwrap();
    assert_eq!((ids(&route.entries), retired.len()), (vec![20], MAX_ENABLED - 1));
}

#[test]
fn what_is_switched_off_is_what_answered_last() {
    let mut route = route();
    for deployment in 1..=3 {
        route.put(entry(deployment), Switch::TakeOver);
    }
    assert_eq!(route.disable(id(3)), [""; 0]);
    assert_eq!((ids(&route.entries), ids(&route.retained)), (vec![], vec![1, 2, 3]));
    assert_eq!(route.previous(), Some(&entry(3)));
    for already_off in [1, 3, 9] {
        let before = route.clone();
        assert_eq!(route.disable(id(already_off)), [""; 0]);
        assert_eq!(route, before);
    }
    route.enable(id(3), Switch::TakeOver, enabled()).unwrap();
    let request = route.accept();
    assert_eq!(route.put(RouteEntry { request, ..entry(4) }, Switch::TakeOver), [""; 0]);
    assert_eq!(route.disable(id(4)), ["machine-1"], "only the newest few keep their machines");
}

#[test]
fn what_never_was_on_is_nothing_to_go_back_to() {
    let mut route = route();
    route.put(entry(1), Switch::TakeOver);
    let never = RouteEntry { enabled: None, ..entry(2) };
    route.put(never, Switch::Off);
    assert_eq!(route.previous(), None);
    route.put(entry(3), Switch::TakeOver);
    assert_eq!(route.previous(), Some(&entry(1)));
}

#[test]
fn a_priority_and_a_date_are_amended_wherever_the_deployment_is() {
    let mut route = route();
    let never = RouteEntry { enabled: None, ..entry(1) };
    route.put(never, Switch::Off);
    route.put(entry(2), Switch::TakeOver);
    for deployment in [1, 2, 3] {
        route.amend(id(deployment), 7, Some(enabled_after(60).at));
    }
    let known: Vec<_> = route.entries.iter().chain(&route.retained).collect();
    assert!(known.iter().all(|entry| entry.priority == 7));
    assert_eq!(known[0].enabled, Some(enabled_after(60)));
    assert_eq!(known[1].enabled, None, "what never was on is not made to have been");
    route.amend(id(2), -1, None);
    assert_eq!(route.entries[0].enabled, Some(enabled_after(60)));
}

#[test]
fn taking_out_one_of_several_leaves_the_others_and_what_is_kept() {
    let mut route = route();
    route.put(entry(1), Switch::TakeOver);
    route.put(entry(2), Switch::TakeOver);
    route.put(entry(3), Switch::Off);
    route.enable(id(3), Switch::Beside, enabled()).unwrap();
    route.pending_operations.insert(id(3));
    assert_eq!(route.take_out(id(3)), ["machine-3"]);
    assert_eq!((ids(&route.entries), ids(&route.retained)), (vec![2], vec![1]));
    assert!(route.pending_operations.is_empty());
    assert_eq!(route.take_out(id(1)), ["machine-1"]);
    assert_eq!(route.take_out(id(9)), [""; 0]);
    assert_eq!(ids(&route.entries), [2]);
}

#[test]
fn of_several_that_are_displaced_the_one_that_answered_is_gone_back_to() {
    for on in [[(1, 9, 1), (2, 0, 2)], [(2, 0, 2), (1, 9, 1)]] {
        let mut route = with_on(&on);
        route.put(entry(3), Switch::TakeOver);
        assert_eq!(route.previous().map(|entry| entry.deployment), Some(id(1)));
    }
}

#[test]
fn taking_over_switches_off_what_was_kept_on_beside() {
    let mut route = with_on(&[(1, 0, 1), (2, 5, 2)]);
    route.enable(id(1), Switch::TakeOver, enabled_after(9)).unwrap();
    assert_eq!((ids(&route.entries), ids(&route.retained)), (vec![1], vec![2]));
    assert_eq!(route.entries[0].enabled, Some(enabled_after(1)), "it was on already");
    let once = route.clone();
    assert_eq!(route.enable(id(1), Switch::TakeOver, enabled_after(9)), Ok(vec![]));
    assert_eq!(route, once);
}

#[test]
fn what_waits_to_be_switched_on_or_is_worked_on_stays_when_the_last_goes() {
    let mut route = with_on(&[(1, 0, 1)]);
    route.retained = vec![entry(2), RouteEntry { enabled: None, ..entry(3) }, entry(4)];
    route.pending_operations.insert(id(4));
    assert_eq!(route.take_out(id(1)), ["machine-1", "machine-2"]);
    assert_eq!(ids(&route.retained), [3, 4]);
}

#[test]
fn what_is_worked_on_is_neither_forgotten_nor_given_up_until_that_is_over() {
    let mut route = route();
    route.retained = (1..=60).map(entry).collect();
    route.pending_operations = BTreeSet::from([id(1), id(2)]);
    route.put(entry(61), Switch::TakeOver);
    assert_eq!(ids(&route.retained)[..3], [1, 2, 11], "the oldest others are forgotten");
    let provisioned = |route: &Route| {
        let kept: Vec<RouteEntry> =
            route.retained.iter().filter(|entry| entry.provisioned).cloned().collect();
        ids(&kept)
    };
    assert_eq!(provisioned(&route), [1, 2, 58, 59, 60]);
    assert_eq!(route.release(id(1)), ["machine-1"]);
    assert_eq!(route.release(id(2)), ["machine-2"]);
    assert_eq!(provisioned(&route), [58, 59, 60]);
}
