use api::update::at_action;
use api::{ApiError, ById, Grant, Method, SealedFor, grant};
use app::AppError;
use app::operation::tell_worker;
use app::repositories;
use contract::connect::staged_connectors::{Action, ConnectorStagedView};
use domain::connector::ConnectorStaged;
use domain::ids::OperationId;
use domain::metadata::Principal;
use domain::scope::Scope;
use domain::text::ProjectKey;
use repository::Contents;
use runtime::clock::new_id;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{ProjectStore, StoreError};

use crate::READING_MEMORY_MB;
use crate::action::check_together;
use crate::editing::{Editing, named};
use crate::refusal::refusal;
use crate::regions::check_regions_of;

/// Changes a staged connector, or asks for it to be checked or published.
#[derive(Debug)]
pub struct Update;

impl HttpEndpoint for Update {
    const ID: &'static str = "staged-connectors.update";
    const SUMMARY: &'static str = "Change a staged connector; have it checked for previews, or published";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/connectors/drafts/{id}";
    const SCOPE: Scope = Scope::ManageConnectors;
    const SUCCESS: u16 = 201;
    const GRANTS: &'static [Grant] = &[
        grant::READ,
        grant::UPDATE,
        grant::open(SealedFor::RepositoryHosts),
        grant::GET_ARCHIVE,
        grant::PUT_PAYLOAD,
        grant::SEND_CONNECTORS,
    ];
    const VERSIONED: bool = true;
    const MEMORY_MB: u32 = READING_MEMORY_MB;
    type Path = ById;
    type Query = ();
    type Body = api::Update<Action>;
    type Answer = ConnectorStagedView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<ConnectorStagedView, ApiError> {
        let project = context.project_of(&call);
        let (expected, by) = (call.body.version, &call.actor.principal);
        let stored = project.get::<ConnectorStaged>(&call.path.id).await?.at_version(Some(expected))?;
        let staged = stored.entity;
        if call.body.actions.is_empty() {
            return Ok(staged.into());
        }
        check_together(&call.body.actions)?;
        check_regions_of(&context.config, &call.body.actions)?;
        let has_job = call.body.actions.iter().any(Action::is_job);
        let (mut editing, contents) = prepare(context, &project, staged, &call.body.actions).await?;
        api::update::apply(call.body, |action| editing.act(action))?;
        if let Some(contents) = &contents {
            repositories::store(context, contents).await?;
        }
        editing.staged.metadata.touch(context.clock.now(), by);
        write(&project, &mut editing, expected, by).await?;
        if has_job {
            tell_worker(context, &call.project, &editing.staged).await;
        }
        Ok(editing.staged.into())
    }
}

/// Reads what the actions depend on.
async fn prepare(
    context: &Context,
    project: &ProjectStore,
    staged: ConnectorStaged,
    actions: &[Action],
) -> Result<(Editing, Option<Contents>), ApiError> {
    let asked = actions.iter().any(Action::concerns_published);
    let published = if asked { project.published(&staged).await? } else { None };
    let contents = contents_for(context, project.project(), &staged, actions).await?;
    let read = contents.as_ref().map(|read| (read.specification().clone(), read.payload().clone()));
    let (project, now) = (project.project().clone(), context.clock.now());
    let jobs = OperationId::new(new_id());
    Ok((Editing { staged, published, read, unlisted: false, project, now, jobs }, contents))
}

/// What the repository holds that an action names, if one does. A connector that takes no change has nothing read.
async fn contents_for(
    context: &Context,
    project: &ProjectKey,
    staged: &ConnectorStaged,
    actions: &[Action],
) -> Result<Option<Contents>, ApiError> {
    let named = actions.iter().enumerate().find_map(|(place, action)| match action {
        Action::SetRepository { url, tag } => {
            Some((place, named(&staged.profile.repository, url.clone(), tag.clone())))
        }
        _ => None,
    });
    let Some((place, repository)) = named else { return Ok(None) };
    staged.check_editable().map_err(|refused| at_action(place, refusal(refused)))?;
    let read = repositories::read(context, project, &repository).await;
    read.map(Some).map_err(|unread| at_action(place, AppError::from(unread).into()))
}

async fn write(
    project: &ProjectStore,
    editing: &mut Editing,
    expected: u64,
    by: &Principal,
) -> Result<(), StoreError> {
    let Editing { staged, published, now, unlisted, .. } = editing;
    match published.as_mut().filter(|_| *unlisted) {
        None => project.update(staged, expected).await,
        Some(published) => {
            let before = published.metadata.version;
            published.metadata.touch(*now, by);
            project.update_published(staged, expected, published, Some(before)).await
        }
    }
}
