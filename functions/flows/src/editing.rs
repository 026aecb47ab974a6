//! A flow while the actions of one request change it. Nothing is stored before all of them went well.

use app::payloads;
use std::collections::BTreeMap;

use api::{ApiError, ErrorCode, Reference};
use contract::native::flows::{Action, DefinitionDraft};
use domain::definition::Finding;
use domain::flow::{Flow, FlowKind, FlowStatus, Trigger};
use domain::ids::IntegrationId;
use domain::integration::Integration;
use domain::metadata::Timestamp;
use domain::payload::Digest;
use runtime::Context;
use serde_json::Value;
use store::{Kind, ProjectStore, StoreError, Stored};

use crate::definition::Definition;
use crate::validation::validate;

/// A flow and the definitions that this request set.
pub(crate) struct Editing<'a> {
    context: &'a Context,
    project: &'a ProjectStore,
    stored: Stored<Flow>,
    /// What was set and is not stored yet, by its address.
    set: BTreeMap<Digest, Value>,
    /// What is to be said of the definition that was saved.
    warnings: Vec<Finding>,
}

/// What a request made of a flow.
#[derive(Debug)]
pub(crate) struct Edited {
    /// The flow, not written yet.
    pub(crate) stored: Stored<Flow>,
    /// What is to be said of the definition that was saved.
    pub(crate) warnings: Vec<Finding>,
}

impl<'a> Editing<'a> {
    pub(crate) fn begin(context: &'a Context, project: &'a ProjectStore, stored: Stored<Flow>) -> Self {
        Self { context, project, stored, set: BTreeMap::new(), warnings: Vec::new() }
    }

    pub(crate) async fn act(&mut self, action: Action) -> Result<(), ApiError> {
        let flow = &mut self.stored.entity;
        match action {
            Action::SetName { name } => flow.name = name,
            Action::SetDescription { description } => flow.description = description,
            Action::SetDefinition { definition } => return self.set_definition(definition),
            Action::SetTrigger { trigger } => {
                let trigger = Trigger::from(trigger);
                check_trigger(&trigger, flow.kind, self.context.clock.now())?;
                flow.working.trigger = trigger;
            }
            Action::Save {} => return self.save().await,
            Action::Discard {} => {
                flow.discard().map_err(|never| ApiError::new(ErrorCode::FlowNeverSaved, sentence(&never)))?;
            }
            Action::MoveToIntegration { integration } => {
                flow.integration = integration_of(self.project, &integration).await?;
            }
        }
        Ok(())
    }

    fn set_definition(&mut self, draft: DefinitionDraft) -> Result<(), ApiError> {
        let Definition { payload, document } = Definition::weigh(draft)?;
        self.set.insert(payload.digest.clone(), document);
        self.stored.entity.working.definition = Some(payload);
        Ok(())
    }

    async fn save(&mut self) -> Result<(), ApiError> {
        let flow = &mut self.stored.entity;
        let Some(payload) = &flow.working.definition else {
            let message = "The flow has no definition to save; set one first";
            return Err(ApiError::new(ErrorCode::FlowDefinitionMissing, message));
        };
        // What is saved already was validated then.
        if flow.status() != FlowStatus::Unsaved {
            return Ok(());
        }
        self.warnings = if let Some(definition) = self.set.get(&payload.digest) {
            validate(self.context, self.project, definition, flow.kind).await?
        } else {
            let definition = payloads::get(self.context, payload).await?;
            validate(self.context, self.project, &definition, flow.kind).await?
        };
        flow.save();
        Ok(())
    }

    /// Stores the definitions that the flow ended up with, before anything points to them.
    pub(crate) async fn end(mut self) -> Result<Edited, ApiError> {
        let flow = &self.stored.entity;
        let contents = [Some(&flow.working), flow.saved.as_ref()];
        let used = contents.into_iter().flatten().filter_map(|content| content.definition.as_ref());
        for payload in used {
            if let Some(definition) = self.set.remove(&payload.digest) {
                payloads::put(self.context, &definition).await?;
            }
        }
        Ok(Edited { stored: self.stored, warnings: self.warnings })
    }
}

/// Refuses a trigger that a flow of this kind cannot have, and a schedule that never fires after `now`.
pub(crate) fn check_trigger(trigger: &Trigger, kind: FlowKind, now: Timestamp) -> Result<(), ApiError> {
    trigger.check(kind).map_err(|unfit| ApiError::new(ErrorCode::FlowTriggerUnfit, sentence(&unfit)))?;
    let Trigger::Job { schedule, .. } = trigger else { return Ok(()) };
    schedule.fires_after(now).map_err(|over| ApiError::invalid_field("/trigger/schedule", over.to_string()))
}

/// The integration that a body names.
pub(crate) async fn integration_of(
    project: &ProjectStore,
    reference: &Reference,
) -> Result<IntegrationId, ApiError> {
    let found = project.get::<Integration>(reference.address()).await;
    ApiError::unless_found(found, "integration", reference).map(|stored| stored.entity.id)
}

/// An integration that vanished between reading and writing is a member that names nothing, not a path that does.
pub(crate) fn integration_gone(error: StoreError) -> ApiError {
    match error {
        StoreError::NotFound { kind: Kind::Integration, ref address } => {
            let value = address.trim_matches('\'').to_owned();
            let message = format!("No integration {address} in this project");
            ApiError::reference_not_found("integration", value, message)
        }
        other => other.into(),
    }
}

/// An error with a capital: it is shown to people.
fn sentence(error: &impl std::error::Error) -> String {
    let text = error.to_string();
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}
