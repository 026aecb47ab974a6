//! What tests of this crate begin with.

use domain::deployment::Request;
use domain::ids::{BuildId, OperationId};
use domain::metadata::{Metadata, Principal};
use domain::package::{Package, PackageMember};
use runtime::clock::new_id;

/// Some id.
pub(crate) const ID: &str = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";
/// Some other id.
pub(crate) const OTHER: &str = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f11";

const MORNING: &str = "2026-11-20T10:00:00Z";

/// A package that was never deployed.
pub(crate) fn package(members: Vec<PackageMember>) -> Package {
    Package {
        id: ID.parse().unwrap(),
        name: "June".parse().unwrap(),
        notes: Some("Everything".to_owned()),
        members,
        was_deployed: false,
        metadata: Metadata::begin(MORNING.parse().unwrap(), &Principal::system("tests")),
    }
}

pub(crate) fn request(by: Principal) -> Request {
    let (operation, build) = (OperationId::new(new_id()), BuildId::new(new_id()));
    Request { operation, build, at: MORNING.parse().unwrap(), by }
}
