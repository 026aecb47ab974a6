//! Requests that are carried out in another order than they were accepted in.

use std::collections::BTreeSet;

use super::*;

/// The entry of a deployment that was built for the request of that number.
fn built(deployment: u128, request: u64) -> RouteEntry {
    RouteEntry { request, ..entry(deployment) }
}

#[test]
fn an_older_request_does_not_switch_over_a_newer_one() {
    let mut route = route();
    let (older, newer) = (route.accept(), route.accept());
    route.put(built(2, newer), Switch::TakeOver);
    let by = route.overtaken_by(older).unwrap();
    assert_eq!((by.deployment, by.request), (id(2), newer));
    assert_eq!(route.put(built(1, older), Switch::TakeOver), [""; 0]);
    assert_eq!((ids(&route.entries), ids(&route.retained)), (vec![2], vec![1]));
    assert_eq!(route.retained[0].enabled, None, "it never was on");
    assert_eq!(route.previous(), None);
    assert_eq!(route.overtaken_by(newer), None);
    // It can be switched on by a request of its own.
    route.enable(id(1), Switch::TakeOver, enabled()).unwrap();
    assert_eq!(ids(&route.entries), [1]);
    assert_eq!(route.entries[0].off, None);
}

#[test]
fn what_was_switched_on_by_a_newer_request_beside_others_stays_beside_an_older_one() {
    let mut route = route();
    route.put(entry(1), Switch::TakeOver);
    route.put(entry(3), Switch::Off);
    let older = route.accept();
    route.enable(id(3), Switch::Beside, enabled()).unwrap();
    route.put(built(2, older), Switch::TakeOver);
    assert_eq!((ids(&route.entries), ids(&route.retained)), (vec![3, 2], vec![1]));
}

#[test]
fn what_is_on_and_asked_for_again_is_not_switched_off_by_an_older_request() {
    for switch in [Switch::TakeOver, Switch::Beside] {
        let mut route = route();
        route.put(entry(1), Switch::TakeOver);
        let older = route.accept();
        route.pending_operations.insert(id(2));
        assert_eq!(route.enable(id(1), switch, enabled_after(9)), Ok(Vec::new()));
        let once = route.clone();
        assert_eq!(route.enable(id(1), switch, enabled_after(10)), Ok(Vec::new()));
        assert_eq!(route, once, "asking twice is asking once");
        route.put(built(2, older), Switch::TakeOver);
        let expected = if switch == Switch::TakeOver { vec![1] } else { vec![1, 2] };
        assert_eq!(ids(&route.entries), expected);
    }
}

#[test]
fn a_newer_request_that_has_been_switched_off_since_still_counts() {
    let mut route = route();
    let (older, newer) = (route.accept(), route.accept());
    route.pending_operations.insert(id(1));
    route.put(built(2, newer), Switch::TakeOver);
    route.disable(id(2));
    route.put(built(1, older), Switch::TakeOver);
    assert_eq!(ids(&route.entries), [0; 0]);
    route.take_out(id(2));
    assert!(route.overtaken_by(older).is_some());
}

#[test]
fn a_rollback_leaves_on_what_a_newer_request_switched_on() {
    let mut route = route();
    for deployment in 1..=3 {
        route.put(entry(deployment), Switch::TakeOver);
    }
    let older = route.accept();
    route.enable(id(1), Switch::Beside, enabled()).unwrap();
    route.roll_back(built(2, older));
    assert_eq!((ids(&route.entries), ids(&route.retained)), (vec![1, 2], vec![3]));
}

#[test]
fn as_many_newer_ones_as_can_be_on_keep_an_older_one_off() {
    let mut route = route();
    let older = route.accept();
    for deployment in 11..=20 {
        route.put(entry(deployment), Switch::Off);
        route.enable(id(deployment), Switch::Beside, enabled()).unwrap();
    }
    route.put(built(1, older), Switch::TakeOver);
    assert_eq!((route.entries.len(), ids(&route.retained)), (MAX_ENABLED, vec![1]));
}

#[test]
fn what_was_overtaken_goes_with_the_last_that_is_on() {
    let mut route = route();
    let (older, newer) = (route.accept(), route.accept());
    route.put(built(2, newer), Switch::TakeOver);
    route.put(built(1, older), Switch::TakeOver);
    assert_eq!(route.take_out(id(2)), ["machine-2", "machine-1"]);
    assert!(route.is_idle());
}

#[test]
fn what_a_package_is_about_to_switch_on_keeps_its_machine_and_is_known() {
    let mut route = route();
    for deployment in 1..=60 {
        route.reserve(id(deployment));
        assert_eq!(route.put(RouteEntry { enabled: None, ..entry(deployment) }, Switch::Off), [""; 0]);
    }
    for deployment in 61..=70 {
        route.put(entry(deployment), Switch::TakeOver);
    }
    assert!((1..=60).all(|deployment| route.leads_to(&entry(deployment).state_machine)));
    assert_eq!(route.take_out(id(70)).len(), 1 + RETAINED);
    assert_eq!(route.retained.iter().filter(|entry| entry.enabled.is_none()).count(), 60);
    let retired: Vec<_> = (1..=60).flat_map(|deployment| route.unreserve(id(deployment))).collect();
    assert_eq!(retired.len(), 60 - RETAINED);
}

#[test]
fn what_is_switched_off_is_no_longer_waited_for_by_its_package() {
    let mut route = route();
    route.reserve(id(1));
    route.put(RouteEntry { enabled: None, ..entry(1) }, Switch::Off);
    route.disable(id(1));
    assert!(route.reserved.is_empty());
}

#[test]
fn a_route_with_nothing_but_a_reservation_stays() {
    let mut route = route();
    route.reserve(id(1));
    assert!(!route.is_idle());
    route.take_out(id(1));
    assert!(route.is_idle());
}

/// What somebody does.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Asks for something to be built, and switched then.
    Ask(u128, Switch),
    /// A worker is done with what was asked for, the oldest first or some other.
    Finish(usize),
    Enable(u128, Switch),
    Disable(u128),
}

fn step() -> impl Strategy<Value = Step> {
    let any = prop_oneof![3 => Just(Switch::TakeOver), 2 => Just(Switch::Beside), 1 => Just(Switch::Off)];
    let on = prop_oneof![Just(Switch::TakeOver), Just(Switch::Beside)];
    prop_oneof![
        4 => (1..6_u128, any).prop_map(|(deployment, switch)| Step::Ask(deployment, switch)),
        4 => (0..6_usize).prop_map(Step::Finish),
        2 => (1..6_u128, on).prop_map(|(deployment, switch)| Step::Enable(deployment, switch)),
        1 => (1..6_u128).prop_map(Step::Disable),
    ]
}

/// A route that workers are late with, and what would be on if they were not.
struct Race {
    route: Route,
    pending: Vec<(u128, u64, Switch)>,
    expected: BTreeSet<u128>,
}

impl Race {
    fn take(&mut self, step: Step) {
        match step {
            Step::Ask(deployment, switch) => {
                if self.is_pending(deployment) || self.route.enabled(id(deployment)).is_some() {
                    return;
                }
                self.route.pending_operations.insert(id(deployment));
                let request = self.route.accept();
                self.pending.push((deployment, request, switch));
                self.expect(deployment, switch);
            }
            Step::Finish(place) if !self.pending.is_empty() => {
                let (deployment, request, switch) = self.pending.remove(place % self.pending.len());
                let state_machine = format!("machine-{deployment}-{request}");
                self.route.put(RouteEntry { state_machine, ..built(deployment, request) }, switch);
                self.route.release(id(deployment));
            }
            Step::Enable(deployment, switch)
                if !self.is_pending(deployment)
                    && self.route.enable(id(deployment), switch, enabled()).is_ok() =>
            {
                self.expect(deployment, switch);
            }
            Step::Disable(deployment) if !self.is_pending(deployment) => {
                self.route.disable(id(deployment));
                self.expected.remove(&deployment);
            }
            _ => {}
        }
    }

    fn is_pending(&self, deployment: u128) -> bool {
        self.pending.iter().any(|(pending, ..)| *pending == deployment)
    }

    fn expect(&mut self, deployment: u128, switch: Switch) {
        match switch {
            Switch::Off => {}
            Switch::Beside => drop(self.expected.insert(deployment)),
            Switch::TakeOver => self.expected = BTreeSet::from([deployment]),
        }
    }
}

proptest! {
    /// However late workers are, and in whatever order, what is on in the end is what would be on if each request had been
    /// carried out the moment it was accepted.
    #[test]
    fn what_is_on_in_the_end_follows_from_the_order_of_requests(steps in prop::collection::vec(step(), 1..40)) {
        let mut race = Race { route: route(), pending: Vec::new(), expected: BTreeSet::new() };
        for step in steps {
            race.take(step);
        }
        while !race.pending.is_empty() {
            race.take(Step::Finish(race.pending.len() / 2));
        }
        let mut on = ids(&race.route.entries);
        on.sort_unstable();
        prop_assert_eq!(on, race.expected.into_iter().collect::<Vec<_>>());
    }
}
