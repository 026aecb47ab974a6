//! Who wrote and who deleted, and what somebody reaches who is limited to an environment.

use domain::deployment::Deployment;
use domain::environment::Environment;
use domain::ids::EnvironmentId;
use domain::placement::Placement;
use domain::via::Via;
use store::{Address, Direction, Entity, Kind, ListRequest, Listing, ProjectStore, StoreError};
use uuid::Uuid;

use crate::audit::audit;
use crate::local::{Local, Raw, via};
use crate::samples::{self, moment, someone, workshop};

fn text<'a>(item: &'a Raw, attribute: &str) -> &'a str {
    item[attribute].as_s().unwrap()
}

fn written_by(item: &Raw) -> Via {
    serde_json::from_str(text(item, "via")).unwrap()
}

#[tokio::test]
async fn whoever_makes_and_changes_an_entity_is_written_beside_it() {
    let local = Local::start().await;
    let mut environment = samples::environment();
    local.project.create(&environment).await.unwrap();
    let own = |items: Vec<Raw>| items.into_iter().find(|item| text(item, "SK") == "ENVIRONMENT").unwrap();
    assert_eq!(written_by(&own(local.items().await)), via());
    environment.metadata.touch(moment(1), &someone());
    let other = via().correlated("another request").from_client(Some("ci/1"));
    let project = local.store.project(local.project.project(), other.clone(), None);
    project.update(&environment, 1).await.unwrap();
    assert_eq!(written_by(&own(local.items().await)), other);
}

#[tokio::test]
async fn whoever_deletes_is_known_for_eight_days_and_what_was_deleted_too() {
    let local = Local::start().await;
    let environment = samples::environment();
    local.project.create(&environment).await.unwrap();
    let deleting = via().correlated("the deletion");
    let project = local.store.project(local.project.project(), deleting.clone(), None);
    project.delete_environment(&environment).await.unwrap();
    let left = local.items().await.into_iter().find(|item| text(item, "SK") == "GONE").unwrap();
    assert_eq!(text(&left, "PK"), format!("P#acme#GONE#ENVIRONMENT#{}", environment.id));
    assert_eq!(written_by(&left), deleting);
    assert_eq!(serde_json::from_str::<Environment>(text(&left, "body")).unwrap(), environment);
    let expires = deleting.at.plus_seconds(8 * 86_400).as_second();
    assert_eq!(left["expiresAt"].as_n().unwrap(), &expires.to_string());
    audit(&local).await;
    // A refused deletion leaves nothing.
    assert!(matches!(project.delete_environment(&environment).await, Err(StoreError::NotFound { .. })));
    assert_eq!(local.items().await.len(), 2, "the count, and what is left");
}

/// A deployment in an environment of its own, one in another and one everywhere, of one flow.
struct Scene {
    local: Local,
    own: Deployment,
    others: [Deployment; 2],
    environment: EnvironmentId,
}

impl Scene {
    async fn set() -> Self {
        let local = Local::start().await;
        let (_, flow, environment) = workshop(&local.project).await;
        let other = samples::environment();
        local.project.create(&other).await.unwrap();
        let deploy = async |placement: Placement| {
            let deployment = samples::deployment_in(&flow, placement);
            local.project.create_deployment(&deployment).await.unwrap();
            deployment
        };
        let own = deploy(environment.id.into()).await;
        let others = [deploy(other.id.into()).await, deploy(Placement::Global).await];
        Self { own, others, environment: environment.id, local }
    }

    fn limited(&self) -> ProjectStore {
        self.local.limited_to(self.environment)
    }

    fn is_out_of_reach<T>(&self, done: &Result<T, StoreError>) -> bool {
        matches!(done, Err(StoreError::OutOfReach(own)) if *own == self.environment)
    }
}

fn ids<E: Entity>(stored: &[store::Stored<E>]) -> Vec<Uuid> {
    stored.iter().map(|stored| stored.entity.uuid()).collect()
}

#[tokio::test]
async fn whoever_is_limited_gets_and_lists_what_is_in_that_environment_alone() {
    let scene = Scene::set().await;
    let limited = scene.limited();
    let own = scene.own.id.uuid();
    assert_eq!(limited.get_by_id::<Deployment>(own).await.unwrap().entity.id, scene.own.id);
    assert!(limited.get_by_id::<Environment>(scene.environment.uuid()).await.is_ok());
    for other in &scene.others {
        assert!(scene.is_out_of_reach(&limited.get_by_id::<Deployment>(other.id.uuid()).await));
        assert!(scene.is_out_of_reach(&limited.answering(other.flow, other.placement).await));
        assert!(scene.is_out_of_reach(&limited.route(other.flow, other.placement).await));
        assert_eq!(
            limited.id_of::<Deployment>(&Address::Id(other.id.uuid())).await.unwrap(),
            other.id.uuid()
        );
    }
    let all: Vec<_> = scene.others.iter().chain([&scene.own]).map(|deployment| deployment.id).collect();
    assert_eq!(ids(&limited.deployments_by_id(&all).await.unwrap()), [own]);
    assert_eq!(limited.summaries(|_| true).await.unwrap().len(), 1);
    let placements: Vec<_> = limited.routes_of(scene.own.flow).await.unwrap();
    assert_eq!(placements.iter().map(|route| route.placement).collect::<Vec<_>>(), [scene.own.placement]);
    let request =
        ListRequest { limit: 20, offset: 0, direction: Direction::Ascending, cursor: None, with_total: true };
    for listing in [
        Listing::project(Kind::Deployment),
        Listing::deployments(),
        Listing::deployments_of(scene.own.flow),
        Listing::deployments_in(scene.environment),
        Listing::deployments_of_in(scene.own.flow, scene.own.placement),
        Listing::deployments_of_release(scene.own.flow, scene.own.release),
    ] {
        let page = limited.page::<Deployment>(&listing, &request).await.unwrap();
        assert_eq!((ids(&page.results), page.total), (vec![own], Some(1)), "{listing:?}");
        assert_eq!(ids(&limited.walk::<Deployment>(&listing, |_| true).await.unwrap()), [own], "{listing:?}");
    }
    let page = limited.page::<Deployment>(&Listing::global_deployments(), &request).await.unwrap();
    assert_eq!((page.results.len(), page.total), (0, Some(0)));
    let page = limited.page::<Environment>(&Listing::project(Kind::Environment), &request).await.unwrap();
    assert_eq!((ids(&page.results), page.total), (vec![scene.environment.uuid()], Some(1)));
}

#[tokio::test]
async fn whoever_is_limited_writes_nothing_outside_that_environment() {
    let scene = Scene::set().await;
    let limited = scene.limited();
    let before = scene.local.text().await;
    for other in &scene.others {
        assert!(scene.is_out_of_reach(&limited.update(other, 1).await));
        assert!(scene.is_out_of_reach(&limited.request_operation(other, 1).await));
        assert!(scene.is_out_of_reach(&limited.create_run(&samples::run(other)).await));
        let mut moved = scene.own.clone();
        moved.placement = other.placement;
        assert!(scene.is_out_of_reach(&limited.create_deployment(&moved).await));
    }
    assert!(scene.is_out_of_reach(&limited.create(&samples::environment()).await));
    assert_eq!(scene.local.text().await.len(), before.len(), "nothing was written");
    audit(&scene.local).await;
}
