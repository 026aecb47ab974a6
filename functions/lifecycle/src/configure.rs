//! What placeholders stand for where a release is deployed, and what to do about those that stand for nothing.

use std::collections::BTreeMap;

use domain::environment::{Environment, Variable};
use domain::placeholders::Scan;
use domain::text::VariableName;
use serde_json::Value;

/// The secured variables that a definition names, each at the version that is pinned.
pub(crate) type Pins = BTreeMap<VariableName, u64>;

/// Where values come from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Values<'a> {
    /// From an environment.
    Of(&'a Environment),
    /// From nowhere: what is deployed everywhere is deployed in no environment.
    None,
}

impl Values<'_> {
    /// What `${name}` stands for.
    pub(crate) fn plain(self, name: &str) -> Option<Value> {
        let Self::Of(environment) = self else { return None };
        let name: VariableName = name.parse().ok()?;
        match environment.variables.get(&name)? {
            Variable::Plain { value } => Some(value.clone()),
            Variable::Secured { .. } => None,
        }
    }

    /// Why `${name}` stands for nothing.
    pub(crate) fn missing(self, name: &str) -> String {
        let Self::Of(environment) = self else { return nowhere("variable", name) };
        let is_secured = name.parse().is_ok_and(|name| environment.is_secured(&name));
        if is_secured {
            let place = &environment.name;
            return format!(
                "The variable '{name}' is secured in {place}: write ${{secret.{name}}}, in a header"
            );
        }
        format!("The variable '{name}' is not set in {}", environment.name)
    }

    /// The current version of every secret that the definition names, and what is missing.
    pub(crate) fn pin(self, scan: &Scan) -> (Pins, Vec<String>) {
        let (mut pinned, mut missing) = (Pins::new(), Vec::new());
        for name in &scan.secrets {
            match self.secret(name) {
                Ok((name, version)) => {
                    pinned.insert(name, version);
                }
                Err(reason) => missing.push(reason),
            }
        }
        (pinned, missing)
    }

    fn secret(self, name: &str) -> Result<(VariableName, u64), String> {
        let Self::Of(environment) = self else { return Err(nowhere("secured variable", name)) };
        let parsed = name.parse::<VariableName>().ok();
        let variable = parsed.as_ref().and_then(|parsed| environment.variables.get(parsed));
        match (parsed, variable) {
            (Some(parsed), Some(Variable::Secured { version })) => Ok((parsed, *version)),
            (_, Some(Variable::Plain { .. })) => {
                Err(format!("The variable '{name}' is not secured in {}", environment.name))
            }
            _ => Err(format!("The secured variable '{name}' is not set in {}", environment.name)),
        }
    }

    /// What was filled in, in words.
    pub(crate) fn summary(self, scan: &Scan) -> String {
        let (variables, secrets) = (scan.names.len(), scan.secrets.len());
        match self {
            Self::Of(Environment { name, .. }) => {
                format!("Filled in from {name}; variables: {variables}, secrets: {secrets}")
            }
            Self::None => {
                "Deployed everywhere: without an environment there is nothing to fill in".to_owned()
            }
        }
    }
}

fn nowhere(what: &str, name: &str) -> String {
    format!(
        "The {what} '{name}' has no value: a global deployment has no environment; deploy the release to an \
         environment where it is set, or write a release that does without it"
    )
}

#[cfg(test)]
mod tests {
    use domain::placeholders;
    use serde_json::json;

    use super::*;

    fn environment() -> Environment {
        serde_json::from_value(json!({
            "id": "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10", "key": null, "name": "Staging", "position": 0,
            "variables": {
                "word": { "kind": "plain", "value": "new" },
                "TOKEN": { "kind": "secured", "version": 3 },
            },
            "lastSecretVersion": 3,
            "trail": {
                "version": 1, "createdAt": "2026-11-20T10:00:00Z", "createdBy": "system:tests",
                "lastModifiedAt": "2026-11-20T10:00:00Z", "lastModifiedBy": "system:tests",
            },
        }))
        .unwrap()
    }

    fn scan() -> Scan {
        placeholders::scan(&json!({ "a": "${word}", "b": "Bearer ${secret.TOKEN}", "c": "${secret.word}" }))
    }

    #[test]
    fn an_environment_gives_what_is_set_there_in_the_way_it_is_set() {
        let (environment, scan) = (environment(), scan());
        let values = Values::Of(&environment);
        assert_eq!(values.plain("word"), Some(json!("new")));
        assert_eq!(values.plain("TOKEN"), None);
        assert!(values.missing("TOKEN").contains("write ${secret.TOKEN}"));
        assert_eq!(values.missing("other"), "The variable 'other' is not set in Staging");
        let (pinned, missing) = values.pin(&scan);
        assert_eq!(pinned, Pins::from([("TOKEN".parse().unwrap(), 3)]));
        assert_eq!(missing, ["The variable 'word' is not secured in Staging"]);
    }

    #[test]
    fn everywhere_nothing_has_a_value_and_the_words_say_what_to_do() {
        assert_eq!(Values::None.plain("word"), None);
        let (pinned, mut missing) = Values::None.pin(&scan());
        assert!(pinned.is_empty());
        missing.push(Values::None.missing("word"));
        assert_eq!(missing.len(), 3);
        for (reason, name) in missing.iter().zip(["TOKEN", "word", "word"]) {
            assert!(reason.contains(&format!("'{name}'")), "{reason}");
            assert!(
                reason.contains("a global deployment has no environment; deploy the release to"),
                "{reason}"
            );
        }
    }
}
