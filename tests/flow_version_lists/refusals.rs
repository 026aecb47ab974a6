//! What a list cannot be asked is refused, all of it at once, with what it can be asked.

use super::ALL;
use super::gallery::Gallery;
use crate::harness::Project;

#[tokio::test]
async fn everything_that_is_wrong_with_a_query_is_told() {
    let project = Project::new().await;
    let query = "filter[global]=yes&filter[package_id]=spring&filter[status]=Deployed&include=flow,user\
                 &sort=name&page=0&per_page=101";
    let refused = project.get(&format!("{ALL}?{query}")).await.refused(422).blames_only(&[
        "filter.global",
        "filter.package_id",
        "filter.status",
        "include",
        "sort",
        "page",
        "per_page",
    ]);
    let refused = refused.blames("filter.global", "true, false, 1 or 0").blames("include", "'flow'");
    let filters = ["package_id", "virtual_environment_id", "global", "flowVersion.flow", "name", "LIKE"];
    let refused = filters
        .iter()
        .fold(refused, |refused, name| refused.blames("filter.status", &format!("filter[{name}]")));
    let includes = ["enabledBy", "flowVersion", "virtualEnvironment", "package", "user"];
    let refused = includes.iter().fold(refused, |refused, name| refused.blames("include", name));
    let sorts =
        ["created_at", "enabled_at", "flow_name", "flow_version_iteration", "flow_versions.id", "flows.id"];
    let refused = sorts.iter().fold(refused, |refused, name| refused.blames("sort", name));
    refused.blames("sort", "flows.name").blames("sort", "iteration");
}

#[tokio::test]
async fn a_value_that_cannot_be_is_refused_under_its_name() {
    let project = Project::new().await;
    for (query, field) in [
        ("filter[global]=2", "filter.global"),
        ("filter[global]=true,perhaps", "filter.global"),
        ("filter[package_id]=7", "filter.package_id"),
        ("filter[package_id][]=7", "filter.package_id"),
        ("filter[name]=a&filter[name]=b", "filter.name"),
        ("filter[name][not]=a", "filter.name.not"),
        ("filter[virtual_environment_id]=a%20b", "filter.virtual_environment_id"),
        ("filter[flowVersion.flow]=12", "filter.flowVersion.flow"),
        ("filter[flowVersion]=12", "filter.flowVersion"),
        ("filter=name", "filter"),
        ("filter[]=name", "filter"),
        ("include=Package", "include"),
        ("include=user,user.name", "include"),
        ("include[]=user", "include"),
        ("sort=-", "sort"),
        ("sort=DESC", "sort"),
        ("sort=flow_name,age", "sort"),
        ("sort=--created_at", "sort"),
        ("sort[]=created_at", "sort"),
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=two", "page"),
        ("per_page=0", "per_page"),
        ("per_page=101", "per_page"),
        ("per_page=ten", "per_page"),
        ("cursor=made-up", "cursor"),
        ("cursor=made-up&sort=flow_name", "cursor"),
        ("unknown=1", "unknown"),
        ("fields[flow]=name", "fields.flow"),
    ] {
        project.get(&format!("{ALL}?{query}")).await.refused(422).blames_only(&[field]);
    }
    for harmless in ["include=", "sort=", "page=1&per_page=100"] {
        project.get(&format!("{ALL}?{harmless}")).await.expect(200);
    }
}

#[tokio::test]
async fn a_cursor_goes_on_in_its_own_list_only() {
    let gallery = Gallery::standing().await;
    let project = gallery.project;
    let page = gallery.ask("per_page=2&sort=-created_at&filter[global]=false").await;
    let next = page["links"]["next"].as_str().unwrap().to_owned();
    let cursor = next.split("cursor=").nth(1).unwrap();
    project.follow(&page["links"]["next"]).await;
    let version = gallery.orders.version(1);
    for (path, says) in [
        (format!("{ALL}?filter[global]=false&cursor={cursor}"), "the query asks for the list's own order"),
        (format!("{ALL}?sort=enabled_at&filter[global]=false&cursor={cursor}"), "the order '-created_at'"),
        (format!("{ALL}?sort=-created_at&filter[global]=true&cursor={cursor}"), "other filters"),
        (format!("{ALL}?sort=-created_at&cursor={cursor}"), "other filters"),
        (
            format!("/api/v1/flow-versions/{version}/deployments?sort=-created_at&cursor={cursor}"),
            "another list",
        ),
        (
            format!("/api/v1/packages?sort=-created_at&cursor={cursor}"),
            "it is of /api/v1/flow-version-deployments",
        ),
    ] {
        project.get(&path).await.refused(422).blames_only(&["cursor"]).blames("cursor", says);
    }
    let other = gallery.orders.version(2);
    let path = |version: &str| format!("/api/v1/flow-versions/{version}/deployments?per_page=1");
    let page = project.get(&path(&version)).await.expect(200);
    let cursor = page["links"]["next"].as_str().unwrap().split("cursor=").nth(1).unwrap().to_owned();
    let refused = project.get(&format!("{}&cursor={cursor}", path(&other))).await.refused(422);
    refused.blames_only(&["cursor"]).blames("cursor", "has other values here");
}

#[tokio::test]
async fn a_cursor_of_another_project_leads_to_nothing_of_it() {
    let (mine, theirs) = (Project::new().await, Project::new().await);
    let (own, foreign) = (Gallery::of(&mine).await, Gallery::of(&theirs).await);
    let page = foreign.ask("per_page=2").await;
    let cursor = page["links"]["next"].as_str().unwrap().split("cursor=").nth(1).unwrap();
    let seen = mine.get(&format!("{ALL}?cursor={cursor}")).await.expect(200);
    // A place among the times at which deployments were made is one in any project's list; what is there is one's own.
    assert!(seen.column("id").iter().all(|id| own.ids.iter().any(|mine| id == mine)), "{seen}");
}
