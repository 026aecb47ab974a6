//! Update requests.

use schemars::JsonSchema;
use serde::Deserialize;

/// A version and the actions to carry out.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "{A}s")]
pub struct Update<A> {
    /// The version that the caller saw. Another one now is a conflict.
    pub version: u64,
    /// The actions, in order. If one fails, none is carried out.
    #[schemars(length(max = 50))]
    pub actions: Vec<A>,
}
