//! Giving each HTTP task the token that says for whom it works.

use std::collections::BTreeSet;
use std::convert::Infallible;

use serde_json::{Map, Value};

use super::url::written_url;
use super::{Spelling, spelling};
use crate::placeholders;

/// What the request of an HTTP task says of whom it calls with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said<'a> {
    /// The names of the secrets that it mentions.
    pub secrets: BTreeSet<String>,
    /// Its URL, or what the definition says of it; absent when the host is left to the run.
    pub url: Option<&'a str>,
}

/// Inserts a member `scope` into the request of every HTTP task, at any level and in both spellings, and returns
/// the number of tasks bound. `token_for` makes the scope of a task, given what its own request says: a reference that
/// arrives with a run's data can reach no other secret, and where the URL is written out, no other host.
///
/// Run it last, on a definition whose placeholders are replaced (so that `Resource` or `FunctionName`
/// is `http_task_arn` itself) and in which [`check_resolved`](crate::asl::check_resolved) found
/// nothing. A member `scope` that is there already is replaced; a request that is not an object is left
/// alone and not counted, and its call is refused at run time for want of a scope. Running it twice
/// with the same tokens changes nothing more.
///
/// # Errors
///
/// Whatever `token_for` fails with.
pub fn bind_scope<E>(
    definition: &mut Value,
    http_task_arn: &str,
    mut token_for: impl FnMut(&Said<'_>) -> Result<String, E>,
) -> Result<usize, E> {
    let mut bound = 0;
    each_request(definition, http_task_arn, |request| {
        request.remove(SCOPE);
        let secrets = placeholders::scan(&Value::Object(request.clone())).secrets;
        let url = request.get("url").and_then(Value::as_str).and_then(written_url);
        let token = token_for(&Said { secrets, url })?;
        request.insert(SCOPE.to_owned(), Value::String(token));
        bound += 1;
        Ok(())
    })?;
    Ok(bound)
}

/// Replaces the scope of every HTTP task with what `read` makes of it, so that definitions can be compared by what their
/// tasks may do: tokens of one scope differ with the key that signed them.
pub fn read_scopes(definition: &mut Value, http_task_arn: &str, read: impl Fn(&str) -> Value) {
    let read_one = |request: &mut Map<String, Value>| {
        if let Some(scope) = request.get_mut(SCOPE)
            && let Some(read) = scope.as_str().map(&read)
        {
            *scope = read;
        }
        Ok::<_, Infallible>(())
    };
    match each_request(definition, http_task_arn, read_one) {
        Ok(()) => {}
        Err(never) => match never {},
    }
}

/// The member of a request that holds its scope token.
const SCOPE: &str = "scope";

/// Calls `change` with the request of every HTTP task that has one.
fn each_request<E>(
    definition: &mut Value,
    http_task_arn: &str,
    mut change: impl FnMut(&mut Map<String, Value>) -> Result<(), E>,
) -> Result<(), E> {
    let mut open = vec![definition];
    while let Some(scope) = open.pop() {
        let Some(Value::Object(states)) = scope.get_mut("States") else {
            continue;
        };
        for state in states.values_mut() {
            if let Some(request) = request_of(state, http_task_arn) {
                change(request)?;
            }
            let Value::Object(members) = state else { continue };
            for (name, member) in members.iter_mut() {
                match (name.as_str(), member) {
                    ("ItemProcessor" | "Iterator", scope) => open.push(scope),
                    ("Branches", Value::Array(branches)) => open.extend(branches),
                    _ => {}
                }
            }
        }
    }
    Ok(())
}

fn request_of<'a>(state: &'a mut Value, http_task_arn: &str) -> Option<&'a mut Map<String, Value>> {
    let arguments = match spelling(state, http_task_arn)? {
        Spelling::Direct => state.get_mut("Arguments"),
        Spelling::Invoke => state.get_mut("Arguments").and_then(|arguments| arguments.get_mut("Payload")),
    };
    arguments.and_then(Value::as_object_mut)
}
