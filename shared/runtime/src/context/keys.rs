//! The keys that sign tokens: making one, and opening those of a ring.

use domain::metadata::Timestamp;
use domain::signing::{RingKey, TokenKind};
use futures::future::try_join_all;
use secrets::keys::{SigningKeys, generate};
use secrets::{SealContext, Sealed, signing_context};
use zeroize::Zeroizing;

use super::Context;
use crate::clock::new_id;
use crate::tokens::KeysError;

/// Seals a new key of a kind of token, made at `now`.
///
/// # Errors
///
/// [`KeysError`] when the system has no randomness or KMS does not answer.
pub async fn new_key(context: &Context, kind: TokenKind, now: Timestamp) -> Result<RingKey, KeysError> {
    let (id, key) = (new_id(), generate()?);
    let (project, entity) = signing_context(kind);
    let name = id.to_string();
    let place = SealContext { project, entity: &entity, key: &name };
    let sealed = serde_json::to_string(&context.secrets()?.seal(place, key.as_slice()).await?)?;
    Ok(RingKey { id, sealed, created_at: now, verifies_until: None })
}

/// Reads a ring and opens those of its keys that verify.
pub(super) async fn open_keys(context: &Context, kind: TokenKind) -> Result<SigningKeys, KeysError> {
    let ring = context.store().key_ring(kind).await?.ok_or(KeysError::Absent)?;
    let now = context.clock.now();
    let opened = ring.keys.iter().filter(|key| key.verifies(now)).map(|key| open_key(context, kind, key));
    let opened = try_join_all(opened).await?;
    let keys = opened
        .iter()
        .map(|(key, bytes)| (key.id, bytes.as_slice(), key.verifies_until.map(Timestamp::as_second)));
    Ok(SigningKeys::new(keys)?)
}

async fn open_key<'r>(
    context: &Context,
    kind: TokenKind,
    key: &'r RingKey,
) -> Result<(&'r RingKey, Zeroizing<Vec<u8>>), KeysError> {
    let sealed: Sealed = serde_json::from_str(&key.sealed)?;
    let (project, entity) = signing_context(kind);
    let name = key.id.to_string();
    let place = SealContext { project, entity: &entity, key: &name };
    Ok((key, context.secrets()?.open(place, &sealed).await?))
}
