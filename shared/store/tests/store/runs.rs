//! Runs: started once, ended once, forgotten in time.

use domain::ids::RunId;
use domain::run::{RETENTION_DAYS, RunResult};
use store::StoreError;
use uuid::Uuid;

use crate::local::{Local, at_once};
use crate::samples::{self, moment};

#[tokio::test]
async fn a_slot_of_a_schedule_starts_one_run_however_often_it_is_delivered() {
    let local = Local::start().await;
    let flow = samples::flow(&samples::integration());
    let run = samples::run(&samples::deployment(&flow, &samples::environment()));
    let made = at_once(20, |_| {
        let (project, run) = (local.project.clone(), run.clone());
        async move { project.create_run(&run).await.unwrap() }
    })
    .await;
    assert_eq!(made.iter().filter(|made| **made).count(), 1);
    assert_eq!(local.size().await, 1, "a run is not counted");
}

#[tokio::test]
async fn a_run_is_finished_where_it_lies_and_expires_as_before() {
    let local = Local::start().await;
    let flow = samples::flow(&samples::integration());
    let mut run = samples::run(&samples::deployment(&flow, &samples::environment()));
    assert!(matches!(local.project.finish_run(&run).await, Err(StoreError::Raced)), "there is none yet");
    local.project.create_run(&run).await.unwrap();
    // As deep, with digits as many as Step Functions gives.
    let output = format!("{}12345678901234567890123{}", "[".repeat(300), "]".repeat(300));
    run.result = Some(RunResult::succeeded(Some(&output), Some(moment(2))));
    local.project.finish_run(&run).await.unwrap();
    assert_eq!(local.project.run(run.id).await.unwrap(), run);
    let expires = moment(RETENTION_DAYS * 86_400).as_second().to_string();
    assert_eq!(local.items().await[0]["expiresAt"].as_n().unwrap(), &expires);
    let missing = local.project.run(RunId::new(Uuid::new_v4())).await;
    assert!(matches!(missing, Err(StoreError::NotFound { .. })));
}
