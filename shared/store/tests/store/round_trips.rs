//! What each question and each write costs in requests: more of them is slower for every caller.

use domain::deployment::Deployment;
use domain::environment::Environment;
use domain::work::Worked;
use store::{Direction, Kind, ListRequest, Listing};

use crate::local::Local;
use crate::samples::{self, moment, someone};
use crate::wire::Wire;

#[tokio::test]
async fn an_entity_is_one_request_and_by_its_key_two() {
    let local = Local::start().await;
    let wire = Wire::to(local.address).await;
    let project = local.project_by_way_of(wire.address);
    let mut environment = samples::environment_with_key("staging");
    project.create_environment(&environment, &[]).await.unwrap();
    assert_eq!(wire.requests(), ["TransactWriteItems"]);
    project.get_by_id::<Environment>(environment.id.uuid()).await.unwrap();
    assert_eq!(wire.requests(), ["GetItem"]);
    project.get::<Environment>(&"key=staging".parse().unwrap()).await.unwrap();
    assert_eq!(wire.requests(), ["GetItem", "GetItem"]);
    environment.metadata.touch(moment(1), &someone());
    project.update_environment(&environment, 1, &[]).await.unwrap();
    assert_eq!(wire.requests(), ["UpdateItem"]);
    assert!(project.update(&environment, 1).await.is_err());
    assert_eq!(wire.requests(), ["UpdateItem"], "a refusal needs no second look");
    project.delete_environment(&environment).await.unwrap();
    assert_eq!(wire.requests(), ["TransactWriteItems", "Query"]);
}

#[tokio::test]
async fn a_page_is_one_query_and_the_total_one_read_more() {
    let local = Local::start().await;
    let wire = Wire::to(local.address).await;
    let project = local.project_by_way_of(wire.address);
    let (_, flow, environment) = samples::workshop(&local.project).await;
    local.project.create_deployment(&samples::deployment(&flow, &environment)).await.unwrap();
    let children = Listing::deployments_of(flow.id);
    let history = Listing::deployments_of_in(flow.id, environment.id.into());
    for (listing, with_total, limit, expected) in [
        (Listing::project(Kind::Deployment), false, 5, vec!["Query"]),
        (Listing::project(Kind::Deployment), true, 5, vec!["GetItem", "Query"]),
        (Listing::project(Kind::Deployment), true, 0, vec!["GetItem"]),
        (children.clone(), false, 5, vec!["BatchGetItem", "Query"]),
        (children, true, 5, vec!["BatchGetItem", "GetItem", "Query"]),
        (history.clone(), false, 5, vec!["BatchGetItem", "Query"]),
        (history, true, 5, vec!["BatchGetItem", "Query", "Query"]),
    ] {
        let request =
            ListRequest { limit, offset: 0, direction: Direction::Descending, cursor: None, with_total };
        project.page::<Deployment>(&listing, &request).await.unwrap();
        let mut requests = wire.requests();
        requests.sort_unstable();
        assert_eq!(requests, expected);
    }
}

#[tokio::test]
async fn deploying_costs_few_requests_in_the_table() {
    let local = Local::start().await;
    let wire = Wire::to(local.address).await;
    let project = local.project_by_way_of(wire.address);
    let (_, flow, environment) = samples::workshop(&local.project).await;
    let mut deployment = samples::deployment(&flow, &environment);
    project.create_deployment(&deployment).await.unwrap();
    assert_eq!(wire.requests(), ["GetItem", "GetItem", "TransactWriteItems"], "the first counts its route");
    project.create_deployment(&samples::deployment(&flow, &environment)).await.unwrap();
    assert_eq!(wire.requests(), ["GetItem", "TransactWriteItems"]);
    deployment.acquire("worker", moment(1), 60).unwrap();
    project.save_progress(&deployment, 0).await.unwrap();
    assert_eq!(wire.requests(), ["UpdateItem"]);
    let held = project.save_with_route(&deployment, 1, |_, route| {
        route.pending_operations.clear();
        Ok(())
    });
    held.await.unwrap();
    assert_eq!(wire.requests(), ["GetItem", "GetItem", "TransactWriteItems"], "the last uncounts its route");
    project.save_with_route(&deployment, 1, |_, _| Ok(())).await.unwrap();
    assert_eq!(wire.requests(), ["GetItem", "UpdateItem"]);
    project.remove_deployment(&deployment, 1).await.unwrap();
    assert_eq!(wire.requests(), ["GetItem", "GetItem", "TransactWriteItems"]);
}
