//! Items: attributes as DynamoDB has them, and the few names that conditions and indexes use.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StoreError;
use crate::keys::ItemKey;

/// The attributes of an item.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// Attribute names. `body` is the entity; everything else is there for a condition, an index or a counter, and is
/// written independently of the body.
pub(crate) mod name {
    pub(crate) const PK: &str = "PK";
    pub(crate) const SK: &str = "SK";
    pub(crate) const GSI1PK: &str = "GSI1PK";
    pub(crate) const GSI1SK: &str = "GSI1SK";
    pub(crate) const PENDING_PK: &str = "PendingPK";
    pub(crate) const PENDING_SK: &str = "PendingSK";
    pub(crate) const BODY: &str = "body";
    pub(crate) const VERSION: &str = "version";
    pub(crate) const LAST_WRITE: &str = "lastWrite";
    /// Beside a body: who wrote it, from where, and for which request.
    pub(crate) const VIA: &str = "via";
    pub(crate) const COUNT: &str = "count";
    pub(crate) const EPOCH: &str = "epoch";
    pub(crate) const OPERATION: &str = "operation";
    pub(crate) const STATUS: &str = "status";
    pub(crate) const INTEGRATION: &str = "integration";
    pub(crate) const TARGET: &str = "target";
    /// On an integration that is being deleted: nothing may be added to it any more.
    pub(crate) const CLOSING: &str = "closing";
    pub(crate) const EXPIRES_AT: &str = "expiresAt";
    pub(crate) const GSI2PK: &str = "GSI2PK";
    pub(crate) const GSI2SK: &str = "GSI2SK";
    pub(crate) const FLOW: &str = "flow";
    pub(crate) const FLOW_NAME: &str = "flowName";
    pub(crate) const RELEASE: &str = "release";
    pub(crate) const PLACEMENT: &str = "placement";
    pub(crate) const PACKAGE: &str = "package";
    /// On a deployment of which an operation is under way: what was asked for meanwhile.
    pub(crate) const WISHES: &str = "wishes";
}

pub(crate) fn string(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

pub(crate) fn key_item(key: &ItemKey) -> Item {
    HashMap::from([(name::PK.to_owned(), string(&key.pk)), (name::SK.to_owned(), string(&key.sk))])
}

/// A body is one JSON text. As a map it would lose what JSON can say and the table cannot: numbers beyond 1e126,
/// nesting beyond 32 levels, empty member names, and whether 1.0 was written 1.
pub(crate) fn to_body<T: Serialize>(value: &T) -> Result<AttributeValue, StoreError> {
    serde_json::to_string(value).map(string).map_err(|error| StoreError::Corrupt(error.to_string()))
}

pub(crate) fn from_body<T: DeserializeOwned>(item: &Item) -> Result<T, StoreError> {
    let body = text(item, name::BODY).ok_or_else(|| StoreError::Corrupt("no body".to_owned()))?;
    serde_json::from_str(body).map_err(|error| StoreError::Corrupt(error.to_string()))
}

pub(crate) fn text<'a>(item: &'a Item, attribute: &str) -> Option<&'a str> {
    item.get(attribute).and_then(|value| value.as_s().ok()).map(String::as_str)
}

/// A whole number, 0 when absent: counters start at nothing.
pub(crate) fn count(item: &Item, attribute: &str) -> u64 {
    let digits = item.get(attribute).and_then(|value| value.as_n().ok());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}
