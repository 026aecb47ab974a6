use std::ops::Deref;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, Client, Stack};

/// A project that nobody else has, and its administrator.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    administrator: Client,
    /// The administrator's OAuth client.
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    /// The administrator's key.
    pub(crate) api_key: String,
    /// The integration that every project has.
    pub(crate) standalone_flows: String,
}

/// Whatever is asked of a project is asked by its administrator.
impl Deref for Project {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.administrator
    }
}

impl Project {
    /// A fresh project.
    pub(crate) async fn new() -> Self {
        let key = format!("story-{}", Uuid::new_v4().simple());
        let key = &key[..26];
        let made = Stack::get().bootstrap(key).await;
        let text = |member: &str| made[member].as_str().unwrap().to_owned();
        Self {
            administrator: Client::new(key, made["apiKey"].as_str()),
            client_id: text("clientId"),
            client_secret: text("clientSecret"),
            api_key: text("apiKey"),
            standalone_flows: text("standaloneFlows"),
        }
    }

    /// The same project, by way of connections of one's own.
    pub(crate) fn reconnected(&self) -> Self {
        let administrator = Client::new(&self.administrator.project, Some(&self.api_key));
        Self { administrator, ..self.clone() }
    }

    /// Somebody who may only do what these scopes say.
    pub(crate) async fn client(&self, scopes: &[&str]) -> Client {
        let made = self.api_client("apiKey", scopes).await;
        self.presenting(Some(&made.text("/apiKey")))
    }

    /// A new API client of a kind, with its secret.
    pub(crate) async fn api_client(&self, kind: &str, scopes: &[&str]) -> Answer {
        let draft = json!({ "name": "CI", "kind": kind, "scopes": scopes, "environment": null });
        self.post("/api-clients", draft).await.expect(201)
    }

    /// An environment with variables made by [`plain`] and [`secured`].
    pub(crate) async fn environment(&self, key: &str, variables: &[Value]) -> Environment {
        let draft = json!({ "key": key, "name": key, "variables": variables });
        let made = self.post("/environments", draft).await.expect(201);
        Environment { id: made.id() }
    }

    /// An integration; answers its id.
    pub(crate) async fn integration(&self, key: &str) -> String {
        self.post("/integrations", json!({ "key": key, "name": key })).await.expect(201).id()
    }
}

/// An environment that exists.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    pub(crate) id: String,
}

impl Environment {
    /// Its path below the project.
    pub(crate) fn path(&self) -> String {
        format!("/environments/{}", self.id)
    }

    /// Sets a variable made by [`plain`] or [`secured`].
    pub(crate) async fn set(&self, project: &Project, mut variable: Value) {
        variable["action"] = "setVariable".into();
        let version = project.get(&self.path()).await.expect(200).version();
        let change = json!({ "version": version, "actions": [variable] });
        project.post(&self.path(), change).await.expect(200);
    }
}

/// A variable that everybody can read.
pub(crate) fn plain(name: &str, value: impl Into<Value>) -> Value {
    json!({ "name": name, "value": value.into() })
}

/// A variable that nobody can read again.
pub(crate) fn secured(name: &str, value: &str) -> Value {
    json!({ "name": name, "value": value, "secured": true })
}
