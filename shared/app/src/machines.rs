//! State machines: each is made once, under a name that is known before, and never changed.

use domain::report_code::ReportCode;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::BuildId;
use runtime::applications::own_name;
use runtime::aws::{AwsError, MachineDraft};
use runtime::{Config, Context};
use secrets::scope_token::ScopeKeys;
use serde_json::Value;
use store::{Entity, ProjectStore};

use crate::definition::opened;
use crate::error::AppError;

const NOT_VERIFIED: &str = ReportCode::StateMachineNotVerified.title();

/// How often a state machine is looked at before the attempt is given up: for three seconds in all.
const LOOKS: u32 = 5;

/// The pause after the first look. Each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// How long a run of an EXPRESS state machine may last, in seconds (quotas of AWS Step Functions).
const LONGEST_RUN_SECONDS: i64 = 300;

/// Whether no synchronous run is left of those that began on what `entity` led to before it rested.
pub fn runs_are_over<E: Entity>(context: &Context, entity: &E) -> bool {
    entity.metadata().last_modified_at.plus_seconds(LONGEST_RUN_SECONDS) < context.clock.now()
}

/// The name of the state machine of a flow's build.
pub fn flow_machine_name(config: &Config, build: BuildId) -> String {
    own_name(&config.prefix, &build.uuid().as_simple().to_string())
}

/// Takes a state machine away. What its HTTP tasks were given is good for nothing from now on, even if deleting fails.
pub async fn remove(context: &Context, project: &ProjectStore, arn: &str) -> Result<(), AppError> {
    project.forget_machine(name_of(arn)).await?;
    Ok(context.machines().delete(arn).await?)
}

/// Makes a state machine that runs as the stack's role, under its ARN. The same name and definition give the same machine.
/// Its HTTP tasks may work from now on.
pub async fn make(
    context: &Context,
    project: &ProjectStore,
    wanted: &str,
    definition: &str,
    express: bool,
) -> Result<(), AppError> {
    let role = context.config.state_machine_role()?;
    make_as(context, project, role, wanted, (definition, express)).await
}

/// The same for a state machine that runs as `role`.
///
/// # Errors
///
/// [`AppError::Refused`] when there is another one of that name.
pub async fn make_as(
    context: &Context,
    project: &ProjectStore,
    role: &str,
    wanted: &str,
    (definition, express): (&str, bool),
) -> Result<(), AppError> {
    project.note_machine(name_of(wanted)).await?;
    let draft = MachineDraft { name: name_of(wanted).to_owned(), definition: definition.to_owned(), express };
    let made = context.machines().create(&draft, role).await?;
    if made == wanted {
        return Ok(());
    }
    Err(AppError::failed(
        ReportCode::StateMachineNotVerified,
        format!("'{}' was made as {made}, not as {wanted}", draft.name),
    ))
}

/// Looks until the state machine is what it should be, or there was time enough.
pub async fn is_made(context: &Context, arn: &str, definition: &str) -> Result<bool, AppError> {
    let wanted = Wanted::new(context, definition).await?;
    let mut pause = FIRST_PAUSE;
    for _ in 0..LOOKS {
        if wanted.is_at(arn).await? {
            return Ok(true);
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    Ok(false)
}

/// Whether the state machine is what it should be, at this moment.
pub async fn is_there(context: &Context, arn: &str, definition: &str) -> Result<bool, AppError> {
    Wanted::new(context, definition).await?.is_at(arn).await
}

/// A definition as it should be, with what its scope tokens say in their place: tokens of one scope differ when the key
/// was rotated meanwhile.
struct Wanted<'c> {
    context: &'c Context,
    keys: Arc<ScopeKeys>,
    definition: Value,
}

impl<'c> Wanted<'c> {
    async fn new(context: &'c Context, definition: &str) -> Result<Self, AppError> {
        let keys = context.current_scope_keys().await?;
        let mut wanted = Self { context, keys, definition: Value::Null };
        wanted.definition = wanted.opened(definition)?;
        Ok(wanted)
    }

    fn opened(&self, definition: &str) -> Result<Value, AppError> {
        let (http_task, now) = (self.context.config.http_task()?, self.context.clock.now());
        Ok(opened(serde_json::from_str(definition)?, http_task, &self.keys, now))
    }

    /// Step Functions may show what was made a moment ago late, or as it was before.
    async fn is_at(&self, arn: &str) -> Result<bool, AppError> {
        match self.context.machines().describe(arn).await {
            Ok(machine) => Ok(machine.active && self.opened(&machine.definition)? == self.definition),
            Err(AwsError::Missing { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// What it means that a state machine is not what it should be. What is not there yet may be later, so only in the
/// last attempt somebody else is taken to have changed it.
pub fn not_made(is_last_attempt: bool) -> AppError {
    if !is_last_attempt {
        return AppError::Unavailable(format!("{NOT_VERIFIED} yet").into());
    }
    let reason = "It is not there, is being deleted, or somebody changed its definition; deploy again";
    AppError::failed(ReportCode::StateMachineNotVerified, reason)
}

/// The ARN of a state machine of that name, known before it is made.
pub fn machine_arn(config: &Config, name: &str) -> Result<String, AppError> {
    arn(config, "states", &format!("stateMachine:{name}"))
}

/// The ARN of something that Slipway makes. Region and account are those of the HTTP task.
pub fn arn(config: &Config, service: &str, resource: &str) -> Result<String, AppError> {
    let http_task = config.http_task()?;
    let mut parts = http_task.split(':');
    let (_, partition, _, region, account) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next());
    match (partition, region, account) {
        (Some(partition), Some(region), Some(account)) => {
            Ok(format!("arn:{partition}:{service}:{region}:{account}:{resource}"))
        }
        _ => Err(AppError::Unavailable(format!("HTTP_TASK_ARN is no ARN: {http_task}").into())),
    }
}

/// The name in an ARN.
pub fn name_of(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}
