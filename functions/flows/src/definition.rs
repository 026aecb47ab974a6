//! Definitions as clients send them: weighed and addressed before anything is stored.

use api::{ApiError, ErrorCode, ErrorItem};
use app::payloads;
use contract::native::flows::DefinitionDraft;
use domain::definition::MAX_DEFINITION_BYTES;
use domain::payload::{Payload, canonical};
use runtime::Context;
use serde_json::Value;

/// A definition that fits, with its address. It is not stored yet.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) payload: Payload,
    pub(crate) document: Value,
}

impl Definition {
    /// Refuses what is too large or would not read back as it was sent.
    pub(crate) fn weigh(DefinitionDraft(members): DefinitionDraft) -> Result<Self, ApiError> {
        let document = Value::Object(members);
        let bytes = canonical(&document).map_err(|refused| {
            ApiError::invalid_field("/definition", format!("cannot be stored: {refused}"))
        })?;
        if bytes.len() > MAX_DEFINITION_BYTES {
            return Err(too_large(bytes.len()));
        }
        Ok(Self { payload: Payload::of(&bytes), document })
    }

    /// Stores it, and returns its address.
    pub(crate) async fn store(&self, context: &Context) -> Result<Payload, ApiError> {
        Ok(payloads::put(context, &self.document).await?)
    }
}

/// The limit of Step Functions, in the size it counts.
pub(crate) fn too_large(size: usize) -> ApiError {
    let message = format!(
        "The definition has {size} bytes; Step Functions takes at most {MAX_DEFINITION_BYTES}. Move a part of it \
         into another flow"
    );
    let item = ErrorItem::new(ErrorCode::FlowDefinitionTooLarge, message);
    ApiError::of(item.with("size", size).with("limit", MAX_DEFINITION_BYTES))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn weigh(definition: Value) -> Result<Definition, ApiError> {
        Definition::weigh(serde_json::from_value(definition).unwrap())
    }

    #[test]
    fn the_limit_is_on_the_canonical_form_and_both_sizes_are_named() {
        // {"Comment":""} is 14 bytes.
        let of_size = |size: usize| json!({ "Comment": "x".repeat(size - 14) });
        let largest = weigh(of_size(MAX_DEFINITION_BYTES)).unwrap();
        assert_eq!(largest.payload.size, MAX_DEFINITION_BYTES as u64);
        let refused = weigh(of_size(MAX_DEFINITION_BYTES + 1)).unwrap_err();
        assert_eq!(refused.errors[0].code, ErrorCode::FlowDefinitionTooLarge);
        assert!(refused.errors[0].message.contains("1048577 bytes"));
        assert!(refused.errors[0].message.contains("at most 1048576"));
    }

    #[test]
    fn a_number_that_would_change_is_refused() {
        let refused =
            weigh(json!({ "States": { "A": { "Seconds": 9_007_199_254_740_993_u64 } } })).unwrap_err();
        assert_eq!((refused.status, refused.errors[0].code), (400, ErrorCode::InvalidJsonInput));
    }

    #[test]
    fn the_order_of_members_does_not_matter() {
        let [one, other] = [r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1.0}"#]
            .map(|text| weigh(serde_json::from_str(text).unwrap()).unwrap().payload);
        assert_eq!(one, other);
    }
}
