//! Envelope encryption: KMS makes and unwraps data keys, the cipher does the rest here.

use std::time::Instant;

use aws_sdk_kms::Client;
use aws_sdk_kms::error::ProvideErrorMetadata;
use aws_sdk_kms::operation::decrypt::DecryptError;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use domain::throttle::marked;
use futures::FutureExt;
use futures::future::BoxFuture;
use zeroize::Zeroizing;

use crate::Error;
use crate::aead::{self, SealContext, Sealed};
use crate::data_keys::DataKeys;

/// Seals and opens values with one KMS key.
#[derive(Debug)]
pub struct Secrets {
    client: Client,
    key_id: String,
    opened: DataKeys,
}

impl Secrets {
    /// Uses the KMS key `key_id`, an id, an ARN or an alias. Nothing is called yet.
    pub fn new(client: Client, key_id: String) -> Self {
        Self { client, key_id, opened: DataKeys::default() }
    }

    /// Seals `plaintext` for `context` under a data key of its own. One call to KMS.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when KMS did not make a data key.
    pub fn seal<'a>(
        &'a self,
        context: SealContext<'a>,
        plaintext: &'a [u8],
    ) -> BoxFuture<'a, Result<Sealed, Error>> {
        async move {
            let answer = self
                .client
                .generate_data_key()
                .key_id(&self.key_id)
                .key_spec(DataKeySpec::Aes256)
                .encryption_context("project", context.project)
                .encryption_context("entity", context.entity)
                .encryption_context("key", context.key)
                .send()
                .await
                .map_err(unavailable)?;
            let data_key = taken(answer.plaintext)?;
            let wrapped = answer.ciphertext_blob.ok_or(Error::WeakKey)?;
            aead::seal(&data_key, wrapped.as_ref(), context, plaintext)
        }
        .boxed()
    }

    /// Opens a value that was sealed for `context`. At most one call to KMS.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] when the value was sealed for another context or was changed,
    /// [`Error::UnknownScheme`] when a later version sealed it, [`Error::Unavailable`] when KMS did not
    /// answer.
    pub fn open<'a>(
        &'a self,
        context: SealContext<'a>,
        sealed: &'a Sealed,
    ) -> BoxFuture<'a, Result<Zeroizing<Vec<u8>>, Error>> {
        async move {
            aead::check_scheme(sealed)?;
            if let Some(data_key) = self.opened.find(&sealed.key, Instant::now()) {
                return aead::open(&data_key, context, sealed);
            }
            let data_key = self.unwrap_key(context, sealed).await?;
            let plaintext = aead::open(&data_key, context, sealed)?;
            self.opened.keep(&sealed.key, &data_key, Instant::now());
            Ok(plaintext)
        }
        .boxed()
    }

    async fn unwrap_key(
        &self,
        context: SealContext<'_>,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let answer = self
            .client
            .decrypt()
            .key_id(&self.key_id)
            .ciphertext_blob(Blob::new(aead::decode(&sealed.key)?))
            .encryption_context("project", context.project)
            .encryption_context("entity", context.entity)
            .encryption_context("key", context.key)
            .send()
            .await
            .map_err(|error| {
                // What KMS answers to a wrong context, a changed blob, or a blob of another key.
                let refused = error.as_service_error().is_some_and(|error| {
                    DecryptError::is_invalid_ciphertext_exception(error)
                        || DecryptError::is_incorrect_key_exception(error)
                });
                if refused { Error::Refused } else { unavailable(error) }
            })?;
        taken(answer.plaintext)
    }
}

fn taken(plaintext: Option<Blob>) -> Result<Zeroizing<Vec<u8>>, Error> {
    plaintext.map(|blob| Zeroizing::new(blob.into_inner())).ok_or(Error::WeakKey)
}

fn unavailable<E>(error: E) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let code = error.code().map(str::to_owned);
    Error::Unavailable(marked(code.as_deref(), error.into()))
}
