//! Content-addressed payloads in S3: definitions, releases, snapshots, bundles.
//!
//! A document is stored once, in canonical form, under its own SHA-256, and verified whenever it is read.
//! Writing it again changes nothing and nothing can be overwritten, so a retry is always safe. There is
//! deliberately no way to delete: what a release points to stays.
//!
//! The address is put into the item only after [`Artifacts::put`] has answered; a crash in between leaves an
//! object that nobody points to, never a pointer to nothing.

mod envelope;
mod error;
mod object;

use aws_sdk_s3::Client;
use domain::payload::{Digest, Payload, canonical};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value;

pub use error::Error;

/// The payload store: one bucket, one prefix.
#[derive(Debug, Clone)]
pub struct Artifacts {
    client: Client,
    bucket: String,
}

impl Artifacts {
    /// A store in `bucket`. Nothing is called yet.
    pub fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }

    /// Stores `document` and returns its address. A document that is stored already is left as it is.
    ///
    /// # Errors
    ///
    /// [`Error::NotCanonical`] when the document would not read back as it is, [`Error::Conflict`] when S3
    /// kept reporting a concurrent write of the same document, [`Error::Unavailable`] when S3 could not be
    /// asked.
    pub fn put<'a>(&'a self, document: &'a Value) -> BoxFuture<'a, Result<Payload, Error>> {
        async move {
            let bytes = canonical(document)?;
            let payload = Payload::of(&bytes);
            let packed = envelope::pack(&bytes).map_err(Error::unavailable)?;
            object::write(&self.client, &self.bucket, &key(&payload.digest), packed).await?;
            tracing::debug!(digest = %payload.digest, size = payload.size, "payload stored");
            Ok(payload)
        }
        .boxed()
    }

    /// Reads a document and verifies that it is the one that was stored.
    ///
    /// Never holds more than `payload.size` + 1 bytes of inflated content, whatever the object holds.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when there is no such object, [`Error::Corrupt`] when its content is not what the
    /// address says, [`Error::Unavailable`] when S3 could not be asked.
    pub fn get<'a>(&'a self, payload: &'a Payload) -> BoxFuture<'a, Result<Value, Error>> {
        async move {
            let key = key(&payload.digest);
            let packed = object::read(&self.client, &self.bucket, &key, payload).await?;
            let bytes = envelope::unpack(&packed, payload).map_err(|what| Error::corrupt(payload, what))?;
            serde_json::from_slice(&bytes).map_err(|_| Error::corrupt(payload, "not JSON"))
        }
        .boxed()
    }
}

fn key(digest: &Digest) -> String {
    format!("sha256/{digest}")
}
