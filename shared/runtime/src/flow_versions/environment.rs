//! How bodies name a virtual environment.

use std::borrow::Cow;

use api::ApiError;
use domain::environment::Environment;
use domain::ids::EnvironmentId;
use domain::placement::Placement;
use domain::text::Key;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use store::{Address, ProjectStore, StoreError};

/// The member of a body that names one.
const MEMBER: &str = "virtual_environment_id";

/// An environment as a body names it: by its id, as `key={key}`, or by its key alone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct EnvironmentReference {
    sent: String,
    address: Address,
}

/// The text given names no environment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be the id of a virtual environment (a UUID) or its key")]
pub struct InvalidEnvironment;

impl TryFrom<String> for EnvironmentReference {
    type Error = InvalidEnvironment;

    fn try_from(sent: String) -> Result<Self, InvalidEnvironment> {
        let as_key = || sent.parse::<Key>().map(Address::Key).map_err(|_| InvalidEnvironment);
        let address = sent.parse().or_else(|_| as_key())?;
        Ok(Self { sent, address })
    }
}

impl EnvironmentReference {
    /// Whether this is the id of the environment where something is. A key is not looked up.
    pub fn names(&self, placement: Placement) -> bool {
        let id = placement.environment().map(|environment| environment.uuid());
        id.is_some_and(|id| self.address == Address::Id(id))
    }

    /// The id of the environment. An id is taken as it is: what is looked for may have outlived its environment.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] when a key is nobody's.
    pub async fn id(&self, project: &ProjectStore) -> Result<EnvironmentId, StoreError> {
        match &self.address {
            Address::Id(id) => Ok(EnvironmentId::new(*id)),
            address @ Address::Key(_) => Ok(project.get::<Environment>(address).await?.entity.id),
        }
    }
}

impl JsonSchema for EnvironmentReference {
    fn schema_name() -> Cow<'static, str> {
        "EnvironmentReference".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 2,
            "maxLength": 260,
            "pattern": "^(key=)?[A-Za-z0-9_-]+$",
        })
    }
}

/// Where a body says that something is to serve: in the environment that its `virtual_environment_id` names, or
/// everywhere where it names none.
///
/// # Errors
///
/// 422 on that member when there is no such environment.
pub async fn placement(
    project: &ProjectStore,
    environment: Option<&EnvironmentReference>,
) -> Result<Placement, ApiError> {
    let Some(reference) = environment else { return Ok(Placement::Global) };
    match project.get::<Environment>(&reference.address).await {
        Ok(stored) => Ok(stored.entity.id.into()),
        Err(error @ StoreError::NotFound { .. }) => {
            Err(ApiError::reference_not_found(MEMBER, reference.sent.as_str(), error.sentence()))
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_named_by_its_id_or_its_key_with_or_without_the_word() {
        let id = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";
        for (sent, address) in [
            (id, Address::Id(id.parse().unwrap())),
            ("key=staging", Address::Key("staging".parse().unwrap())),
            ("staging", Address::Key("staging".parse().unwrap())),
        ] {
            let reference: EnvironmentReference = serde_json::from_value(sent.into()).unwrap();
            assert_eq!(reference.address, address, "{sent}");
            assert_eq!(reference.names(EnvironmentId::new(id.parse().unwrap()).into()), sent == id);
            assert!(!reference.names(Placement::Global));
        }
        for bad in ["", "s", "key=", "key=a b", "a b", "id=staging"] {
            assert!(serde_json::from_value::<EnvironmentReference>(bad.into()).is_err(), "{bad}");
        }
    }
}
