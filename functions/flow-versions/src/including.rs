//! What `include` asks for, read for a whole page in one request.

use std::collections::BTreeSet;

use api::ApiError;
use api::collection::{Choice, Choices, Include};
use contract::flow_versions::deployments::{
    DeploymentView, Embedded, FlowVersionView, Included, UserView, version_of,
};
use contract::flow_versions::packages::PackageView;
use contract::flow_versions::user_id;
use domain::deployment::Deployment;
use domain::ids::ApiClientId;
use domain::metadata::Principal;
use store::{ProjectStore, Related, Relations, Stored};

use crate::environment_view;
use crate::representation;

const ENABLED_BY: &str = "enabledBy";
const FLOW_VERSION: &str = "flowVersion";
const VIRTUAL_ENVIRONMENT: &str = "virtualEnvironment";
const PACKAGE: &str = "package";
const USER: &str = "user";

/// What can be included.
#[derive(Debug, Clone)]
pub(crate) struct Parts;

impl Choices for Parts {
    const CHOICES: &'static [Choice] = &[
        Choice { name: ENABLED_BY, description: "Who switched it on" },
        Choice { name: FLOW_VERSION, description: "The flow version" },
        Choice { name: VIRTUAL_ENVIRONMENT, description: "The virtual environment" },
        Choice { name: PACKAGE, description: "The package it was deployed with" },
        Choice { name: USER, description: "Who deployed it" },
    ];
}

/// The views of deployments, with what was asked for.
pub(crate) async fn views(
    project: &ProjectStore,
    deployments: &[Stored<Deployment>],
    asked: &Include<Parts>,
) -> Result<Vec<DeploymentView>, ApiError> {
    let asked = asked.names();
    let relations = relations(deployments, asked);
    // A page without includes costs no other request.
    let related = project.related(&relations).await?;
    let view = |stored: &Stored<Deployment>| {
        let included = included(stored, asked, &related);
        DeploymentView { included, ..representation::view(stored) }
    };
    Ok(deployments.iter().map(view).collect())
}

/// Everything that any of the deployments is to be shown with, each once.
fn relations(deployments: &[Stored<Deployment>], asked: &BTreeSet<&'static str>) -> Relations {
    let mut relations = Relations::default();
    for stored in deployments {
        let deployment = &stored.entity;
        if asked.contains(FLOW_VERSION) {
            relations.releases.insert(version_of(deployment));
        }
        if asked.contains(VIRTUAL_ENVIRONMENT) {
            relations.environments.extend(deployment.placement.environment());
        }
        if asked.contains(PACKAGE) {
            relations.packages.extend(deployment.package);
        }
        if asked.contains(USER) {
            relations.clients.extend(client(&deployment.metadata.created_by));
        }
        if asked.contains(ENABLED_BY) {
            relations.clients.extend(enabled_by(stored).and_then(client));
        }
    }
    relations
}

fn included(stored: &Stored<Deployment>, asked: &BTreeSet<&'static str>, related: &Related) -> Included {
    let deployment = &stored.entity;
    let mut included = Included::default();
    if asked.contains(ENABLED_BY) {
        included.enabled_by = Embedded::found(enabled_by(stored).map(|by| user(by, related)));
    }
    if asked.contains(FLOW_VERSION) {
        let release = related.releases.get(&version_of(deployment));
        included.flow_version = Embedded::found(release.map(FlowVersionView::from));
    }
    if asked.contains(VIRTUAL_ENVIRONMENT) {
        let environment = deployment.placement.environment();
        let environment = environment.and_then(|id| related.environments.get(&id));
        included.virtual_environment = Embedded::found(environment.map(environment_view::view));
    }
    if asked.contains(PACKAGE) {
        let package = deployment.package.and_then(|id| related.packages.get(&id));
        included.package = Embedded::found(
            package.cloned().map(|stored| PackageView::of(stored.entity, stored.derived.deployments)),
        );
    }
    if asked.contains(USER) {
        included.user = Embedded::Value(user(&deployment.metadata.created_by, related));
    }
    included
}

/// Who switched a deployment on that is on.
fn enabled_by(stored: &Stored<Deployment>) -> Option<&Principal> {
    let enabled = stored.derived.enabled.as_ref();
    enabled.filter(|_| stored.derived.active(stored.entity.status)).map(|enabled| &enabled.by)
}

/// The client to read for its name, where the name was not kept.
fn client(principal: &Principal) -> Option<ApiClientId> {
    if principal.name().is_some() { None } else { user_id(principal).parse().ok() }
}

fn user(principal: &Principal, related: &Related) -> UserView {
    let known =
        || client(principal).and_then(|id| related.clients.get(&id)).map(|client| client.name.clone());
    UserView { id: user_id(principal), name: principal.name().cloned().or_else(known) }
}
