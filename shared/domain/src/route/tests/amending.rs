use super::*;
use crate::deployment::{Arrival, Deployment, Operation, OperationKind};
use crate::wishes::tests::{deployment, request};

/// An entry that is on and wants a schedule.
fn scheduled(deployment: u128, priority: i32) -> RouteEntry {
    let trigger =
        Trigger::Job { schedule: "rate(1 hour)".parse().unwrap(), timezone: "UTC".parse().unwrap() };
    RouteEntry { trigger, priority, ..entry(deployment) }
}

fn moving(id: u128, from: Placement, to: Placement) -> Deployment {
    let kind = OperationKind::Move { from, to, arrival: Arrival::Off };
    Deployment { operation: Operation::of(kind, &request(id)), ..deployment(id) }
}

#[test]
fn a_request_holds_its_route_and_gets_its_number() {
    let mut route = route();
    route.requests = 6;
    let mut held = deployment(1);
    held.hold(&mut route);
    assert_eq!((held.request_number, route.requests), (7, 7));
    assert_eq!(route.pending_operations, [id(1)].into());
    assert!(!held.follow_up);
}

#[test]
fn a_place_that_is_left_is_held_and_gives_no_number() {
    let there = Placement::Environment(Uuid::from_u128(9).to_string().parse().unwrap());
    let (mut here, mut held) = (route(), moving(1, Placement::Global, there));
    held.request_number = 3;
    held.hold(&mut here);
    assert_eq!((held.request_number, here.requests), (3, 0));
    assert_eq!(here.pending_operations, [id(1)].into());
    held.hold(&mut Route::new(here.flow, there));
    assert_eq!(held.request_number, 1);
}

#[test]
fn a_priority_counts_at_once_and_the_schedule_follows() {
    let mut route =
        Route { entries: vec![scheduled(1, 0), RouteEntry { priority: 1, ..entry(2) }], ..route() };
    let mut held = Deployment { priority: Some(2), ..deployment(1) };
    held.hold(&mut route);
    assert_eq!(route.answering().map(|entry| entry.deployment), Some(id(1)));
    assert!(held.follow_up);
}

#[test]
fn an_amendment_says_who_made_it_and_whether_the_schedule_has_to_follow() {
    let (without, with) = (route(), Route { entries: vec![scheduled(1, 0)], ..route() });
    let (at, by) = (enabled_after(60).at, Principal::system("somebody else"));
    for (before, after, follows) in [(&without, &with, true), (&with, &without, true), (&with, &with, false)]
    {
        let mut amended = deployment(1);
        let version = amended.metadata.version;
        amended.amended((before, after), at, &by);
        assert_eq!(amended.follow_up, follows);
        assert_eq!(amended.metadata.version, version + 1);
        assert_eq!((amended.metadata.last_modified_at, &amended.metadata.last_modified_by), (at, &by));
    }
    // What has yet to follow is not forgotten by a change that needs nothing to follow.
    let mut amended = Deployment { follow_up: true, ..deployment(1) };
    amended.amended((&with, &with), at, &by);
    assert!(amended.follow_up);
}
