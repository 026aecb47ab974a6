//! What a connector says of itself.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spelling::hint;
use crate::text::{Email, Line, Name, Note, Region, RepositoryUrl, Tag};

/// The kind of system that a connector integrates with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum IntegrationType {
    /// Taxes.
    Tax,
    /// Marketplaces.
    Marketplace,
    /// Order management.
    Oms,
    /// Payment service providers.
    Psp,
    /// Product information management.
    Pim,
    /// Promotions.
    Promotion,
    /// Search.
    Search,
    /// Enterprise resource planning.
    Erp,
    /// Customer relationship management.
    Crm,
    /// E-mail.
    Email,
    /// Analytics.
    Analytics,
    /// Shipping.
    Shipping,
    /// Gift cards.
    Giftcard,
    /// Anything else.
    Other,
}

/// A word that is no integration type, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is no integration type; there are {}.{}", IntegrationType::WORDS.join(", "), hint(word, IntegrationType::WORDS))]
pub struct UnknownIntegrationType {
    word: String,
}

impl IntegrationType {
    /// All words for them.
    const WORDS: [&'static str; 14] = [
        "tax",
        "marketplace",
        "oms",
        "psp",
        "pim",
        "promotion",
        "search",
        "erp",
        "crm",
        "email",
        "analytics",
        "shipping",
        "giftcard",
        "other",
    ];
}

impl FromStr for IntegrationType {
    type Err = UnknownIntegrationType;

    fn from_str(word: &str) -> Result<Self, UnknownIntegrationType> {
        let known = Self::deserialize(serde_json::Value::from(word));
        known.map_err(|_| UnknownIntegrationType { word: word.chars().take(40).collect() })
    }
}

/// The author of a connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Creator {
    /// The one thing that must be told.
    pub email: Email,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Line>,
    /// The title of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Line>,
    /// The company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<Line>,
    /// URL of the logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<Line>,
    /// URL of help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_url: Option<Line>,
    /// Number of contributors.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub no_of_contributors: Option<u32>,
}

/// Repository of a connector's contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Repository {
    /// The repository.
    pub url: RepositoryUrl,
    /// The git tag. What it stood for when it was read is kept: a tag that is moved changes nothing.
    pub tag: Tag,
}

/// What a connector says of itself, staged, published and deployed alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Name.
    pub name: Name,
    /// Description of what it does.
    pub description: Note,
    /// Systems that it integrates with.
    pub integration_types: Vec<IntegrationType>,
    /// The client that created it.
    pub creator: Creator,
    /// Repository that its contents come from.
    pub repository: Repository,
    /// The regions that it can be deployed to. Empty if it can be deployed to any.
    pub supported_regions: Vec<Region>,
    /// URL of its documentation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documentation_url: Option<Line>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integration_type_is_read_by_its_word_or_all_words_are_told() {
        for word in IntegrationType::WORDS {
            let known: IntegrationType = word.parse().unwrap();
            assert_eq!(serde_json::to_value(known).unwrap(), word);
        }
        let told = "taxes".parse::<IntegrationType>().unwrap_err().to_string();
        let words = "\"taxes\" is no integration type; there are tax, marketplace,";
        assert!(told.starts_with(words) && told.ends_with("other. Did you mean \"tax\"?"), "{told}");
        assert!(!"x".parse::<IntegrationType>().unwrap_err().to_string().contains("variant"));
    }
}
