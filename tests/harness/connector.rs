use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, Project, SOON, Stack, eventually};

/// The files of a repository at a tag.
#[derive(Debug, Clone, Default)]
pub(crate) struct Archive {
    files: BTreeMap<String, Vec<u8>>,
}

impl Archive {
    /// A repository with this `connect.yaml`.
    pub(crate) fn of(specification: &str) -> Self {
        Self::default().file("connect.yaml", specification)
    }

    /// With another file.
    pub(crate) fn file(mut self, path: &str, contents: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_owned(), contents.into());
        self
    }

    /// With a flow in the folder of an application.
    pub(crate) fn flow(self, application: &str, definition: &Value) -> Self {
        self.file(&format!("{application}/flow.asl.json"), definition.to_string())
    }

    /// As the archive that a git host makes: everything below one folder.
    pub(crate) fn packed(&self) -> Vec<u8> {
        let mut tarball = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (path, contents) in &self.files {
            let mut header = tar::Header::new_gnu();
            header.set_size(contents.len() as u64);
            header.set_mode(0o644);
            tarball.append_data(&mut header, format!("repository-1/{path}"), contents.as_slice()).unwrap();
        }
        let mut packer = tarball.into_inner().unwrap();
        packer.flush().unwrap();
        packer.finish().unwrap()
    }
}

/// A repository on the archive server of the local stack.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    path: String,
    /// As a connector names it.
    pub(crate) url: String,
}

impl Repository {
    /// A repository that nobody else has, with nothing in it yet. `project` knows its host from now on.
    pub(crate) async fn of(project: &Project) -> Self {
        let base = Stack::get().archives();
        let host = base.strip_prefix("http://").unwrap();
        let draft = json!({ "host": host, "archiveUrl": format!("{base}/{{path}}/{{tag}}.tar.gz") });
        let made = project.post("/repository-hosts", draft).await;
        assert!([201, 400].contains(&made.status), "{made}");
        let path = format!("{}/repository-{}", project.project, Uuid::new_v4().simple());
        Self { url: format!("https://{host}/{path}.git"), path }
    }

    /// Sets a tag, or moves it.
    pub(crate) fn push(&self, tag: &str, archive: &Archive) {
        self.push_raw(tag, &archive.packed());
    }

    /// Lets the host give out something that may not be an archive.
    pub(crate) fn push_raw(&self, tag: &str, bytes: &[u8]) {
        let folder = Stack::state().join("repositories").join(&self.path);
        std::fs::create_dir_all(&folder).unwrap();
        let unfinished = folder.join(format!("{tag}.unfinished"));
        std::fs::write(&unfinished, bytes).unwrap();
        std::fs::rename(unfinished, folder.join(format!("{tag}.tar.gz"))).unwrap();
    }

    /// What names it at a tag.
    pub(crate) fn at(&self, tag: &str) -> Value {
        json!({ "url": self.url, "tag": tag })
    }
}

/// A staged connector that exists.
#[derive(Debug, Clone)]
pub(crate) struct StagedConnector<'p> {
    pub(crate) project: &'p Project,
    pub(crate) id: String,
}

impl<'p> StagedConnector<'p> {
    /// Stages the repository at a tag.
    pub(crate) async fn of(project: &'p Project, repository: &Repository, tag: &str) -> Self {
        Self::with(project, repository, tag, json!({})).await
    }

    /// Stages the repository at a tag, with these members.
    pub(crate) async fn with(
        project: &'p Project,
        repository: &Repository,
        tag: &str,
        members: Value,
    ) -> Self {
        let mut draft = json!({
            "name": "Orders",
            "creator": { "email": "dev@acme.example" },
            "repository": repository.at(tag),
        });
        for (name, value) in members.as_object().unwrap() {
            draft[name] = value.clone();
        }
        Self { project, id: project.post("/connectors/drafts", draft).await.expect(201).id() }
    }

    /// Published from a repository of its own, which holds this as `v1`.
    pub(crate) async fn publishing(project: &'p Project, archive: &Archive) -> (Repository, Self) {
        let repository = Repository::of(project).await;
        repository.push("v1", archive);
        let staged = Self::of(project, &repository, "v1").await.published().await;
        (repository, staged)
    }

    /// Publishes what the repository holds at another tag.
    pub(crate) async fn publish_at(&self, tag: &str) {
        self.update(json!([{ "action": "setRepository", "tag": tag }])).await.expect(201);
        self.publish(false).await.has(json!({ "status": "Published" }));
    }

    pub(crate) fn path(&self) -> String {
        format!("/connectors/drafts/{}", self.id)
    }

    pub(crate) async fn get(&self) -> Answer {
        self.project.get(&self.path()).await.expect(200)
    }

    /// What comes of these actions on the version that it has now.
    pub(crate) async fn update(&self, actions: Value) -> Answer {
        let version = self.get().await.version();
        self.project.post(&self.path(), json!({ "version": version, "actions": actions })).await
    }

    /// Asks for the checks of a preview, and comes back when they are over.
    pub(crate) async fn check(&self) -> Answer {
        let asked = self.update(json!([{ "action": "updatePreviewable" }])).await.expect(201);
        asked.has(json!({ "isPreviewable": "pending" }));
        eventually(SOON, "the checks end", async || {
            let seen = self.get().await;
            if seen["isPreviewable"] == "pending" { Err(seen) } else { Ok(seen) }
        })
        .await
    }

    /// The connector once no job is under way.
    pub(crate) async fn rested(&self) -> Answer {
        eventually(SOON, "the jobs end", async || {
            let seen = self.get().await;
            let is_busy = seen["isPreviewable"] == "pending" || seen["status"] == "Processing";
            if is_busy { Err(seen) } else { Ok(seen) }
        })
        .await
    }

    /// Publishes it, and comes back when that is over.
    pub(crate) async fn publish(&self, certification: bool) -> Answer {
        let action = json!({ "action": "publish", "certification": certification });
        self.update(json!([action])).await.expect(201).has(json!({ "status": "Processing" }));
        eventually(SOON, "the publishing ends", async || {
            let seen = self.get().await;
            if seen["status"] == "Processing" { Err(seen) } else { Ok(seen) }
        })
        .await
    }

    /// Published for its own project, or the story ends.
    pub(crate) async fn published(self) -> Self {
        self.publish(false).await.has(json!({ "status": "Published" }));
        self
    }

    /// A draft that deploys what is published, with these applications.
    pub(crate) fn draft(&self, configurations: Value) -> Value {
        json!({
            "connector": { "id": self.id },
            "configurations": configurations,
            "region": "us-central1.gcp",
        })
    }

    /// Deploys what is published, and comes back when that is over.
    pub(crate) async fn deploy(&self, configurations: Value) -> ConnectorDeployment<'p> {
        let deployment = ConnectorDeployment::ask(self.project, self.draft(configurations)).await;
        deployment.settled().await.has(json!({ "status": "Deployed" }));
        deployment
    }

    /// Tries to deploy what is published, and comes back when that has failed.
    pub(crate) async fn fail_to_deploy(&self, configurations: Value) -> (ConnectorDeployment<'p>, Answer) {
        let deployment = ConnectorDeployment::ask(self.project, self.draft(configurations)).await;
        let failed = deployment.settled().await.has(json!({ "status": "Failed" }));
        (deployment, failed)
    }
}

/// A connector deployment that exists.
#[derive(Debug, Clone)]
pub(crate) struct ConnectorDeployment<'p> {
    pub(crate) project: &'p Project,
    pub(crate) id: String,
}

impl<'p> ConnectorDeployment<'p> {
    /// Asks for a deployment, and comes back at once.
    pub(crate) async fn ask(project: &'p Project, draft: Value) -> Self {
        Self { project, id: project.post("/deployments", draft).await.expect(201).id() }
    }

    pub(crate) fn path(&self) -> String {
        format!("/deployments/{}", self.id)
    }

    pub(crate) async fn get(&self) -> Answer {
        self.project.get(&self.path()).await.expect(200)
    }

    /// What comes of a redeploy with these members, at the version that it has now.
    pub(crate) async fn redeploy(&self, mut members: Value) -> Answer {
        members["action"] = "redeploy".into();
        let version = self.get().await.version();
        self.project.post(&self.path(), json!({ "version": version, "actions": [members] })).await
    }

    /// Redeploys with these members, and comes back when that is over.
    pub(crate) async fn redeployed(&self, members: Value) -> Answer {
        self.redeploy(members).await.expect(201);
        self.settled().await.has(json!({ "status": "Deployed" }))
    }

    /// The deployment, once no operation is under way.
    pub(crate) async fn settled(&self) -> Answer {
        self.project.settled(&self.path()).await
    }

    /// Deletes it, and comes back when it is gone.
    pub(crate) async fn undeploy(&self) {
        self.project.delete(&self.path()).await.expect(202).has(json!({ "status": "Undeploying" }));
        self.gone().await;
    }

    /// Comes back when it is gone.
    pub(crate) async fn gone(&self) {
        self.project.gone(&self.path()).await;
    }

    /// An application of it, by name.
    pub(crate) async fn application(&self, name: &str) -> Value {
        let seen = self.get().await;
        let applications = seen["applications"].as_array().unwrap();
        let found = applications.iter().find(|application| application["applicationName"] == name);
        found.unwrap_or_else(|| seen.fail(&format!("there should be an application '{name}'"))).clone()
    }

    /// The URL of an application of it.
    pub(crate) async fn url(&self, application: &str) -> String {
        self.application(application).await["url"].as_str().unwrap().to_owned()
    }
}

/// The entry of a deployment's report with these words in its title or message, if there is one.
pub(crate) fn entry(deployment: &Answer, words: &str) -> Option<Value> {
    let entries = deployment["details"]["build"]["report"]["entries"].as_array();
    let says = |entry: &&Value| {
        ["title", "message"]
            .iter()
            .any(|member| entry[member].as_str().is_some_and(|text| text.contains(words)))
    };
    entries.into_iter().flatten().find(says).cloned()
}

/// An application of a deployment draft, with standard and secured values.
pub(crate) fn configured(application: &str, standard: &[(&str, &str)], secured: &[(&str, &str)]) -> Value {
    let values = |values: &[(&str, &str)]| -> Vec<Value> {
        values.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
    };
    json!({
        "applicationName": application,
        "standardConfiguration": values(standard),
        "securedConfiguration": values(secured),
    })
}
