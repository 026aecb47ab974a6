use api::{Entry, Grant, SealedFor, TokenKind, grant};
use domain::metadata::Timestamp;
use domain::signing::{KeyRing, RingKey, TooManyKeys};
use retry::Retry;
use runtime::context::new_key;
use runtime::{Context, EventEndpoint, EventError};
use serde::{Deserialize, Serialize};
use store::StoreError;
use uuid::Uuid;

/// The longest that a replaced key may go on to verify, in seconds: ten years.
const MAX_GRACE_SECONDS: i64 = 10 * 365 * 86_400;

/// Which keys to rotate.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rotation {
    /// The kind of tokens: `access` or `scope`.
    pub tokens: TokenKind,
    /// How long the keys before go on to verify, in seconds; 0 withdraws them. If omitted, two hours for access tokens
    /// and 90 days for scope tokens.
    #[serde(default)]
    pub old_keys_verify_seconds: Option<i64>,
}

/// The keys after a rotation. None of them is shown.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rotated {
    /// The kind of tokens.
    pub tokens: TokenKind,
    /// The keys, the one that signs first.
    pub keys: Vec<KeyView>,
}

/// A key.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    /// The `kid` of the tokens that it signs.
    pub id: Uuid,
    /// Time of creation.
    pub created_at: Timestamp,
    /// Until when it verifies; absent for the key that signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verifies_until: Option<Timestamp>,
}

/// Lets a new key sign the tokens of a kind. Those before it verify for a while, so that nothing has to be done at once.
#[derive(Debug)]
pub struct RotateKeys;

impl EventEndpoint for RotateKeys {
    const ID: &'static str = "projects.rotate-keys";
    const SUMMARY: &'static str = "Sign access tokens or scope tokens with a new key, for all projects";
    const ENTRY: Entry = Entry::Direct;
    const GRANTS: &'static [Grant] = &[
        grant::rotate_keys(TokenKind::Access),
        grant::rotate_keys(TokenKind::Scope),
        grant::seal(SealedFor::SigningKeys(TokenKind::Access)),
        grant::seal(SealedFor::SigningKeys(TokenKind::Scope)),
    ];
    type Event = Rotation;
    type Answer = Rotated;

    async fn handle(context: &Context, rotation: Rotation) -> Result<Rotated, EventError> {
        let Rotation { tokens, old_keys_verify_seconds } = rotation;
        let grace = old_keys_verify_seconds.unwrap_or_else(|| tokens.grace_seconds());
        if !(0..=MAX_GRACE_SECONDS).contains(&grace) {
            let message =
                format!("oldKeysVerifySeconds must be a whole number from 0 to {MAX_GRACE_SECONDS}");
            return Err(EventError::new("InvalidRotation", message));
        }
        let ring = rotate(context, tokens, grace).await?;
        Ok(Rotated { tokens, keys: ring.keys.into_iter().map(KeyView::from).collect() })
    }
}

impl From<RingKey> for KeyView {
    fn from(key: RingKey) -> Self {
        Self { id: key.id, created_at: key.created_at, verifies_until: key.verifies_until }
    }
}

async fn rotate(context: &Context, tokens: TokenKind, grace: i64) -> Result<KeyRing, EventError> {
    let now = context.clock.now();
    let key = new_key(context, tokens, now).await?;
    amend(context, tokens, |ring| match ring {
        Some(ring) => ring.rotated(key.clone(), grace, now),
        None => Ok(KeyRing::new(key.clone())),
    })
    .await
}

/// Makes the first key of each kind. Of two that make it at once the first one wins, and both go on with its key.
pub(crate) async fn ensure_keys(context: &Context) -> Result<(), EventError> {
    for tokens in TokenKind::ALL {
        if context.store().key_ring(tokens).await?.is_some() {
            continue;
        }
        let key = new_key(context, tokens, context.clock.now()).await?;
        amend(context, tokens, |ring| Ok(ring.unwrap_or_else(|| KeyRing::new(key.clone())))).await?;
    }
    Ok(())
}

fn full(refused: TooManyKeys) -> EventError {
    EventError::new("InvalidRotation", refused.to_string())
}

/// Stores the ring that `next` makes of the one that is there, if any. When others do that at the same time, it is made
/// anew of what they have stored.
async fn amend(
    context: &Context,
    tokens: TokenKind,
    next: impl Fn(Option<KeyRing>) -> Result<KeyRing, TooManyKeys>,
) -> Result<KeyRing, EventError> {
    let mut retry = Retry::patient();
    loop {
        let before = context.store().key_ring(tokens).await?;
        let ring = next(before.clone()).map_err(full)?;
        if before.as_ref() == Some(&ring) {
            return Ok(ring);
        }
        match context.store().put_key_ring(tokens, &ring).await {
            Err(StoreError::Raced) => retry.again("the keys are being rotated too often").await?,
            done => return Ok(done.map(|()| ring)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::events::{read, refuses};

    #[test]
    fn a_rotation_says_which_tokens_and_nothing_that_is_unknown() {
        let rotation: Rotation = read(json!({ "tokens": "scope" })).unwrap();
        assert_eq!((rotation.tokens, rotation.old_keys_verify_seconds), (TokenKind::Scope, None));
        let rotation: Rotation = read(json!({ "tokens": "access", "oldKeysVerifySeconds": 0 })).unwrap();
        assert_eq!((rotation.tokens, rotation.old_keys_verify_seconds), (TokenKind::Access, Some(0)));
        refuses::<Rotation>([
            (json!({}), "missing field `tokens`"),
            (json!({ "tokens": "both" }), "unknown variant `both`"),
            (json!({ "tokens": "scope", "oldKeysVerify": 0 }), "unknown field `oldKeysVerify`"),
        ]);
    }

    #[test]
    fn a_ring_that_is_full_is_no_fault_of_ours() {
        let refused = full(TooManyKeys);
        assert_eq!(refused.error_type, "InvalidRotation");
        assert!(refused.message.starts_with("20 keys verify already. Rotate with"), "{}", refused.message);
    }

    #[test]
    fn the_answer_shows_no_key() {
        let created_at = "2026-11-20T10:00:00Z".parse().unwrap();
        let key =
            RingKey { id: Uuid::nil(), sealed: "envelope".to_owned(), created_at, verifies_until: None };
        let answer = Rotated { tokens: TokenKind::Scope, keys: vec![key.into()] };
        let expected = json!({ "tokens": "scope", "keys": [
            { "id": Uuid::nil(), "createdAt": "2026-11-20T10:00:00.000Z" } ] });
        assert_eq!(serde_json::to_value(&answer).unwrap(), expected);
    }
}
