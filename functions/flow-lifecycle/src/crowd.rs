//! A thousand deployments asked for at once, in an account that makes one state machine a second.
//!
//! The time is that of the model, so that an hour takes no time; what is modelled is AWS, the queue and the stages. What
//! an attempt counts, how long it waits and when it is given up are the worker's own.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use domain::deployment::{Deployment, OperationKind, Request};
use domain::ids::{BuildId, OperationId};
use domain::lifecycle::{Event, Status};
use domain::metadata::{Principal, Timestamp};
use domain::work::Worked;
use proptest::prelude::*;
use uuid::Uuid;
use worker::{JobError, MAX_ATTEMPTS, Stage, give_back, hopeless};

use crate::samples::{at, deployment};

/// Requests that AWS takes of one kind, in thousandths.
struct Bucket {
    tokens: i64,
    size: i64,
    per_second: i64,
    filled_at: i64,
}

impl Bucket {
    /// As Step Functions gives them to an account by default: a hundred at once, and one a second.
    const fn of_step_functions() -> Self {
        Self { tokens: 100_000, size: 100_000, per_second: 1_000, filled_at: 0 }
    }

    fn take(&mut self, second: i64) -> Result<(), JobError> {
        self.tokens = self.size.min(self.tokens + (second - self.filled_at) * self.per_second);
        self.filled_at = second;
        if self.tokens < 1_000 {
            return Err(JobError::Throttled(
                "Step Functions takes no more requests for the moment".to_owned(),
            ));
        }
        self.tokens -= 1_000;
        Ok(())
    }
}

/// What is left of a deployment's operation.
struct Ordered {
    deployment: Deployment,
    /// Whether its definition was found valid: nobody asks twice.
    validated: bool,
    attempts: u32,
}

/// A deployment of its own definition, asked for at the beginning.
fn ordered(id: u128) -> Ordered {
    let mut deployment = deployment(id);
    let (operation, build) = (OperationId::new(Uuid::from_u128(id)), BuildId::new(Uuid::from_u128(id)));
    let request = Request { operation, build, at: at(), by: Principal::system("tests") };
    deployment.request(OperationKind::Redeploy { in_place: false }, &request).unwrap();
    Ordered { deployment, validated: false, attempts: 0 }
}

/// The stages of one attempt, as far as AWS lets it come.
fn attempt(
    order: &mut Ordered,
    validate: &mut Bucket,
    create: &mut Bucket,
    second: i64,
) -> Result<(), JobError> {
    let now = later(second);
    let work_state = order.deployment.work_state_mut();
    work_state.advance(Stage::Configure.step(), now);
    if !order.validated {
        validate.take(second)?;
        order.validated = true;
    }
    order.deployment.work_state_mut().advance(Stage::Validate.step(), now);
    create.take(second)?;
    order.deployment.work_state_mut().advance(Stage::Provision.step(), now);
    Ok(())
}

fn later(second: i64) -> Timestamp {
    at().plus_seconds(second)
}

/// Lets the queue deliver until everything rests. Returns the deployments and the second in which the last one ended.
fn run(mut orders: Vec<Ordered>, seed: u32) -> (Vec<Ordered>, i64) {
    let (mut validate, mut create) = (Bucket::of_step_functions(), Bucket::of_step_functions());
    let mut queue: BinaryHeap<_> = (0..orders.len()).map(|place| Reverse((0, place))).collect();
    let (mut random, mut last) = (seed, 0);
    while let Some(Reverse((second, place))) = queue.pop() {
        let now = later(second);
        let order = &mut orders[place];
        assert!(!order.deployment.work_state.is_waiting(now), "the message comes when the pause is over");
        if let Some(reason) = hopeless(&order.deployment, now) {
            order.deployment.fail("Given up", &[reason], now).unwrap();
            continue;
        }
        order.deployment.acquire("worker", now, 90).unwrap();
        order.attempts += 1;
        match attempt(order, &mut validate, &mut create, second) {
            Ok(()) => drop(order.deployment.finish(Event::Succeed).unwrap()),
            Err(cause) => {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let pause = give_back(order.deployment.work_state_mut(), &cause, now, random >> 8).unwrap();
                queue.push(Reverse((second + pause, place)));
            }
        }
        last = second;
    }
    (orders, last)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn of_a_thousand_deployments_at_once_all_are_deployed(seed: u32) {
        let (ended, last) = run((0..1_000).map(ordered).collect(), seed);
        for order in &ended {
            prop_assert_eq!(order.deployment.status, Status::Deployed);
        }
        // AWS takes the last of them after 900 seconds; nobody waits long after that.
        prop_assert!((900..3_600).contains(&last), "{} seconds", last);
        let attempts = ended.iter().map(|order| order.attempts).max().unwrap();
        prop_assert!(attempts > MAX_ATTEMPTS, "it is tried more often than failures are");
    }
}

#[test]
fn of_ten_thousand_deployments_none_is_given_up_for_waiting_hours() {
    let (ended, last) = run((0..10_000).map(ordered).collect(), 7);
    assert!(last > 9_900, "{last}");
    assert!(ended.iter().all(|order| order.deployment.status == Status::Deployed));
}

#[test]
fn a_failure_counts_and_a_throttle_does_not() {
    let mut work_state = ordered(1).deployment.work_state;
    for _ in 0..50 {
        work_state.take("worker", at(), 90);
        let pause = give_back(&mut work_state, &JobError::Throttled("busy".to_owned()), at(), 0).unwrap();
        assert_eq!(work_state.resume_at, Some(later(pause)));
        assert_eq!((work_state.attempts, work_state.lease.as_ref()), (0, None));
    }
    assert_eq!(work_state.throttled, 50);
    work_state.advance(Stage::Provision.step(), at());
    assert_eq!(work_state.throttled, 0);
    for attempt in 1..=3 {
        work_state.take("worker", at(), 90);
        assert_eq!(give_back(&mut work_state, &JobError::Transient("no answer".into()), at(), 0), None);
        assert_eq!((work_state.attempts, work_state.resume_at), (attempt, None));
    }
}

#[test]
fn what_comes_no_further_is_given_up_in_the_end_and_says_why() {
    let mut waiting = ordered(1).deployment;
    let limit = 30 * 60;
    assert_eq!(hopeless(&waiting, later(limit)), None);
    let reason = hopeless(&waiting, later(limit + 1)).unwrap();
    assert!(reason.contains("no further in 30 minutes"), "{reason}");

    // The time is counted from the last progress, and a stage that is done again is none.
    waiting.work_state.advance(Stage::Validate.step(), later(limit));
    waiting.work_state.advance(Stage::Resolve.step(), later(limit + 500));
    assert_eq!(hopeless(&waiting, later(2 * limit)), None);
    assert!(hopeless(&waiting, later(2 * limit + 1)).is_some());

    waiting.work_state.throttled = 9;
    assert_eq!(hopeless(&waiting, later(limit + 6 * 3_600)), None);
    let reason = hopeless(&waiting, later(limit + 6 * 3_600 + 1)).unwrap();
    assert!(reason.contains("9 times in a row") && reason.contains("quotas"), "{reason}");
}
