//! Every key of the table, in one place. The access patterns of [`ACCESS_PATTERNS`] are rendered into the README.

use domain::ids::{ApiClientId, DeploymentId, EnvironmentId, FlowId};
use domain::text::{Key, ProjectKey, VariableName};
use domain::trail::Timestamp;
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
    ("releases of a flow", "Query", "`P#{project}#FLOW#{id}` / `RELEASE#{number}`"),
    ("what answers for a flow", "GetItem", "`P#{project}#FLOW#{id}` / `ROUTE#{environment}`"),
    ("a version of a secret", "GetItem", "`P#{project}#ENVIRONMENT#{id}` / `SECRET#{name}#{version}`"),
    ("a credential", "GetItem", "`CREDENTIAL#{clientId}` / `CREDENTIAL`"),
    ("work that is overdue", "Query Pending × 8", "`PENDING#{shard}` / `{due}#{id}`"),
];

/// An entity's own item.
pub fn entity(project: &ProjectKey, kind: Kind, id: Uuid) -> ItemKey {
    ItemKey { pk: partition(project, kind, id), sk: kind.tag().to_owned() }
}

/// The claim on a key, which holds the entity's id and goes with it.
pub fn claim(project: &ProjectKey, kind: Kind, key: &Key) -> ItemKey {
    ItemKey { pk: format!("P#{project}#KEY#{}#{key}", kind.tag()), sk: "KEY".to_owned() }
}

/// The count of a project's entities of a kind.
pub fn count(project: &ProjectKey, kind: Kind) -> ItemKey {
    ItemKey { pk: format!("P#{project}#COUNT#{}", kind.tag()), sk: "COUNT".to_owned() }
}

/// The partition of GSI1 that lists a project's entities of a kind.
pub fn list_partition(project: &ProjectKey, kind: Kind) -> String {
    format!("P#{project}#{}", kind.tag())
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

/// Where a flow's partition lists a deployment once more, by environment:
/// `DEPLOYMENT_IN#{environment}#{createdAt}#{id}`.
pub fn deployment_in(
    project: &ProjectKey,
    flow: FlowId,
    environment: EnvironmentId,
    at: Timestamp,
    id: DeploymentId,
) -> ItemKey {
    ItemKey {
        pk: partition(project, Kind::Flow, flow.uuid()),
        sk: format!("{}{at}#{id}", deployment_in_prefix(environment)),
    }
}

/// What the sort keys of a flow's deployments in an environment begin with.
pub fn deployment_in_prefix(environment: EnvironmentId) -> String {
    format!("DEPLOYMENT_IN#{environment}#")
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

/// The route of a flow in an environment.
pub fn route(project: &ProjectKey, flow: FlowId, environment: EnvironmentId) -> ItemKey {
    ItemKey { pk: partition(project, Kind::Flow, flow.uuid()), sk: format!("{ROUTE_PREFIX}{environment}") }
}

/// One version of a secured variable.
pub fn secret(
    project: &ProjectKey,
    environment: EnvironmentId,
    name: &VariableName,
    version: u64,
) -> ItemKey {
    ItemKey {
        pk: partition(project, Kind::Environment, environment.uuid()),
        sk: format!("SECRET#{name}#{version:010}"),
    }
}

/// A credential, found by the client's id alone: who presents it has not said yet which project is meant.
pub fn credential(client: ApiClientId) -> ItemKey {
    ItemKey { pk: format!("CREDENTIAL#{client}"), sk: "CREDENTIAL".to_owned() }
}

/// The key that signs our tokens.
pub fn signing_key() -> ItemKey {
    ItemKey { pk: "SYSTEM".to_owned(), sk: "SIGNING-KEY".to_owned() }
}

/// The partition of the sparse index that a deployment's pending work is in. Sharded, because a single partition
/// would bound how many deployments a second can start.
pub fn pending_shard(deployment: DeploymentId, shards: u8) -> String {
    let byte = deployment.uuid().as_bytes().last().copied().unwrap_or_default();
    format!("PENDING#{}", byte % shards.max(1))
}

/// The project and deployment of a deployment's partition key.
pub fn parse_deployment(pk: &str) -> Option<(ProjectKey, DeploymentId)> {
    let rest = pk.strip_prefix("P#")?;
    let (project, id) = rest.split_once("#DEPLOYMENT#")?;
    Some((project.parse().ok()?, id.parse().ok()?))
}

/// The id at the end of a child's sort key.
pub(crate) fn child_id(sk: &str) -> Option<Uuid> {
    sk.rsplit('#').next().and_then(|id| Uuid::try_parse(id).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn project() -> impl Strategy<Value = ProjectKey> {
        "[A-Za-z0-9_-]{2,36}".prop_filter_map("reserved", |text| text.parse().ok())
    }

    proptest! {
        #[test]
        fn a_deployment_key_reads_back(project in project(), id: u128) {
            let id = DeploymentId::new(Uuid::from_u128(id));
            let key = entity(&project, Kind::Deployment, id.uuid());
            prop_assert_eq!(parse_deployment(&key.pk), Some((project, id)));
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
            let (flow, place) = (FlowId::new(Uuid::nil()), EnvironmentId::new(Uuid::from_u128(7)));
            let listed = |at| deployment_in(&project, flow, place, at, DeploymentId::new(id));
            prop_assert_eq!(child_id(&listed(at).sk), Some(id));
            prop_assert_eq!(&listed(at).pk, &key.pk);
            prop_assert!(listed(at).sk < listed(at.plus_seconds(1)).sk);
            prop_assert!(!listed(at).sk.starts_with(&child_prefix(Kind::Deployment)));
        }
    }
}
