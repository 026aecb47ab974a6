//! Which actions of AWS a definition calls, and whether the role that it runs as allows them.

use domain::report_code::ReportCode;
use std::collections::{BTreeMap, BTreeSet};

use domain::asl::{NeededAction, needed_actions};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};
use runtime::Context;
use runtime::aws::AwsError;
use serde_json::Value;

use crate::error::AppError;

/// The title of the entry that says which actions of AWS a definition calls.
pub const ACTIONS: &str = ReportCode::AwsActions.title();

/// The title of an entry about an action that the role does not allow.
pub const MISSING: &str = ReportCode::PermissionMissing.title();

/// The title of the entry that says that nobody knows what the role allows.
pub const NOT_ASKED: &str = ReportCode::PermissionsNotChecked.title();

/// Maximum number of resources that IAM is asked about for one definition.
const MOST: usize = 20;

/// How many requests to IAM are under way at once.
const AT_ONCE: usize = 4;

/// What a definition calls, and what is to be said of it.
#[derive(Debug, Default)]
pub struct Permissions {
    /// Which actions it calls, and as which role.
    pub calls: String,
    /// The actions that the role does not allow on what the definition names.
    pub missing: Vec<String>,
    /// The actions that the role does not allow on everything, where it is only known later what they are called on.
    pub uncertain: Vec<String>,
    /// Why IAM could not be asked.
    pub not_asked: Option<String>,
}

/// Asks IAM about the actions that a definition calls by itself; nothing where it calls none. `own` is the ARN that its
/// state machine gets. `role` is the one that its environment names; without one it runs as the stack's, of which it is
/// known that it may call the HTTP task.
///
/// # Errors
///
/// Only where the process was told too little: what IAM does not answer is no failure.
pub fn permissions<'a>(
    context: &'a Context,
    definition: &'a Value,
    own: &'a str,
    role: Option<&'a str>,
) -> BoxFuture<'a, Result<Option<Permissions>, AppError>> {
    async move {
        let http_task = context.config.http_task()?;
        let mut needed = needed_actions(definition, own);
        needed.retain(|needed| role.is_some() || needed.resource.as_deref() != Some(http_task));
        if needed.is_empty() {
            return Ok(None);
        }
        let arn = role.map_or_else(|| context.config.state_machine_role(), Ok)?;
        let mut found = asked(context, arn, &needed).await;
        let actions: BTreeSet<&str> = needed.iter().map(|needed| needed.action.as_str()).collect();
        let actions = actions.into_iter().collect::<Vec<_>>().join(", ");
        found.calls = format!("The definition calls {actions}. It runs as {}", role.unwrap_or(STACKS));
        Ok(Some(found))
    }
    .boxed()
}

const STACKS: &str = "the stack's role for flows";

async fn asked(context: &Context, role: &str, needed: &BTreeSet<NeededAction>) -> Permissions {
    let mut by_resource: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for NeededAction { action, resource } in needed {
        by_resource.entry(resource.as_deref()).or_default().push(action);
    }
    let asks = by_resource.iter().take(MOST);
    let asks: Vec<_> = asks.map(|(resource, actions)| ask(context, role, *resource, actions)).collect();
    let answers: Vec<_> = stream::iter(asks).buffered(AT_ONCE).collect().await;
    let mut found = Permissions::default();
    for (resource, answer) in answers {
        match answer {
            Ok(denied) => found.add(resource, denied),
            Err(cause) => found.not_asked = Some(why(cause)),
        }
    }
    let more = by_resource.len().saturating_sub(MOST);
    if more > 0 && found.not_asked.is_none() {
        found.not_asked = Some(format!(
            "The definition names more than {MOST} resources; whether the role allows what is called on {more} of them was \
             not asked"
        ));
    }
    found
}

/// A resource, and the actions that the role does not allow on it.
type Denied<'a> = (Option<&'a str>, Result<BTreeSet<String>, AwsError>);

/// The actions that the role does not allow on one resource.
fn ask<'a>(
    context: &'a Context,
    role: &'a str,
    resource: Option<&'a str>,
    actions: &'a [&'a str],
) -> BoxFuture<'a, Denied<'a>> {
    async move { (resource, context.roles().denied(role, actions, resource).await) }.boxed()
}

impl Permissions {
    fn add(&mut self, resource: Option<&str>, denied: BTreeSet<String>) {
        for action in denied {
            match resource {
                Some(resource) => self.missing.push(format!(
                    "The role does not allow {action} on {resource}: runs that call it fail. Allow it, or take the \
                     call out of the definition"
                )),
                None => self.uncertain.push(format!(
                    "The role does not allow {action} on everything, and what it is called on is known only when it \
                     runs: see to it that the role allows it there"
                )),
            }
        }
    }
}

fn why(cause: AwsError) -> String {
    let cause = match cause {
        AwsError::Unavailable { source, .. } => format!("IAM did not answer: {source}"),
        other => other.to_string(),
    };
    format!("It is not known whether the role allows what the definition calls. {cause}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_is_missing_and_what_is_not_is_uncertain() {
        let mut found = Permissions::default();
        let denied = || BTreeSet::from(["dynamodb:PutItem".to_owned()]);
        found.add(Some("arn:aws:dynamodb:eu-central-1:1:table/orders"), denied());
        found.add(None, denied());
        let ([missing], [uncertain]) = (&found.missing[..], &found.uncertain[..]) else {
            panic!("{found:?}")
        };
        assert!(
            missing.contains("dynamodb:PutItem on arn:aws:dynamodb:eu-central-1:1:table/orders"),
            "{missing}"
        );
        assert!(uncertain.contains("dynamodb:PutItem on everything"), "{uncertain}");
    }

    #[test]
    fn that_iam_could_not_be_asked_is_told_with_the_cause() {
        let refused = AwsError::Refused { service: "IAM", message: "no right to simulate".to_owned() };
        assert!(why(refused).contains("no right to simulate"));
        let silent = AwsError::Unavailable { service: "IAM", source: "Rate exceeded".into() };
        assert!(why(silent).contains("did not answer: Rate exceeded"));
    }
}
