//! Giving each HTTP task the token that says for whom it works.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Spelling, spelling};
use crate::placeholders;

/// Inserts a member `scope` into the request of every HTTP task, at any level and in both spellings, and returns
/// the number of tasks bound. `token_for` makes the scope of a task, given the names of the secrets that its own
/// request mentions: a reference that arrives with a run's data can reach no other secret.
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
    mut token_for: impl FnMut(&BTreeSet<String>) -> Result<String, E>,
) -> Result<usize, E> {
    let mut bound = 0;
    let mut open = vec![definition];
    while let Some(scope) = open.pop() {
        let Some(Value::Object(states)) = scope.get_mut("States") else {
            continue;
        };
        for state in states.values_mut() {
            if let Some(request) = request_of(state, http_task_arn) {
                request.remove("scope");
                let secrets = placeholders::scan(&Value::Object(request.clone())).secrets;
                request.insert("scope".to_owned(), Value::String(token_for(&secrets)?));
                bound += 1;
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
    Ok(bound)
}

fn request_of<'a>(state: &'a mut Value, http_task_arn: &str) -> Option<&'a mut Map<String, Value>> {
    let arguments = match spelling(state, http_task_arn)? {
        Spelling::Direct => state.get_mut("Arguments"),
        Spelling::Invoke => state.get_mut("Arguments").and_then(|arguments| arguments.get_mut("Payload")),
    };
    arguments.and_then(Value::as_object_mut)
}
