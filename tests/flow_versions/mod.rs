//! Flow versions in virtual environments, as `/api/v1/` tells of them: the same releases and deployments that the
//! native family has, in the words of another.

mod beside;
mod disabled;
mod environments;
mod global;
mod keys;
mod moving;
mod objects;
mod schedules;
mod takeover;
mod validation;

use serde_json::{Value, json};

use crate::harness::{Answer, Client, Deployment, Environment, Flow, Project, definitions};

/// Where a deployment serves that serves everywhere.
const GLOBAL: Option<&Environment> = None;

/// An id that nothing has.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// Every deployment that there is.
const ALL: &str = "/api/v1/flow-version-deployments";

/// The versions of a flow, and somebody who deploys them.
#[derive(Debug, Clone)]
struct Versions<'p> {
    flow: Flow<'p>,
    key: Client,
}

/// A deployment of a version, and somebody who asks things of it.
#[derive(Debug, Clone)]
struct Placed<'p> {
    project: &'p Project,
    key: Client,
    /// The id of the version.
    version: String,
    id: String,
}

impl<'p> Versions<'p> {
    /// So many versions of a flow; each answers its caller with its number.
    async fn numbered(project: &'p Project, count: u64) -> Self {
        Self::answering(project, count, |number| json!({ "version": number })).await
    }

    /// So many versions of a flow; each answers its caller with its number and the variable `word`.
    async fn telling(project: &'p Project, count: u64) -> Self {
        Self::answering(project, count, |number| json!({ "version": number, "word": "${word}" })).await
    }

    async fn answering(project: &'p Project, count: u64, output: impl Fn(u64) -> Value) -> Self {
        let flow = project.flow_with(json!({ "kind": "api" })).await;
        for number in 1..=count {
            flow.save_as(definitions::putting_out(output(number))).await;
            flow.release("next").await;
        }
        Self::of(flow)
    }

    /// The versions that a flow has, for the administrator.
    fn of(flow: Flow<'p>) -> Self {
        let key = flow.project.presenting(Some(&flow.project.api_key));
        Self { flow, key }
    }

    /// The same for somebody else.
    fn by(&self, key: &Client) -> Self {
        Self { key: key.clone(), ..self.clone() }
    }

    /// The id of a version.
    fn id(&self, number: u64) -> String {
        format!("{}.{number}", self.flow.id)
    }

    /// The path of its deployments.
    fn path(&self, number: u64) -> String {
        format!("/api/v1/flow-versions/{}/deployments", self.id(number))
    }

    /// What comes of asking for a deployment of a version, with these members besides.
    async fn create<'e>(
        &self,
        number: u64,
        place: impl Into<Option<&'e Environment>>,
        members: Value,
    ) -> Answer {
        let place: Option<&Environment> = place.into();
        let mut draft = json!({
            "flow_version_id": self.id(number),
            "virtual_environment_id": place.map(|environment| &environment.id),
        });
        for (name, value) in members.as_object().unwrap() {
            draft[name] = value.clone();
        }
        self.key.post(&self.path(number), draft).await
    }

    /// Asks for a deployment, and comes back when it is settled, one way or the other.
    async fn tried<'e>(
        &self,
        number: u64,
        place: impl Into<Option<&'e Environment>>,
        members: Value,
    ) -> Placed<'p> {
        let made = self.create(number, place, members).await.expect(200).data();
        let placed = self.placed(number, &made.id());
        placed.settled().await;
        placed
    }

    /// Deploys a version, with these members, and comes back when it is Deployed.
    async fn place<'e>(
        &self,
        number: u64,
        place: impl Into<Option<&'e Environment>>,
        members: Value,
    ) -> Placed<'p> {
        let placed = self.tried(number, place, members).await;
        placed.get().await.has(json!({ "status": "Deployed" }));
        placed
    }

    /// Deploys a version, and comes back when it is switched on.
    async fn deploy<'e>(&self, number: u64, place: impl Into<Option<&'e Environment>>) -> Placed<'p> {
        let placed = self.place(number, place, json!({})).await;
        placed.is_on().await;
        placed
    }

    /// Deploys a version without switching it on.
    async fn put_by<'e>(&self, number: u64, place: impl Into<Option<&'e Environment>>) -> Placed<'p> {
        let placed = self.place(number, place, json!({ "deploy_disabled": true })).await;
        placed.is_off().await;
        placed
    }

    /// A deployment of a version, by its id.
    fn placed(&self, number: u64, id: &str) -> Placed<'p> {
        let (project, key) = (self.flow.project, self.key.clone());
        Placed { project, key, version: self.id(number), id: id.to_owned() }
    }

    /// The path of the flow's trigger in an environment, or outside all, below the project.
    fn trigger<'e>(&self, place: impl Into<Option<&'e Environment>>) -> String {
        let place: Option<&Environment> = place.into();
        let place = place.map_or("global", |environment| environment.id.as_str());
        format!("/triggers/{place}/{}", self.flow.id)
    }

    /// Calls the trigger.
    async fn call<'e>(&self, place: impl Into<Option<&'e Environment>>) -> Answer {
        self.key.post(&self.trigger(place), json!({})).await
    }

    /// This version answers.
    async fn answers<'e>(&self, place: impl Into<Option<&'e Environment>>, number: u64) {
        self.call(place).await.expect(200).has(json!({ "version": number }));
    }

    /// This version answers, and this is its word.
    async fn says<'e>(&self, place: impl Into<Option<&'e Environment>>, number: u64, word: &str) {
        let said = self.call(place).await.expect(200);
        said.has(json!({ "version": number, "word": word }));
    }

    /// Nothing answers.
    async fn silent<'e>(&self, place: impl Into<Option<&'e Environment>>) {
        self.call(place).await.expect(404).error("ResourceNotFound").says("answers");
    }
}

impl<'p> Placed<'p> {
    /// The same for somebody else.
    fn by(&self, key: &Client) -> Self {
        Self { key: key.clone(), ..self.clone() }
    }

    /// Its path.
    fn path(&self) -> String {
        format!("/api/v1/flow-versions/{}/deployments/{}", self.version, self.id)
    }

    /// The same deployment as the native family has it.
    fn native(&self) -> Deployment<'p> {
        self.project.deployment(&self.id)
    }

    async fn get(&self) -> Answer {
        self.key.get(&self.path()).await.expect(200).data()
    }

    /// What comes of changing these members.
    async fn change(&self, members: Value) -> Answer {
        self.key.put(&self.path(), members).await
    }

    /// Changes these members, and shows what became of it.
    async fn put(&self, members: Value) -> Answer {
        self.change(members).await.expect(200).data().has(json!({ "id": self.id }))
    }

    /// What comes of `enable` or `disable`.
    async fn ask(&self, action: &str) -> Answer {
        self.key.post(&format!("{}/{action}", self.path()), json!({})).await
    }

    async fn enable(&self) -> Answer {
        self.ask("enable").await.expect(200).data().has(json!({ "id": self.id }))
    }

    async fn disable(&self) -> Answer {
        self.ask("disable").await.expect(200).data().has(json!({ "id": self.id }))
    }

    /// It is switched on, and says since when and by whom. Shows it.
    async fn is_on(&self) -> Answer {
        let seen = self.get().await;
        assert!(seen["enabled_at"].is_string() && seen["enabled_by_id"].is_string(), "{seen}");
        seen
    }

    /// It is switched off. Shows it.
    async fn is_off(&self) -> Answer {
        self.get().await.has(json!({ "enabled_at": null }))
    }

    /// It, once no operation is under way.
    async fn settled(&self) -> Answer {
        self.key.at_rest(&self.path()).await.data()
    }

    /// Deletes it, and comes back when it is gone.
    async fn delete(&self) {
        let deleted = self.key.delete(&self.path()).await.expect(200);
        assert!(deleted["message"].is_string(), "{deleted}");
        self.key.gone(&self.path()).await;
    }
}

/// The ids of the deployments that a list shows, in its order.
async fn listed(key: &Client, query: &str) -> Vec<Value> {
    key.get(&format!("{ALL}?{query}")).await.expect(200).column("id")
}
