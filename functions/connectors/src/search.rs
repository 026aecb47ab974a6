use api::listing::{NEWEST_FIRST, Page, PageRequest, Paged, list};
use api::query::Filled;
use api::{ApiError, Grant, Method, NoBody, grant, query};
use contract::connect::connectors::ConnectorView;
use domain::connector::{Connector, IntegrationType};
use domain::scope::Scope;
use domain::text::ProjectKey;
use runtime::connector_view::{OfTypes, has_any};
use runtime::{CallOf, Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

query! {
    /// What is searched for. The names are those of Connect's own reference, where `private=false` means no restriction.
    pub struct SearchConnectors {
        /// The page.
        page: Page,
        /// Only those whose name or description holds each of these words, or parts of words.
        text: Option<String>,
        /// `true`: only private ones that are open to this project; `false`, as when absent: all that
        /// are open to it.
        private: Option<bool>,
        /// Only those whose creator's company has this in its name.
        company as "creator.company": Option<Filled>,
        /// Only the one with this id; may be repeated.
        id: Vec<String>,
        /// Only the one with this key; may be repeated.
        key: Vec<String>,
        /// The integration types.
        of_types: OfTypes,
    }
}

/// Searches what is published.
#[derive(Debug)]
pub struct Search;

impl HttpEndpoint for Search {
    const ID: &'static str = "connectors.search";
    const SUMMARY: &'static str =
        "Search the published connectors that this project may deploy, newest first";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/connectors/search";
    const SCOPE: Scope = Scope::ViewConnectors;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::LIST];
    type Path = ();
    type Query = SearchConnectors;
    type Body = NoBody;
    type Answer = Paged<ConnectorView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Paged<ConnectorView>, ApiError> {
        let wanted = Wanted::of(&call.query);
        let (request, wanted) = ApiError::both(PageRequest::of(&call.query.page, &NEWEST_FIRST), wanted)?;
        let listing = Listing::project(Kind::Connector);
        let keep = |stored: &Stored<Connector>| wanted.includes(&stored.entity, &call.project);
        let view = |stored: Stored<Connector>| stored.entity.into();
        list(&context.project_of(&call), &listing, &request, Some(&keep), view).await
    }
}

/// What is searched for. Texts are in lower case.
#[derive(Debug, Default)]
struct Wanted {
    words: Vec<String>,
    company: Option<String>,
    only_private: bool,
    ids: Vec<String>,
    keys: Vec<String>,
    types: Vec<IntegrationType>,
}

impl Wanted {
    fn of(query: &SearchConnectors) -> Result<Self, ApiError> {
        let text = query.text.as_deref().unwrap_or_default().to_lowercase();
        Ok(Self {
            words: text.split_whitespace().map(str::to_owned).collect(),
            company: query.company.as_deref().map(str::to_lowercase),
            only_private: query.private.unwrap_or_default(),
            ids: query.id.clone(),
            keys: query.key.clone(),
            types: query.of_types.types()?,
        })
    }

    /// Whether `project` finds the connector. What was taken off the list nobody finds, its owner neither.
    fn includes(&self, connector: &Connector, project: &ProjectKey) -> bool {
        let profile = &connector.profile;
        let company = profile.creator.company.as_ref();
        let key = connector.key.as_ref().map(ToString::to_string);
        connector.listed
            && connector.is_open_to(project)
            && (connector.private || !self.only_private)
            && (self.ids.is_empty() || self.ids.contains(&connector.id.to_string()))
            && (self.keys.is_empty() || key.is_some_and(|key| self.keys.contains(&key)))
            && has_any(&profile.integration_types, &self.types)
            && self.company.as_ref().is_none_or(|part| company.is_some_and(|name| holds(name.as_str(), part)))
            && self
                .words
                .iter()
                .all(|word| holds(profile.name.as_str(), word) || holds(profile.description.as_str(), word))
    }
}

/// Whether a text holds `part`, which is in lower case, in any case.
fn holds(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(part)
}

#[cfg(test)]
mod tests;
