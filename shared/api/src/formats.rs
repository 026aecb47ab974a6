//! Formats of our own: rules that a schema names and only a type of the domain can judge.

use std::fmt::Display;
use std::str::FromStr;

use domain::release::ReleaseId;
use domain::schedule::{Schedule, Timezone};
use domain::text::{
    ArchiveUrl, ConfigurationKey, HostName, RepositoryUrl, Tag, TokenHeader, VariableName, origin_problem,
    unprintable,
};
use schema::Format;
use store::Address;

/// Every format of our own. The types say in their schemas which they are.
pub(crate) const FORMATS: &[Format] = &[
    ("reference", |text| complaint::<Address>(text)),
    ("schedule", |text| complaint::<Schedule>(text)),
    ("timezone", |text| complaint::<Timezone>(text)),
    ("configuration-key", |text| complaint::<ConfigurationKey>(text)),
    ("archive-url", |text| complaint::<ArchiveUrl>(text)),
    ("repository-host", |text| complaint::<HostName>(text)),
    ("token-header", |text| complaint::<TokenHeader>(text)),
    ("git-tag", |text| complaint::<Tag>(text)),
    ("release-id", |text| complaint::<ReleaseId>(text)),
    ("repository-url", |text| complaint::<RepositoryUrl>(text)),
    ("variable-name", |text| complaint::<VariableName>(text)),
    ("origin", |text| if text.is_empty() { None } else { origin_problem(text) }),
    ("single-line", |text| unprintable(text, false)),
    ("multi-line", |text| unprintable(text, true)),
];

/// An empty text is complained about already, for its length.
fn complaint<T: FromStr<Err: Display>>(text: &str) -> Option<String> {
    if text.is_empty() { None } else { text.parse::<T>().err().map(|error| error.to_string()) }
}

#[cfg(test)]
mod tests {
    use domain::flow::Trigger;
    use schemars::JsonSchema;
    use serde_json::json;

    use super::*;
    use crate::Reference;
    use crate::validate::Validator;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Draft {
        trigger: Trigger,
        variables: Vec<VariableName>,
        integration: Reference,
    }

    #[test]
    fn rules_that_only_a_type_knows_are_reported_together_with_all_others() {
        let validator = Validator::new(schemars::schema_for!(Draft).as_value()).unwrap();
        let body = json!({
            "trigger": { "type": "job", "schedule": "rate(0 minutes)", "timezone": "Mars" },
            "variables": ["fine", "slipway.x", "secret.y", ""],
            "integration": "nowhere",
        });
        let problems = validator.problems(&body);
        let places: Vec<&str> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
        let expected = [
            "/integration",
            "/trigger/schedule",
            "/trigger/timezone",
            "/variables/1",
            "/variables/2",
            "/variables/3",
        ];
        assert_eq!(places, expected, "{problems:?}");
    }
}
