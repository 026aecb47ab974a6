//! Checks and publishing whose worker dies, whose message comes again, late or never.

use domain::connector::StagedOperationKind;
use futures::future::join_all;
use serde_json::{Value, json};
use worker::{Done, MAX_ATTEMPTS, Stage};

use super::git_host::{GitHost, Habit};
use super::greeter;
use super::jobs::Job;
use crate::harness::{Answer, Behind, Project, Repository, SOON, Stack, StagedConnector, eventually};
use crate::lifecycle::Workshop;

const PREVIEW: StagedOperationKind = StagedOperationKind::Preview;
const PUBLISH: StagedOperationKind = StagedOperationKind::Publish { certification: false };
const CERTIFY: StagedOperationKind = StagedOperationKind::Publish { certification: true };

async fn staged(project: &Project) -> StagedConnector<'_> {
    let repository = Repository::of(project).await;
    repository.push("v1", &greeter());
    StagedConnector::of(project, &repository, "v1").await
}

async fn ask(staged: &StagedConnector<'_>, kind: StagedOperationKind) -> Job {
    Job::ask(Workshop::of(staged.project).await, staged, kind).await
}

/// What a connector is after a job of a kind that went well.
fn well(kind: StagedOperationKind) -> Value {
    match kind {
        StagedOperationKind::Preview => json!({ "isPreviewable": "true", "status": "Draft" }),
        StagedOperationKind::Publish { certification: false } => {
            json!({ "status": "Published", "alreadyListed": true })
        }
        StagedOperationKind::Publish { certification: true } => {
            json!({ "status": "ReadyForCertification", "alreadyListed": false })
        }
    }
}

/// The job failed, and its report has one error, with these words.
#[track_caller]
fn badly(staged: Answer, kind: StagedOperationKind, words: &str) {
    let (expected, report) = match kind {
        StagedOperationKind::Preview => {
            (json!({ "isPreviewable": "false", "status": "Draft" }), "previewableReport")
        }
        StagedOperationKind::Publish { .. } => (json!({ "status": "Failed" }), "publishingReport"),
    };
    let failed = staged.has(expected);
    let entries = failed[report]["entries"].as_array().unwrap();
    let errors: Vec<&Value> = entries.iter().filter(|entry| entry["type"] == "Error").collect();
    assert_eq!(errors.len(), 1, "{failed}");
    assert!(errors[0]["message"].as_str().unwrap().contains(words), "{failed}");
}

fn titles(staged: &Answer, kind: StagedOperationKind) -> Vec<Value> {
    let report = if kind == PREVIEW { "previewableReport" } else { "publishingReport" };
    staged[report]["entries"].as_array().unwrap().iter().map(|entry| entry["title"].clone()).collect()
}

#[tokio::test]
async fn a_job_survives_a_worker_killed_after_any_stage() {
    let project = Project::new().await;
    for kind in [PREVIEW, PUBLISH, CERTIFY] {
        let unharmed = staged(&project).await;
        ask(&unharmed, kind).await.deliver().await;
        let unharmed = titles(&unharmed.get().await.has(well(kind)), kind);
        let mut killed_at = Vec::new();
        for stage in Stage::ALL {
            let staged = staged(&project).await;
            let job = ask(&staged, kind).await;
            if job.deliver_and_kill(*stage).await.is_none() {
                killed_at.push(*stage);
                job.workshop.outlive_leases();
                // Where it was killed behind the one write that ends it, nothing is left to do.
                let done = job.deliver().await;
                let expected = if *stage == Stage::Switch { Done::Nothing } else { Done::Finished };
                assert_eq!(done, expected, "{kind:?} after {stage:?}");
            }
            let ended = staged.get().await.about(&format!("{kind:?} after {stage:?}")).has(well(kind));
            assert_eq!(titles(&ended, kind), unharmed, "each check once: {ended}");
            let published = project.get(&format!("/connectors/{}", staged.id)).await;
            if kind == PUBLISH {
                published.expect(200).has(json!({ "version": 1 }));
            } else {
                published.expect(404);
            }
        }
        assert!(killed_at.contains(&Stage::Acquire) && killed_at.len() > 1, "{kind:?}: {killed_at:?}");
    }
}

#[tokio::test]
async fn the_lease_keeps_others_off() {
    let project = Project::new().await;
    let staged = staged(&project).await;
    let job = ask(&staged, PUBLISH).await;
    assert_eq!(job.deliver_and_kill(Stage::Acquire).await, None);
    assert_eq!(job.deliver().await, Done::Nothing);
    let still = staged.get().await.has(json!({ "status": "Processing" }));
    assert_eq!(job.deliver().await, Done::Nothing);
    assert_eq!(staged.get().await.body, still.body);
}

#[tokio::test]
async fn the_same_message_several_times_at_once_does_it_once() {
    let project = Project::new().await;
    for kind in [PREVIEW, PUBLISH] {
        let staged = staged(&project).await;
        let job = ask(&staged, kind).await;
        let done = join_all((0..4).map(|_| job.deliver())).await;
        assert_eq!(done.iter().filter(|done| **done == Done::Finished).count(), 1, "{done:?}");
        let once = staged.get().await.has(well(kind));
        assert_eq!(job.deliver().await, Done::Nothing);
        assert_eq!(staged.get().await.body, once.body);
        // A message of a job that is over does nothing to the next one.
        let next = ask(&staged, PREVIEW).await;
        let waiting = staged.get().await.has(json!({ "isPreviewable": "pending" }));
        assert_eq!(job.deliver().await, Done::Nothing);
        assert_eq!(staged.get().await.body, waiting.body);
        assert_eq!(next.deliver().await, Done::Finished);
    }
}

#[tokio::test]
async fn a_dead_letter_fails_the_job_it_is_of() {
    let project = Project::new().await;
    let bury = async |body: String| {
        let record = json!({ "messageId": "dead", "body": body, "attributes": {}, "messageAttributes": {} });
        let buried =
            Stack::get().invoke("connector-lifecycle.dead-letters", &json!({ "Records": [record] })).await;
        assert!(!buried.failed, "{:#}", buried.payload);
        assert_eq!(buried.payload["batchItemFailures"], json!([]), "{:#}", buried.payload);
    };
    for kind in [PREVIEW, PUBLISH, CERTIFY] {
        let staged = staged(&project).await;
        let job = ask(&staged, kind).await;
        bury(job.body()).await;
        badly(staged.get().await, kind, "could not be processed");
        project.get(&format!("/connectors/{}", staged.id)).await.expect(404);
        // It can be asked for again, and the letter does no more harm.
        let again = ask(&staged, kind).await;
        bury(job.body()).await;
        assert_eq!(again.deliver().await, Done::Finished);
        staged.get().await.has(well(kind));
        bury(again.body()).await;
        staged.get().await.has(well(kind));
    }
}

#[tokio::test]
async fn a_job_that_never_comes_to_its_end_is_given_up() {
    let project = Project::new().await;
    for kind in [PREVIEW, PUBLISH] {
        let staged = staged(&project).await;
        let job = ask(&staged, kind).await;
        for _ in 0..MAX_ATTEMPTS {
            assert_eq!(job.deliver_and_kill(Stage::Acquire).await, None);
            job.workshop.outlive_leases();
        }
        assert_eq!(job.deliver().await, Done::Finished);
        badly(staged.get().await, kind, "never came to its end");
        staged.update(json!([{ "action": "setName", "name": "Another" }])).await.expect(201);
    }
}

#[tokio::test]
async fn a_host_that_is_down_is_asked_again_and_is_the_reason_in_the_end() {
    let project = Project::new().await;
    // Everybody sends this.
    let up = GitHost::start(Habit::Archive(greeter().packed(), "accept: */*".to_owned()));
    let down = GitHost::start(Habit::Status(503));
    let known = json!({ "host": "git.acme.example", "archiveUrl": up.archives() });
    let known =
        format!("/repository-hosts/{}", project.post("/repository-hosts", known).await.expect(201).id());
    let lead_to = async |host: &GitHost| {
        let version = project.get(&known).await.expect(200).version();
        let moved = json!({ "action": "setArchiveUrl", "archiveUrl": host.archives() });
        project.post(&known, json!({ "version": version, "actions": [moved] })).await.expect(200);
    };
    for kind in [PREVIEW, PUBLISH] {
        let draft = json!({
            "name": "Orders", "creator": { "email": "dev@acme.example" },
            "repository": { "url": "git@git.acme.example:acme/orders.git", "tag": "v1" },
        });
        let id = project.post("/connectors/drafts", draft).await.expect(201).id();
        let staged = StagedConnector { project: &project, id };
        let job = ask(&staged, kind).await;
        lead_to(&down).await;
        job.deliver_in_vain().await;
        let waiting = staged.get().await;
        let report = if kind == PREVIEW { "previewableReport" } else { "publishingReport" };
        assert_eq!(waiting[report]["entries"], json!([]), "nothing is decided: {waiting}");
        lead_to(&up).await;
        assert_eq!(job.deliver().await, Done::Finished);
        staged.get().await.has(well(kind));

        let job = ask(&staged, kind).await;
        lead_to(&down).await;
        for _ in 1..MAX_ATTEMPTS {
            job.deliver_in_vain().await;
        }
        assert_eq!(job.deliver().await, Done::Finished);
        let failed = staged.get().await;
        assert!(titles(&failed, kind).contains(&json!("GitRepositoryNotReachable")), "{failed}");
        let entries = failed[report]["entries"].as_array().unwrap();
        assert!(entries[0]["message"].as_str().unwrap().contains("status 503"), "{failed}");
        let ended =
            if kind == PREVIEW { json!({ "isPreviewable": "false" }) } else { json!({ "status": "Failed" }) };
        failed.has(ended);
        lead_to(&up).await;
    }
}

#[tokio::test]
async fn the_sweeper_brings_to_its_end_what_nobody_was_told_of() {
    let project = Project::new().await;
    // Only this project knows the host, and only its owner's part of the bucket is read.
    let host = GitHost::start(Habit::Archive(greeter().packed(), "authorization: bearer t0ken".to_owned()));
    let known = json!({ "host": host.name(), "archiveUrl": host.archives(), "token": "t0ken" });
    project.post("/repository-hosts", known).await.expect(201);
    let own = format!("repositories/{}/orders", project.project);
    let bucket = Behind::look().await.put(&format!("{own}/v1.tar.gz"), greeter().packed()).await;
    let urls = [format!("https://{}/acme/orders.git", host.name()), format!("s3://{bucket}/{own}")];
    for (kind, url) in [PREVIEW, PUBLISH].into_iter().zip(urls) {
        let draft = json!({
            "name": "Orders", "creator": { "email": "dev@acme.example" },
            "repository": { "url": url, "tag": "v1" },
        });
        let id = project.post("/connectors/drafts", draft).await.expect(201).id();
        let staged = StagedConnector { project: &project, id };
        // Asked for so long ago that it is overdue.
        Job::ask(Workshop::ahead(&project, -120).await, &staged, kind).await;
        let ended = eventually(SOON, "the job ends", async || {
            Stack::get().invoke("connector-lifecycle.sweep", &json!({})).await;
            let seen = staged.get().await;
            let under_way = seen["isPreviewable"] == "pending" || seen["status"] == "Processing";
            if under_way { Err(seen) } else { Ok(seen) }
        })
        .await;
        ended.has(well(kind));
    }
}
