//! Definitions that were found valid.

use domain::payload::Digest;

use crate::local::{Local, at_once};
use crate::samples::moment;

#[tokio::test]
async fn a_verdict_is_remembered_for_a_while_and_by_its_project_alone() {
    let local = Local::start().await;
    let (valid, other) = (Digest::of(b"valid"), Digest::of(b"other"));
    assert!(!local.project.is_validated(&valid, moment(0)).await.unwrap());
    at_once(5, |_| {
        let (project, valid) = (local.project.clone(), valid.clone());
        async move { project.remember_validated(&valid, moment(0)).await.unwrap() }
    })
    .await;
    assert_eq!(local.size().await, 1);
    assert!(local.project.is_validated(&valid, moment(86_400)).await.unwrap());
    assert!(!local.project.is_validated(&valid, moment(31 * 86_400)).await.unwrap());
    assert!(!local.project.is_validated(&other, moment(0)).await.unwrap());
    let elsewhere = local.in_project(&"elsewhere".parse().unwrap());
    assert!(!elsewhere.is_validated(&valid, moment(0)).await.unwrap());
}
