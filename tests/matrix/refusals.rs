//! What a refused caller is told, in the words of the route's family.

use std::collections::BTreeSet;

use api::Family;
use api::operation::Route;
use serde_json::Value;

use crate::harness::Answer;

/// An answer that is an error.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The answer itself.
    pub(super) answer: Answer,
    /// The members of the body that the errors are about; empty for the body itself.
    pub(super) members: BTreeSet<String>,
}

impl Refusal {
    /// The answer is an error of that status and code. Not every family has codes, or the status 400.
    #[track_caller]
    pub(super) fn of(route: &Route, answer: Answer, status: u16, code: &str) -> Self {
        match route.family() {
            Family::Native => Self::native(answer.expect(status).error(code)),
            Family::FlowVersions => Self::by_field(answer.expect(if status == 400 { 422 } else { status })),
        }
    }

    fn native(answer: Answer) -> Self {
        let pointers =
            answer.errors().into_iter().filter_map(|error| Some(error["field"].as_str()?.to_owned()));
        let member = |pointer: String| pointer.split('/').nth(1).unwrap_or_default().to_owned();
        Self { members: pointers.map(member).collect(), answer }
    }

    #[track_caller]
    fn by_field(answer: Answer) -> Self {
        assert!(answer["message"].is_string() && answer["statusCode"].is_null(), "{answer}");
        let fields = answer["errors"].as_object();
        assert_eq!(fields.is_some(), answer.status == 422, "{answer}");
        let member = |field: &String| match field.split('.').next() {
            Some("body") | None => String::new(),
            Some(member) => member.to_owned(),
        };
        Self { members: fields.into_iter().flatten().map(|(field, _)| member(field)).collect(), answer }
    }

    /// An error has a message with these words in it.
    #[track_caller]
    pub(super) fn says(self, words: &str) -> Self {
        let said = messages(&self.answer.body).iter().any(|message| message.contains(words));
        assert!(said, "an error should say '{words}': {}", self.answer);
        self
    }

    /// Where errors repeat the value that they are about, the first one is about this one.
    #[track_caller]
    pub(super) fn repeats(&self, value: &Value) {
        if let Some(first) = self.answer["errors"].as_array().and_then(|errors| errors.first()) {
            assert_eq!(first["value"], *value, "{}", self.answer);
        }
    }
}

/// Every text in an error.
fn messages(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(messages).collect(),
        Value::Object(members) => members.values().flat_map(messages).collect(),
        _ => Vec::new(),
    }
}
