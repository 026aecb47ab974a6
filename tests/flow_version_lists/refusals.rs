//! What a list cannot be asked is refused, all of it at once, with what it can be asked.

use super::ALL;
use super::gallery::Gallery;
use crate::harness::Project;

#[tokio::test]
async fn everything_that_is_wrong_with_a_query_is_told() {
    let project = Project::new().await;
    let query = "filter[global]=yes&filter[package_id]=spring&filter[status]=Deployed&filter[LIKE]=&include=flow,user\
                 &sort=name&page=0&per_page=101";
    let refused = project.get(&format!("{ALL}?{query}")).await.refused(422).blames_only(&[
        "filter.global",
        "filter.package_id",
        "filter.status",
        "filter.LIKE",
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
        ("filter[global]=", "filter.global"),
        ("filter[package_id]=7", "filter.package_id"),
        ("filter[package_id]=,", "filter.package_id"),
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
        ("sort=flow_name,created_at", "sort"),
        ("sort=--created_at", "sort"),
        ("sort[]=created_at", "sort"),
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=two", "page"),
        ("page=100000", "page"),
        ("per_page=0", "per_page"),
        ("per_page=101", "per_page"),
        ("per_page=ten", "per_page"),
        ("cursor=made-up", "cursor"),
        ("cursor=made-up&sort=flow_name", "cursor"),
    ] {
        project.get(&format!("{ALL}?{query}")).await.refused(422).blames_only(&[field]);
    }
    for harmless in ["unknown=1", "fields[flow]=name", "include=", "sort=", "page=1&per_page=100"] {
        project.get(&format!("{ALL}?{harmless}")).await.expect(200);
    }
}

#[tokio::test]
async fn a_position_leads_nowhere_else() {
    let (mine, theirs) = (Project::new().await, Project::new().await);
    Gallery::of(&mine).await;
    let page = theirs_page(&theirs).await;
    let link = page["links"]["next"].as_str().unwrap().split("cursor=").nth(1).unwrap().to_owned();
    // In another list it is a place like any other, or none.
    for query in ["", "&sort=-enabled_at", "&filter[global]=true", "&filter[LIKE]=order"] {
        let answer = mine.get(&format!("{ALL}?page=2&cursor={link}{query}")).await;
        if answer.status == 200 {
            let theirs = theirs.get(ALL).await.expect(200).column("id");
            assert!(answer.column("id").iter().all(|id| !theirs.contains(id)), "{answer}");
        } else {
            answer.refused(422).blames_only(&["cursor"]);
        }
    }
}

async fn theirs_page(theirs: &Project) -> crate::harness::Answer {
    let gallery = Gallery::of(theirs).await;
    gallery.ask("per_page=2").await
}
