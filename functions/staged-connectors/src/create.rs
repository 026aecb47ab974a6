use api::{ApiError, Call, Grant, Method, SealedFor, grant};
use app::{AppError, repositories};
use contract::connect::staged_connectors::{ConnectorStagedDraft, ConnectorStagedView};
use domain::connector::{ConnectorStaged, ConnectorStatus, Previewable, Profile};
use domain::ids::ConnectorId;
use domain::metadata::Metadata;
use domain::payload::Payload;
use domain::scope::Scope;
use domain::text::ProjectKey;
use domain::work::WorkState;
use repository::Contents;
use runtime::clock::new_id;
use runtime::{Context, HttpEndpoint};

use crate::READING_MEMORY_MB;
use crate::regions::check_regions;

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
    type Query = ();
    type Body = ConnectorStagedDraft;
    type Answer = ConnectorStagedView;

    async fn handle(
        context: &Context,
        call: Call<ConnectorStagedDraft>,
    ) -> Result<ConnectorStagedView, ApiError> {
        let regions = call.body.supported_regions.as_deref().unwrap_or_default();
        check_regions(&context.config, regions, "/supportedRegions")?;
        let read = repositories::read(context, &call.project, &call.body.repository).await;
        let read = read.map_err(AppError::from)?;
        let package = repositories::store(context, &read).await?;
        let metadata = Metadata::begin(context.clock.now(), &call.actor.principal);
        let project = context.project_of(&call);
        let staged = stage(call.body, call.project.clone(), &read, package, metadata)?;
        project.create(&staged).await?;
        Ok(staged.into())
    }
}

/// The staged connector that a draft makes of what was read from its repository.
fn stage(
    draft: ConnectorStagedDraft,
    owner: ProjectKey,
    contents: &Contents,
    package: Payload,
    metadata: Metadata,
) -> Result<ConnectorStaged, ApiError> {
    Ok(ConnectorStaged {
        id: ConnectorId::new(new_id()),
        key: draft.key,
        owner,
        profile: Profile {
            name: draft.name,
            description: draft.description.map_or_else(|| "".parse(), Ok).map_err(ApiError::internal)?,
            integration_types: draft.integration_types.unwrap_or_default(),
            creator: draft.creator,
            repository: draft.repository,
            supported_regions: draft.supported_regions.unwrap_or_default(),
            documentation_url: draft.documentation_url,
        },
        specification: contents.specification().clone(),
        package,
        private: true,
        private_projects: draft.private_projects.unwrap_or_default(),
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
