//! Releases go live in environments, are superseded, rolled back, and taken away.

mod going_live;
mod history;
mod names;
mod order;
mod refusals;
mod rollback;
mod undeploy;

use serde_json::Value;

use crate::harness::Answer;

/// The entries of a build report of this type, as title and message.
fn entries(deployment: &Answer, entry_type: &str) -> Vec<(String, String)> {
    let report = &deployment["details"]["build"]["report"]["entries"];
    let text = |entry: &Value, member: &str| entry[member].as_str().unwrap_or_default().to_owned();
    let of_type = report.as_array().unwrap().iter().filter(|entry| entry["type"] == entry_type);
    of_type.map(|entry| (text(entry, "title"), text(entry, "message"))).collect()
}

/// The codes of the entries of a build report, with the stages that they are about.
fn codes(deployment: &Answer) -> Vec<(&str, Option<&str>)> {
    let report = deployment["details"]["build"]["report"]["entries"].as_array().unwrap().iter();
    report.map(|entry| (entry["code"].as_str().unwrap(), entry["stage"].as_str())).collect()
}
