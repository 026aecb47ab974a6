//! Giving each HTTP task the token that says for whom it works.

use serde_json::Value;

use super::{Spelling, spelling};

/// Inserts `"scope": scope_token` into the request of every HTTP task, at any level and in both
/// spellings, and returns the number of tasks bound.
///
/// Run it last, on a definition whose placeholders are replaced (so that `Resource` or `FunctionName`
/// is `http_task_arn` itself) and in which [`check_resolved`](crate::asl::check_resolved) found
/// nothing. A member `scope` that is there already is replaced; a request that is not an object is left
/// alone and not counted, and its call is refused at run time for want of a scope. Running it twice
/// with the same token changes nothing more.
pub fn bind_scope(definition: &mut Value, http_task_arn: &str, scope_token: &str) -> usize {
    let mut bound = 0;
    let mut open = vec![definition];
    while let Some(scope) = open.pop() {
        let Some(Value::Object(states)) = scope.get_mut("States") else {
            continue;
        };
        for state in states.values_mut() {
            bound += usize::from(bind(state, http_task_arn, scope_token));
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
    bound
}

fn bind(state: &mut Value, http_task_arn: &str, scope_token: &str) -> bool {
    let request = match spelling(state, http_task_arn) {
        Some(Spelling::Direct) => state.get_mut("Arguments"),
        Some(Spelling::Invoke) => state
            .get_mut("Arguments")
            .and_then(|arguments| arguments.get_mut("Payload")),
        None => None,
    };
    let Some(Value::Object(request)) = request else {
        return false;
    };
    request.insert("scope".to_owned(), Value::String(scope_token.to_owned()));
    true
}
