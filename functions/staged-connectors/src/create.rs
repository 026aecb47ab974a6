use api::{ApiError, Call, Grant, Method, SealedFor, grant};
use domain::connector::{
    ConnectorStaged, ConnectorStatus, Creator, IntegrationType, Previewable, Profile, Repository,
};
use domain::ids::ConnectorId;
use domain::metadata::Metadata;
use domain::payload::Payload;
use domain::scope::Scope;
use domain::text::{Key, Line, Name, Note, ProjectIdentifier, ProjectKey, Region};
use domain::work::WorkState;
use repository::Contents;
use runtime::clock::new_id;
use runtime::{Context, HttpEndpoint, repositories};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::READING_MEMORY_MB;
use crate::regions::check_regions;
use crate::representation::ConnectorStagedView;

/// A new staged connector.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorStagedDraft {
    /// The user's own name for addressing, unique among the connectors of the stack.
    pub key: Option<Key>,
    /// Name.
    pub name: Name,
    /// Description of what it does.
    pub description: Option<Note>,
    /// Systems that it integrates with.
    #[schemars(length(max = 50))]
    pub integration_types: Option<Vec<IntegrationType>>,
    /// The client that created it.
    pub creator: Creator,
    /// The repository with its contents, which are read before the request is answered.
    pub repository: Repository,
    /// The regions that it can be deployed to. If omitted or empty, any.
    #[schemars(length(max = 50))]
    pub supported_regions: Option<Vec<Region>>,
    /// The projects that may use it, besides its own, while it is private.
    #[schemars(length(max = 500))]
    pub private_projects: Option<Vec<ProjectIdentifier>>,
    /// URL of its documentation.
    pub documentation_url: Option<Line>,
}

/// Creates a staged connector.
#[derive(Debug)]
pub struct Create;

impl HttpEndpoint for Create {
    const ID: &'static str = "staged-connectors.create";
    const SUMMARY: &'static str = "Stage a connector: its repository is read at the tag";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/connectors/drafts";
    const SCOPE: Scope = Scope::ManageConnectors;
    const SUCCESS: u16 = 201;
    const GRANTS: &'static [Grant] = &[
        grant::READ,
        grant::CREATE,
        grant::open(SealedFor::RepositoryHosts),
        grant::GET_ARCHIVE,
        grant::PUT_PAYLOAD,
    ];
    const MEMORY_MB: u32 = READING_MEMORY_MB;
    type Path = ();
    type Body = ConnectorStagedDraft;
    type Answer = ConnectorStagedView;

    async fn handle(
        context: &Context,
        call: Call<ConnectorStagedDraft>,
    ) -> Result<ConnectorStagedView, ApiError> {
        let regions = call.body.supported_regions.as_deref().unwrap_or_default();
        check_regions(&context.config, regions, "/supportedRegions")?;
        let read = repositories::read(context, &call.project, &call.body.repository).await?;
        let package = repositories::store(context, &read).await?;
        let metadata = Metadata::begin(context.clock.now(), &call.actor.principal);
        let project = context.project_of(&call);
        let staged = call.body.stage(call.project.clone(), &read, package, metadata)?;
        project.create(&staged).await?;
        Ok(staged.into())
    }
}

impl ConnectorStagedDraft {
    fn stage(
        self,
        owner: ProjectKey,
        contents: &Contents,
        package: Payload,
        metadata: Metadata,
    ) -> Result<ConnectorStaged, ApiError> {
        Ok(ConnectorStaged {
            id: ConnectorId::new(new_id()),
            key: self.key,
            owner,
            profile: Profile {
                name: self.name,
                description: self.description.map_or_else(|| "".parse(), Ok).map_err(ApiError::internal)?,
                integration_types: self.integration_types.unwrap_or_default(),
                creator: self.creator,
                repository: self.repository,
                supported_regions: self.supported_regions.unwrap_or_default(),
                documentation_url: self.documentation_url,
            },
            specification: contents.specification().clone(),
            package,
            private: true,
            private_projects: self.private_projects.unwrap_or_default(),
            comments: Vec::new(),
            status: ConnectorStatus::Draft,
            previewable: Previewable::None,
            previewable_report: None,
            publishing_report: None,
            already_listed: false,
            has_changes: false,
            operation: None,
            work_state: WorkState::default(),
            metadata,
        })
    }
}

#[cfg(test)]
mod tests {
    use api::validate::Validator;
    use schemars::schema_for;
    use serde_json::json;

    use super::*;

    #[test]
    fn null_is_as_good_as_absent() {
        let nulls = json!({
            "key": null, "name": "Tax", "description": null, "integrationTypes": null, "supportedRegions": null,
            "privateProjects": null, "documentationUrl": null,
            "repository": { "url": "https://github.com/acme/tax.git", "tag": "v1" },
            "creator": {
                "email": "dev@acme.example", "name": null, "title": null, "company": null, "logoUrl": null,
                "supportUrl": null, "noOfContributors": null,
            },
        });
        let validator = Validator::new(schema_for!(ConnectorStagedDraft).as_value()).unwrap();
        assert_eq!(validator.problems(&nulls), []);
        let draft: ConnectorStagedDraft = serde_json::from_value(nulls).unwrap();
        assert!(draft.supported_regions.is_none() && draft.creator.no_of_contributors.is_none());
    }
}
