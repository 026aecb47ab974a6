//! Definitions on their way to Step Functions, whoever they belong to: filled in, bound to whom they work for, judged.

use crate::findings::verdict;
use domain::asl;
use domain::definition::{Finding, MAX_DEFINITION_BYTES};
use domain::exact::{self, NOT_EXACT};
use domain::json::{JsonError, parse_text};
use domain::metadata::Timestamp;
use domain::placeholders::{self, Values};
use domain::report_code::ReportCode;
use egress::Target;
use runtime::Context;
use schema::Problem;
use secrets::scope_token::{Scope, ScopeKeys};
use serde_json::Value;
use store::ProjectStore;

use crate::error::AppError;

/// The name that stands for the HTTP task.
const HTTP: &str = "slipway.http";

/// The title of a warning of the check.
pub const ABOUT: &str = ReportCode::DefinitionRemark.title();

/// What is to be said of a definition that could be made.
#[derive(Debug, Default)]
pub struct Judgement {
    /// Why it cannot be made; empty when it can.
    pub errors: Vec<String>,
    /// What is probably not meant.
    pub warnings: Vec<String>,
}

/// Reads the text of a definition, or says why it is none that could be handed on as it is written.
pub fn read(text: &str) -> Result<Value, Vec<String>> {
    let definition = parse_text(text).map_err(|error| match &error {
        JsonError::Repeated(found) => vec![format!("{}: The member {found}", found.pointer)],
        JsonError::Inexact(pointers) => pointers.iter().map(|pointer| inexact(pointer)).collect(),
        other => vec![format!("The file {other}")],
    })?;
    let wrong = exact::inexact(text);
    if wrong.is_empty() {
        Ok(definition)
    } else {
        Err(wrong.iter().map(|pointer| inexact(pointer)).collect())
    }
}

/// Says of a number that it cannot be kept exactly. Its digits are not repeated: they may be a secret.
fn inexact(pointer: &str) -> String {
    Problem { pointer: pointer.to_owned(), message: format!("is a number that {NOT_EXACT}") }.to_string()
}

/// Puts every value but those of secrets into a definition.
///
/// # Errors
///
/// Everything that is in the way.
pub fn fill_in(definition: &Value, http_task: &str, values: &dyn Values) -> Result<Value, Vec<String>> {
    let lookup = |name: &str| if name == HTTP { Some(Value::from(http_task)) } else { values.plain(name) };
    let resolved = placeholders::resolve(definition, &lookup).map_err(|unresolved| {
        let nameless = unresolved.missing.iter().map(|name| values.missing(name));
        nameless.chain(unresolved.refused.iter().map(words)).collect::<Vec<_>>()
    })?;
    let led = asl::led_by_variables(definition, &resolved, http_task);
    if led.is_empty() { Ok(resolved) } else { Err(led.iter().map(words).collect()) }
}

/// The definition as Step Functions gets it: with a scope token in every HTTP task, for the secrets that this task
/// names. `whole` is the scope with all secrets of the definition.
pub fn bind(
    definition: &Value,
    http_task: &str,
    keys: &ScopeKeys,
    whole: &Scope,
) -> Result<String, secrets::Error> {
    let mut bound = definition.clone();
    asl::bind_scope(&mut bound, http_task, |said| {
        let pins = whole.secrets.iter().filter(|(name, _)| said.secrets.contains(*name));
        let secrets = pins.map(|(name, version)| (name.clone(), *version)).collect();
        // A URL that is written out and is none is never called: no origin is like it.
        let origin = said.url.map(|url| Target::origin_of(url).unwrap_or_default());
        keys.sign(&Scope { secrets, origin, ..whole.clone() })
    })?;
    Ok(bound.to_string())
}

/// A definition with what its scope tokens say in the place of the tokens. One that is not valid stays as it is.
pub fn opened(mut definition: Value, http_task: &str, keys: &ScopeKeys, now: Timestamp) -> Value {
    asl::read_scopes(&mut definition, http_task, |token| {
        let scope = keys.verify(token, now.as_second()).ok();
        scope.and_then(|scope| serde_json::to_value(scope).ok()).unwrap_or_else(|| token.into())
    });
    definition
}

/// Our own check of a definition that is filled in, then that of Step Functions on what it would get. `written` is the
/// definition with its placeholders in place.
pub async fn judge(
    context: &Context,
    project: &ProjectStore,
    written: &Value,
    definition: &Value,
    bound: &str,
    express: bool,
) -> Result<Judgement, AppError> {
    let http_task = context.config.http_task()?;
    let mut found = asl::check_resolved(definition, http_task, express);
    found.extend(asl::other_ways_resolved(definition, http_task));
    found.extend(placeholders::scan(definition).warnings);
    let (errors, warnings): (Vec<_>, Vec<_>) = found.iter().partition(|found| found.is_error());
    let told = |found: &Finding| told(found, written);
    let mut errors: Vec<String> = errors.into_iter().map(told).collect();
    // The scope tokens count as well.
    if errors.is_empty() && bound.len() > MAX_DEFINITION_BYTES {
        let (size, limit) = (bound.len(), MAX_DEFINITION_BYTES);
        errors.push(format!("The definition has {size} bytes; Step Functions takes at most {limit}"));
    }
    if errors.is_empty() {
        // Scope tokens differ from deployment to deployment; to Step Functions they are text like any other.
        errors = verdict(context, project, definition, bound, express).await?.iter().map(told).collect();
    }
    Ok(Judgement { errors, warnings: warnings.into_iter().map(told).collect() })
}

/// What was found in a definition that is filled in, with the variables that it comes from: `written` passed the check
/// when it was saved.
fn told(found: &Finding, written: &Value) -> String {
    let names = placeholders::variables_at(written, &found.path);
    let names: Vec<_> = names.into_iter().map(|name| format!("'{name}'")).collect();
    let words = words(found);
    match names.as_slice() {
        [] => words,
        [name] => {
            format!("{}. This comes from the value of the variable {name}.", words.trim_end_matches('.'))
        }
        names => {
            let names = names.join(", ");
            format!("{}. This comes from the values of the variables {names}.", words.trim_end_matches('.'))
        }
    }
}

/// What was found, and where, in one line.
pub fn words(found: &Finding) -> String {
    match found.path.as_str() {
        "" => found.message.clone(),
        path => format!("{path}: {}", found.message),
    }
}

#[cfg(test)]
mod tests {
    use secrets::keys::SigningKeys;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    const HTTP_TASK: &str = "arn:aws:lambda:eu-central-1:123456789012:function:slipway-http-task-call";
    const NOW: &str = "2026-11-20T10:00:00Z";

    fn keys(bytes: &[u8]) -> ScopeKeys {
        let keys: Vec<_> = bytes.iter().map(|byte| (Uuid::from_u128((*byte).into()), [*byte; 32])).collect();
        let keys = keys.iter().map(|(id, key)| (*id, key.as_slice(), None));
        ScopeKeys::new(SigningKeys::new(keys).unwrap())
    }

    fn whole() -> Scope {
        Scope {
            project: "acme".to_owned(),
            environment: "e".to_owned(),
            deployment: "d".to_owned(),
            machine: "slipway_1".to_owned(),
            origin: None,
            secrets: [("TOKEN".to_owned(), 3), ("OTHER".to_owned(), 4)].into(),
        }
    }

    fn call(url: &str) -> Value {
        json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": { "A": { "Type": "Task", "End": true,
            "Resource": HTTP_TASK, "Arguments": { "url": url, "headers": { "x": "${secret.TOKEN}" } } } } })
    }

    fn bound(url: &str, signing: &[u8]) -> Value {
        serde_json::from_str(&bind(&call(url), HTTP_TASK, &keys(signing), &whole()).unwrap()).unwrap()
    }

    fn scope(definition: Value, verifying: &[u8]) -> Value {
        let opened = opened(definition, HTTP_TASK, &keys(verifying), NOW.parse().unwrap());
        opened["States"]["A"]["Arguments"]["scope"].clone()
    }

    #[test]
    fn a_task_may_use_its_own_secrets_at_its_own_host() {
        let written = scope(bound("https://Example.com/a?b", &[1]), &[1]);
        assert_eq!(written["origin"], "https://example.com:443");
        assert_eq!(written["secrets"], json!({ "TOKEN": 3 }));
        assert_eq!(written["machine"], "slipway_1");
        assert_eq!(scope(bound("{% $states.input.url %}", &[1]), &[1]).get("origin"), None);
        assert_eq!(scope(bound("https://[", &[1]), &[1])["origin"], "", "which no request has");
    }

    #[test]
    fn what_was_signed_with_a_key_that_still_verifies_is_the_same_definition() {
        let (old, new) = (bound("https://a", &[1]), bound("https://a", &[2, 1]));
        assert_ne!(old, new);
        let open = |definition: &Value, keys_: &[u8]| {
            opened(definition.clone(), HTTP_TASK, &keys(keys_), NOW.parse().unwrap())
        };
        assert_eq!(open(&old, &[2, 1]), open(&new, &[2, 1]));
        assert_ne!(open(&old, &[2]), open(&new, &[2]), "the old key was withdrawn");
        assert_ne!(open(&bound("https://b", &[1]), &[1]), open(&old, &[1]));
    }

    #[test]
    fn a_member_that_is_given_twice_is_told_with_both_places() {
        let text = "{\n \"StartAt\": \"A\",\n \"States\": { \"A\": { \"Type\": \"Fail\", \"Type\": \"Succeed\" } }\n}";
        let told = "/States/A/Type: The member is given twice in one object: at line 3 column 21 and again at line 3 \
                    column 37; leave one of them out";
        assert_eq!(read(text), Err(vec![told.to_owned()]));
        assert_eq!(read("{").unwrap_err().concat().split(':').next(), Some("The file is not JSON"));
        let told = "a[1]: is a number that cannot be kept exactly; write it as a string";
        for number in ["1e400", "9007199254740993"] {
            assert_eq!(read(&format!("{{\"a\":[1,{number}]}}")), Err(vec![told.to_owned()]), "{number}");
        }
        assert!(read("{\"a\": 1}").is_ok());
    }

    #[test]
    fn what_a_value_makes_wrong_names_its_variable() {
        let written = json!({ "States": { "A": { "Seconds": "${pause}", "Next": "B", "Output": "{% ${a} + ${b} %}" } } });
        for (path, message, expected) in [
            (
                "/States/A/Seconds",
                "\"Seconds\" must be a number.",
                "/States/A/Seconds: \"Seconds\" must be a number. This comes from the value of the variable 'pause'.",
            ),
            (
                "/States/A/Output",
                "no JSONata",
                "/States/A/Output: no JSONata. This comes from the values of the variables 'a', 'b'.",
            ),
            ("/States/A/Next", "nowhere.", "/States/A/Next: nowhere."),
        ] {
            assert_eq!(told(&Finding::error(path, message), &written), expected);
        }
    }

    /// Every name stands for the HTTP task.
    struct Lambda;

    impl Values for Lambda {
        fn plain(&self, _: &str) -> Option<Value> {
            Some(Value::from(HTTP_TASK))
        }

        fn missing(&self, name: &str) -> String {
            panic!("{name} has a value")
        }

        fn secret(&self, name: &str) -> Result<u64, String> {
            panic!("{name} is not asked for")
        }
    }

    #[test]
    fn a_variable_does_not_lead_to_the_http_task() {
        let written: Value =
            serde_json::from_str(&call("https://a").to_string().replace(HTTP_TASK, "${fn}")).unwrap();
        let reasons = fill_in(&written, HTTP_TASK, &Lambda).unwrap_err();
        assert!(
            reasons.len() == 1 && reasons.concat().starts_with("/States/A: The HTTP task"),
            "{reasons:?}"
        );
    }
}
