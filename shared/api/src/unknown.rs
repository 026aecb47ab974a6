//! Members of bodies and query parameters that an operation does not know.
//!
//! To ignore one may open something: a deployment whose `enviroment` is ignored serves everywhere. So they are
//! refused with the known name that was probably meant, unless the contract of the operation says otherwise.

/// What becomes of members and query parameters that an operation does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// They are refused.
    Refused,
    /// They are ignored, as the contract of Connect and that of OAuth say. Only those are refused that come close to a
    /// name in [`GUARDED`], or to a query parameter that is known.
    Ignored,
    /// Whatever is sent is handed to a flow.
    HandedOn,
}

/// A member that limits what an operation does, or hides what it is given. To ignore a misspelling of it would do more
/// than was asked for, or store in the clear what was to be secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guarded {
    /// The name of the member.
    pub name: &'static str,
    /// What ignoring it would do.
    pub because: &'static str,
}

/// Every member that is guarded where the contract ignores what it does not know.
pub const GUARDED: &[Guarded] = &[
    Guarded { name: "privateProjects", because: "limits who may use a private connector" },
    Guarded { name: "supportedRegions", because: "limits where a connector can be deployed" },
    Guarded { name: "region", because: "limits where a connector is deployed" },
    Guarded { name: "type", because: "keeps a deployment out of production" },
    Guarded { name: "staged", because: "says whether what is staged or what is published is meant" },
    Guarded { name: "version", because: "limits which version is meant" },
    Guarded { name: "configurations", because: "limits which applications are deployed, and holds secrets" },
    Guarded { name: "configurationValues", because: "holds secrets" },
    Guarded { name: "globalConfiguration", because: "holds secrets" },
    Guarded { name: "securedConfiguration", because: "hides its values" },
    Guarded { name: "skipScripts", because: "limits what a redeployment runs" },
    Guarded { name: "updateConnector", because: "says whether a redeployment changes the version" },
    Guarded { name: "scope", because: "limits what an access token is good for" },
    Guarded { name: "client_secret", because: "is a secret" },
];

impl Unknown {
    /// What the contract says of the operation at `path`, which is the path of a route.
    pub fn at(path: &str) -> Self {
        let begins = |prefix: &str| path == prefix || path.starts_with(&format!("{prefix}/"));
        if begins("/apps") || begins("/{projectKey}/triggers") {
            Self::HandedOn
        } else if begins("/connectors") || begins("/{projectKey}/deployments") || begins("/oauth") {
            Self::Ignored
        } else {
            Self::Refused
        }
    }
}

/// The guarded member that `name` is probably a misspelling of, among those that are `known` where it stands.
pub(crate) fn guarded<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let known = known.into_iter().filter(|known| GUARDED.iter().any(|guarded| guarded.name == *known));
    misspelt(name, known)
}

/// What is wrong with a name that is not among the `known` ones; it goes after the name.
pub(crate) fn complaint<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(name, known.iter().copied()) {
        Some(meant) => format!("unknown {what}; did you mean '{meant}'?"),
        None if known.is_empty() => format!("unknown {what}; there are none here"),
        None => format!("unknown {what}; known are {}", known.join(", ")),
    }
}

/// The known name that was probably meant: a misspelling of it, or a longer or shorter form.
pub(crate) fn nearest<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str, IntoIter: Clone>,
) -> Option<&'a str> {
    let known = known.into_iter();
    misspelt(name, known.clone()).or_else(|| {
        let given = plain(name);
        known
            .filter(|known| contains(&given, &plain(known)))
            .min_by_key(|known| known.len().abs_diff(name.len()))
    })
}

/// The name that `name` is a misspelling of: so few letters are different, missing, too many or swapped that nobody
/// would call it another word. Case, hyphens and underscores do not matter.
pub fn misspelt<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The distance to a name of many more letters is that many at least, and costs their product to find out.
    let given = plain(name);
    let close = known.into_iter().filter_map(|known| {
        let wanted = plain(known);
        let longest = given.len().max(wanted.len());
        let most = (longest / 3).clamp(1, 3);
        if given.len().abs_diff(wanted.len()) > most {
            return None;
        }
        let distance = strsim::osa_distance(&given, &wanted);
        (distance <= most && distance < longest).then_some((distance, known))
    });
    close.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

/// A name without what people spell differently.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether one begins or ends with the other, as in `environmentId`, `isSecured` and `env`.
fn contains(one: &str, other: &str) -> bool {
    const LEAST: usize = 3;
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    short.len() >= LEAST && (long.starts_with(short) || long.ends_with(short))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_name_that_was_meant_is_found() {
        let known =
            ["flow", "release", "environment", "priority", "deployDisabled", "secured", "value", "key"];
        for (name, meant) in [
            ("enviroment", Some("environment")),
            ("Environment", Some("environment")),
            ("environments", Some("environment")),
            ("environmentId", Some("environment")),
            ("environment_id", Some("environment")),
            ("env", Some("environment")),
            ("deploy_disabled", Some("deployDisabled")),
            ("deploydisable", Some("deployDisabled")),
            ("secure", Some("secured")),
            ("secret", Some("secured")),
            ("isSecured", Some("secured")),
            ("prioritiy", Some("priority")),
            ("flwo", Some("flow")),
            ("vlaue", Some("value")),
            ("limitedTo", None),
            ("encrypted", None),
            ("x", None),
            ("", None),
            ("💥", None),
        ] {
            assert_eq!(nearest(name, known), meant, "{name}");
        }
    }

    #[test]
    fn a_guarded_name_is_told_from_other_words() {
        let known = ["id", "key", "staged", "version", "name", "type"];
        for (name, meant) in [
            ("verison", Some("version")),
            ("Version", Some("version")),
            ("stagd", Some("staged")),
            ("typ", Some("type")),
            // These are known, but nothing is opened when they are misspelt.
            ("nmae", None),
            ("keys", None),
            // These are words of their own.
            ("typeName", None),
            ("versionNumber", None),
            ("tags", None),
            ("description", None),
        ] {
            assert_eq!(guarded(name, known), meant, "{name}");
        }
    }

    #[test]
    fn a_contract_goes_with_the_path() {
        for (path, unknown) in [
            ("/{projectKey}/flow-deployments", Unknown::Refused),
            ("/{projectKey}", Unknown::Refused),
            ("/api/v1/packages", Unknown::Refused),
            ("/{projectKey}/deployments/{id}", Unknown::Ignored),
            ("/connectors/drafts", Unknown::Ignored),
            ("/oauth/token", Unknown::Ignored),
            ("/apps/{path+}", Unknown::HandedOn),
            ("/{projectKey}/triggers/{environment}/{flow}", Unknown::HandedOn),
        ] {
            assert_eq!(Unknown::at(path), unknown, "{path}");
        }
    }

    #[test]
    fn a_very_long_name_costs_nothing() {
        let long = "e".repeat(1_000_000);
        assert_eq!(nearest(&long, ["environment"]), None);
    }
}
