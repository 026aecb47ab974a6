//! Making a release: what it freezes is stored first, then release and flow are written in one transaction.

use api::{ApiError, ErrorCode};
use app::payloads;
use domain::flow::{Content, Flow, NewestRelease, NotReleasable};
use domain::metadata::{Principal, Timestamp};
use domain::payload::{Digest, Payload};
use domain::release::{Release, ReleasePayload};
use domain::text::{Description, Name};
use retry::Retry;
use runtime::Context;
use store::{Address, ProjectStore, StoreError};

/// What a release of a flow freezes, and where it is stored.
#[derive(Debug, Clone)]
struct Frozen {
    content: Content,
    name: Name,
    definition: Digest,
    payload: Payload,
}

/// Releases a flow as it was last saved, under the next number. Returns the release and the flow that counts it.
pub(crate) async fn release(
    context: &Context,
    project: &ProjectStore,
    address: &Address,
    description: &Description,
    by: &Principal,
) -> Result<(Release, Flow), ApiError> {
    let (mut retry, mut last) = (Retry::patient(), None::<Frozen>);
    loop {
        let mut flow = project.get::<Flow>(address).await?.entity;
        let (definition, saved) = flow.releasable().map_err(refused)?;
        let frozen = match last {
            Some(frozen) if frozen.content == *saved && frozen.name == flow.name => frozen,
            _ => freeze(context, &flow, definition, saved).await?,
        };
        let expected = flow.metadata.version;
        let release = count(&mut flow, frozen.clone(), description, context.clock.now(), by);
        match project.create_release(&release, &flow, expected).await {
            Ok(()) => return Ok((release, flow)),
            Err(StoreError::Stale { .. } | StoreError::Raced) => last = Some(frozen),
            Err(error) => return Err(error.into()),
        }
        retry.again("the flow is being changed too often").await.map_err(|_| StoreError::Raced)?;
    }
}

fn refused(why: NotReleasable) -> ApiError {
    match why {
        NotReleasable::Unsaved => {
            ApiError::new(ErrorCode::FlowUnsaved, "The flow has unsaved changes; save or discard them first")
        }
        NotReleasable::Empty => {
            ApiError::new(ErrorCode::FlowEmpty, "The flow has no saved definition; set one and save it first")
        }
    }
}

/// Stores what a release of `flow` needs to be deployed anywhere.
async fn freeze(
    context: &Context,
    flow: &Flow,
    definition: &Payload,
    saved: &Content,
) -> Result<Frozen, ApiError> {
    let document = ReleasePayload {
        flow: flow.id,
        name: flow.name.clone(),
        kind: flow.kind,
        trigger: saved.trigger.clone(),
        definition: payloads::get(context, definition).await?,
    };
    let document = serde_json::to_value(document).map_err(ApiError::internal)?;
    Ok(Frozen {
        content: saved.clone(),
        name: flow.name.clone(),
        definition: definition.digest.clone(),
        payload: payloads::put(context, &document).await?,
    })
}

/// The next release of `flow`, which counts it from now on.
fn count(
    flow: &mut Flow,
    frozen: Frozen,
    description: &Description,
    now: Timestamp,
    by: &Principal,
) -> Release {
    let Frozen { content, definition, payload, .. } = frozen;
    let number = flow.next_release();
    let trigger = content.trigger.clone();
    flow.released = Some(NewestRelease { number, content });
    flow.metadata.touch(now, by);
    Release {
        flow: flow.id,
        number,
        description: description.clone(),
        kind: flow.kind,
        trigger,
        definition_digest: definition,
        payload,
        created_at: now,
        created_by: by.clone(),
    }
}

#[cfg(test)]
mod tests {
    use domain::flow::{FlowKind, FlowStatus, Trigger};
    use domain::ids::{FlowId, IntegrationId};
    use domain::metadata::Metadata;
    use runtime::clock::new_id;

    use super::*;

    fn saved_flow() -> Flow {
        let content = Content { definition: Some(Payload::of(b"{}")), trigger: Trigger::Service };
        Flow {
            id: FlowId::new(new_id()),
            key: None,
            integration: IntegrationId::new(new_id()),
            name: "Orders".parse().unwrap(),
            description: None,
            kind: FlowKind::Flow,
            working: content.clone(),
            saved: Some(content),
            released: None,
            metadata: Metadata::begin(now(), &Principal::system("test")),
        }
    }

    fn now() -> Timestamp {
        "2026-11-20T10:00:00Z".parse().unwrap()
    }

    fn count_next(flow: &mut Flow) -> Release {
        let frozen = Frozen {
            content: flow.saved.clone().unwrap(),
            name: flow.name.clone(),
            definition: Digest::of(b"{}"),
            payload: Payload::of(b"[]"),
        };
        count(flow, frozen, &"why".parse().unwrap(), now(), &Principal::system("releaser"))
    }

    #[test]
    fn releases_count_up_and_the_flow_is_released() {
        let mut flow = saved_flow();
        assert_eq!(flow.status(), FlowStatus::Saved);
        for number in 1..=3 {
            let release = count_next(&mut flow);
            assert_eq!((release.number, release.trigger), (number, Trigger::Service));
            assert_eq!(flow.status(), FlowStatus::Released);
            assert_eq!(flow.metadata.version, u64::from(number) + 1);
        }
        assert_eq!(flow.metadata.last_modified_by, Principal::system("releaser"));
    }

    #[test]
    fn what_cannot_be_released_says_why() {
        let mut flow = saved_flow();
        flow.working.trigger = Trigger::None;
        let code = |flow: &Flow| flow.releasable().map_err(refused).unwrap_err().errors[0].code;
        assert_eq!(code(&flow), ErrorCode::FlowUnsaved);
        flow.saved = None;
        assert_eq!(code(&flow), ErrorCode::FlowUnsaved);
        flow.working.definition = None;
        flow.saved = Some(flow.working.clone());
        assert_eq!(code(&flow), ErrorCode::FlowEmpty);
    }
}
