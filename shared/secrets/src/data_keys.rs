//! Opened data keys, kept for a short while: a warm function that calls with the same secret again and again
//! should not wait for KMS, nor pay for it, each time.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

/// How many are kept; the oldest goes first.
const MOST: usize = 64;

/// How long one is kept, which is also how long a revoked KMS permission may go unnoticed.
const OLDEST: Duration = Duration::from_mins(5);

type DataKey = Zeroizing<Vec<u8>>;

struct Entry {
    wrapped: String,
    key: DataKey,
    since: Instant,
}

/// The keys. Only the wrapped form identifies one: the cipher itself checks that the context is right.
#[derive(Default)]
pub(crate) struct DataKeys(Mutex<VecDeque<Entry>>);

impl DataKeys {
    /// The data key that `wrapped` unwraps to, if it was opened a short while before `now`.
    pub(crate) fn find(&self, wrapped: &str, now: Instant) -> Option<DataKey> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|entry| now.saturating_duration_since(entry.since) < OLDEST);
        entries.iter().find(|entry| entry.wrapped == wrapped).map(|entry| entry.key.clone())
    }

    /// Keeps `key`, opened at `now`.
    pub(crate) fn keep(&self, wrapped: &str, key: &DataKey, now: Instant) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|entry| entry.wrapped != wrapped);
        if entries.len() == MOST {
            entries.pop_front();
        }
        entries.push_back(Entry { wrapped: wrapped.to_owned(), key: key.clone(), since: now });
    }
}

impl fmt::Debug for DataKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DataKeys")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> DataKey {
        Zeroizing::new(vec![byte; 32])
    }

    #[test]
    fn a_key_is_kept_for_a_while() {
        let (keys, start) = (DataKeys::default(), Instant::now());
        assert_eq!(keys.find("a", start), None);
        keys.keep("a", &key(1), start);
        assert_eq!(keys.find("a", start + OLDEST / 2), Some(key(1)));
        assert_eq!(keys.find("b", start), None);
        assert_eq!(keys.find("a", start + OLDEST), None);
        assert_eq!(keys.find("a", start), None, "it is gone, not only hidden");
    }

    #[test]
    fn the_oldest_makes_room() {
        let (keys, start) = (DataKeys::default(), Instant::now());
        for number in 0..=MOST {
            keys.keep(&number.to_string(), &key(1), start);
        }
        assert_eq!(keys.find("0", start), None);
        assert_eq!(keys.find("1", start), Some(key(1)));
        keys.keep("1", &key(2), start);
        assert_eq!(keys.find("1", start), Some(key(2)));
        assert_eq!(keys.find("2", start), Some(key(1)), "replacing needs no room");
    }
}
