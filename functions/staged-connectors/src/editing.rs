//! What actions do to a staged connector. All of it is decided here, without a word to anybody else: what has to be
//! read first is read before, and the result is written afterwards.

use api::{ApiError, ErrorCode};
use contract::connect::staged_connectors::Action;
use domain::connector::{
    CertificationComment, Connector, ConnectorStaged, Creator, EditRefused, Previewable, Repository,
    Specification,
};
use domain::ids::OperationId;
use domain::metadata::Timestamp;
use domain::payload::Payload;
use domain::text::{Description, Line, ProjectIdentifier, ProjectKey, RepositoryUrl, Tag};

use crate::refusal::refusal;

/// So many projects may be invited, as when it is created.
const MAX_PRIVATE_PROJECTS: usize = 500;

/// A staged connector that is being changed.
#[derive(Debug)]
pub(crate) struct Editing {
    /// As it is so far.
    pub(crate) staged: ConnectorStaged,
    /// What was published from it, when an action asks for that.
    pub(crate) published: Option<Connector>,
    /// What the repository holds, when an action asks for that.
    pub(crate) read: Option<(Specification, Payload)>,
    /// Whether what is published changes too.
    pub(crate) unlisted: bool,
    /// The project of whoever changes it.
    pub(crate) project: ProjectKey,
    /// When.
    pub(crate) now: Timestamp,
    /// Names the jobs that this request asks for.
    pub(crate) jobs: OperationId,
}

impl Editing {
    /// Does an action.
    pub(crate) fn act(&mut self, action: Action) -> Result<(), ApiError> {
        match action {
            Action::AddCertificationComment { comment } => self.comment(&comment),
            Action::AddPrivateProject { private_project } => self.invite(private_project),
            Action::RemovePrivateProject { private_project } => self.disinvite(&private_project),
            Action::UpdatePreviewable => self.staged.request_preview(self.jobs, self.now).map_err(refusal),
            Action::Publish { certification } => self.publish(certification),
            Action::Unlist => self.unlist(),
            contents => {
                self.staged.check_editable().map_err(refusal)?;
                self.set(contents)?;
                self.staged.touch_contents();
                Ok(())
            }
        }
    }

    fn set(&mut self, action: Action) -> Result<(), ApiError> {
        let profile = &mut self.staged.profile;
        match action {
            Action::SetName { name } => profile.name = name,
            Action::SetDescription { description } => profile.description = description,
            Action::SetIntegrationTypes { integration_types } => {
                profile.integration_types = integration_types;
            }
            Action::SetDocumentationUrl { documentation_url } => {
                profile.documentation_url = unless_empty(documentation_url);
            }
            Action::SetSupportedRegions { regions } => profile.supported_regions = regions,
            Action::SetRepository { url, tag } => return self.set_repository(url, tag),
            creators => set_creator(&mut profile.creator, creators),
        }
        Ok(())
    }

    /// The contents are others now, so nobody knows whether they can be deployed.
    fn set_repository(&mut self, url: Option<RepositoryUrl>, tag: Tag) -> Result<(), ApiError> {
        let (specification, package) =
            self.read.take().ok_or_else(|| ApiError::internal("nothing was read"))?;
        self.staged.profile.repository = named(&self.staged.profile.repository, url, tag);
        self.staged.specification = specification;
        self.staged.package = package;
        self.staged.previewable = Previewable::None;
        self.staged.previewable_report = None;
        Ok(())
    }

    /// A worker replaces all of it at the end of a job, so no word may come in between.
    fn comment(&mut self, comment: &Description) -> Result<(), ApiError> {
        match self.staged.check_editable() {
            Ok(()) | Err(EditRefused::InCertification) => {}
            Err(refused) => return Err(refusal(refused)),
        }
        // Only the operator's may be empty.
        let comment = comment.as_str().parse().map_err(ApiError::internal)?;
        let user_id = self.project.to_string();
        let comment = CertificationComment { user_id, datetime: self.now, comment };
        self.staged.comment(comment).map_err(refusal)
    }

    fn invite(&mut self, project: ProjectIdentifier) -> Result<(), ApiError> {
        self.check_private()?;
        let invited = &mut self.staged.private_projects;
        if invited.contains(&project) {
            return Ok(());
        }
        if invited.len() >= MAX_PRIVATE_PROJECTS {
            let message = format!("A private connector is open to at most {MAX_PRIVATE_PROJECTS} projects");
            return Err(ApiError::new(ErrorCode::ConnectorStagedTooManyPrivateProjects, message));
        }
        invited.push(project);
        self.staged.touch_contents();
        Ok(())
    }

    fn disinvite(&mut self, project: &ProjectIdentifier) -> Result<(), ApiError> {
        self.check_private()?;
        let before = self.staged.private_projects.len();
        self.staged.private_projects.retain(|invited| invited != project);
        if self.staged.private_projects.len() < before {
            self.staged.touch_contents();
        }
        Ok(())
    }

    fn check_private(&self) -> Result<(), ApiError> {
        self.staged.check_editable().map_err(refusal)?;
        if self.staged.private { Ok(()) } else { Err(refusal(EditRefused::NotPrivate)) }
    }

    /// What was taken off the list may be certified again, which lists it again.
    fn publish(&mut self, certification: bool) -> Result<(), ApiError> {
        let certified =
            self.published.as_ref().is_some_and(|published| published.certified && published.listed);
        self.staged.request_publish(certification, certified, self.jobs, self.now).map_err(refusal)
    }

    /// What is published stays what it is, and whoever has deployed it keeps it; it is only not found any more.
    fn unlist(&mut self) -> Result<(), ApiError> {
        self.staged.check_editable().map_err(refusal)?;
        let published = self.published.as_mut().filter(|published| published.certified && published.listed);
        let Some(published) = published else {
            let message =
                "Only a connector that is certified and listed can be taken off the list; this one is not";
            return Err(ApiError::new(ErrorCode::ConnectorNotListed, message));
        };
        published.listed = false;
        self.staged.already_listed = false;
        self.unlisted = true;
        Ok(())
    }
}

/// The repository that an action names, where `before` is the one so far.
pub(crate) fn named(before: &Repository, url: Option<RepositoryUrl>, tag: Tag) -> Repository {
    Repository { url: url.unwrap_or_else(|| before.url.clone()), tag }
}

fn set_creator(creator: &mut Creator, action: Action) {
    match action {
        Action::SetCreatorName { creator_name } => creator.name = unless_empty(creator_name),
        Action::SetCreatorTitle { creator_title } => creator.title = unless_empty(creator_title),
        Action::SetCreatorEmail { creator_email } => creator.email = creator_email,
        Action::SetCreatorCompany { creator_company } => creator.company = unless_empty(creator_company),
        Action::SetCreatorLogo { logo_url } => creator.logo_url = unless_empty(logo_url),
        Action::SetCreatorSupportUrl { creator_support_url } => {
            creator.support_url = unless_empty(creator_support_url);
        }
        Action::SetCreatorNoOfContributors { creator_no_of_contributors } => {
            creator.no_of_contributors = Some(creator_no_of_contributors);
        }
        _ => {}
    }
}

/// An empty text takes an optional member away: no other action does.
fn unless_empty(text: Line) -> Option<Line> {
    Some(text).filter(|text| !text.as_str().is_empty())
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
