//! Members of bodies and query parameters that an operation does not know.
//!
//! To ignore one may open something: a deployment whose `enviroment` is ignored serves everywhere. So they are
//! refused with the known name that was probably meant, unless the contract of the operation says otherwise.

pub use schema::{Unknown, misspelt};

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

/// Whether ignoring a misspelling of this member would do harm.
pub(crate) fn is_guarded(name: &str) -> bool {
    GUARDED.iter().any(|guarded| guarded.name == name)
}

/// What the contract says of the operation at `path`, which is the path of a route: Connect and OAuth ignore what they
/// do not know, and flows are handed whatever is sent.
pub fn at(path: &str) -> Unknown {
    let begins = |prefix: &str| path == prefix || path.starts_with(&format!("{prefix}/"));
    if begins("/apps") || begins("/{projectKey}/triggers") {
        Unknown::HandedOn
    } else if begins("/connectors") || begins("/{projectKey}/deployments") || begins("/oauth") {
        Unknown::Ignored
    } else {
        Unknown::Refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let guarded = known.into_iter().filter(|known| is_guarded(known));
            assert_eq!(misspelt(name, guarded), meant, "{name}");
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
            assert_eq!(at(path), unknown, "{path}");
        }
    }
}
