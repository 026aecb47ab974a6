//! Types as the operations use them, with every keyword that `schemars` generates for our inputs.
#![expect(dead_code, reason = "only the schemas of the types are used")]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::Value;

#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Everything {
    #[schemars(length(min = 1, max = 256))]
    name: String,
    #[schemars(length(min = 2))]
    short: String,
    #[schemars(regex(pattern = "^[A-Za-z0-9_-]{2,256}$"))]
    key: String,
    #[schemars(extend("format" = "uuid"))]
    id: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    since: String,
    #[schemars(url)]
    callback: String,
    #[schemars(range(min = 1, max = 500))]
    limit: u32,
    position: i64,
    #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
    ratio: f64,
    enabled: bool,
    #[schemars(length(min = 1, max = 2))]
    aliases: Vec<String>,
    #[schemars(extend("uniqueItems" = true))]
    tags: Vec<String>,
    matrix: Vec<Vec<u8>>,
    labels: BTreeMap<String, Label>,
    keyed: BTreeMap<Key, u8>,
    kind: Kind,
    documented: Option<Documented>,
    #[schemars(extend("const" = 1))]
    format: u8,
    description: Option<String>,
    label: Option<Label>,
    scalar: Scalar,
    value: Variable,
    auth: External,
    anything: Value,
}

#[derive(JsonSchema)]
pub(crate) struct Label {
    text: String,
}

#[derive(JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[schemars(extend("pattern" = "^[a-z]+$"))]
pub(crate) struct Key(String);

#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    Flow,
    Api,
    Tool,
}

#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Documented {
    /// The first.
    First,
    /// The second.
    Second,
}

#[derive(JsonSchema)]
#[serde(untagged)]
pub(crate) enum Scalar {
    Text(String),
    Number(f64),
}

#[derive(JsonSchema)]
#[serde(untagged)]
pub(crate) enum Variable {
    Plain { value: String },
    Secured { secured: Secret, version: u32 },
}

#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum External {
    Basic { user: String, password: Secret },
    Bearer(Secret),
    None,
}

#[derive(JsonSchema)]
#[schemars(extend("writeOnly" = true, "minLength" = 8))]
pub(crate) struct Secret(String);

#[derive(JsonSchema)]
pub(crate) struct Update {
    version: u64,
    #[schemars(length(min = 1))]
    actions: Vec<Action>,
}

#[derive(JsonSchema)]
#[serde(tag = "action", rename_all = "camelCase")]
pub(crate) enum Action {
    SetName {
        #[schemars(length(max = 5))]
        name: String,
    },
    /// Sets what starts it.
    SetTrigger {
        trigger: Option<Trigger>,
    },
    SetLabel(Label),
    SetAuth {
        #[schemars(extend("writeOnly" = true))]
        auth: Trigger,
    },
    Save,
}

#[derive(JsonSchema)]
#[serde(tag = "type", content = "settings", rename_all = "camelCase")]
pub(crate) enum Trigger {
    Job { schedule: String },
    Event(Vec<String>),
    None,
}
