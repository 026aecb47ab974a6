//! The structural check of an Amazon States Language definition.
//!
//! Step Functions' own validation has the last word, but it needs a network, stops early on some
//! mistakes and knows nothing of Slipway. This check is pure, reports everything at once, says how to
//! mend it, and adds the rules of the HTTP task and of secrets. The rules are those of the Amazon
//! States Language specification and of the Step Functions developer guide.
//!
//! Two moments call it: saving ([`check`], placeholders still in place) and deploying
//! ([`check_resolved`], placeholders replaced). A string that is exactly one placeholder stands for a
//! value of a type that is not known before deploying, so it is accepted wherever a value is.

mod actions;
mod choice;
mod expression;
mod fields;
mod function;
mod http_task;
mod integration;
mod map;
mod members;
mod moment;
mod path;
mod recovery;
mod resource;
mod scope;
mod stand_ins;
mod state;
#[cfg(test)]
mod tests;
mod value;
mod variable;

use serde_json::Value;

pub use actions::{NeededAction, needed_actions};
pub use http_task::{Said, bind_scope, led_by_variables, read_scopes};

pub use stand_ins::stand_ins;

use crate::definition::{Finding, MAX_DEFINITION_BYTES, MAX_DEPTH, compact_len, deeper_than, sorted};
use http_task::HTTP_TASK;

/// The longest state name, in characters.
pub(crate) const MAX_STATE_NAME_CHARS: usize = 80;

/// Checks a definition as its author wrote it, with placeholders in place, and returns every finding,
/// ordered by path. An empty list means that nothing is wrong.
///
/// `express` says that it is to run as an EXPRESS workflow, which cannot do everything. Faulty placeholders are not
/// looked for here: see [`crate::placeholders::scan`].
pub fn check(definition: &Value, express: bool) -> Vec<Finding> {
    check_for(definition, HTTP_TASK, express)
}

/// Checks a definition whose placeholders are replaced, as it will be handed to Step Functions.
///
/// `http_task_arn` is what `${slipway.http}` was replaced with. Call it before [`bind_scope`]: the
/// member that adds is not one an author may write.
pub fn check_resolved(definition: &Value, http_task_arn: &str, express: bool) -> Vec<Finding> {
    check_for(definition, http_task_arn, express)
}

/// Every place of a definition, its placeholders in place, that leads or could lead to one of Slipway's own functions in
/// another way than through `${slipway.http}`. `http_task_arn` is the ARN of the HTTP task.
pub fn other_ways(definition: &Value, http_task_arn: &str) -> Vec<Finding> {
    http_task::other_ways(definition, HTTP_TASK, http_task_arn)
}

/// The same of a definition whose placeholders are replaced.
pub fn other_ways_resolved(definition: &Value, http_task_arn: &str) -> Vec<Finding> {
    http_task::other_ways(definition, http_task_arn, http_task_arn)
}

fn check_for(definition: &Value, http_task: &str, express: bool) -> Vec<Finding> {
    // First, because everything below descends recursively and relies on a bounded depth.
    if deeper_than(definition, MAX_DEPTH) {
        return vec![Finding::error(
            "",
            format!("The definition is nested deeper than {MAX_DEPTH} levels. Flatten it."),
        )];
    }
    let mut findings = scope::check_machine(definition, express);
    let bytes = compact_len(definition);
    if bytes > MAX_DEFINITION_BYTES {
        findings.push(Finding::error(
            "",
            format!(
                "The definition has {bytes} bytes; Step Functions takes at most {MAX_DEFINITION_BYTES}. \
                 Move a part of it into another flow."
            ),
        ));
    }
    findings.extend(http_task::check(definition, http_task));
    findings.extend(variable::unassigned(definition));
    sorted(findings)
}
