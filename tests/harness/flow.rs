use serde_json::{Value, json};

use super::{Answer, Environment, Project, SOON, definitions, eventually};

impl Project {
    /// A flow whose working copy is `definition`.
    pub(crate) async fn flow(&self, definition: Value) -> Flow<'_> {
        self.flow_with(json!({ "definition": definition })).await
    }

    /// A flow with these members; it greets unless they say otherwise.
    pub(crate) async fn flow_with(&self, members: Value) -> Flow<'_> {
        let mut draft = json!({ "name": "Greeting", "definition": definitions::greeting() });
        for (name, value) in members.as_object().unwrap() {
            draft[name] = value.clone();
        }
        Flow { project: self, id: self.post("/flows", draft).await.expect(201).id() }
    }

    /// A flow that exists.
    pub(crate) fn flow_at(&self, id: &str) -> Flow<'_> {
        Flow { project: self, id: id.to_owned() }
    }

    /// A deployment that exists.
    pub(crate) fn deployment(&self, id: &str) -> Deployment<'_> {
        Deployment { project: self, id: id.to_owned() }
    }
}

/// A flow that exists.
#[derive(Debug, Clone)]
pub(crate) struct Flow<'p> {
    pub(crate) project: &'p Project,
    pub(crate) id: String,
}

impl<'p> Flow<'p> {
    /// Its path below the project.
    pub(crate) fn path(&self) -> String {
        format!("/flows/{}", self.id)
    }

    /// The path of its releases.
    pub(crate) fn releases(&self) -> String {
        format!("/flows/{}/releases", self.id)
    }

    pub(crate) async fn get(&self) -> Answer {
        self.project.get(&self.path()).await.expect(200)
    }

    /// What comes of these actions on the version that it has now.
    pub(crate) async fn update(&self, actions: Value) -> Answer {
        let version = self.get().await.version();
        self.project.post(&self.path(), json!({ "version": version, "actions": actions })).await
    }

    /// The flow, once its working copy is saved.
    pub(crate) async fn saved(self) -> Self {
        self.save().await;
        self
    }

    /// Saves the working copy.
    pub(crate) async fn save(&self) -> Answer {
        self.update(json!([{ "action": "save" }])).await.expect(200)
    }

    /// Replaces the working copy and saves it.
    pub(crate) async fn save_as(&self, definition: Value) -> Answer {
        let set = json!({ "action": "setDefinition", "definition": definition });
        self.update(json!([set, { "action": "save" }])).await.expect(200)
    }

    /// Releases what is saved; answers the number.
    pub(crate) async fn release(&self, description: &str) -> u64 {
        let made = self.project.post(&self.releases(), json!({ "description": description })).await;
        made.expect(201).number("/number")
    }

    /// Deploys a release, and comes back when it is Deployed.
    pub(crate) async fn deploy(&self, release: u64, environment: &Environment) -> Deployment<'p> {
        let deployment = self.start_deploying(release, environment).await;
        deployment.settled().await.has(json!({ "status": "Deployed", "active": true }));
        deployment
    }

    /// Asks for a deployment, and comes back at once.
    pub(crate) async fn start_deploying(&self, release: u64, environment: &Environment) -> Deployment<'p> {
        let draft = json!({
            "flow": self.id, "release": release, "environment": environment.id, "description": "for a story",
        });
        let made = self.project.post("/flow-deployments", draft).await.expect(201);
        self.project.deployment(&made.id())
    }

    /// Starts a run in an environment, and comes back when it is over.
    pub(crate) async fn run(&self, environment: &Environment, input: Value) -> Answer {
        let draft = json!({ "flow": self.id, "environment": environment.id, "input": input });
        let run = self.project.post("/runs", draft).await.expect(201).id();
        eventually(SOON, "the run ends", async || {
            let seen = self.project.get(&format!("/runs/{run}")).await.expect(200);
            if seen["status"] == "Running" { Err(seen) } else { Ok(seen) }
        })
        .await
    }
}

/// A deployment that exists.
#[derive(Debug, Clone)]
pub(crate) struct Deployment<'p> {
    pub(crate) project: &'p Project,
    pub(crate) id: String,
}

impl Deployment<'_> {
    /// Its path below the project.
    pub(crate) fn path(&self) -> String {
        format!("/flow-deployments/{}", self.id)
    }

    pub(crate) async fn get(&self) -> Answer {
        self.project.get(&self.path()).await.expect(200)
    }

    /// What comes of an action on the version that it has now.
    pub(crate) async fn update(&self, action: Value) -> Answer {
        let version = self.get().await.version();
        self.project.post(&self.path(), json!({ "version": version, "actions": [action] })).await
    }

    /// The deployment, once no operation is under way.
    pub(crate) async fn settled(&self) -> Answer {
        self.project.settled(&self.path()).await
    }

    /// Undeploys, and comes back when it is gone.
    pub(crate) async fn undeploy(&self) {
        self.project.delete(&self.path()).await.expect(202).has(json!({ "status": "Undeploying" }));
        self.project.gone(&self.path()).await;
    }
}
