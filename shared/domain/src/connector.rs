//! Connectors: packaged integrations, a git repository at a tag with a `connect.yaml` in it. A staged connector is
//! edited; what is published from it is deployed.

mod cadence;
mod package;
mod parse;
mod profile;
mod published;
mod retry_policy;
mod specification;
mod staged;

pub use cadence::{Cadence, InvalidCadence};
pub use package::{Asset, Package, PackagedApplication};
pub use parse::{InvalidSpecification, Problem as SpecificationProblem, connect_yaml_schema};
pub use profile::{Creator, IntegrationType, Profile, Repository};
pub use published::Connector;
pub use retry_policy::{InvalidRetryPolicy, RetryPolicy};
pub use specification::{
    ApplicationKind, ApplicationSpecification, HealthCheck, KeyDeclarations, Scripts, SecuredKey,
    Specification, StandardKey,
};
pub use staged::{
    CertificationComment, ConnectorStaged, ConnectorStatus, EditRefused, MAX_COMMENTS, MAX_COMMENTS_BYTES,
    Previewable, StagedOperation, StagedOperationKind,
};
