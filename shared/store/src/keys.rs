//! Every key of the table, in one place. The access patterns of [`ACCESS_PATTERNS`] are rendered into the README.

use domain::ids::{ApiClientId, ApplicationId, ConnectorDeploymentId, DeploymentId, FlowId};
use domain::metadata::Timestamp;
use domain::payload::Digest;
use domain::placement::Placement;
use domain::secret::SecretHolder;
use domain::signing::TokenKind;
use domain::text::{Key, ProjectKey, VariableName};
use domain::work::{WorkKind, WorkQueue};
use uuid::Uuid;

use crate::error::Kind;

/// The primary key of an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ItemKey {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

/// The index that lists entities, and its keys.
pub const GSI1: &str = "GSI1";
/// The sparse index of work in progress.
pub const PENDING: &str = "Pending";
/// The sparse index of deployments, with no more of each than filters and orders need.
pub const GSI2: &str = "GSI2";

/// What the partition keys of projects begin with.
pub const PROJECTS_PREFIX: &str = "P#";
/// What the partition keys of credentials begin with.
pub const CREDENTIALS_PREFIX: &str = "CREDENTIAL#";
/// What the partition keys of the keys that sign tokens begin with. The kind of token follows.
pub const KEYS_PREFIX: &str = "SYSTEM#";
/// What the partition keys of the logs of applications begin with.
pub const LOGS_PREFIX: &str = "LOG#";

/// What is asked of the table, and the one request that answers it: question, request, keys.
pub const ACCESS_PATTERNS: &[(&str, &str, &str)] = &[
    ("one entity by id", "GetItem", "`P#{project}#{KIND}#{id}` / `{KIND}`"),
    ("one entity by key", "GetItem × 2", "`P#{project}#KEY#{KIND}#{key}` / `KEY`, then the entity"),
    ("a project's entities of a kind, by creation", "Query GSI1", "`P#{project}#{KIND}` / `{position}#{id}`"),
    ("how many there are", "GetItem", "`P#{project}#COUNT#{KIND}` / `COUNT`"),
    (
        "flows of an integration",
        "Query + BatchGetItem",
        "`P#{project}#INTEGRATION#{id}` / `FLOW#{createdAt}#{id}`",
    ),
    (
        "deployments of a flow",
        "Query + BatchGetItem",
        "`P#{project}#FLOW#{id}` / `DEPLOYMENT#{createdAt}#{id}`",
    ),
    (
        "deployments in an environment",
        "Query + BatchGetItem",
        "`P#{project}#ENVIRONMENT#{id}` / `DEPLOYMENT#{createdAt}#{id}`",
    ),
    (
        "deployments of a flow in an environment",
        "Query + BatchGetItem",
        "`P#{project}#FLOW#{id}` / `DEPLOYMENT_IN#{environment}#{createdAt}#{id}`",
    ),
    (
        "deployments of a release",
        "Query + BatchGetItem",
        "`P#{project}#FLOW#{id}` / `DEPLOYMENT_OF#{number}#{createdAt}#{id}`",
    ),
    ("global deployments", "Query + BatchGetItem", "`P#{project}#GLOBAL` / `DEPLOYMENT#{createdAt}#{id}`"),
    (
        "deployments of a package",
        "Query + BatchGetItem",
        "`P#{project}#PACKAGE#{id}` / `DEPLOYMENT#{createdAt}#{id}`",
    ),
    (
        "how a package was deployed",
        "Query + BatchGetItem",
        "`P#{project}#PACKAGE#{id}` / `PACKAGEDEPLOYMENT#{createdAt}#{id}`",
    ),
    (
        "all deployments, filtered or ordered",
        "Query GSI2 + BatchGetItem",
        "`P#{project}#DEPLOYMENT` / `{createdAt}#{id}`, 200 bytes each",
    ),
    ("releases of a flow", "Query", "`P#{project}#FLOW#{id}` / `RELEASE#{number}`"),
    (
        "what answers for a flow in an environment",
        "BatchGetItem",
        "`P#{project}#FLOW#{id}` / `ROUTE#{environment}` and `ROUTE#global`",
    ),
    ("a version of a secret", "GetItem", "`P#{project}#{HOLDER}#{id}` / `SECRET#{name}#{version}`"),
    (
        "a connector of any project, by id or key",
        "GetItem (× 2)",
        "as any entity, in the project `connectors`",
    ),
    ("what was deleted, for 8 days", "GetItem", "`P#{project}#GONE#{KIND}#{id}` / `GONE`"),
    ("log of an application", "Query", "`LOG#{project}#{deployment}` / `{application}#{timestamp}#{id}`"),
    ("whether a definition was found valid", "GetItem", "`P#{project}#VALIDATED#{digest}` / `VALIDATED`"),
    ("a credential", "GetItem", "`CREDENTIAL#{clientId}` / `CREDENTIAL`"),
    ("the keys that sign tokens of a kind", "GetItem", "`SYSTEM#{kind}` / `KEYS`"),
    ("whether a state machine may use HTTP tasks", "GetItem", "`P#{project}#MACHINE#{name}` / `MACHINE`"),
    ("work that is overdue", "Query Pending × 8", "`PENDING#{shard}` / `{due}#{id}`"),
];

/// An entity's own item.
pub fn entity(project: &ProjectKey, kind: Kind, id: Uuid) -> ItemKey {
    ItemKey { pk: partition(&owner_partition(project, kind), kind, id), sk: kind.tag().to_owned() }
}

/// Where entities of a kind lie: with their project, or with the connectors of all projects.
fn owner_partition(project: &ProjectKey, kind: Kind) -> ProjectKey {
    match kind {
        Kind::Connector | Kind::ConnectorStaged => ProjectKey::catalogue(),
        _ => project.clone(),
    }
}

/// What is left of an entity that was deleted.
pub fn gone(project: &ProjectKey, kind: Kind, id: Uuid) -> ItemKey {
    let owner = owner_partition(project, kind);
    ItemKey { pk: format!("P#{owner}#GONE#{}#{}", kind.tag(), id.as_hyphenated()), sk: "GONE".to_owned() }
}

/// The claim on a key, which holds the entity's id and goes with it.
pub fn unique_key(project: &ProjectKey, kind: Kind, key: &Key) -> ItemKey {
    let owner = owner_partition(project, kind);
    // What is published goes by the key of the staged connector, which holds the claim for both.
    let holder = if kind == Kind::Connector { Kind::ConnectorStaged } else { kind };
    ItemKey { pk: format!("P#{owner}#KEY#{}#{key}", holder.tag()), sk: "KEY".to_owned() }
}

/// The count of a project's entities of a kind.
pub fn count(project: &ProjectKey, kind: Kind) -> ItemKey {
    let owner = list_owner(project, kind);
    ItemKey { pk: format!("P#{owner}#COUNT#{}", kind.tag()), sk: "COUNT".to_owned() }
}

/// The partition of GSI1 that lists a project's entities of a kind.
pub fn list_partition(project: &ProjectKey, kind: Kind) -> String {
    format!("P#{}#{}", list_owner(project, kind), kind.tag())
}

/// Who lists and counts entities of a kind: their project, but for what is published, which is found by all.
fn list_owner(project: &ProjectKey, kind: Kind) -> ProjectKey {
    if kind == Kind::Connector { ProjectKey::catalogue() } else { project.clone() }
}

/// Where a parent's partition lists a child: `{KIND}#{createdAt}#{id}`.
pub fn child(project: &ProjectKey, parent: (Kind, Uuid), child: Kind, at: Timestamp, id: Uuid) -> ItemKey {
    ItemKey {
        pk: partition(project, parent.0, parent.1),
        sk: format!("{}{at}#{}", child_prefix(child), id.as_hyphenated()),
    }
}

/// What the sort keys of a parent's children of a kind begin with.
pub fn child_prefix(kind: Kind) -> String {
    format!("{}#", kind.tag())
}

/// A place in a list of deployments: `{prefix}{createdAt}#{id}`, in the partition `pk`.
pub fn listed(pk: String, prefix: &str, at: Timestamp, id: DeploymentId) -> ItemKey {
    ItemKey { pk, sk: format!("{prefix}{at}#{id}") }
}

/// What the sort keys of a flow's deployments in a place begin with, in the flow's partition.
pub fn deployment_in_prefix(placement: Placement) -> String {
    format!("DEPLOYMENT_IN#{placement}#")
}

/// What the sort keys of a release's deployments begin with, in its flow's partition.
pub fn deployment_of_prefix(release: u32) -> String {
    format!("DEPLOYMENT_OF#{release:010}#")
}

/// The partition that lists a project's global deployments.
pub fn global_partition(project: &ProjectKey) -> String {
    format!("P#{project}#GLOBAL")
}

/// The partition that an entity shares with its children.
pub fn partition(project: &ProjectKey, kind: Kind, id: Uuid) -> String {
    format!("P#{project}#{}#{}", kind.tag(), id.as_hyphenated())
}

/// A release of a flow. Numbers are padded, so that they sort.
pub fn release(project: &ProjectKey, flow: FlowId, number: u32) -> ItemKey {
    ItemKey { pk: partition(project, Kind::Flow, flow.uuid()), sk: format!("RELEASE#{number:010}") }
}

/// What the sort keys of routes begin with.
pub const ROUTE_PREFIX: &str = "ROUTE#";

/// The route of a flow in a place.
pub fn route(project: &ProjectKey, flow: FlowId, placement: Placement) -> ItemKey {
    ItemKey { pk: partition(project, Kind::Flow, flow.uuid()), sk: format!("{ROUTE_PREFIX}{placement}") }
}

/// What the sort keys of secured values begin with.
pub const SECRET_PREFIX: &str = "SECRET#";

/// One version of a secured value.
pub fn secret(project: &ProjectKey, holder: SecretHolder, name: &VariableName, version: u64) -> ItemKey {
    let sk = format!("{SECRET_PREFIX}{name}#{version:010}");
    ItemKey { pk: secrets_partition(project, holder), sk }
}

/// The partition that the secured values of a holder share with it.
pub fn secrets_partition(project: &ProjectKey, holder: SecretHolder) -> String {
    match holder {
        SecretHolder::Environment(id) => partition(project, Kind::Environment, id.uuid()),
        SecretHolder::ConnectorDeployment(id) => partition(project, Kind::ConnectorDeployment, id.uuid()),
        SecretHolder::RepositoryHost(id) => partition(project, Kind::RepositoryHost, id.uuid()),
    }
}

/// An entry in the log of an application: `{application}#{timestamp}#{id}`.
pub fn log_entry(
    project: &ProjectKey,
    deployment: ConnectorDeploymentId,
    application: ApplicationId,
    at: Timestamp,
    id: Uuid,
) -> ItemKey {
    ItemKey {
        pk: log_partition(project, deployment),
        sk: format!("{}{at}#{}", log_prefix(application), id.as_hyphenated()),
    }
}

/// The partition of the logs of a deployment's applications. Not that of the deployment: whoever writes logs may write
/// nothing else.
pub fn log_partition(project: &ProjectKey, deployment: ConnectorDeploymentId) -> String {
    format!("{LOGS_PREFIX}{project}#{deployment}")
}

/// What the sort keys of the log of an application begin with.
pub fn log_prefix(application: ApplicationId) -> String {
    format!("{application}#")
}

/// That Step Functions found a definition valid. Goes by itself after a while.
pub fn validated(project: &ProjectKey, digest: &Digest) -> ItemKey {
    ItemKey { pk: format!("P#{project}#VALIDATED#{digest}"), sk: "VALIDATED".to_owned() }
}

/// A credential, found by the client's id alone: who presents it has not said yet which project is meant.
pub fn credential(client: ApiClientId) -> ItemKey {
    ItemKey { pk: format!("{CREDENTIALS_PREFIX}{client}"), sk: "CREDENTIAL".to_owned() }
}

/// The keys that sign tokens of a kind.
pub fn key_ring(kind: TokenKind) -> ItemKey {
    ItemKey { pk: format!("{KEYS_PREFIX}{}", kind.name()), sk: "KEYS".to_owned() }
}

/// The note that a state machine of a project may use HTTP tasks.
pub fn machine(project: &ProjectKey, name: &str) -> ItemKey {
    ItemKey { pk: format!("P#{project}#MACHINE#{name}"), sk: "MACHINE".to_owned() }
}

/// A key that no item has, where every function may look.
pub(crate) fn nothing() -> ItemKey {
    ItemKey { pk: PROJECTS_PREFIX.to_owned(), sk: "NOTHING".to_owned() }
}

/// The partition of the sparse index that an entity's pending work is in. Sharded, because a single partition would
/// bound how many deployments a second can start.
pub fn pending_shard(queue: WorkQueue, worked: Uuid, shards: u8) -> String {
    let byte = worked.as_bytes().last().copied().unwrap_or_default();
    pending_partition(queue, byte % shards.max(1))
}

/// The partition of one shard of a queue's pending work.
pub fn pending_partition(queue: WorkQueue, shard: u8) -> String {
    format!("PENDING#{}#{shard}", queue.name())
}

/// Whose and what work is pending, from the partition key of the entity. What lies with the connectors of all
/// projects is [`ProjectKey::catalogue`]'s.
pub fn parse_worked(pk: &str) -> Option<(ProjectKey, WorkKind, Uuid)> {
    let mut parts = pk.strip_prefix("P#")?.splitn(3, '#');
    let (project, tag, id) = (parts.next()?, parts.next()?, parts.next()?);
    let kind = WorkKind::ALL.into_iter().find(|kind| Kind::of_work(*kind).tag() == tag)?;
    let project =
        if kind == WorkKind::ConnectorStaged { ProjectKey::catalogue() } else { project.parse().ok()? };
    Some((project, kind, Uuid::try_parse(id).ok()?))
}

/// The id at the end of a child's sort key.
pub(crate) fn child_id(sk: &str) -> Option<Uuid> {
    sk.rsplit('#').next().and_then(|id| Uuid::try_parse(id).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::EnvironmentId;
    use proptest::prelude::*;

    fn project() -> impl Strategy<Value = ProjectKey> {
        "[A-Za-z0-9_-]{2,36}".prop_filter_map("reserved", |text| text.parse().ok())
    }

    proptest! {
        #[test]
        fn the_key_of_what_is_worked_on_reads_back(project in project(), id: u128) {
            let id = Uuid::from_u128(id);
            for kind in [WorkKind::FlowDeployment, WorkKind::ConnectorDeployment, WorkKind::PackageDeployment] {
                let key = entity(&project, Kind::of_work(kind), id);
                prop_assert_eq!(parse_worked(&key.pk), Some((project.clone(), kind, id)));
            }
            let staged = entity(&project, Kind::ConnectorStaged, id);
            let found = (ProjectKey::catalogue(), WorkKind::ConnectorStaged, id);
            prop_assert_eq!(parse_worked(&staged.pk), Some(found));
        }

        #[test]
        fn two_projects_never_share_a_partition(a in project(), b in project(), id: u128) {
            let id = Uuid::from_u128(id);
            prop_assume!(a != b);
            for kind in [Kind::Flow, Kind::Deployment, Kind::Environment] {
                prop_assert_ne!(partition(&a, kind, id), partition(&b, kind, id));
                prop_assert_ne!(list_partition(&a, kind), list_partition(&b, kind));
            }
        }

        #[test]
        fn releases_sort_by_number(a: u32, b: u32, project in project()) {
            let flow = FlowId::new(Uuid::nil());
            let (first, second) = (release(&project, flow, a), release(&project, flow, b));
            prop_assert_eq!(first.sk.cmp(&second.sk), a.cmp(&b));
        }

        #[test]
        fn children_sort_by_time_and_give_their_id_back(seconds in 0..4_000_000_000_i64, id: u128, project in project()) {
            let at = Timestamp::new(Timestamp::new("1970-01-01T00:00:00Z".parse().unwrap()).plus_seconds(seconds)
                .to_string().parse().unwrap());
            let id = Uuid::from_u128(id);
            let key = child(&project, (Kind::Flow, Uuid::nil()), Kind::Deployment, at, id);
            let later = child(&project, (Kind::Flow, Uuid::nil()), Kind::Deployment, at.plus_seconds(1), id);
            prop_assert_eq!(child_id(&key.sk), Some(id));
            prop_assert!(key.sk < later.sk);
            let place = EnvironmentId::new(Uuid::from_u128(7)).into();
            let listed = |at| listed(key.pk.clone(), &deployment_in_prefix(place), at, DeploymentId::new(id));
            prop_assert_eq!(child_id(&listed(at).sk), Some(id));
            prop_assert_eq!(&listed(at).pk, &key.pk);
            prop_assert!(listed(at).sk < listed(at.plus_seconds(1)).sk);
            prop_assert!(!listed(at).sk.starts_with(&child_prefix(Kind::Deployment)));
        }
    }
}
