//! Fetching an archive from the stack's own bucket.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectError;
use domain::text::{ProjectKey, Tag};

use crate::error::{ArchiveError, RepositoryError};
use crate::limits::MAX_ARCHIVE;

/// The one bucket that is read.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    pub(crate) client: Client,
    pub(crate) name: String,
}

impl Bucket {
    /// The bytes of `{prefix}/{tag}.tar.gz`. Only what is below `repositories/{project}/` is read: the rest of the
    /// bucket holds what others stored.
    pub(crate) async fn fetch(
        &self,
        project: &ProjectKey,
        bucket: &str,
        prefix: &str,
        tag: &Tag,
    ) -> Result<Vec<u8>, RepositoryError> {
        let key = format!("{prefix}/{tag}.tar.gz");
        // Neither has `..` in it; both types see to that. Keys are not paths, so it would lead nowhere anyway.
        if bucket != self.name || !key.starts_with(&format!("repositories/{project}/")) {
            return Err(RepositoryError::OutsideBucket { project: project.to_string() });
        }
        let answer = self.client.get_object().bucket(bucket).key(key).send().await.map_err(|error| {
            let status = error.raw_response().map(|response| response.status().as_u16());
            let missing = error.as_service_error().is_some_and(GetObjectError::is_no_such_key);
            // To a role that may not list the bucket, S3 does not say that an object is missing: it refuses.
            if missing || matches!(status, Some(403 | 404)) {
                not_found(prefix, tag)
            } else {
                RepositoryError::Bucket(Box::new(error))
            }
        })?;
        let mut body = answer.body;
        let mut bytes = Vec::new();
        while let Some(chunk) =
            body.try_next().await.map_err(|error| RepositoryError::Bucket(Box::new(error)))?
        {
            if bytes.len() + chunk.len() > MAX_ARCHIVE {
                return Err(ArchiveError::TooLarge.into());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

fn not_found(prefix: &str, tag: &Tag) -> RepositoryError {
    RepositoryError::NotFound { host: "s3".to_owned(), path: prefix.to_owned(), tag: tag.to_string() }
}
