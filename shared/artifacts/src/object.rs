//! The two calls to S3.

use aws_lc_rs::digest::{SHA256, digest};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::payload::Payload;
use retry::Retry;

use crate::envelope::packed_limit;
use crate::error::Error;

/// So often a write is sent that met another write of the same object.
const ATTEMPTS: u32 = 5;

/// Writes the object unless it is there.
pub(crate) async fn write(client: &Client, bucket: &str, key: &str, packed: Vec<u8>) -> Result<(), Error> {
    let checksum = BASE64_STANDARD.encode(digest(&SHA256, &packed));
    let mut retry = Retry::at_most(ATTEMPTS);
    loop {
        let answer = client
            .put_object()
            .bucket(bucket)
            .key(key)
            .if_none_match("*")
            .content_type("application/json")
            .content_encoding("gzip")
            .checksum_sha256(&checksum)
            .body(ByteStream::from(packed.clone()))
            .send()
            .await;
        match answer.as_ref().map_err(status) {
            // 412: it is there already, and only the same content can have this address.
            Ok(_) | Err(Some(412)) => return Ok(()),
            // 409: somebody writes it right now.
            Err(Some(409)) => retry.again("others write it").await.map_err(|_| Error::Conflict)?,
            Err(_) => answer.map(drop).map_err(Error::of_request)?,
        }
    }
}

/// Reads the stored bytes, never more than `payload` can have.
pub(crate) async fn read(
    client: &Client,
    bucket: &str,
    key: &str,
    payload: &Payload,
) -> Result<Vec<u8>, Error> {
    let answer = client.get_object().bucket(bucket).key(key).send().await.map_err(|error| {
        let missing = error.as_service_error().is_some_and(GetObjectError::is_no_such_key);
        // To a role that may not list the bucket, S3 does not say that an object is missing: it refuses.
        if missing || status(&error) == Some(403) {
            Error::Missing(payload.digest.clone())
        } else {
            Error::of_request(error)
        }
    })?;
    let limit = packed_limit(payload.size);
    let mut body = answer.body;
    let mut packed = Vec::new();
    while let Some(chunk) = body.try_next().await.map_err(Error::unavailable)? {
        if (packed.len() + chunk.len()) as u64 > limit {
            return Err(Error::corrupt(payload, "wrong size"));
        }
        packed.extend_from_slice(&chunk);
    }
    Ok(packed)
}

fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}
