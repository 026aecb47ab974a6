//! What a Task state calls: whether it is an ARN, and whether an EXPRESS flow may call it.

use serde_json::{Map, Value};

use super::scope::Checker;
use crate::definition::join;
use crate::placeholders::{blank_text, has_placeholder};

/// Resources of Step Functions' own integrations end with one of these when the task waits for more than an answer.
const WAITS: [&str; 3] = [".sync", ".sync:2", ".waitForTaskToken"];

impl Checker<'_> {
    /// Checks the member `Resource` of a Task state, a reader or a writer. Its type is looked at elsewhere.
    pub(super) fn resource(&mut self, path: &str, owner: &Map<String, Value>) {
        let Some(text) = owner.get("Resource").and_then(Value::as_str) else { return };
        let path = join(path, "Resource");
        // What the value of a variable begins with is not known yet.
        if text.starts_with("${") && has_placeholder(text) {
            return;
        }
        let text = blank_text(text);
        match Arn::parse(&text) {
            None => self.error(
                path,
                "\"Resource\" must be the ARN of what is called, such as \"arn:aws:states:::sqs:sendMessage\" or \
                 \"${slipway.http}\".",
            ),
            Some(arn) if !arn.has_fit_qualifier() => self.error(
                path,
                "What follows the name of the function is no version or alias: letters, digits, \"-\", \"_\" and \"$\".",
            ),
            Some(arn) if self.express => {
                if let Some(what) = arn.not_in_express() {
                    self.error(
                        path,
                        format!("{what} needs a STANDARD workflow, and this part of the flow is EXPRESS."),
                    );
                }
            }
            Some(_) => {}
        }
    }
}

#[derive(Debug)]
struct Arn<'a> {
    service: &'a str,
    resource: &'a str,
}

impl<'a> Arn<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let (Some("arn"), _partition, service) = (parts.next(), parts.next()?, parts.next()?) else {
            return None;
        };
        let (_region, _account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        (!resource.is_empty()).then_some(Self { service, resource })
    }

    fn has_fit_qualifier(&self) -> bool {
        let function = self.resource.strip_prefix("function:").filter(|_| self.service == "lambda");
        let Some((_, qualifier)) = function.and_then(|function| function.split_once(':')) else {
            return true;
        };
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$');
        !qualifier.is_empty() && qualifier.chars().all(fits)
    }

    fn not_in_express(&self) -> Option<String> {
        if self.service != "states" {
            return None;
        }
        if self.resource.starts_with("activity:") {
            return Some("An activity".to_owned());
        }
        WAITS.into_iter().find(|wait| self.resource.ends_with(wait)).map(|wait| format!("\"{wait}\""))
    }
}
