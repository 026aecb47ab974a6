//! What roles are limited to beyond actions and resources: partitions of the table, purposes of the key, and the names of
//! their own stack.

use std::collections::{BTreeMap, BTreeSet};

use api::operation::{Resource, SealedFor, TokenKind};
use domain::ids::{ApplicationId, BuildId, ConnectorDeploymentId, EnvironmentId, RepositoryHostId};
use domain::secret::SecretHolder;
use registry::operations;
use runtime::applications::{ApplicationAddress, machine_name, own_name};
use serde_yaml_ng::Value;
use uuid::Uuid;

use crate::read;

/// The statements of each role, by the logical id of the role.
fn statements(template: &Value) -> BTreeMap<String, Vec<Value>> {
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let roles = resources.filter(|(_, resource)| resource["Type"] == "AWS::IAM::Role");
    let of_role = |role: &Value| {
        let policies = role["Properties"]["Policies"].as_sequence().into_iter().flatten();
        let statements =
            policies.flat_map(|policy| policy["PolicyDocument"]["Statement"].as_sequence().unwrap());
        statements.cloned().collect()
    };
    roles.map(|(id, role)| (id.as_str().unwrap().to_owned(), of_role(role))).collect()
}

fn template() -> Value {
    serde_yaml_ng::from_str(&read("template.yaml")).unwrap()
}

fn words(value: &Value) -> BTreeSet<String> {
    let single = std::slice::from_ref(value);
    let values = value.as_sequence().map_or(single, Vec::as_slice);
    values.iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

fn is_on(statement: &Value, resource: &str) -> bool {
    matches!(&statement["Resource"], Value::Tagged(tagged) if tagged.value == resource)
}

/// The partitions that a role may do something in, by action.
fn partitions(statements: &[Value]) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for statement in statements.iter().filter(|statement| is_on(statement, "Table.Arn")) {
        let limit = words(&statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]);
        for action in words(&statement["Action"]) {
            assert_eq!(
                found.insert(action, limit.clone()),
                None,
                "one statement has to allow all keys of a request"
            );
        }
    }
    found
}

/// The entities that a role may seal for, and open.
fn entities(statements: &[Value]) -> BTreeSet<(String, String)> {
    let on_key = statements.iter().filter(|statement| is_on(statement, "Key.Arn"));
    let pairs = on_key.flat_map(|statement| {
        let entities = words(&statement["Condition"]["StringLike"]["kms:EncryptionContext:entity"]);
        let actions = words(&statement["Action"]);
        entities
            .into_iter()
            .flat_map(move |entity| actions.clone().into_iter().map(move |action| (action, entity.clone())))
    });
    pairs.collect()
}

#[test]
fn a_role_is_limited_to_the_partitions_and_purposes_of_its_grants() {
    let roles = statements(&template());
    for operation in operations() {
        let id: String = operation.id.split(['.', '-']).map(capital).collect();
        let statements = &roles[&format!("{id}Role")];
        let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut sealed = BTreeSet::new();
        for grant in operation.grants {
            let pattern = match grant.on {
                Resource::Table => "P#*".to_owned(),
                Resource::Credentials => "CREDENTIAL#*".to_owned(),
                Resource::Logs => "LOG#*".to_owned(),
                Resource::SigningKeys(kind) => format!("SYSTEM#{}", kind.name()),
                Resource::Sealed(what) => {
                    sealed.extend(grant.actions.iter().map(|action| ((*action).to_owned(), what.entities())));
                    continue;
                }
                _ => continue,
            };
            for action in grant.actions {
                expected.entry((*action).to_owned()).or_default().insert(pattern.clone());
            }
        }
        assert_eq!(partitions(statements), expected, "{}", operation.id);
        assert_eq!(entities(statements), sealed, "{}", operation.id);
    }
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

#[test]
fn nobody_but_these_reaches_credentials_and_keys() {
    let reaching = |pattern: &str| {
        let roles = statements(&template()).into_iter();
        let reaching = roles
            .filter(|(_, statements)| partitions(statements).values().any(|limit| limit.contains(pattern)));
        reaching.map(|(id, _)| id).collect::<Vec<_>>()
    };
    let credentials = [
        "ApiClientsCreateRole",
        "ApiClientsDeleteRole",
        "AuthorizerAuthorizeRole",
        "ConnectorLifecycleWorkRole",
        "DeploymentsCreateRole",
        "DeploymentsUpdateRole",
        "OauthTokenRole",
        "ProjectsBootstrapRole",
    ];
    assert_eq!(reaching("CREDENTIAL#*"), credentials);
    let operator = ["ProjectsBootstrapRole", "ProjectsRotateKeysRole"];
    assert_eq!(
        reaching("SYSTEM#access-token"),
        [&["AuthorizerAuthorizeRole", "OauthTokenRole"], &operator[..]].concat()
    );
    assert_eq!(
        reaching("SYSTEM#scope-token"),
        [&["ConnectorLifecycleWorkRole", "FlowLifecycleWorkRole", "HttpTaskCallRole"], &operator[..]]
            .concat()
    );
    let opening = |kind| {
        let entity = ("kms:Decrypt".to_owned(), SealedFor::SigningKeys(kind).entities());
        let roles = statements(&template()).into_iter();
        roles
            .filter(|(_, statements)| entities(statements).contains(&entity))
            .map(|(id, _)| id)
            .collect::<Vec<_>>()
    };
    assert_eq!(opening(TokenKind::Access), ["AuthorizerAuthorizeRole", "OauthTokenRole"]);
    assert_eq!(
        opening(TokenKind::Scope),
        ["ConnectorLifecycleWorkRole", "FlowLifecycleWorkRole", "HttpTaskCallRole"]
    );
}

#[test]
fn who_opens_keys_is_who_has_the_right_to() {
    let opening = |kind| {
        let operations = registry::operations().into_iter();
        operations
            .filter(|operation| operation.opens_keys(kind))
            .map(|operation| operation.id)
            .collect::<Vec<_>>()
    };
    // Neither bootstrap nor rotation: what a process that starts must not open, it does not try to.
    assert_eq!(opening(TokenKind::Access), ["authorizer.authorize", "oauth.token"]);
    assert_eq!(
        opening(TokenKind::Scope),
        ["connector-lifecycle.work", "flow-lifecycle.work", "http-task.call"]
    );
}

#[test]
fn who_writes_logs_writes_nothing_else() {
    let roles = statements(&template());
    for (id, statements) in roles.iter().filter(|(id, _)| id.starts_with("Applications")) {
        for (action, limit) in partitions(statements) {
            let writes =
                !matches!(action.as_str(), "dynamodb:GetItem" | "dynamodb:Query" | "dynamodb:BatchGetItem");
            assert!(!writes || limit == BTreeSet::from(["LOG#*".to_owned()]), "{id}: {action} on {limit:?}");
        }
    }
}

#[test]
fn what_holds_secrets_is_called_as_roles_call_it() {
    let id = Uuid::from_u128(7);
    for (holder, what) in [
        (SecretHolder::Environment(EnvironmentId::new(id)), SealedFor::Environments),
        (SecretHolder::ConnectorDeployment(ConnectorDeploymentId::new(id)), SealedFor::ConnectorDeployments),
        (SecretHolder::RepositoryHost(RepositoryHostId::new(id)), SealedFor::RepositoryHosts),
    ] {
        assert!(is_like(&holder.to_string(), &what.entities()), "{holder}");
    }
    for kind in TokenKind::ALL {
        assert_eq!(secrets::signing_context(kind).1, SealedFor::SigningKeys(kind).entities());
    }
}

/// Whether a text is like a pattern, as IAM has it: `*` stands for anything.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(found) = rest.find(part) else { return false };
        rest = &rest[found + part.len()..];
    }
    rest.ends_with(last)
}

/// Every text of the template.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Tagged(tagged) => texts(&tagged.value),
        Value::Sequence(items) => items.iter().flat_map(texts).collect(),
        // What a pattern of EventBridge calls a prefix is one that anything may follow.
        Value::Mapping(members) => members
            .iter()
            .flat_map(|(name, member)| {
                let open = if name == "prefix" { "*" } else { "" };
                texts(member).into_iter().map(move |text| format!("{text}{open}"))
            })
            .collect(),
        _ => Vec::new(),
    }
}

const STACK: &str = "${AWS::StackName}";

/// The patterns of the template that begin with, or go on behind, the stack's name.
fn patterns() -> BTreeSet<String> {
    let all = texts(&template()).into_iter();
    all.filter(|text| text.split_once(STACK).is_some_and(|(_, rest)| rest.contains('*'))).collect()
}

#[test]
fn between_a_stacks_name_and_anything_stands_what_no_stacks_name_has() {
    let patterns = patterns();
    assert!(patterns.len() >= 5, "{patterns:?}");
    for pattern in patterns {
        for (_, rest) in pattern.match_indices(STACK).map(|(at, name)| pattern.split_at(at + name.len())) {
            let fixed = rest.split('*').next().unwrap();
            let of_names = |c: char| c.is_ascii_alphanumeric() || c == '-';
            assert!(!fixed.chars().all(of_names), "{pattern} matches names of another stack");
        }
    }
}

/// Names of stacks, of which many are the beginning of another.
const STACKS: [&str; 7] = ["a", "a-", "a-a", "a-app", "aa", "a-app-a", "a-00000000000000000000000000000000"];

/// What a stack makes while it runs, and the names of its roles.
fn made_by(stack: &str) -> Vec<String> {
    let (id, build) = (Uuid::from_u128(7), BuildId::new(Uuid::nil()));
    let (deployment, application) = (ConnectorDeploymentId::new(id), ApplicationId::new(id));
    let address = ApplicationAddress { project: "acme".parse().unwrap(), deployment, application };
    let machines = [machine_name(stack, application, build), own_name(stack, &id.simple().to_string())];
    let of_machine = |machine: &String| {
        [format!("states:::stateMachine:{machine}"), format!("states:::execution:{machine}:run")]
    };
    let mut made: Vec<String> = machines.iter().flat_map(of_machine).collect();
    made.push(format!("sns:::{}", address.topic_name(stack, build)));
    made.push(format!("iam:::role/{stack}/x"));
    made
}

/// The patterns of a stack, without what all of its account have in common.
fn patterns_of(stack: &str) -> Vec<String> {
    let common = ["arn:", "${AWS::Partition}", "${AWS::Region}", "${AWS::AccountId}"];
    let own = patterns().into_iter().map(|pattern| {
        let pattern = common.iter().fold(pattern.replace(STACK, stack), |text, part| text.replace(part, ""));
        pattern.trim_start_matches(':').to_owned()
    });
    own.collect()
}

#[test]
fn a_stack_named_as_anothers_prefix_cannot_touch_it() {
    for one in STACKS {
        let patterns = patterns_of(one);
        for other in STACKS {
            for name in made_by(other) {
                let liked = patterns.iter().any(|pattern| is_like(&name, pattern));
                assert_eq!(liked, one == other, "{one} and {name}");
            }
        }
    }
}
