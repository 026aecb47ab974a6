//! The catalogue: who finds which published connector, and by what.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{certified, greeter};
use crate::harness::{Client, Project, Repository, StagedConnector};

/// Three published connectors, told apart by a word that no other story uses.
struct Catalogue {
    owner: Project,
    word: String,
    /// Everybody finds it.
    open: String,
    /// Its owner and `friend` find it.
    shared: String,
    /// Its owner finds it.
    own: String,
    friend: Project,
    stranger: Project,
}

impl Catalogue {
    async fn fill() -> Self {
        let (owner, friend, stranger) = (Project::new().await, Project::new().await, Project::new().await);
        let word = format!("w{}", Uuid::new_v4().simple());
        let repository = Repository::of(&owner).await;
        repository.push("v1", &greeter());
        let invited = format!("eu-central-1.aws:{}", friend.project);
        let draft = |name: &str, members: Value| {
            let mut draft = json!({
                "key": format!("{name}-{word}"), "name": format!("{name} {word}"),
                "creator": { "email": "dev@acme.example" }, "repository": repository.at("v1"),
            });
            for (member, value) in members.as_object().unwrap() {
                draft[member] = value.clone();
            }
            draft
        };
        let open = json!({ "integrationTypes": ["tax"], "description": "Sums up DUTIES" });
        let company = json!({ "email": "dev@acme.example", "company": format!("Acme {word} & Sons") });
        let shared =
            json!({ "integrationTypes": ["psp", "oms"], "privateProjects": [invited], "creator": company });
        let mut ids = Vec::new();
        for (name, members) in [("Open", open), ("Shared", shared), ("Own", json!({}))] {
            let id = owner.post("/connectors/drafts", draft(name, members)).await.expect(201).id();
            let staged = StagedConnector { project: &owner, id };
            match name {
                "Open" => ids.push(certified(staged).await.id),
                _ => ids.push(staged.published().await.id),
            }
        }
        let [open, shared, own] = ids.try_into().unwrap();
        Self { owner, word, open, shared, own, friend, stranger }
    }

    /// The names of what somebody finds, without the word.
    async fn found(&self, by: &Client, query: &str) -> String {
        let path = format!("/connectors/search?{}", query.replace("WORD", &self.word));
        let page = by.get(&path).await.expect(200);
        let first = |name: &Value| name.as_str().unwrap().split(' ').next().unwrap().to_owned();
        let names: Vec<String> = page.each("name").iter().map(first).collect();
        assert_eq!(page["count"], names.len(), "{page}");
        names.join(" ")
    }
}

#[tokio::test]
async fn everybody_finds_what_is_open_to_them_by_what_they_ask_for() {
    let catalogue = Catalogue::fill().await;
    let Catalogue { owner, friend, stranger, .. } = &catalogue;
    let (open, shared, own) = (&catalogue.open, &catalogue.shared, &catalogue.own);
    let ids = format!("id={open}&id={shared}&id={own}");
    for (query, mine, friends, others) in [
        ("text=WORD", "Own Shared Open", "Shared Open", "Open"),
        ("text=WORD&sort=name", "Open Own Shared", "Open Shared", "Open"),
        ("text=WORD&sort=createdAt+asc", "Open Shared Own", "Open Shared", "Open"),
        ("text=open+WORD", "Open", "Open", "Open"),
        ("text=duties+WORD", "Open", "Open", "Open"),
        ("text=WORD&private=true", "Own Shared", "Shared", ""),
        ("text=WORD&private=false", "Own Shared Open", "Shared Open", "Open"),
        ("creator.company=acme+WORD", "Shared", "Shared", ""),
        (&ids, "Own Shared Open", "Shared Open", "Open"),
        ("key=Open-WORD&key=Own-WORD", "Own Open", "Open", "Open"),
        ("key=Open-WORD&key=Own-WORD&text=own", "Own", "", ""),
        ("text=WORD&integrationTypes=tax&integrationTypes=oms", "Shared Open", "Shared Open", "Open"),
        ("text=WORD&integrationTypes=crm", "", "", ""),
        ("text=WORD&limit=1&offset=1", "Shared", "Open", ""),
    ] {
        let found = [
            catalogue.found(owner, query).await,
            catalogue.found(friend, query).await,
            catalogue.found(stranger, query).await,
        ];
        assert_eq!(found, [mine, friends, others], "{query}");
    }
    let page = owner.get(&format!("/connectors/search?text={}&limit=2&offset=1", catalogue.word)).await;
    page.expect(200).has(json!({ "limit": 2, "offset": 1, "count": 2, "total": 3 }));
    let none = owner.get(&format!("/connectors/search?text={}&limit=0", catalogue.word)).await;
    none.expect(200).has(json!({ "count": 0, "total": 3, "results": [] }));
}

#[tokio::test]
async fn who_may_not_find_a_connector_cannot_get_or_deploy_it_either() {
    let catalogue = Catalogue::fill().await;
    let Catalogue { owner, friend, stranger, word, .. } = &catalogue;
    for (id, name, seen_by) in [
        (&catalogue.open, "Open", vec![owner, friend, stranger]),
        (&catalogue.shared, "Shared", vec![owner, friend]),
        (&catalogue.own, "Own", vec![owner]),
    ] {
        for by in [owner, friend, stranger] {
            let is_open = seen_by.iter().any(|project| project.project == by.project);
            for address in [id.clone(), format!("key={name}-{word}")] {
                let answer = by.get(&format!("/connectors/{address}")).await;
                let answer = answer.about(&format!("{name} for {}", by.project));
                if is_open {
                    let seen = answer.expect(200).has(json!({
                        "id": id, "version": 1, "private": name != "Open", "certified": name == "Open",
                        "configurations": [{
                            "applicationName": "greeter", "applicationType": "service",
                            "standardConfiguration": [], "securedConfiguration": [],
                        }],
                    }));
                    for hidden in
                        ["privateProjects", "status", "hasChanges", "isPreviewable", "listed", "owner"]
                    {
                        assert!(seen.body.get(hidden).is_none(), "{hidden}: {seen}");
                    }
                } else {
                    answer.expect(404).error("ResourceNotFound");
                }
            }
            let draft = json!({
                "connector": { "id": id }, "configurations": super::greeters(), "region": "us-central1.gcp",
            });
            let asked = by.post("/deployments", draft).await.about(name);
            if is_open {
                asked.expect(201).has(json!({ "connector": { "certified": name == "Open" } }));
            } else {
                asked.expect(400).error("ConnectorReferenceNotFound");
            }
        }
    }
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_told() {
    let project = Project::new().await;
    for wrong in
        ["private=perhaps", "integrationTypes=taxes", "limit=501", "offset=-1", "sort=colour", "sort=name+up"]
    {
        let refused = project.get(&format!("/connectors/search?{wrong}")).await.about(wrong).expect(400);
        refused.error("InvalidQueryParam");
    }
    let stranger = project.client(&["view_connectors_deployments"]).await;
    stranger.get("/connectors/search").await.expect(403).error("AuthorizationError");
    let viewer = project.client(&["view_connectors"]).await;
    viewer.get("/connectors/search").await.expect(200);
    project.get(&format!("/connectors/{}", Uuid::new_v4())).await.expect(404).error("ResourceNotFound");
    project.get("/connectors/x").await.expect(400).error("InvalidPathParam");
}
