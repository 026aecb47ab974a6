//! Who writes, from where, and for which request: kept beside everything that is written and of what is deleted.

use serde::{Deserialize, Serialize};

use crate::metadata::{Principal, Timestamp};

/// Which way a write came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// A request of the native API.
    Api,
    /// A request of Connect's API.
    Connect,
    /// A request of the API of flow versions.
    FlowVersions,
    /// A request to a flow or a service that is deployed, or a tick of its schedule.
    Trigger,
    /// A worker that carries out an operation.
    Worker,
    /// The sweeper.
    Sweeper,
    /// A function that the operator invokes.
    Operator,
}

/// Who writes, from where, and for which request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Via {
    /// Who.
    pub by: Principal,
    /// Which way.
    pub source: Source,
    /// When the request came, or the work was taken up.
    pub at: Timestamp,
    /// What the client says that it is. A hint and nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The id that the log has for the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<String>,
    /// Who asked for the operation that a worker carries out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Principal>,
}

/// Maximum length of [`Via::client`], in characters.
pub const MAX_CLIENT: usize = 64;

impl Via {
    /// A part of Slipway that acts by itself.
    pub fn system(part: &str, source: Source, at: Timestamp) -> Self {
        let by = Principal::system(part);
        Self { by, source, at, client: None, correlation: None, on_behalf_of: None }
    }

    /// The same, for somebody who asked for it.
    #[must_use]
    pub fn on_behalf_of(self, principal: &Principal) -> Self {
        Self { on_behalf_of: Some(principal.clone()), ..self }
    }

    /// The same for the request with this id in the log.
    #[must_use]
    pub fn correlated(self, correlation: &str) -> Self {
        Self { correlation: Some(correlation.to_owned()), ..self }
    }

    /// The same with what the client says that it is: up to [`MAX_CLIENT`] printable characters of ASCII. Anything else
    /// is left out.
    #[must_use]
    pub fn from_client(self, client: Option<&str>) -> Self {
        let is_name = |client: &&str| {
            !client.is_empty()
                && client.len() <= MAX_CLIENT
                && client.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        };
        Self { client: client.filter(is_name).map(str::to_owned), ..self }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sweeper() -> Via {
        Via::system("sweeper", Source::Sweeper, "2026-01-01T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let written = json!({
            "by": { "id": "system:sweeper", "name": "sweeper" }, "source": "sweeper", "at": "2026-01-01T00:00:00.000Z",
        });
        assert_eq!(serde_json::to_value(sweeper()).unwrap(), written);
        assert_eq!(serde_json::from_value::<Via>(written).unwrap(), sweeper());
    }

    #[test]
    fn a_client_names_itself_in_printable_characters() {
        for (given, kept) in [
            (Some("slipway-cli/1.4"), Some("slipway-cli/1.4")),
            (Some(""), None),
            (Some("line\nbreak"), None),
            (Some("é"), None),
            (None, None),
        ] {
            assert_eq!(sweeper().from_client(given).client.as_deref(), kept, "{given:?}");
        }
        let [longest, longer] = [MAX_CLIENT, MAX_CLIENT + 1].map(|length| "x".repeat(length));
        assert_eq!(sweeper().from_client(Some(&longest)).client, Some(longest.clone()));
        assert_eq!(sweeper().from_client(Some(&longer)).client, None);
    }
}
