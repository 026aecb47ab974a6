//! Packages that take longer than one attempt of a worker.

use domain::lifecycle::Status;
use domain::package::PackageDeployment;
use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use runtime::Clock;
use worker::{Done, MAX_ATTEMPTS, Stage, StageObserver};

use super::scene::Scene;
use super::workshop::Workshop;
use crate::harness::{Project, plain};

/// Every member takes longer than a worker has for all of them.
struct Slow(Clock);

impl StageObserver for Slow {
    fn after(&self, stage: Stage) -> BoxFuture<'_, ()> {
        if [Stage::Member, Stage::Withdrawn].contains(&stage) {
            self.0.advance(31);
        }
        ready(()).boxed()
    }
}

/// A package of more slow members than a worker takes an operation up, of which one can be deployed nowhere if `bad`.
/// How often it was taken up before it was over.
async fn ship_slowly(bad: bool) -> (PackageDeployment, Workshop, u32) {
    let project = Project::new().await;
    let environment = project.environment("staging", &[plain("word", "any")]).await;
    let workshop = Workshop::of(&project).await;
    let mut flows = Vec::new();
    for _ in 0..=MAX_ATTEMPTS {
        flows.push(Scene::flow(&project).await);
    }
    let mut members: Vec<_> = flows.iter().map(|flow| (flow, 2)).collect();
    if bad {
        members.last_mut().unwrap().1 = 9;
    }
    let task = workshop.ship(&members, &environment).await;
    let slow = Slow(workshop.context.clock.clone());
    for turn in 1..=30 {
        match workshop.watched(&task, &slow).await {
            Done::Yielded => {
                let shipment = workshop.shipment(&task).await;
                assert!(shipment.status.in_progress() && shipment.work_state.lease.is_none(), "{shipment:?}");
                assert_eq!(shipment.work_state.attempts, 0, "{turn}: an attempt that got on does not count");
            }
            done => {
                assert_eq!(done, Done::Finished);
                return (workshop.shipment(&task).await, workshop, turn);
            }
        }
    }
    panic!("the package does not come to its end: {:?}", workshop.shipment(&task).await)
}

#[tokio::test]
async fn a_package_of_slow_members_takes_as_many_attempts_as_it_needs() {
    let (shipment, workshop, turns) = ship_slowly(false).await;
    assert_eq!(shipment.status, Status::Deployed, "{:?}", shipment.build.report);
    assert!(turns > MAX_ATTEMPTS, "{turns}");
    for member in shipment.members {
        let stored = workshop.store().deployment(member.deployment).await.unwrap().unwrap();
        assert!(stored.derived.enabled.is_some());
    }
}

#[tokio::test]
async fn a_package_is_withdrawn_in_as_many_attempts_as_that_takes() {
    let (shipment, workshop, turns) = ship_slowly(true).await;
    assert_eq!(shipment.status, Status::Failed);
    assert!(turns > 2 * MAX_ATTEMPTS, "{turns}: deploying was slow, and taking away as well");
    let titles: Vec<_> = shipment.build.report.entries.iter().map(|entry| entry.title.as_str()).collect();
    assert_eq!(titles, ["Package resolved", "The package could not be deployed"]);
    let (bad, good) = shipment.members.split_last().unwrap();
    for member in good {
        assert!(workshop.store().deployment(member.deployment).await.unwrap().is_none());
    }
    assert_eq!(workshop.read(&bad.deployment.to_string()).await.status, Status::Failed);
}
