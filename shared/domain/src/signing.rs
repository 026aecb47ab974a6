//! The keys that tokens are signed with: one ring for each kind of token, and how a ring is rotated.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::metadata::Timestamp;

/// Maximum number of keys of a ring that verify at the same time, the one that signs included.
pub const MAX_KEYS: usize = 20;

/// What the entity in the encryption context of a signing key begins with; the kind of token follows.
pub const ENTITY_PREFIX: &str = "signing-key/";

/// A kind of token. Each has keys of its own: a token of one kind can never pass as one of another, and a function that
/// opens the keys of one kind cannot open those of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TokenKind {
    /// The tokens that API clients get.
    Access,
    /// The tokens that HTTP tasks carry.
    Scope,
}

impl TokenKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Access, Self::Scope];

    /// The name in keys of the table and in encryption contexts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "access-token",
            Self::Scope => "scope-token",
        }
    }

    /// How long a key verifies after another has taken its place, if nothing else is said, in seconds: two hours for
    /// access tokens, which live for one; 90 days for scope tokens, which live as long as their state machines.
    pub const fn grace_seconds(self) -> i64 {
        match self {
            Self::Access => 2 * 3_600,
            Self::Scope => 90 * 86_400,
        }
    }
}

/// The keys of one kind of token, the newest first: it signs, and all of them verify.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyRing {
    /// Grows with every rotation.
    pub version: u64,
    /// At least one.
    pub keys: Vec<RingKey>,
}

/// A key of a ring, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RingKey {
    /// The `kid` of the tokens that it signs.
    pub id: Uuid,
    /// Its envelope, as JSON.
    pub sealed: String,
    /// Time of creation.
    pub created_at: Timestamp,
    /// Until when it verifies; absent for the key that signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifies_until: Option<Timestamp>,
}

/// A ring that takes no further key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{MAX_KEYS} keys verify already. Rotate with \"oldKeysVerifySeconds\": 0 to withdraw them, or wait until the oldest \
     has run out"
)]
pub struct TooManyKeys;

impl RingKey {
    /// Whether tokens that it signed are good at `now`.
    pub fn verifies(&self, now: Timestamp) -> bool {
        self.verifies_until.is_none_or(|until| now < until)
    }
}

impl KeyRing {
    /// A ring of one key.
    pub fn new(key: RingKey) -> Self {
        Self { version: 1, keys: vec![key] }
    }

    /// The ring in which `key` signs. The others go on to verify for `grace_seconds` from `now`, or as long as was said
    /// before if that is shorter; those that verify no more are gone.
    ///
    /// # Errors
    ///
    /// [`TooManyKeys`] when more than [`MAX_KEYS`] would verify.
    pub fn rotated(&self, key: RingKey, grace_seconds: i64, now: Timestamp) -> Result<Self, TooManyKeys> {
        let until = now.plus_seconds(grace_seconds);
        let mut keys = vec![key];
        keys.extend(self.keys.iter().map(|old| {
            let verifies_until = Some(old.verifies_until.map_or(until, |before| before.min(until)));
            RingKey { verifies_until, ..old.clone() }
        }));
        keys.retain(|key| key.verifies(now));
        if keys.len() > MAX_KEYS {
            return Err(TooManyKeys);
        }
        Ok(Self { version: self.version + 1, keys })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: u128) -> RingKey {
        RingKey { id: Uuid::from_u128(id), sealed: String::new(), created_at: at(0), verifies_until: None }
    }

    fn at(seconds: i64) -> Timestamp {
        "2026-11-20T10:00:00Z".parse::<Timestamp>().unwrap().plus_seconds(seconds)
    }

    fn ids(ring: &KeyRing) -> Vec<(u128, Option<Timestamp>)> {
        ring.keys.iter().map(|key| (key.id.as_u128(), key.verifies_until)).collect()
    }

    #[test]
    fn the_newest_signs_and_the_others_verify_for_a_while() {
        let ring = KeyRing::new(key(1)).rotated(key(2), 60, at(0)).unwrap();
        assert_eq!(ids(&ring), [(2, None), (1, Some(at(60)))]);
        assert_eq!(ring.version, 2);
        assert!(ring.keys[1].verifies(at(59)) && !ring.keys[1].verifies(at(60)));
        let ring = ring.rotated(key(3), 3_600, at(30)).unwrap();
        assert_eq!(
            ids(&ring),
            [(3, None), (2, Some(at(3_630))), (1, Some(at(60)))],
            "never longer than was said"
        );
        let ring = ring.rotated(key(4), 3_600, at(61)).unwrap();
        assert_eq!(ids(&ring), [(4, None), (3, Some(at(3_661))), (2, Some(at(3_630)))]);
    }

    #[test]
    fn without_grace_the_others_are_withdrawn() {
        let ring = KeyRing::new(key(1)).rotated(key(2), 60, at(0)).unwrap();
        assert_eq!(ids(&ring.rotated(key(3), 0, at(1)).unwrap()), [(3, None)]);
    }

    #[test]
    fn a_ring_is_bounded() {
        let mut ring = KeyRing::new(key(0));
        for id in 1..MAX_KEYS {
            ring = ring.rotated(key(id as u128), 60, at(0)).unwrap();
        }
        assert_eq!(ring.rotated(key(99), 60, at(0)), Err(TooManyKeys));
        assert_eq!(ring.rotated(key(99), 0, at(0)).unwrap().keys.len(), 1);
    }
}
