//! Making a release: everything it needs is frozen first, then release and flow are written in one transaction.

use api::ApiError;
use domain::flow::{Content, Flow, NewestRelease, NotReleasable};
use domain::payload::Payload;
use domain::release::{Release, ReleasePayload};
use domain::text::{Description, Name};
use domain::trail::Principal;
use runtime::Context;
use store::{Address, ProjectStore, StoreError};

/// So often a release that met another change of the flow is tried again. Of several at once one gets through
/// each time.
const ATTEMPTS: u32 = 16;

/// What was frozen, of which content under which name.
struct Frozen {
    content: Content,
    name: Name,
    payload: Payload,
}

/// Releases a flow as it was last saved, under the next number. Returns the release and the flow that counts it.
pub(crate) async fn release(
    context: &Context,
    project: &ProjectStore,
    flow: &Address,
    description: &Description,
    by: &Principal,
) -> Result<(Release, Flow), ApiError> {
    let mut frozen: Option<Frozen> = None;
    for _ in 0..ATTEMPTS {
        let mut flow = project.get::<Flow>(flow).await?.entity;
        let (definition, content) = flow.releasable().map_err(not_releasable)?;
        let fits = |frozen: &Frozen| frozen.content == *content && frozen.name == flow.name;
        let frozen = match frozen.take().filter(fits) {
            Some(same) => frozen.insert(same),
            None => frozen.insert(freeze(context, &flow, definition, content).await?),
        };
        let expected = flow.trail.version;
        let release = count(&mut flow, frozen, definition_of(frozen)?, description, context, by);
        match project.create_release(&release, &flow, expected).await {
            Ok(()) => return Ok((release, flow)),
            Err(StoreError::Stale { .. } | StoreError::Raced) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Raced.into())
}
