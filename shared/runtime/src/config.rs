//! Configuration, from the environment that `template.yaml` sets. Read once, at init.

use domain::text::Region;
use domain::work::WorkQueue;

/// A variable that the template should have set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {0} is not set; template.yaml sets it")]
pub struct MissingVariable(pub &'static str);

/// What a function process is told. The template tells every function everything; a process that was told less fails
/// with the name of the variable, and only when it needs it.
#[derive(Debug, Clone, Default)]
pub struct Config {
    table: Option<String>,
    bucket: Option<String>,
    key: Option<String>,
    flow_queue: Option<String>,
    connector_queue: Option<String>,
    state_machine_role: Option<String>,
    http_task: Option<String>,
    execution_role_path: Option<String>,
    schedule_group: Option<String>,
    schedule_role: Option<String>,
    fire_function: Option<String>,
    deliver_function: Option<String>,
    /// Prefix of everything that Slipway makes in the account: the stack's name.
    pub prefix: String,
    /// Where the API is reached, when that is not the gateway's own name.
    pub public_url: Option<String>,
    /// The names of regions that connectors may be deployed to. All of them are this stack.
    pub regions: Vec<String>,
    /// Who outside the account may publish to topics, as IAM writes principals.
    pub topic_publishers: Vec<String>,
    /// Origins whose pages may use the API; `*` for all, none for no other than its own.
    pub cors_origins: Vec<String>,
    /// Hosts that HTTP tasks may reach although their addresses are private.
    pub allowed_hosts: String,
    /// Hosts of repositories beside the built-in ones, as a comma-separated list of `{host}={URL of archives}`.
    pub repository_hosts: String,
    /// A worker holds a deployment so long without a sign of life, in seconds.
    pub lease_seconds: i64,
}

macro_rules! required {
    ($($(#[$doc:meta])* $name:ident: $variable:literal),+ $(,)?) => {
        impl Config {
            $($(#[$doc])*
            pub fn $name(&self) -> Result<&str, MissingVariable> {
                self.$name.as_deref().ok_or(MissingVariable($variable))
            })+
        }
    };
}

required! {
    /// The table.
    table: "TABLE_NAME",
    /// The bucket of payloads.
    bucket: "BUCKET_NAME",
    /// The KMS key of envelopes.
    key: "KEY_ID",
    /// The URL of the queue of flows.
    flow_queue: "FLOW_QUEUE_URL",
    /// The URL of the queue of connectors.
    connector_queue: "CONNECTOR_QUEUE_URL",
    /// The role that state machines run as.
    state_machine_role: "STATE_MACHINE_ROLE_ARN",
    /// The ARN that `${slipway.http}` stands for.
    http_task: "HTTP_TASK_ARN",
    /// The path of the roles that environments may name.
    execution_role_path: "EXECUTION_ROLE_PATH",
    /// The group of schedules.
    schedule_group: "SCHEDULE_GROUP",
    /// The role that schedules run as.
    schedule_role: "SCHEDULE_ROLE_ARN",
    /// The function that schedules invoke.
    fire_function: "FIRE_FUNCTION_ARN",
    /// The function that topics deliver to.
    deliver_function: "DELIVER_FUNCTION_ARN",
}

impl Config {
    /// Reads it through `variable`, which is `std::env::var` outside tests.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        Self {
            table: set("TABLE_NAME"),
            bucket: set("BUCKET_NAME"),
            key: set("KEY_ID"),
            flow_queue: set("FLOW_QUEUE_URL"),
            connector_queue: set("CONNECTOR_QUEUE_URL"),
            state_machine_role: set("STATE_MACHINE_ROLE_ARN"),
            http_task: set("HTTP_TASK_ARN"),
            execution_role_path: set("EXECUTION_ROLE_PATH"),
            schedule_group: set("SCHEDULE_GROUP"),
            schedule_role: set("SCHEDULE_ROLE_ARN"),
            fire_function: set("FIRE_FUNCTION_ARN"),
            deliver_function: set("DELIVER_FUNCTION_ARN"),
            topic_publishers: set("TOPIC_PUBLISHERS").map(|list| words(&list)).unwrap_or_default(),
            regions: set("REGIONS").map(|list| words(&list)).unwrap_or_default(),
            prefix: set("PREFIX").unwrap_or_else(|| "slipway".to_owned()),
            public_url: set("PUBLIC_URL").map(|url| url.trim_end_matches('/').to_owned()),
            cors_origins: set("CORS_ORIGINS").map(|list| words(&list)).unwrap_or_default(),
            allowed_hosts: set("ALLOWED_HOSTS").unwrap_or_default(),
            repository_hosts: set("REPOSITORY_HOSTS").unwrap_or_default(),
            lease_seconds: set("LEASE_SECONDS").and_then(|text| text.parse().ok()).unwrap_or(90),
        }
    }

    /// The URL of a queue of work.
    pub fn queue(&self, queue: WorkQueue) -> Result<&str, MissingVariable> {
        match queue {
            WorkQueue::Flows => self.flow_queue(),
            WorkQueue::Connectors => self.connector_queue(),
        }
    }

    /// What the ARNs of the roles begin with that environments may name: those of this account under the stack's path.
    /// Account and partition are those of the HTTP task.
    pub fn execution_roles(&self) -> Result<String, MissingVariable> {
        let (path, mut task) = (self.execution_role_path()?, self.http_task()?.split(':'));
        let partition = task.nth(1).unwrap_or("aws");
        let account = task.nth(2).unwrap_or_default();
        Ok(format!("arn:{partition}:iam::{account}:role{path}"))
    }

    /// Whether connectors may be deployed to a region of that name.
    pub fn knows_region(&self, region: &Region) -> bool {
        self.regions.iter().any(|known| known == region.as_str())
    }

    /// Reads the process's environment.
    pub fn from_env() -> Self {
        Self::read(|name| std::env::var(name).ok())
    }
}

/// The words of a list with commas.
fn words(list: &str) -> Vec<String> {
    list.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}
