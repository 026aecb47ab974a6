//! Whatever is done to a route, in whatever order.

use std::collections::BTreeSet;

use super::*;

/// What can be done to a route.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// The worker has built it: for the first time, or again.
    Built {
        switch: Switch,
        deployment: u128,
    },
    /// The worker has made the machine of something again that is off.
    Restored {
        switch: Switch,
        deployment: u128,
    },
    Enable {
        switch: Switch,
        deployment: u128,
    },
    Disable(u128),
    Amend {
        deployment: u128,
        priority: i32,
    },
    RollBack,
    TakeOut(u128),
}

fn step() -> impl Strategy<Value = Step> {
    let (deployment, on) = (1..30_u128, prop_oneof![Just(Switch::TakeOver), Just(Switch::Beside)]);
    let any = prop_oneof![Just(Switch::TakeOver), Just(Switch::Beside), Just(Switch::Off)];
    prop_oneof![
        4 => (any, deployment.clone()).prop_map(|(switch, deployment)| Step::Built { switch, deployment }),
        2 => (on.clone(), deployment.clone())
            .prop_map(|(switch, deployment)| Step::Restored { switch, deployment }),
        4 => (on, deployment.clone()).prop_map(|(switch, deployment)| Step::Enable { switch, deployment }),
        2 => deployment.clone().prop_map(Step::Disable),
        1 => (deployment.clone(), -3..3).prop_map(|(deployment, priority)| Step::Amend { deployment, priority }),
        2 => Just(Step::RollBack),
        1 => deployment.prop_map(Step::TakeOut),
    ]
}

/// A route, and the machines that there are because of it.
struct World {
    route: Route,
    machines: BTreeSet<String>,
    now: i64,
}

impl World {
    fn take(&mut self, step: Step) -> Vec<String> {
        self.now += 1;
        let enabled = enabled_after(self.now);
        match step {
            Step::Built { switch, deployment } => self.built(deployment, switch),
            Step::Restored { switch, deployment } => {
                let known = self.route.retained.iter().find(|entry| entry.deployment == id(deployment));
                let Some(known) = known.filter(|entry| !entry.provisioned && !self.is_too_much(switch))
                else {
                    return Vec::new();
                };
                let known = known.clone();
                let request = self.route.accept();
                let again = RouteEntry { provisioned: true, enabled: Some(enabled), request, ..known };
                self.machines.insert(again.state_machine.clone());
                self.route.put(again, switch)
            }
            Step::Enable { switch, deployment } => {
                self.route.enable(id(deployment), switch, enabled).unwrap_or_default()
            }
            Step::Disable(deployment) => self.route.disable(id(deployment)),
            Step::Amend { deployment, priority } => {
                self.route.amend(id(deployment), priority, None);
                Vec::new()
            }
            Step::RollBack => match self.route.previous().cloned() {
                Some(previous) => {
                    self.machines.insert(previous.state_machine.clone());
                    let request = self.route.accept();
                    let again = RouteEntry { provisioned: true, enabled: Some(enabled), request, ..previous };
                    self.route.roll_back(again)
                }
                None => Vec::new(),
            },
            Step::TakeOut(deployment) => self.route.take_out(id(deployment)),
        }
    }

    /// What is on is replaced where it is, and there is an end to how many are.
    fn built(&mut self, deployment: u128, switch: Switch) -> Vec<String> {
        let is_on = self.route.enabled(id(deployment)).is_some();
        let switch = match switch {
            _ if is_on => Switch::Beside,
            switch if self.is_too_much(switch) => Switch::TakeOver,
            switch => switch,
        };
        let state_machine = format!("machine-{deployment}-{}", self.now);
        self.machines.insert(state_machine.clone());
        let enabled = (switch != Switch::Off).then(|| enabled_after(self.now));
        let request = self.route.accept();
        self.route.put(RouteEntry { state_machine, enabled, request, ..entry(deployment) }, switch)
    }

    fn is_too_much(&self, switch: Switch) -> bool {
        switch == Switch::Beside && self.route.entries.len() >= MAX_ENABLED
    }
}

/// What holds of every route.
fn sound(world: &World) -> Result<(), TestCaseError> {
    let Route { entries, retained, .. } = &world.route;
    let known = || entries.iter().chain(retained);
    let distinct: BTreeSet<_> = known().map(|entry| entry.deployment).collect();
    prop_assert_eq!(distinct.len(), known().count(), "a deployment is known once");
    prop_assert!(entries.len() <= MAX_ENABLED && retained.len() <= REMEMBERED);
    prop_assert!(entries.iter().all(|entry| entry.provisioned && entry.enabled.is_some()));
    prop_assert!(retained.iter().filter(|entry| entry.provisioned).count() <= RETAINED);
    let led_to = known().filter(|entry| entry.provisioned).map(|entry| entry.state_machine.clone());
    prop_assert_eq!(
        led_to.collect::<BTreeSet<_>>(),
        world.machines.clone(),
        "machines that nothing leads to"
    );
    let answering = world.route.answering();
    prop_assert_eq!(answering.is_some(), !entries.is_empty());
    if let Some(best) = answering {
        prop_assert!(entries.iter().all(|entry| entry.priority <= best.priority));
    }
    Ok(())
}

proptest! {
    /// No machine that answers or can be gone back to is retired, none is retired twice, and none is forgotten.
    #[test]
    fn every_machine_is_led_to_until_it_is_retired_once(steps in prop::collection::vec(step(), 1..80)) {
        let mut world = World { route: route(), machines: BTreeSet::new(), now: 0 };
        for step in steps {
            let retired = world.take(step);
            for machine in retired {
                prop_assert!(!world.route.leads_to(&machine), "{step:?} retires {machine}");
                prop_assert!(world.machines.remove(&machine), "{step:?} retires {machine}, which is gone");
            }
            sound(&world)?;
        }
    }

    /// What can be done again without harm: switching, and putting the same build in.
    #[test]
    fn doing_it_twice_is_doing_it_once(steps in prop::collection::vec(step(), 1..40), deployment in 1..30_u128) {
        let mut world = World { route: route(), machines: BTreeSet::new(), now: 0 };
        for step in steps {
            world.take(step);
        }
        let enabled = enabled_after(1_000);
        for switch in [Switch::TakeOver, Switch::Beside] {
            let mut route = world.route.clone();
            if route.enable(id(deployment), switch, enabled.clone()).is_ok() {
                let once = route.clone();
                prop_assert_eq!(route.enable(id(deployment), switch, enabled_after(2_000)), Ok(Vec::new()));
                prop_assert_eq!(&route, &once);
            }
        }
        for switch in [Switch::TakeOver, Switch::Beside, Switch::Off] {
            let mut route = world.route.clone();
            let request = route.accept();
            let entry = RouteEntry { enabled: Some(enabled.clone()), request, ..entry(deployment) };
            route.put(entry.clone(), switch);
            let once = route.clone();
            prop_assert_eq!(route.put(entry, switch), Vec::<String>::new());
            prop_assert_eq!(&route, &once);
        }
        let mut route = world.route;
        route.disable(id(deployment));
        let once = route.clone();
        prop_assert_eq!(route.disable(id(deployment)), Vec::<String>::new());
        prop_assert_eq!(route, once);
    }

    /// What is switched on beside the others and off again leaves them as they were, and every machine.
    #[test]
    fn on_and_off_again_gives_back_the_same(steps in prop::collection::vec(step(), 1..40), deployment in 1..30_u128) {
        let mut world = World { route: route(), machines: BTreeSet::new(), now: 0 };
        for step in steps {
            world.take(step);
        }
        let mut route = world.route;
        prop_assume!(route.enabled(id(deployment)).is_none());
        let known = |entries: &[RouteEntry]| -> BTreeSet<_> {
            entries.iter().map(|entry| (entry.deployment, entry.provisioned)).collect()
        };
        let before = (known(&route.entries), known(&route.retained));
        if let Ok(retired) = route.enable(id(deployment), Switch::Beside, enabled_after(1_000)) {
            prop_assert_eq!(retired, Vec::<String>::new());
            prop_assert_eq!(route.disable(id(deployment)), Vec::<String>::new());
        }
        prop_assert_eq!((known(&route.entries), known(&route.retained)), before);
    }
}
