//! What comes from a repository is not trusted: a bad archive is refused in words, and nothing is made of it.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use uuid::Uuid;

use super::git_host::{GitHost, Habit};
use super::{codes, greeter, greeters};
use crate::harness::{
    Answer, Archive, Behind, Client, Project, Repository, Stack, StagedConnector, definitions,
};

const UNREACHABLE: &str = "GitRepositoryNotReachable";

/// A tar.gz archive of what is put in, which nobody checks.
struct Tarball(Vec<u8>);

impl Tarball {
    /// One with a good connector in it.
    fn good() -> Self {
        let specification =
            "deployAs:\n  - name: greeter\n    applicationType: service\n    endpoint: /greeter\n";
        Self(Vec::new()).entry(tar::EntryType::Regular, "x/connect.yaml", specification.as_bytes()).entry(
            tar::EntryType::Regular,
            "x/greeter/flow.asl.json",
            definitions::greeting().to_string().as_bytes(),
        )
    }

    fn entry(mut self, kind: tar::EntryType, path: &str, contents: &[u8]) -> Self {
        let mut header = tar::Header::new_ustar();
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_size(contents.len() as u64);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(contents);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn file(self, path: &str, contents: &[u8]) -> Self {
        self.entry(tar::EntryType::Regular, path, contents)
    }

    fn packed(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1_024, 0);
        gzip(&self.0)
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Bytes that do not compress.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(&mut next).flatten().take(length).collect()
}

/// What comes of staging a repository at a tag.
async fn stage(project: &Project, repository: Value) -> Answer {
    let draft = json!({
        "name": "Orders", "creator": { "email": "dev@acme.example" }, "repository": repository,
    });
    project.post("/connectors/drafts", draft).await
}

/// Nothing was made.
async fn nothing_is_staged(project: &Project) {
    project.get("/connectors/drafts").await.expect(200).has(json!({ "total": 0, "results": [] }));
}

#[tokio::test]
async fn a_bad_archive_is_refused_with_what_is_wrong_and_nothing_is_made() {
    let project = Project::new().await;
    let repository = Repository::of(&project).await;
    let (good, link) = (Tarball::good().packed(), tar::EntryType::Symlink);
    let crowd = (0..5_001).fold(Tarball::good(), |crowd, turn| crowd.file(&format!("x/{turn}"), &[]));
    let archives: Vec<(&str, Vec<u8>, &str)> = vec![
        ("bomb", Tarball::good().file("x/zeros", &vec![0; 8_000_000]).packed(), "100 times its size"),
        ("gzip-bomb", gzip(&vec![0; 8_000_000]), "archive"),
        ("members", [gzip(b"").repeat(6_000), Tarball::good().packed()].concat(), "more than 5000 members"),
        ("parent", Tarball::good().file("x/../../etc/passwd", b"x").packed(), "leads out of the archive"),
        ("parent-first", Tarball::good().file("../connect.yaml", b"x").packed(), "leads out of the archive"),
        ("absolute", Tarball::good().file("/etc/passwd", b"x").packed(), "leads out of the archive"),
        ("backslash", Tarball::good().file("x\\..\\y", b"x").packed(), "leads out of the archive"),
        ("device", Tarball::good().entry(tar::EntryType::Char, "x/tty", &[]).packed(), "neither a file nor"),
        ("page", b"<!doctype html><p>Please log in</p>".to_vec(), "no gzip file"),
        ("text", gzip(b"This is no tar archive, only a text that somebody has compressed."), "archive"),
        ("nothing", Vec::new(), "no gzip file"),
        ("truncated", good[..good.len() / 2].to_vec(), "ends before its end"),
        ("damaged", [&good[..good.len() - 8], &[0; 8]].concat(), "damaged"),
        (
            "link",
            Tarball::good().entry(link, "x/greeter/setup.asl.json", &[]).packed(),
            "put the file itself there",
        ),
        ("twice", Tarball::good().file("x/connect.yaml", b"deployAs: []").packed(), "in the archive twice"),
        ("crowd", crowd.packed(), "more than 5000 files"),
        ("large", Tarball::good().file("x/noise", &noise(20_100_000)).packed(), "larger than 20 MB"),
    ];
    for (tag, bytes, words) in archives {
        repository.push_raw(tag, &bytes);
        let refused = stage(&project, repository.at(tag)).await.about(tag).expect(400);
        assert_eq!(codes(&refused), [UNREACHABLE], "{refused}");
        refused.says(words);
    }
    let absent = stage(&project, repository.at("v404")).await.expect(400).error(UNREACHABLE);
    absent.says("there is no tag `v404` of a repository");
    nothing_is_staged(&project).await;
    // The same without what was wrong is taken.
    repository.push_raw("good", &good);
    stage(&project, repository.at("good")).await.expect(201);
}

#[tokio::test]
async fn a_repository_without_a_connect_yaml_says_where_it_should_be() {
    let project = Project::new().await;
    let repository = Repository::of(&project).await;
    for (tag, archive, words) in [
        ("none", Archive::default().file("README.md", "x"), "no file connect.yaml at its root"),
        ("yml", Archive::default().file("connect.yml", "deployAs: []"), "connect.yml"),
        ("deep", Archive::default().file("a/b/connect.yaml", "deployAs: []"), "a/b/connect.yaml"),
    ] {
        repository.push(tag, &archive);
        let refused = stage(&project, repository.at(tag)).await.about(tag).expect(400);
        assert_eq!(codes(&refused), ["ConnectorSpecificationFileNotFound"], "{refused}");
        refused.says(words);
    }
    nothing_is_staged(&project).await;
}

#[tokio::test]
async fn every_problem_of_a_connect_yaml_is_told_with_its_place() {
    let project = Project::new().await;
    let repository = Repository::of(&project).await;
    let wrong = "\
deployAs:
  - name: calc
    applicationType: service
    configuration:
      standardConfiguration:
        - key: PORT
          description: taken
        - key: MODE
          description: mode
          default: true
  - name: nightly
    applicationType: job
    endpoint: /nightly
    properties:
      schedule: every now and then
  - name: calc
    applicationType: assets
    scripst: {}
";
    repository.push("wrong", &Archive::of(wrong));
    let refused = stage(&project, repository.at("wrong")).await.expect(400);
    let found = codes(&refused);
    assert!(found.len() >= 6, "{refused}");
    assert!(found.iter().all(|code| code == "ConnectorSpecificationFileNotValid"), "{refused}");
    for (line, path) in [
        (6, "deployAs[0].configuration.standardConfiguration[0].key"),
        (10, "deployAs[0].configuration.standardConfiguration[1].default"),
        (15, "deployAs[1].properties.schedule"),
        (16, "deployAs[2].name"),
        (18, "deployAs[2]"),
    ] {
        let place = format!("connect.yaml line {line}: {path}");
        let told = refused.errors().iter().any(|error| error["message"].as_str().unwrap().contains(&place));
        assert!(told, "{place}: {refused}");
    }
    assert!(refused.plain.contains("endpoint"), "{refused}");

    repository.push("tabs", &Archive::of("deployAs:\n\t- name: calc\n"));
    repository.push("huge", &Archive::of(&format!("# {}\ndeployAs: []\n", "x".repeat(49 * 1_024))));
    repository.push("bytes", &Archive::default().file("connect.yaml", vec![0xff, 0xfe, 0x00]));
    for tag in ["tabs", "huge", "bytes"] {
        let refused = stage(&project, repository.at(tag)).await.about(tag).expect(400);
        assert_eq!(codes(&refused), ["ConnectorSpecificationFileNotValid"], "{refused}");
        refused.says("connect.yaml");
    }
    nothing_is_staged(&project).await;
}

#[tokio::test]
async fn a_tag_that_moves_changes_nothing_until_the_repository_is_set_again() {
    let project = Project::new().await;
    let repository = Repository::of(&project).await;
    let telling = |word: &str| {
        let told = definitions::putting_out(json!({ "word": word }));
        Archive::of("deployAs:\n  - { name: greeter, applicationType: service, endpoint: /greeter }\n")
            .flow("greeter", &told)
    };
    repository.push("v1", &telling("first"));
    let staged = StagedConnector::of(&project, &repository, "v1").await.published().await;
    let deployment = staged.deploy(greeters()).await;
    let before = staged.get().await;
    let url = deployment.application("greeter").await["url"].as_str().unwrap().to_owned();
    let word =
        async || Client::call(&format!("{url}/greeter"), json!({})).await.expect(200).body["word"].clone();
    assert_eq!(word().await, "first");

    repository.push("v1", &telling("second"));
    assert_eq!(staged.get().await.body, before.body);
    deployment.redeploy(json!({ "updateConnector": true })).await.expect(201);
    deployment.settled().await.has(json!({ "status": "Deployed", "connector": { "version": 1 } }));
    assert_eq!(word().await, "first");

    let checked = staged.check().await.has(json!({ "isPreviewable": "false" }));
    let entries = checked["previewableReport"]["entries"].as_array().unwrap();
    let moved = entries.iter().find(|entry| entry["type"] == "Error").unwrap();
    assert!(moved["message"].as_str().unwrap().contains("moved"), "{checked}");
    assert_eq!(checked["configurations"], before["configurations"], "{checked}");

    staged.update(json!([{ "action": "setRepository", "tag": "v1" }])).await.expect(201);
    staged.check().await.has(json!({ "isPreviewable": "true" }));
    staged.publish(false).await.has(json!({ "status": "Published" }));
    assert_eq!(word().await, "first", "nothing is deployed by itself");
    deployment.redeploy(json!({ "updateConnector": true })).await.expect(201);
    deployment.settled().await.has(json!({ "status": "Deployed", "connector": { "version": 2 } }));
    assert_eq!(word().await, "second");
}

#[tokio::test]
async fn contents_that_cannot_be_read_any_more_fail_the_checks() {
    let project = Project::new().await;
    let repository = Repository::of(&project).await;
    for (number, (archive, title, words)) in [
        (b"<html>".to_vec(), UNREACHABLE, "no gzip file"),
        (Archive::default().file("README.md", "x").packed(), "ConnectorSpecificationFileNotFound", "no file"),
        (Archive::of("deployAs: yes").packed(), "ConnectorSpecificationFileNotValid", "deployAs"),
    ]
    .into_iter()
    .enumerate()
    {
        let tag = format!("v{number}");
        repository.push(&tag, &greeter());
        let staged = StagedConnector::of(&project, &repository, &tag).await;
        repository.push_raw(&tag, &archive);
        let checked = staged.check().await.has(json!({ "isPreviewable": "false" }));
        let published =
            staged.publish(false).await.has(json!({ "status": "Failed", "alreadyListed": false }));
        for (seen, report) in [(&checked, "previewableReport"), (&published, "publishingReport")] {
            let entries = seen[report]["entries"].as_array().unwrap();
            let told = entries.iter().any(|entry| {
                entry["type"] == "Error"
                    && entry["title"] == title
                    && entry["message"].as_str().unwrap().contains(words)
            });
            assert!(told, "{title}: {seen}");
        }
        project.get(&format!("/connectors/{}", staged.id)).await.expect(404);
    }
}

#[tokio::test]
async fn the_stacks_own_bucket_is_read_and_nobody_elses_part_of_it() {
    let (project, other) = (Project::new().await, Project::new().await);
    let own = format!("repositories/{}/group/orders", project.project);
    let bucket = Behind::look().await.put(&format!("{own}/v1.tar.gz"), greeter().packed()).await;
    let at = |place: &str, tag: &str| json!({ "url": format!("s3://{place}"), "tag": tag });
    let here = format!("{bucket}/{own}");
    let made = stage(&project, at(&here, "v1")).await.expect(201);
    let made = made.has(json!({ "repository": { "url": format!("s3://{here}"), "tag": "v1" } }));
    assert_eq!(made["configurations"][0]["applicationName"], "greeter", "{made}");
    let staged = StagedConnector { project: &project, id: made.id() };
    staged.check().await.has(json!({ "isPreviewable": "true" }));
    staged.publish(false).await.has(json!({ "status": "Published" }));

    for (who, place, tag, words) in [
        (&project, here.clone(), "v2", "there is no tag `v2`"),
        (&other, here.clone(), "v1", "only what is below"),
        (&project, format!("another-bucket/{own}"), "v1", "only the stack's own bucket is read"),
        (&project, format!("{bucket}/repositories/{}x", project.project), "v1", "only what is below"),
        (&project, format!("{bucket}/sha256"), "v1", "only what is below"),
    ] {
        let refused = stage(who, at(&place, tag)).await.about(&place).expect(400);
        assert_eq!(codes(&refused), [UNREACHABLE], "{refused}");
        refused.says(words);
    }
    let dots = format!("{bucket}/repositories/{}/../{}", other.project, project.project);
    stage(&other, at(&dots, "v1")).await.expect(400).error("InvalidJsonInput");
    nothing_is_staged(&other).await;
}

#[tokio::test]
async fn a_hosts_token_is_sent_to_it_shown_to_nobody_and_taken_nowhere_else() {
    let project = Project::new().await;
    let token = format!("canary-{}", Uuid::new_v4().simple());
    let wanted = format!("private-token: {token}");
    let own = GitHost::start(Habit::Archive(greeter().packed(), wanted.clone()));
    let host = |host: &GitHost, token: Option<&str>| {
        let mut draft = json!({
            "host": host.name(), "archiveUrl": host.archives(), "tokenHeader": "PRIVATE-TOKEN",
        });
        if let Some(token) = token {
            draft["token"] = token.into();
        }
        draft
    };
    let at =
        |host: &GitHost| json!({ "url": format!("https://{}/acme/orders.git", host.name()), "tag": "v1" });

    let known = project.post("/repository-hosts", host(&own, None)).await.expect(201);
    let denied = stage(&project, at(&own)).await.expect(400);
    assert_eq!(codes(&denied), [UNREACHABLE], "{denied}");
    denied.says("give the host a token");
    let give = json!({ "version": 1, "actions": [{ "action": "setToken", "token": token }] });
    let given = project.post(&format!("/repository-hosts/{}", known.id()), give).await.expect(200);
    let made = stage(&project, at(&own)).await.expect(201);
    assert!(own.heard().last().unwrap().contains(&wanted), "it was sent");
    let staged = StagedConnector { project: &project, id: made.id() };
    let checked = staged.check().await.has(json!({ "isPreviewable": "true" }));
    assert!(own.heard().iter().filter(|head| head.contains(&wanted)).count() >= 2, "the worker sends it too");

    // A host that sends its callers elsewhere: the token stays with it.
    let elsewhere = GitHost::start(Habit::Archive(greeter().packed(), "host: nobody".to_owned()));
    let away = format!("http://{}/archive.tar.gz", elsewhere.name());
    let leading = GitHost::start(Habit::Redirect(away));
    project.post("/repository-hosts", host(&leading, Some(&token))).await.expect(201);
    let refused = stage(&project, at(&leading)).await.expect(400).error(UNREACHABLE);
    assert!(leading.heard()[0].contains(&wanted), "{:?}", leading.heard());
    assert_eq!(elsewhere.heard().len(), 1, "it was followed");
    assert!(!elsewhere.heard()[0].contains(&token), "and the token was left behind");

    let unknown = asked_by_a_stranger(&own).await;
    for answer in [&given, &unknown, &made, &checked, &refused] {
        assert!(!answer.plain.contains(&token), "{answer}");
    }
    assert!(!Stack::logs().contains(&token), "a function has logged the token");
}

/// Another project has not told of the host, so it has no token for it either.
async fn asked_by_a_stranger(host: &GitHost) -> Answer {
    let (stranger, before) = (Project::new().await, host.heard().len());
    let url = format!("https://{}/acme/orders.git", host.name());
    let refused = stage(&stranger, json!({ "url": url, "tag": "v1" })).await.expect(400).error(UNREACHABLE);
    assert_eq!(host.heard().len(), before, "nobody was asked");
    refused.says("no archives are known of the host")
}

#[tokio::test]
async fn a_host_that_does_not_answer_as_it_should_is_named() {
    let project = Project::new().await;
    for (habit, words) in [
        (Habit::Status(500), "answers with status 500"),
        (Habit::Status(403), "denies access"),
        (Habit::Status(204), "answers with status 204"),
        (Habit::Redirect("http://169.254.169.254/latest".to_owned()), "https:// only"),
        (Habit::Redirect("https://169.254.169.254/latest".to_owned()), "link-local"),
        (Habit::Redirect("file:///etc/passwd".to_owned()), "no URL of an archive"),
        (Habit::Redirect("/again".to_owned()), "redirects more than 3 times"),
    ] {
        let host = GitHost::start(habit.clone());
        let known = json!({ "host": host.name(), "archiveUrl": host.archives() });
        project.post("/repository-hosts", known).await.expect(201);
        let url = format!("https://{}/acme/orders.git", host.name());
        let refused = stage(&project, json!({ "url": url, "tag": "v1" })).await;
        let refused = refused.about(&format!("{habit:?}")).expect(400);
        assert_eq!(codes(&refused), [UNREACHABLE], "{refused}");
        refused.says(words);
    }
    nothing_is_staged(&project).await;
}
