//! What a client puts into a package, checked.

use std::collections::{BTreeMap, BTreeSet};

use api::ApiError;
use api::validate::Problem;
use contract::flow_versions::packages::MemberDraft;
use domain::package::PackageMember;
use domain::release::ReleaseId;
use store::ProjectStore;

/// The members of a package, all of whose releases exist.
///
/// # Errors
///
/// 422, which lists every flow that is in it twice and every flow version that there is not.
pub(crate) async fn read(
    project: &ProjectStore,
    drafts: &[MemberDraft],
) -> Result<Vec<PackageMember>, ApiError> {
    let wanted: BTreeSet<ReleaseId> = drafts.iter().map(|draft| draft.flow_version_id).collect();
    let wanted: Vec<ReleaseId> = wanted.into_iter().collect();
    let found = project.releases_by_id(&wanted).await?;
    let found = found.iter().map(|release| ReleaseId { flow: release.flow, number: release.number });
    check(drafts, &found.collect())
}

/// The members that `drafts` ask for, when `known` are the releases that exist.
fn check(drafts: &[MemberDraft], known: &BTreeSet<ReleaseId>) -> Result<Vec<PackageMember>, ApiError> {
    let mut first = BTreeMap::new();
    let mut problems = Vec::new();
    for (place, draft) in drafts.iter().enumerate() {
        let id = draft.flow_version_id;
        let pointer = format!("/flow_versions/{place}/flow_version_id");
        let mut wrong = |message| problems.push(Problem { pointer: pointer.clone(), message });
        if !known.contains(&id) {
            wrong(format!("names nothing: there is no flow version '{id}' in this project"));
        }
        match first.get(&id.flow) {
            Some((earlier, same)) => wrong(format!(
                "is of the same flow as flow_versions.{earlier}, '{same}'; a package holds one version of each flow"
            )),
            None => {
                first.insert(id.flow, (place, id));
            }
        }
    }
    if !problems.is_empty() {
        return Err(ApiError::invalid_body(problems));
    }
    Ok(drafts.iter().map(MemberDraft::member).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    const FLOWS: [&str; 2] = [samples::ID, samples::OTHER];

    fn id(flow: usize, number: u32) -> ReleaseId {
        ReleaseId { flow: FLOWS[flow].parse().unwrap(), number }
    }

    fn drafts(ids: &[ReleaseId]) -> Vec<MemberDraft> {
        ids.iter().map(|id| MemberDraft { flow_version_id: *id, priority: Some(7) }).collect()
    }

    #[test]
    fn one_version_of_each_flow_is_taken_in_the_order_given() {
        let ids = [id(1, 2), id(0, 1)];
        let members = check(&drafts(&ids), &ids.into()).unwrap();
        let expected = ids.map(|id| PackageMember { flow: id.flow, release: id.number, priority: Some(7) });
        assert_eq!(members, expected);
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_where_it_is() {
        let ids = [id(0, 1), id(1, 1), id(0, 2), id(1, 1)];
        let refused = check(&drafts(&ids), &[id(0, 1), id(0, 2)].into()).unwrap_err();
        let told = refused.errors.iter().map(|error| {
            let place = error.members["field"].as_str().unwrap();
            (place.to_owned(), error.message.clone())
        });
        let told: Vec<_> = told.collect();
        let places: Vec<&str> = told.iter().map(|(place, _)| place.as_str()).collect();
        let at = |place: usize| format!("/flow_versions/{place}/flow_version_id");
        assert_eq!(places, [at(1), at(2), at(3), at(3)], "{told:?}");
        assert!(told[1].1.contains(&format!("flow_versions.0, '{}'", id(0, 1))), "{told:?}");
        assert!(told[2].1.contains(&format!("no flow version '{}'", id(1, 1))), "{told:?}");
    }
}
