//! Setting variables. A secured value is sealed here and goes no further in the clear.

use std::collections::BTreeMap;

use api::{ApiError, ErrorCode};
use app::seal::ToSeal;
use contract::native::environments::{VariableDraft, VariableValue};
use domain::environment::{Environment, MASK, MAX_SECURED_BYTES};
use domain::secret::SecretText;
use domain::text::VariableName;
use serde_json::Value;

/// Sets a variable; a secured one is added to `to_seal`. Errors point below `at`, where the body holds the draft.
pub(crate) fn set(
    environment: &mut Environment,
    draft: VariableDraft,
    at: &str,
    to_seal: &mut Vec<ToSeal>,
) -> Result<(), ApiError> {
    let VariableDraft { name, value: VariableValue(value), secured } = draft;
    let refused = |refused| ApiError::new(ErrorCode::EnvironmentVariableRefused, refused);
    let is_mask = value.as_str() == Some(MASK);
    let was_secured = environment.is_secured(&name);
    // Who gives a secret a new value without a word on `secured` must not find it in the clear.
    match (was_secured, secured.unwrap_or(was_secured)) {
        (true, false) => {
            let problem = format!("'{name}' is secured and cannot be made plain; unset it first");
            return Err(ApiError::invalid_field(&format!("{at}/secured"), problem));
        }
        (true, true) if is_mask => return Ok(()),
        (false, false) => return environment.set_plain(name, value).map_err(refused),
        (_, true) => {}
    }
    let text = secret_text(&name, value)
        .map_err(|problem| ApiError::invalid_field(&format!("{at}/value"), problem))?;
    let version = environment.set_secured(name.clone()).map_err(refused)?;
    to_seal.push(ToSeal { name, version, value: SecretText::new(text) });
    Ok(())
}

/// The text of a secured value, or what is wrong with it.
fn secret_text(name: &VariableName, value: Value) -> Result<String, String> {
    match value {
        Value::String(text) if text == MASK => {
            Err(format!("of the new secured variable '{name}' is the mask; give the real value"))
        }
        Value::String(text) if text.len() > MAX_SECURED_BYTES => {
            Err(format!("of '{name}' may be {MAX_SECURED_BYTES} bytes long"))
        }
        Value::String(text) => Ok(text),
        _ => Err(format!("of the secured variable '{name}' must be a text")),
    }
}

/// Sets the variables that a new environment starts with, and tells everything that is wrong with any of them.
pub(crate) fn set_all(
    environment: &mut Environment,
    drafts: Vec<VariableDraft>,
) -> Result<Vec<ToSeal>, ApiError> {
    let mut to_seal = Vec::new();
    let mut wrong: Option<ApiError> = None;
    let mut places: BTreeMap<VariableName, usize> = BTreeMap::new();
    for (place, draft) in drafts.into_iter().enumerate() {
        let at = format!("/variables/{place}");
        let done = if let Some(first) = places.get(&draft.name) {
            let problem =
                format!("is '{}' again, which variables[{first}] sets already; set it once", draft.name);
            Err(ApiError::invalid_field(&format!("{at}/name"), problem))
        } else {
            places.insert(draft.name.clone(), place);
            set(environment, draft, &at, &mut to_seal)
        };
        if let Err(error) = done {
            wrong = Some(match wrong {
                Some(earlier) => earlier.merge(error),
                None => error,
            });
        }
    }
    wrong.map_or(Ok(to_seal), Err)
}
