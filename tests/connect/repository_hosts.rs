//! Hosts of repositories among people: whose they are, who may change them, and who comes first.

use futures::future::join_all;
use serde_json::{Value, json};

use super::git_host::{GitHost, Habit};
use super::greeter;
use crate::harness::{Answer, Project};

fn draft(key: &str, host: &str) -> Value {
    json!({ "key": key, "host": host, "archiveUrl": format!("https://{host}/{{path}}/{{tag}}.tar.gz") })
}

#[tokio::test]
async fn a_host_is_its_projects_alone() {
    let (project, other) = (Project::new().await, Project::new().await);
    let made = project.post("/repository-hosts", draft("git", "git.acme.example")).await.expect(201);
    let path = format!("/repository-hosts/{}", made.id());
    let change = json!({ "version": 1, "actions": [{ "action": "removeToken" }] });
    for path in [path.as_str(), "/repository-hosts/key=git"] {
        other.get(path).await.expect(404).error("ResourceNotFound");
        other.post(path, change.clone()).await.expect(404).error("ResourceNotFound");
        other.delete(path).await.expect(404).error("ResourceNotFound");
    }
    other.get("/repository-hosts").await.expect(200).has(json!({ "total": 0 }));
    other.at(&project.project).get(&path).await.expect(404).error("ResourceNotFound");
    let viewer = project.client(&["view_connectors"]).await;
    viewer.get(&path).await.expect(200);
    viewer.get("/repository-hosts").await.expect(200).has(json!({ "total": 1 }));
    for refused in [
        viewer.post("/repository-hosts", draft("more", "more.acme.example")).await,
        viewer.post(&path, change).await,
        viewer.delete(&path).await,
    ] {
        refused.expect(403).error("AuthorizationError");
    }
    assert_eq!(project.get(&path).await.expect(200).body, made.body);
}

#[tokio::test]
async fn a_key_is_one_hosts_until_that_is_deleted() {
    let project = Project::new().await;
    project.post("/repository-hosts", draft("git", "git.acme.example")).await.expect(201);
    let taken = project.post("/repository-hosts", draft("git", "code.acme.example")).await.expect(400);
    let taken = taken.error("DuplicateField");
    assert_eq!(taken.errors()[0]["field"], "key", "{taken}");
    assert_eq!(taken.errors()[0]["duplicateValue"], "git", "{taken}");
    project.get("/repository-hosts").await.expect(200).has(json!({ "total": 1 }));
    project.delete("/repository-hosts/key=git").await.expect(200);
    project.post("/repository-hosts", draft("git", "code.acme.example")).await.expect(201);
}

#[tokio::test]
async fn of_several_changes_at_once_one_is_made() {
    let project = Project::new().await;
    let made = project.post("/repository-hosts", draft("git", "git.acme.example")).await.expect(201);
    let path = format!("/repository-hosts/{}", made.id());
    let moved = |turn: usize| {
        let url = format!("https://git-{turn}.acme.example/{{path}}/{{tag}}");
        json!({ "version": 1, "actions": [{ "action": "setArchiveUrl", "archiveUrl": url }] })
    };
    let (changed, refused): (Vec<Answer>, Vec<Answer>) =
        join_all((0..5).map(|turn| project.post(&path, moved(turn))))
            .await
            .into_iter()
            .partition(|answer| answer.status == 200);
    assert_eq!(changed.len(), 1, "{changed:?}");
    for answer in refused {
        answer.expect(409).error("ConcurrentModification");
    }
    let now = project.get(&path).await.expect(200).has(json!({ "version": 2 }));
    assert_eq!(now.body, changed[0].body);
    let nothing = project.post(&path, json!({ "version": 2, "actions": [] })).await.expect(200);
    assert_eq!(nothing.body, now.body);
    // What fails in the middle undoes the rest.
    let half = json!([
        { "action": "setArchiveUrl", "archiveUrl": "https://late.acme.example/{path}/{tag}" },
        { "action": "setToken", "token": "****" },
    ]);
    project.post(&path, json!({ "version": 2, "actions": half })).await.expect(400).error("InvalidJsonInput");
    assert_eq!(project.get(&path).await.expect(200).body, now.body);
}

#[tokio::test]
async fn a_projects_own_word_on_a_host_comes_before_what_everybody_knows() {
    let project = Project::new().await;
    let own = GitHost::start(Habit::Archive(greeter().packed(), "accept: */*".to_owned()));
    let known = json!({ "host": "github.com", "archiveUrl": own.archives() });
    project.post("/repository-hosts", known).await.expect(201);
    for url in ["https://github.com/acme/orders.git", "git@github.com:acme/orders.git"] {
        let draft = json!({
            "name": "Orders", "creator": { "email": "dev@acme.example" },
            "repository": { "url": url, "tag": "release/1.0" },
        });
        project
            .post("/connectors/drafts", draft)
            .await
            .expect(201)
            .has(json!({ "repository": { "url": url } }));
    }
    assert_eq!(own.heard().len(), 2);
    assert!(own.heard()[0].contains("/acme/orders/release/1.0.tar.gz"), "{:?}", own.heard());
}
