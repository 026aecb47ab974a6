//! The family below `/api/v1/`: entries and collections, and errors that are told by field.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Answer, Client, Flow, Project, SOON, Stack, eventually};

/// What a deployment is shown with when nothing is included.
pub(crate) const DEPLOYMENT_MEMBERS: [&str; 13] = [
    "id",
    "flow_version_id",
    "virtual_environment_id",
    "package_id",
    "name",
    "priority",
    "deploy_disabled",
    "enabled_at",
    "enabled_by_id",
    "user_id",
    "status",
    "created_at",
    "updated_at",
];

impl Flow<'_> {
    /// The id of a version of it.
    pub(crate) fn version(&self, number: u64) -> String {
        format!("{}.{number}", self.id)
    }
}

impl Client {
    /// What is at a path of the family, once no operation is under way on it.
    pub(crate) async fn at_rest(&self, path: &str) -> Answer {
        eventually(SOON, "the deployment settles", async || {
            let seen = self.get(path).await.expect(200);
            let under_way = ["Queued", "Deploying", "Undeploying"];
            if under_way.iter().any(|status| seen["data"]["status"] == *status) {
                Err(seen)
            } else {
                Ok(seen)
            }
        })
        .await
    }

    /// GETs what a link of an answer leads to.
    pub(crate) async fn follow(&self, link: &Value) -> Answer {
        let link = link.as_str().unwrap_or_else(|| panic!("there should be a link, not {link}"));
        let path = link.strip_prefix(&Stack::get().url);
        self.get(path.unwrap_or_else(|| panic!("{link} should lead to the same place"))).await.expect(200)
    }
}

impl Project {
    /// The id of the client that the administrator's key belongs to.
    pub(crate) async fn client_of_key(&self) -> String {
        let made = self.integration("made-to-see-by-whom").await;
        let by = self.get(&format!("/integrations/{made}")).await.expect(200).text("/createdBy/id");
        by.strip_prefix("client:").unwrap_or_else(|| panic!("{by} should be a client")).to_owned()
    }
}

impl Answer {
    /// The entry in the body, as if it were the body.
    #[track_caller]
    pub(crate) fn data(self) -> Self {
        if !self["data"].is_object() {
            self.fail("the body should be an entry")
        }
        Self { body: self["data"].clone(), ..self }
    }

    /// The members `member` of what is on the page of a collection.
    #[track_caller]
    pub(crate) fn column(&self, member: &str) -> Vec<Value> {
        let data = self["data"].as_array();
        let data = data.unwrap_or_else(|| self.fail("the body should be a collection"));
        data.iter().map(|entry| entry[member].clone()).collect()
    }

    /// The status is `status`, and the body an error of the family: 422 blames fields, 409 may.
    #[track_caller]
    pub(crate) fn refused(self, status: u16) -> Self {
        let answer = self.expect(status);
        let shaped = answer["message"].is_string() && answer["statusCode"].is_null();
        let blames = answer["errors"].is_object();
        if !shaped || (blames != (status == 422) && status != 409) {
            answer.fail("the body should be an error of the family")
        }
        answer
    }

    /// The fields that an error of the family blames.
    pub(crate) fn blamed(&self) -> BTreeSet<String> {
        self["errors"].as_object().into_iter().flatten().map(|(field, _)| field.clone()).collect()
    }

    /// An error of the family says of a field something with these words in it.
    #[track_caller]
    pub(crate) fn blames(self, field: &str, words: &str) -> Self {
        let told = self["errors"][field].as_array().into_iter().flatten();
        let said = told.filter_map(Value::as_str).any(|message| message.contains(words));
        if said { self } else { self.fail(&format!("it should say of '{field}' that '{words}'")) }
    }

    /// An error of the family blames these fields and no others.
    #[track_caller]
    pub(crate) fn blames_only(self, fields: &[&str]) -> Self {
        let expected: BTreeSet<String> = fields.iter().copied().map(str::to_owned).collect();
        if self.blamed() == expected { self } else { self.fail(&format!("it should blame {fields:?}")) }
    }
}
