//! Short texts with rules: names, keys, descriptions. Parsed once at the door, valid ever after.

mod characters;
mod origin;
mod quoted;
mod repository;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

pub use characters::unprintable;
use characters::{has_visible_character, is_line, is_prose};
pub use origin::origin_problem;
pub(crate) use quoted::cut;

/// A text that breaks the rules of its type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be {rule}")]
pub struct InvalidText {
    /// Which type of text.
    pub what: &'static str,
    /// The rule it breaks, in words.
    pub rule: &'static str,
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident {
        what: $what:literal, rule: $rule:literal, min: $min:literal, max: $max:literal,
        $rules:tt, accepts: $accepts:expr $(,)?
    })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidText;

            fn from_str(text: &str) -> Result<Self, InvalidText> {
                let accepts: fn(&str) -> bool = $accepts;
                if ($min..=$max).contains(&text.chars().count()) && accepts(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidText { what: $what, rule: $rule })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidText;

            fn try_from(text: String) -> Result<Self, InvalidText> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let mut schema = json_schema!($rules);
                schema.insert("type".to_owned(), "string".into());
                schema.insert("minLength".to_owned(), $min.into());
                schema.insert("maxLength".to_owned(), $max.into());
                schema
            }
        }
    )+};
}

texts! {
    /// The tenant: 2–36 letters, digits, `_` and `-`. First segment of every native path.
    ProjectKey {
        what: "a project key", rule: "2 to 36 letters, digits, '_' or '-', and not a reserved word",
        min: 2, max: 36, { "pattern": "^[A-Za-z0-9_-]+$" },
        // These words are first segments of paths without a project.
        accepts: |text| is_key(text) && !["connectors", "oauth", "api", "apps"].contains(&text),
    }
    /// A name that the user gives an entity to address it by, as `key={key}`; unique per project and kind.
    Key {
        what: "a key", rule: "2 to 256 letters, digits, '_' or '-'",
        min: 2, max: 256, { "pattern": "^[A-Za-z0-9_-]+$" },
        accepts: is_key,
    }
    /// What an entity is called on a screen: 1–256 characters in one line, not only white space.
    Name {
        what: "a name", rule: "1 to 256 characters, some of them visible, without control characters",
        min: 1, max: 256, { "pattern": "\\S", "format": "single-line" },
        accepts: |text| has_visible_character(text) && is_line(text),
    }
    /// Where pages come from, as browsers write it, or `*` for everywhere.
    Origin {
        what: "an origin",
        rule: "'*', or a scheme, a host in lower case and a port where it is not the usual one, as in \
               https://app.example.com, without a path",
        min: 1, max: 255, { "format": "origin", "examples": ["https://app.example.com"] },
        accepts: |text| origin_problem(text).is_none(),
    }
    /// A word on an entity to find it by: 1–64 characters in one line, not only white space, and no comma, which stands
    /// between labels in a filter.
    Label {
        what: "a label", rule: "1 to 64 characters, some of them visible, without a comma or control characters",
        min: 1, max: 64, { "pattern": "\\S", "format": "single-line" },
        accepts: |text| has_visible_character(text) && is_line(text) && !text.contains(','),
    }
    /// Free text that must be there: release and deployment descriptions, 1–2,000 characters.
    Description {
        what: "a description",
        rule: "1 to 2,000 characters, some of them visible, without control characters but line breaks and tabs",
        min: 1, max: 2000, { "pattern": "\\S", "format": "multi-line" },
        accepts: |text| has_visible_character(text) && is_prose(text),
    }
    /// Free text that may be empty, at most 2,000 characters.
    Note {
        what: "a description", rule: "at most 2,000 characters, without control characters but line breaks and tabs",
        min: 0, max: 2000, { "format": "multi-line" },
        accepts: is_prose,
    }
    /// Free text in one line that may be empty, at most 2,000 characters.
    Line {
        what: "a text in one line", rule: "at most 2,000 characters, without line breaks or control characters",
        min: 0, max: 2000, { "format": "single-line" },
        accepts: is_line,
    }
    /// The ARN of an IAM role, with its path.
    RoleArn {
        what: "a role",
        rule: "the ARN of an IAM role, such as arn:aws:iam::123456789012:role/slipway-flows/staging; no part of its path or \
               name is empty or begins with a dot",
        min: 25, max: 640,
        { "pattern": "^arn:aws[a-z-]*:iam::[0-9]{12}:role/([A-Za-z0-9+=,@_-][A-Za-z0-9+=,.@_-]*/)*[A-Za-z0-9+=,@_-][A-Za-z0-9+=,.@_-]{0,63}$" },
        accepts: is_role,
    }
    /// The name of a variable, `${name}` in a definition: 1–128 letters, digits, `.`, `_` and `-`. The prefixes
    /// `slipway.` and `secret.` are the platform's.
    VariableName {
        what: "a variable name",
        rule: "1 to 128 letters, digits, '.', '_' or '-', and not begin with 'slipway.' or 'secret.'",
        min: 1, max: 128, { "format": "variable-name" },
        accepts: |text| {
            text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
                && !text.starts_with("slipway.")
                && !text.starts_with("secret.")
        },
    }
    /// The key of a configuration value of a connector: 2–128 letters, digits and `_`, and none of the names that the
    /// platform sets itself. Connect allows 256 characters; 128 is what the name of a variable may have here.
    ConfigurationKey {
        what: "a configuration key",
        rule: "2 to 128 letters, digits or '_', and none of PORT, K_SERVICE, K_REVISION, K_CONFIGURATION",
        min: 2, max: 128, { "format": "configuration-key" },
        accepts: |text| {
            let reserved = ["PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"];
            text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && !reserved.iter().any(|word| text.eq_ignore_ascii_case(word))
        },
    }
    /// Where a connector is deployed, such as `eu-central-1.aws`.
    Region {
        what: "a region", rule: "2 to 64 letters, digits, '.', '_' or '-'",
        min: 2, max: 64, { "pattern": "^[A-Za-z0-9._-]+$" },
        accepts: |text| text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)),
    }
    /// A project and where it lives: `{region}:{projectKey}`.
    ProjectIdentifier {
        what: "a project identifier", rule: "{region}:{projectKey}, such as eu-central-1.aws:acme",
        min: 4, max: 101,
        { "pattern": "^[A-Za-z0-9._-]+:[A-Za-z0-9_-]{2,36}$", "examples": ["eu-central-1.aws:acme"] },
        accepts: |text| {
            text.split_once(':').is_some_and(|(region, project)| {
                region.parse::<Region>().is_ok() && (2..=36).contains(&project.len()) && is_key(project)
            })
        },
    }
    /// A git repository, `https://….git` or `git@host:….git`, or a folder of archives, `s3://bucket/prefix`.
    RepositoryUrl {
        what: "a repository URL",
        rule: "https://{host}/{path}.git, git@{host}:{path}.git or s3://{bucket}/{prefix}",
        min: 8, max: 1024, { "format": "repository-url", "examples": ["https://github.com/acme/tax.git"] },
        accepts: repository::is_repository_url,
    }
    /// A host of repositories as their URLs name it, with a port unless that is 443.
    HostName {
        what: "a host of repositories",
        rule: "a host in lower case such as git.acme.example, with a port unless that is 443",
        min: 1, max: 260, { "format": "repository-host", "examples": ["git.acme.example"] },
        accepts: repository::is_host,
    }
    /// Where a host keeps the archives of repositories, with placeholders for the repository and its tag.
    ArchiveUrl {
        what: "the URL of archives",
        rule: "https://{host}/… with {path}, {encodedPath} or {name} for the repository and {tag} or {flatTag} for \
               the tag behind the host, and no other placeholder",
        min: 12, max: 1024, { "format": "archive-url", "examples": ["https://git.acme.example/{path}/archive/{tag}.tar.gz"] },
        accepts: repository::is_archive_url,
    }
    /// The header in which a host wants its token.
    TokenHeader {
        what: "the header of a token",
        rule: "Authorization, or the name of another header that says who asks, such as PRIVATE-TOKEN",
        min: 1, max: 64, { "format": "token-header", "examples": ["PRIVATE-TOKEN"] },
        accepts: repository::is_token_header,
    }
    /// A git tag: 1–255 characters, a letter or digit first, without `..`.
    Tag {
        what: "a git tag",
        rule: "1 to 255 letters, digits, '_', '.', '@', '/' or '-', a letter or digit first, without '..'",
        min: 1, max: 255, { "format": "git-tag" },
        accepts: |text| {
            text.starts_with(|c: char| c.is_ascii_alphanumeric())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || "_.@/-".contains(c))
                && !text.contains("..")
        },
    }
    /// An e-mail address, as far as a glance tells: `{name}@{host}.{domain}`.
    Email {
        what: "an e-mail address", rule: "an e-mail address such as dev@acme.example",
        min: 5, max: 320,
        {
            "pattern": "^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$", "format": "single-line", "examples": ["dev@acme.example"]
        },
        accepts: |text| {
            let parts = text.split_once('@').and_then(|(name, host)| Some((name, host.rsplit_once('.')?)));
            parts.is_some_and(|(name, (host, domain))| {
                let filled = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c == '@');
                is_line(text) && filled(name) && filled(host) && filled(domain)
            })
        },
    }
}

impl ProjectKey {
    /// The word under which the connectors of all projects lie together. No project can be called that.
    pub fn catalogue() -> Self {
        Self("connectors".to_owned())
    }
}

impl ConfigurationKey {
    /// The name under which a definition finds the value: every key is one.
    pub fn as_variable(&self) -> VariableName {
        VariableName(self.0.clone())
    }
}

impl VariableName {
    /// The name under which the token of a repository host is sealed.
    pub fn token() -> Self {
        Self("TOKEN".to_owned())
    }
}

impl TokenHeader {
    /// Where most hosts want their token.
    pub fn authorization() -> Self {
        Self("Authorization".to_owned())
    }
}

impl ProjectIdentifier {
    /// The project that is meant. A stack knows each key once, so the region tells nothing more.
    pub fn project(&self) -> &str {
        self.0.split_once(':').map_or(self.0.as_str(), |(_, project)| project)
    }
}

fn is_key(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn is_role(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    let head = [parts.next(), parts.next(), parts.next(), parts.next()];
    let [Some("arn"), Some(partition), Some("iam"), Some("")] = head else { return false };
    let (Some(account), Some(resource)) = (parts.next(), parts.next()) else { return false };
    // "." and ".." would lead out of the path that roles of flows have to lie under, to whoever takes them for steps.
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c))
    };
    let name = resource.strip_prefix("role/").unwrap_or_default();
    partition.strip_prefix("aws").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && name.split('/').all(is_part)
        && name.rsplit('/').next().is_some_and(|last| last.len() <= 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_key_is_not_a_reserved_word() {
        assert!("acme-2".parse::<ProjectKey>().is_ok());
        for bad in ["a", "connectors", "oauth", "api", "apps", "ac me", "é-acme", &"x".repeat(37)] {
            assert!(bad.parse::<ProjectKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_counts_characters_not_bytes() {
        assert!("é".repeat(256).parse::<Name>().is_ok());
        assert!("é".repeat(257).parse::<Name>().is_err());
        assert!(" \t".parse::<Name>().is_err());
    }

    #[test]
    fn a_label_is_one_value_of_a_filter() {
        for good in ["eu", "A team", &"é".repeat(64)] {
            assert!(good.parse::<Label>().is_ok(), "{good}");
        }
        for bad in ["", " ", "a,b", &"x".repeat(65)] {
            assert!(bad.parse::<Label>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_platform_keeps_its_prefixes() {
        assert!("slipway".parse::<VariableName>().is_ok());
        assert!("slipway.http".parse::<VariableName>().is_err());
        assert!("secret.token".parse::<VariableName>().is_err());
    }

    #[test]
    fn a_role_lies_where_its_path_says() {
        let role = |path: &str| format!("arn:aws:iam::123456789012:role/{path}");
        for good in ["staging", "slipway-flows/staging", "a/b.c/d,e", &"n".repeat(64)] {
            assert!(role(good).parse::<RoleArn>().is_ok(), "{good}");
        }
        for bad in ["", "a//b", "/a", "a/", "a/../admin", "a/./b", "..", ".", "a/.b", "a b", &"n".repeat(65)]
        {
            assert!(role(bad).parse::<RoleArn>().is_err(), "{bad}");
        }
    }
}
