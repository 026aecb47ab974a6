use std::slice;

use domain::ids::EnvironmentId;
use domain::metadata::Principal;
use uuid::Uuid;

use super::*;
use crate::samples::{application, at, deployment, enabled, route};

/// A deployment whose new build has the number 100.
fn building(kind: OperationKind) -> Deployment {
    let mut building = deployment(1);
    building.operation.kind = kind;
    building.candidate = Some(application(100));
    building
}

/// Others that are on beside it, or off.
fn put(route: &mut Route, id: u128, switch: Switch) {
    let other = deployment(id);
    let entry = RouteEntry::new(&other, other.application.as_ref().unwrap(), Some(enabled()));
    route.put(entry, switch);
}

fn on(route: &Route) -> Vec<&str> {
    route.entries.iter().map(|entry| entry.state_machine.as_str()).collect()
}

fn later() -> Enabled {
    Enabled { at: at().plus_seconds(60), by: Principal::system("later") }
}

/// Switches a deployment to its new build, and returns what its report says.
fn switched(deployment: &mut Deployment, routes: &mut [Route]) -> (&'static str, String) {
    heeding(&Wishes::default(), deployment, routes)
}

/// The same when this was asked for meanwhile.
fn heeding(wishes: &Wishes, deployment: &mut Deployment, routes: &mut [Route]) -> (&'static str, String) {
    switch(deployment, routes, &application(100), (&later(), wishes)).unwrap()
}

#[test]
fn a_deployment_takes_over_unless_it_is_to_stay_off() {
    for (disabled, expected, words) in [
        (false, vec!["machine-100"], "Release 3 answers"),
        (true, vec!["machine-2"], "Release 3 is ready; it is switched off"),
    ] {
        let mut route = route();
        put(&mut route, 2, Switch::TakeOver);
        let mut new = building(OperationKind::Deploy);
        new.deploy_disabled = disabled;
        let (_, said) = switched(&mut new, slice::from_mut(&mut route));
        assert_eq!((on(&route), said.as_str()), (expected, words));
        assert_eq!(new.application, Some(application(100)));
        assert!(route.leads_to("machine-100") && new.candidate.is_none() && new.retiring.is_empty());
        let since = route.enabled(new.id).and_then(|entry| entry.enabled.clone());
        assert_eq!(since, (!disabled).then(later));
    }
}

#[test]
fn what_is_on_is_replaced_in_place_even_if_deploying_leaves_it_off() {
    for disabled in [false, true] {
        let mut route = route();
        put(&mut route, 1, Switch::TakeOver);
        put(&mut route, 2, Switch::Beside);
        let mut again = building(OperationKind::Redeploy { in_place: true });
        again.deploy_disabled = disabled;
        let (_, said) = switched(&mut again, slice::from_mut(&mut route));
        assert!(said.contains("in place of its build before"), "{said}");
        assert_eq!(on(&route), ["machine-2", "machine-100"]);
        assert_eq!(again.retiring, ["machine-1"]);
        assert_eq!(route.enabled(again.id).unwrap().enabled, Some(enabled()), "on since when it was");
    }
}

#[test]
fn what_was_switched_away_from_while_it_was_built_stays_off() {
    for (in_place, disabled, expected, words) in [
        (true, false, "machine-2", "it was switched off meanwhile, and stays off"),
        (false, false, "machine-100", "answers"),
        (false, true, "machine-2", "it is switched off"),
    ] {
        let mut route = route();
        put(&mut route, 1, Switch::TakeOver);
        put(&mut route, 2, Switch::TakeOver);
        let mut again = building(OperationKind::Redeploy { in_place });
        again.deploy_disabled = disabled;
        let (_, said) = switched(&mut again, slice::from_mut(&mut route));
        assert!(said.contains(words), "{said}");
        assert_eq!(on(&route), [expected]);
        assert!(route.leads_to("machine-100"), "it can be switched on");
        assert_eq!(again.application, Some(application(100)));
    }
}

#[test]
fn there_is_an_end_to_how_many_are_on_where_it_moves_to() {
    let (to, mut new) = (Placement::Global, route());
    for id in 2..2 + MAX_ENABLED {
        put(&mut new, u128::try_from(id).unwrap(), Switch::Beside);
    }
    for (arrival, fits) in [(Arrival::Beside(at()), false), (Arrival::TakeOver, true), (Arrival::Off, true)] {
        let mut moved = building(OperationKind::Move { from: to, to, arrival });
        let done = switch(&mut moved, &mut [new.clone()], &application(100), (&later(), &Wishes::default()));
        assert_eq!(done.is_ok(), fits, "{arrival:?}");
    }
}

#[test]
fn a_move_leaves_the_one_route_and_enters_the_other() {
    let to = Placement::Environment(EnvironmentId::new(Uuid::from_u128(9)));
    for arrival in [Arrival::TakeOver, Arrival::Beside(later().at), Arrival::Off] {
        let (mut old, mut new) = (route(), Route::new(route().flow, to));
        put(&mut old, 3, Switch::TakeOver);
        put(&mut old, 1, Switch::TakeOver);
        put(&mut new, 2, Switch::TakeOver);
        let mut moved = building(OperationKind::Move { from: Placement::Global, to, arrival });
        for route in [&mut old, &mut new] {
            route.pending_operations.insert(moved.id);
        }
        let mut routes = [old, new];
        let (_, said) = switched(&mut moved, &mut routes);
        let [old, new] = routes;
        assert!(old.is_idle(), "what could be gone back to from it goes as well");
        assert_eq!(moved.retiring, ["machine-1", "machine-3"]);
        let (expected, words): (&[&str], &str) = match arrival {
            Arrival::TakeOver => (&["machine-100"], "answers"),
            Arrival::Beside(_) => (&["machine-2", "machine-100"], "beside what is on there"),
            Arrival::Off => (&["machine-2"], "switched off"),
        };
        assert_eq!(on(&new), expected);
        assert!(said.contains(words), "{said}");
        let since = new.enabled(moved.id).and_then(|entry| entry.enabled.clone());
        assert_eq!(since, (arrival != Arrival::Off).then(later));
        assert!(new.leads_to("machine-100") && new.pending_operations.contains(&moved.id));
        assert_eq!((moved.placement, moved.destination()), (to, to));
    }
}

fn staging() -> Placement {
    EnvironmentId::new(Uuid::from_u128(9)).into()
}

#[test]
fn what_was_asked_for_later_and_is_on_is_not_switched_off() {
    for (kind, beside) in [
        (OperationKind::Deploy, false),
        (OperationKind::Redeploy { in_place: false }, false),
        (OperationKind::Redeploy { in_place: true }, false),
        (OperationKind::Move { from: staging(), to: Placement::Global, arrival: Arrival::TakeOver }, true),
        (
            OperationKind::Move { from: staging(), to: Placement::Global, arrival: Arrival::Beside(at()) },
            true,
        ),
    ] {
        let (mut old, mut route) = (building(kind), route());
        if beside {
            old.placement = staging();
        }
        old.request_number = route.accept();
        let mut new = deployment(2);
        new.request_number = route.accept();
        let entry = RouteEntry::new(&new, new.application.as_ref().unwrap(), Some(enabled()));
        route.put(entry, Switch::TakeOver);
        let (title, said) = switched(&mut old, slice::from_mut(&mut route));
        assert_eq!((title, on(&route)), (OVERTAKEN, vec!["machine-2"]), "{said}");
        assert!(said.contains(&new.id.to_string()) && said.contains("asked for later"), "{said}");
        assert_eq!(old.application, Some(application(100)), "it is ready all the same");
        assert!(route.retained.iter().any(|entry| entry.state_machine == "machine-100"));
    }
}

#[test]
fn what_was_asked_meanwhile_to_be_off_never_is_on() {
    let off = Wishes { switch: Some(domain::wishes::SwitchWish::Off), ..Wishes::default() };
    let asked = domain::wishes::Asked { at: at(), by: Principal::system("tests") };
    let gone = Wishes { undeploy: Some(asked), ..Wishes::default() };
    for wishes in [off, gone] {
        let (mut new, mut route) = (building(OperationKind::Deploy), route());
        put(&mut route, 2, Switch::TakeOver);
        let (title, _) = heeding(&wishes, &mut new, slice::from_mut(&mut route));
        assert_eq!((title, on(&route)), (SWITCHED, vec!["machine-2"]));
    }
}

#[test]
fn a_priority_that_was_asked_for_meanwhile_counts_from_the_switch() {
    let wish = domain::wishes::PriorityWish { priority: Some(7) };
    let wishes = Wishes { priority: Some(wish), ..Wishes::default() };
    let (mut new, mut route) = (building(OperationKind::Deploy), route());
    heeding(&wishes, &mut new, slice::from_mut(&mut route));
    assert_eq!((new.priority, route.entries[0].priority), (Some(7), 7));
}
