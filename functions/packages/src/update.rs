use api::collection::Data;
use api::{ApiError, ById, ErrorCode, ErrorItem, Grant, Method, grant};
use contract::flow_versions::packages::PackageChanges;
use contract::flow_versions::packages::PackageView;
use domain::ids::PackageId;
use domain::package::{Package, PackageMember};
use domain::release::ReleaseId;
use domain::scope::Scope;
use retry::Retry;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{StoreError, Stored};

use crate::TOO_OFTEN;
use crate::members;

/// Changes a package.
#[derive(Debug)]
pub struct Update;

impl HttpEndpoint for Update {
    const ID: &'static str = "packages.update";
    const SUMMARY: &'static str = "Change a package; what is deployed of it stays as it is";
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/api/v1/packages/{id}";
    const SCOPE: Scope = Scope::ManageFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ_SEVERAL, grant::UPDATE];
    type Path = ById<PackageId>;
    type Query = ();
    type Body = PackageChanges;
    type Answer = Data<PackageView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Data<PackageView>, ApiError> {
        let (project, id) = (context.project_of(&call), call.path.id);
        let mut stored = project.get_by_id::<Package>(id.uuid()).await?;
        let members = match &call.body.flow_versions {
            Some(drafts) => Some(members::read(&project, drafts).await?),
            None => None,
        };
        let mut retry = Retry::patient();
        loop {
            let expected = stored.entity.metadata.version;
            let Stored { entity: before, derived } = stored;
            let mut package = changed(&before, &call.body, members.as_deref())?;
            if package == before {
                return Ok(Data { data: PackageView::of(package, derived.deployments) });
            }
            package.metadata.touch(context.clock.now(), &call.actor.principal);
            match project.update(&package, expected).await {
                Ok(()) => return Ok(Data { data: PackageView::of(package, derived.deployments) }),
                Err(StoreError::Stale { .. } | StoreError::Raced) => {
                    retry.again(TOO_OFTEN).await.map_err(|_| StoreError::Raced)?;
                }
                Err(error) => return Err(error.into()),
            }
            stored = project.get_by_id::<Package>(id.uuid()).await?;
        }
    }
}

/// The package as it is to be, with `members` in it when they are to change.
fn changed(
    before: &Package,
    changes: &PackageChanges,
    members: Option<&[PackageMember]>,
) -> Result<Package, ApiError> {
    let mut package = before.clone();
    if let Some(members) = members {
        may_hold(before, members)?;
        package.members = members.to_vec();
    }
    if let Some(name) = &changes.name {
        package.name = name.clone();
    }
    package.notes = changes.notes.clone().or(package.notes);
    Ok(package)
}

/// Refuses to take a flow out of a package that was deployed.
fn may_hold(package: &Package, members: &[PackageMember]) -> Result<(), ApiError> {
    let gone = package.missing_from(members);
    if !package.was_deployed || gone.is_empty() {
        return Ok(());
    }
    let gone = package.members.iter().filter(|member| gone.contains(&member.flow));
    let gone: Vec<String> =
        gone.map(|member| ReleaseId { flow: member.flow, number: member.release }.to_string()).collect();
    let message = format!(
        "The package was deployed, so no flow can be taken out of it; it needs a version of the flow of {}. Or create \
         another package",
        gone.join(", ")
    );
    let item = ErrorItem::new(ErrorCode::EntityInUse, message).with("field", "/flow_versions");
    Err(ApiError::all(409, vec![item]))
}

#[cfg(test)]
mod tests {
    use api::request::Body;
    use api::unknown::Unknown;
    use api::validate::Validator;
    use serde_json::{Value, json};

    use super::*;
    use crate::samples;

    const FLOWS: [&str; 2] = [samples::ID, samples::OTHER];

    fn member(flow: usize, release: u32) -> PackageMember {
        PackageMember { flow: FLOWS[flow].parse().unwrap(), release, priority: None }
    }

    fn package(was_deployed: bool) -> Package {
        Package { was_deployed, ..samples::package(vec![member(0, 1), member(1, 2)]) }
    }

    fn changes(body: Value) -> PackageChanges {
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn a_whole_package_can_be_sent_back_and_a_misspelt_member_cannot() {
        let validator = Validator::of_body(PackageChanges::SCHEMA.unwrap(), Unknown::Refused).unwrap();
        let whole = PackageView::of(package(false), 0);
        assert_eq!(validator.problems(&serde_json::to_value(whole).unwrap()), []);
        let problems = validator.problems(&json!({ "note": "x" }));
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["note: unknown member; did you mean 'notes'?"]);
    }

    #[test]
    fn what_is_absent_stays_and_null_takes_the_notes_away() {
        let before = package(false);
        let after = |body| changed(&before, &changes(body), None).unwrap();
        assert_eq!(after(json!({})), before);
        assert_eq!(after(json!({ "notes": null })), Package { notes: None, ..before.clone() });
        let other = Package { name: "July".parse().unwrap(), notes: Some("x".to_owned()), ..before.clone() };
        assert_eq!(after(json!({ "name": "July", "notes": "x" })), other);
    }

    #[test]
    fn a_flow_leaves_only_before_the_package_was_deployed() {
        let less = [member(0, 5)];
        let fresh = changed(&package(false), &changes(json!({})), Some(&less)).unwrap();
        assert_eq!(fresh.members, less);
        let refused = changed(&package(true), &changes(json!({})), Some(&less)).unwrap_err();
        assert_eq!(refused.status, 409);
        assert!(refused.errors[0].message.contains(&format!("{}.2", FLOWS[1])), "{refused:?}");
        assert!(!refused.errors[0].message.contains(FLOWS[0]), "{refused:?}");
        let other = [member(1, 3), member(0, 1)];
        assert_eq!(changed(&package(true), &changes(json!({})), Some(&other)).unwrap().members, other);
    }
}
