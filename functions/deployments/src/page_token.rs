//! Page tokens of logs. A token says all that it goes on with, and is taken only where all of that fits. It is not
//! signed: whoever may read the log may read all of it, and a position leads nowhere else.

use api::ApiError;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::ids::{ApplicationId, ConnectorDeploymentId};
use domain::metadata::Timestamp;
use domain::payload::Digest;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A token is taken for so long, in seconds.
pub(crate) const LIFETIME_SECONDS: i64 = 86_400;

/// So many characters of the digest stand in front, so that a damaged token is noticed.
const CHECK: usize = 16;

/// What a page goes on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PageToken {
    /// The deployment.
    #[serde(rename = "d")]
    pub(crate) deployment: ConnectorDeploymentId,
    /// The application; nothing for all of them.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub(crate) application: Option<ApplicationId>,
    /// The first moment of the query, also when it was left to us: pages must not move against each other.
    #[serde(rename = "f")]
    pub(crate) from: Timestamp,
    /// The last moment of the query.
    #[serde(rename = "t")]
    pub(crate) to: Timestamp,
    /// The position of the last entry that was answered.
    #[serde(rename = "p")]
    pub(crate) position: String,
    /// Time of creation.
    #[serde(rename = "m")]
    pub(crate) made_at: Timestamp,
}

impl PageToken {
    /// The token as clients hand it back.
    pub(crate) fn to_text(&self) -> Result<String, ApiError> {
        let json = serde_json::to_string(self).map_err(ApiError::internal)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(check(&json) + &json))
    }

    /// What a text says, if it is a whole token that still lives.
    pub(crate) fn read(text: &str, now: Timestamp) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let decoded = String::from_utf8(bytes).ok()?;
        let (checked, json) = decoded.split_at_checked(CHECK)?;
        let token: Self = serde_json::from_str(json).ok().filter(|_| checked == check(json))?;
        let lives = now.as_second() - token.made_at.as_second() <= LIFETIME_SECONDS;
        (lives && token.is_within()).then_some(token)
    }

    /// Whether the position is one, within the query.
    fn is_within(&self) -> bool {
        let parts = self.position.split_once('#');
        let moment = parts.filter(|(_, id)| Uuid::try_parse(id).is_ok()).and_then(|(at, _)| at.parse().ok());
        moment.is_some_and(|at: Timestamp| self.from <= at && at <= self.to)
    }
}

fn check(json: &str) -> String {
    Digest::of(json.as_bytes()).as_str().chars().take(CHECK).collect()
}

#[cfg(test)]
mod tests;
