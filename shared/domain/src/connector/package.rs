//! The contents of a repository at a tag, as far as a connector needs them: stored content-addressed, so that what is
//! deployed is what was read, whatever becomes of the tag.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::payload::Payload;

/// What was read from a repository at a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    /// The text of `connect.yaml`.
    pub specification: String,
    /// What is in the folders of the applications that it names; an application without a folder is not here.
    pub applications: BTreeMap<String, PackagedApplication>,
}

/// What is in an application's folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PackagedApplication {
    /// The texts of the files whose names end in `.asl.json`, by name. They lie in the folder itself.
    pub flows: BTreeMap<String, String>,
    /// The files of an application that is static, by path below the folder.
    pub assets: BTreeMap<String, Asset>,
}

/// A static file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asset {
    /// Its media type, by its name.
    pub media_type: String,
    /// Where the contents are: a payload that is one text, base64.
    pub contents: Payload,
}

impl PackagedApplication {
    /// The definition that is hosted.
    pub const FLOW: &'static str = "flow.asl.json";

    /// What the names of definitions end in.
    pub const FLOW_ENDING: &'static str = ".asl.json";

    /// What is answered where a path names a folder.
    pub const INDEX: &'static str = "index.html";
}
