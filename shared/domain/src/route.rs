//! Routes: which deployment of a flow answers in an environment. Every change is one write of one item, so at no
//! instant do two answer or none.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::deployment::{Application, Deployment};
use crate::flow::Trigger;
use crate::ids::{BuildId, DeploymentId, EnvironmentId, FlowId};
use crate::trail::Timestamp;

/// So many superseded deployments keep their state machines, so that a rollback is one write. Older ones are made
/// again from their stored bundle when they are wanted.
pub const RETAINED: usize = 3;

/// So many superseded deployments can be gone back to at all. An item of 400 KB has to hold them, and every write of
/// the route costs what it holds; whatever is older can be deployed again.
pub const REMEMBERED: usize = 50;

/// The route of one flow in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Route {
    /// The flow.
    pub flow: FlowId,
    /// The environment.
    pub environment: EnvironmentId,
    /// The enabled deployments. The best of them answers.
    pub entries: Vec<RouteEntry>,
    /// Superseded deployments, the last to have answered at the end. The newest few are still provisioned.
    pub retained: Vec<RouteEntry>,
    /// Deployments with an operation under way, which may want to switch this route.
    pub holds: BTreeSet<DeploymentId>,
}

/// A deployment that answers or has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RouteEntry {
    /// The deployment.
    pub deployment: DeploymentId,
    /// Its release.
    pub release: u32,
    /// The build that answers.
    pub build: BuildId,
    /// The ARN of the state machine.
    pub state_machine: String,
    /// True for an EXPRESS state machine.
    pub express: bool,
    /// What starts it.
    pub trigger: Trigger,
    /// The highest wins when several are enabled.
    pub priority: i64,
    /// When it was switched on.
    pub enabled_at: Timestamp,
    /// False once its state machine was deleted to save space.
    pub provisioned: bool,
}

impl RouteEntry {
    /// The entry of a deployment whose application is ready to answer.
    pub fn new(deployment: &Deployment, application: &Application, now: Timestamp) -> Self {
        Self {
            deployment: deployment.id,
            release: deployment.release,
            build: application.build,
            state_machine: application.state_machine.clone(),
            express: application.express,
            trigger: application.trigger.clone(),
            priority: 0,
            enabled_at: now,
            provisioned: true,
        }
    }
}

/// What a switch took out of service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Displaced {
    /// Deployments that answered and no longer do.
    pub superseded: Vec<DeploymentId>,
    /// State machines that nothing leads to any more.
    pub retired: Vec<String>,
}

impl Route {
    /// A route that leads nowhere yet.
    pub fn new(flow: FlowId, environment: EnvironmentId) -> Self {
        Self { flow, environment, entries: Vec::new(), retained: Vec::new(), holds: BTreeSet::new() }
    }

    /// The deployment that answers a trigger now: the highest priority, then the last enabled.
    pub fn answering(&self) -> Option<&RouteEntry> {
        self.entries.iter().max_by_key(|entry| (entry.priority, entry.enabled_at))
    }

    /// Whether nothing answers, nothing is kept and nothing is under way: the route can go.
    pub fn is_idle(&self) -> bool {
        self.entries.is_empty() && self.retained.is_empty() && self.holds.is_empty()
    }

    /// Lets `entry` answer in place of everything that does. Running it twice changes nothing more.
    pub fn switch_to(&mut self, entry: RouteEntry) -> Displaced {
        self.displace(entry, false)
    }

    /// Lets `to` answer in place of `from`, which goes to the far end of what can be gone back to: rolling back
    /// twice goes two steps back, not forth and back.
    pub fn roll_back(&mut self, to: RouteEntry) -> Displaced {
        self.displace(to, true)
    }

    /// Whether a state machine answers or can be gone back to.
    pub fn leads_to(&self, state_machine: &str) -> bool {
        let mut entries = self.entries.iter().chain(&self.retained);
        entries.any(|entry| entry.provisioned && entry.state_machine == state_machine)
    }

    /// What answered before what answers now.
    pub fn previous(&self) -> Option<&RouteEntry> {
        self.retained.last()
    }

    /// Takes a deployment out. When nothing is left that answers, whatever is kept goes too.
    pub fn take_out(&mut self, deployment: DeploymentId) -> Vec<String> {
        let leaving = |entry: &RouteEntry| entry.deployment == deployment;
        let mut retired = take(&mut self.entries, leaving);
        retired.extend(take(&mut self.retained, leaving));
        if self.entries.is_empty() {
            retired.extend(take(&mut self.retained, |_| true));
        }
        self.holds.remove(&deployment);
        provisioned_machines(retired)
    }

    fn displace(&mut self, entry: RouteEntry, to_the_far_end: bool) -> Displaced {
        let own = |old: &RouteEntry| old.deployment == entry.deployment;
        // Earlier builds of the same deployment are replaced, not kept: redeploying is not a release of its own.
        let mut retired = take(&mut self.entries, own);
        retired.extend(take(&mut self.retained, own));
        retired.retain(|old| old.state_machine != entry.state_machine);
        let displaced = std::mem::replace(&mut self.entries, vec![entry]);
        let superseded = displaced.iter().map(|old| old.deployment).collect();
        let place = if to_the_far_end { 0 } else { self.retained.len() };
        self.retained.splice(place..place, displaced);
        retired.extend(self.prune());
        Displaced { superseded, retired: provisioned_machines(retired) }
    }

    /// Forgets the oldest, and gives up the state machines of all but the newest few that are kept.
    fn prune(&mut self) -> Vec<RouteEntry> {
        let forgotten = self.retained.len().saturating_sub(REMEMBERED);
        let forgotten: Vec<RouteEntry> = self.retained.drain(..forgotten).collect();
        let surplus = self.retained.len().saturating_sub(RETAINED);
        let old = self.retained.iter_mut().take(surplus).filter(|entry| entry.provisioned);
        let given_up =
            old.map(|entry| std::mem::replace(entry, RouteEntry { provisioned: false, ..entry.clone() }));
        given_up.chain(forgotten).collect()
    }
}

fn take(entries: &mut Vec<RouteEntry>, leaving: impl Fn(&RouteEntry) -> bool) -> Vec<RouteEntry> {
    let (gone, stay) = std::mem::take(entries).into_iter().partition(leaving);
    *entries = stay;
    gone
}

fn provisioned_machines(entries: Vec<RouteEntry>) -> Vec<String> {
    entries.into_iter().filter(|entry| entry.provisioned).map(|entry| entry.state_machine).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn entry(deployment: u128) -> RouteEntry {
        RouteEntry {
            deployment: DeploymentId::new(Uuid::from_u128(deployment)),
            release: 1,
            build: BuildId::new(Uuid::from_u128(deployment)),
            state_machine: format!("machine-{deployment}"),
            express: false,
            trigger: Trigger::None,
            priority: 0,
            enabled_at: "2026-11-20T10:00:00Z".parse().unwrap(),
            provisioned: true,
        }
    }

    fn route() -> Route {
        let id = Uuid::from_u128(0);
        Route::new(FlowId::new(id), EnvironmentId::new(id))
    }

    fn answering(route: &Route) -> Option<String> {
        route.answering().map(|entry| entry.state_machine.clone())
    }

    #[test]
    fn a_newer_deployment_answers_and_the_older_one_is_kept() {
        let mut route = route();
        route.switch_to(entry(1));
        let displaced = route.switch_to(entry(2));
        assert_eq!(answering(&route).as_deref(), Some("machine-2"));
        assert_eq!(displaced.superseded, [entry(1).deployment]);
        assert_eq!(displaced.retired, [""; 0]);
        assert_eq!(route.previous(), Some(&entry(1)));
    }

    #[test]
    fn rolling_back_twice_goes_two_steps_back() {
        let mut route = route();
        for deployment in 1..=3 {
            route.switch_to(entry(deployment));
        }
        for expected in ["machine-2", "machine-1", "machine-3"] {
            let previous = route.previous().cloned().unwrap();
            route.roll_back(previous);
            assert_eq!(answering(&route).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_redeploy_retires_the_machine_of_the_build_before() {
        let mut route = route();
        route.switch_to(entry(1));
        let rebuilt = RouteEntry { state_machine: "machine-1b".to_owned(), ..entry(1) };
        assert_eq!(route.switch_to(rebuilt).retired, ["machine-1"]);
        assert_eq!(route.previous(), None);
    }

    #[test]
    fn only_the_newest_few_keep_their_machines() {
        let mut route = route();
        for deployment in 1..=4 {
            route.switch_to(entry(deployment));
        }
        assert_eq!(route.switch_to(entry(5)).retired, ["machine-1"]);
        assert_eq!(route.retained.iter().filter(|entry| entry.provisioned).count(), RETAINED);
    }

    #[test]
    fn taking_out_the_last_that_answers_takes_everything_kept_along() {
        let mut route = route();
        route.switch_to(entry(1));
        route.switch_to(entry(2));
        assert_eq!(route.take_out(entry(2).deployment), ["machine-2", "machine-1"]);
        assert!(route.is_idle());
    }

    proptest! {
        /// Whatever happens, exactly one answers once anything was switched on; no machine that answers or can be
        /// gone back to is ever retired; switching to the same build twice is the same as once.
        #[test]
        fn no_sequence_of_switches_loses_a_machine(steps in prop::collection::vec((0..3_u8, 1..8_u128), 1..40)) {
            let mut route = route();
            for (step, deployment) in steps {
                let retired = match step {
                    0 | 1 => {
                        let first = route.switch_to(entry(deployment));
                        let once = route.clone();
                        prop_assert_eq!(route.switch_to(entry(deployment)), Displaced::default());
                        prop_assert_eq!(&route, &once);
                        prop_assert_eq!(route.entries.len(), 1);
                        first.retired
                    }
                    _ => match route.previous().cloned() {
                        Some(previous) => route.roll_back(RouteEntry { provisioned: true, ..previous }).retired,
                        None => continue,
                    },
                };
                let live = route.entries.iter().chain(&route.retained).filter(|entry| entry.provisioned);
                for entry in live {
                    prop_assert!(!retired.contains(&entry.state_machine));
                }
            }
        }
    }
}
