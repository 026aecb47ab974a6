//! Hosts of repositories and their tokens.

use futures::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Answer, Listener, Project, Stack};

fn draft(host: &str) -> Value {
    json!({ "host": host, "archiveUrl": format!("https://{host}/{{path}}/{{tag}}.tar.gz") })
}

/// What comes of actions on the version that the host has now.
async fn update(project: &Project, id: &str, actions: Value) -> Answer {
    let path = format!("/repository-hosts/{id}");
    let version = project.get(&path).await.expect(200).version();
    project.post(&path, json!({ "version": version, "actions": actions })).await
}

fn canary() -> String {
    format!("canary-{}", Uuid::new_v4().simple())
}

#[tokio::test]
async fn a_host_is_made_found_listed_and_deleted() {
    let project = Project::new().await;
    let mut wanted = draft("git.acme.example:8443");
    wanted["key"] = "git".into();
    let made = project.post("/repository-hosts", wanted.clone()).await.expect(201);
    let made = made.has(wanted).has(json!({ "version": 1, "tokenHeader": "Authorization" })).lacks("token");
    for address in [made.id(), "key=git".to_owned()] {
        let found = project.get(&format!("/repository-hosts/{address}")).await.expect(200);
        assert_eq!(found.body, made.body);
    }
    project.post("/repository-hosts", draft("github.com")).await.expect(201);
    let listed = project.get("/repository-hosts?sort=host").await.expect(200).has(json!({ "total": 2 }));
    assert_eq!(listed.each("host"), ["git.acme.example:8443", "github.com"], "{listed}");

    project.delete("/repository-hosts/key=git?version=2").await.expect(409).error("ConcurrentModification");
    project.delete("/repository-hosts/key=git?version=1").await.expect(200).has(json!({ "key": "git" }));
    project.get(&format!("/repository-hosts/{}", made.id())).await.expect(404).error("ResourceNotFound");
    project.post("/repository-hosts", draft("git.acme.example:8443")).await.expect(201);
}

#[tokio::test]
async fn a_host_is_a_projects_once() {
    let project = Project::new().await;
    let posts = (0..6).map(|_| project.post("/repository-hosts", draft("git.acme.example")));
    let (made, refused): (Vec<_>, Vec<_>) =
        join_all(posts).await.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 1, "{made:?}");
    for answer in refused {
        let refused = answer.expect(400).error("DuplicateField").says("git.acme.example");
        assert_eq!(refused.errors()[0]["field"], "host", "{refused}");
        assert_eq!(refused.errors()[0]["duplicateValue"], "git.acme.example", "{refused}");
    }
    Project::new().await.post("/repository-hosts", draft("git.acme.example")).await.expect(201);
}

#[tokio::test]
async fn what_is_wrong_with_a_host_is_told_at_once() {
    let project = Project::new().await;
    let wrong = json!({
        "host": "https://Git.acme.example",
        "archiveUrl": "https://git.acme.example/{path}/{branch}",
        "tokenHeader": "Host",
    });
    let refused = project.post("/repository-hosts", wrong).await.expect(400).error("InvalidJsonInput");
    let mut fields: Vec<_> = refused.errors().iter().map(|error| error["field"].clone()).collect();
    fields.sort_by_key(ToString::to_string);
    assert_eq!(fields, ["/archiveUrl", "/host", "/tokenHeader"], "{refused}");

    let mut open = draft("git.acme.example");
    open["archiveUrl"] = "http://git.acme.example/{path}/{tag}".into();
    open["token"] = "two\nlines".into();
    let refused = project.post("/repository-hosts", open).await.expect(400).error("InvalidJsonInput");
    let fields: Vec<_> = refused.errors().iter().map(|error| error["field"].clone()).collect();
    assert_eq!(fields, ["/archiveUrl", "/token"], "{refused}");
    assert!(!refused.plain.contains("two"), "{refused}");
    project.get("/repository-hosts").await.expect(200).has(json!({ "total": 0 }));
}

#[tokio::test]
async fn a_token_is_written_and_never_read() {
    let project = Project::new().await;
    let (first, second) = (canary(), canary());
    let mut wanted = draft("git.acme.example");
    wanted["token"] = json!(first);
    wanted["tokenHeader"] = "PRIVATE-TOKEN".into();
    let made = project.post("/repository-hosts", wanted).await.expect(201).has(json!({ "token": "****" }));
    let id = made.id();
    let kept = update(&project, &id, json!([{ "action": "setToken", "token": "****" }])).await.expect(200);
    let kept = kept.has(json!({ "token": "****", "tokenHeader": "PRIVATE-TOKEN" }));
    let changed = update(&project, &id, json!([{ "action": "setToken", "token": second }])).await.expect(200);
    let listed = project.get("/repository-hosts").await.expect(200);
    let removed =
        update(&project, &id, json!([{ "action": "removeToken" }])).await.expect(200).lacks("token");
    let refused = update(&project, &id, json!([{ "action": "setToken", "token": "****" }])).await.expect(400);
    assert_eq!(refused.errors()[0]["field"], "/actions/0/token", "{refused}");
    for answer in [&made, &kept, &changed, &listed, &removed, &refused] {
        assert!(!answer.plain.contains(&first) && !answer.plain.contains(&second), "{answer}");
    }
    let logs = Stack::logs();
    assert!(!logs.contains(&first) && !logs.contains(&second), "a function has logged a token");
}

#[tokio::test]
async fn a_token_goes_to_its_own_server_and_cannot_be_taken_elsewhere() {
    let project = Project::new().await;
    let (token, own, other) = (canary(), Listener::answering(200), Listener::answering(200));
    let archives = |server: &Listener| format!("{}{{path}}/{{tag}}.tar.gz", server.url());
    let host = own.url().replace("http://", "").replace('/', "");
    let wanted = json!({
        "host": host,
        "archiveUrl": archives(&own),
        "token": token,
        "tokenHeader": "PRIVATE-TOKEN",
    });
    let id = project.post("/repository-hosts", wanted).await.expect(201).id();
    let connector = json!({
        "name": "Orders",
        "creator": { "email": "dev@acme.example" },
        "repository": { "url": format!("https://{host}/acme/orders.git"), "tag": "v1" },
    });
    let refused = project.post("/connectors/drafts", connector.clone()).await.expect(400);
    let refused = refused.error("GitRepositoryNotReachable");
    assert_eq!(own.last("private-token"), token);
    assert!(!refused.plain.contains(&token), "{refused}");

    let moved = json!({ "action": "setArchiveUrl", "archiveUrl": archives(&other) });
    for actions in [json!([moved]), json!([moved, { "action": "setToken", "token": "****" }])] {
        let refused = update(&project, &id, actions).await.expect(400);
        refused.error("RepositoryHostTokenWouldMove");
    }
    update(&project, &id, json!([moved, { "action": "removeToken" }])).await.expect(200).lacks("token");
    project.post("/connectors/drafts", connector).await.expect(400).error("GitRepositoryNotReachable");
    assert_eq!((own.count(), other.count()), (1, 1));
    assert!(!Stack::logs().contains(&token), "a function has logged the token");
}
