//! Which applications a new deployment has.

use super::merge::{Merge, Slot};
use super::{ApplicationDraft, ProblemCode};
use crate::connector::{ApplicationSpecification, Specification};
use crate::connector_deployment::{Application, Configuration};
use crate::ids::ApplicationId;

/// A configuration with the applications that are listed and no value yet.
pub(super) fn begin<'a>(
    specification: &'a Specification,
    listed: Option<&[ApplicationDraft]>,
    mut new_id: impl FnMut() -> ApplicationId,
) -> Merge<'a> {
    let listed = listed.unwrap_or_default();
    let is_listed = |declared: &&ApplicationSpecification| {
        listed.iter().any(|draft| draft.name == declared.name.as_str())
    };
    let slots = specification
        .applications
        .iter()
        .filter(is_listed)
        .map(|declared| Slot::new(declared, blank(declared, new_id())))
        .collect();
    let mut merge = Merge::new(specification, slots, Configuration::default(), 0);
    if listed.is_empty() && !specification.applications.is_empty() {
        let names: Vec<_> = specification.applications.iter().map(|one| one.name.as_str()).collect();
        let words = format!(
            "A deployment needs at least one application of the connector in configurations; it has {}",
            names.join(", ")
        );
        merge.refuse(ProblemCode::ApplicationRequired, words);
    }
    merge
}

fn blank(declared: &ApplicationSpecification, id: ApplicationId) -> Application {
    Application {
        id,
        name: declared.name.clone(),
        configuration: Configuration::default(),
        schedule: None,
        retry_policy: None,
        hosted: None,
        candidate: None,
    }
}
