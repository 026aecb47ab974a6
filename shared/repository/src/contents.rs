//! What was read from a repository, in memory and stored.

use std::collections::BTreeMap;
use std::time::Instant;

use artifacts::Artifacts;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::connector::{Asset, InvalidSpecification, Package, PackagedApplication, Specification};
use domain::payload::{Digest, NotCanonical, Payload, canonical};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use serde_json::Value;

use crate::error::RepositoryError;
use crate::unpack::{self, Folder};

/// How many payloads are written side by side.
const WRITES: usize = 16;

/// What reads a `connect.yaml`.
pub type Parse = fn(&str) -> Result<Specification, InvalidSpecification>;

/// What was read from a repository at a tag. Nothing of it is stored yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    specification: Specification,
    package: Package,
    document: Value,
    payload: Payload,
    assets: BTreeMap<Digest, Vec<u8>>,
}

impl Contents {
    /// What `connect.yaml` declares.
    pub const fn specification(&self) -> &Specification {
        &self.specification
    }

    /// What is kept. The payloads of its assets are where [`Contents::store`] puts them.
    pub const fn package(&self) -> &Package {
        &self.package
    }

    /// Where [`Contents::store`] puts the package. Equal contents have an equal payload, so a tag that was moved is
    /// noticed by comparing.
    pub const fn payload(&self) -> &Payload {
        &self.payload
    }

    /// The bytes of an asset of the package.
    pub fn asset(&self, asset: &Asset) -> Option<&[u8]> {
        self.assets.get(&asset.contents.digest).map(Vec::as_slice)
    }

    /// Stores assets first and the package last, and returns where the package is: what points to it points to all
    /// of it. What is stored already is left as it is, so doing it again is safe and changes nothing.
    ///
    /// # Errors
    ///
    /// Those of [`Artifacts::put`].
    pub fn store<'a>(&'a self, artifacts: &'a Artifacts) -> BoxFuture<'a, Result<Payload, artifacts::Error>> {
        async move {
            let writes: Vec<_> = self.assets.values().map(|bytes| put(artifacts, bytes)).collect();
            stream::iter(writes).buffer_unordered(WRITES).try_for_each(|_| async { Ok(()) }).await?;
            artifacts.put(&self.document).await
        }
        .boxed()
    }
}

/// Reads an archive.
pub(crate) fn read(packed: &[u8], parse: Parse, deadline: Instant) -> Result<Contents, RepositoryError> {
    let found = unpack::find(packed, deadline)?;
    let specification = parse(&found.specification).map_err(|error| not_valid(&error))?;
    let folders = unpack::folders(packed, found.depth, &specification, deadline)?;
    let mut assets = BTreeMap::new();
    let mut applications = BTreeMap::new();
    for (name, folder) in folders {
        let packaged = packaged(folder, &mut assets).map_err(RepositoryError::internal)?;
        applications.insert(name, packaged);
    }
    let package = Package { specification: found.specification, applications };
    let document = serde_json::to_value(&package).map_err(RepositoryError::internal)?;
    let payload = Payload::of(&canonical(&document).map_err(RepositoryError::internal)?);
    Ok(Contents { specification, package, document, payload, assets })
}

fn not_valid(error: &InvalidSpecification) -> RepositoryError {
    let problems: Vec<String> = error.0.iter().map(ToString::to_string).collect();
    if problems.is_empty() {
        RepositoryError::not_valid("the file cannot be read")
    } else {
        RepositoryError::SpecificationNotValid(problems)
    }
}

fn packaged(
    folder: Folder,
    assets: &mut BTreeMap<Digest, Vec<u8>>,
) -> Result<PackagedApplication, NotCanonical> {
    let mut application = PackagedApplication { flows: folder.definitions, assets: BTreeMap::new() };
    for (name, bytes) in folder.assets {
        let contents = Payload::of(&canonical(&text(&bytes))?);
        assets.insert(contents.digest.clone(), bytes);
        let media_type = mime_guess::from_path(&name).first_raw().unwrap_or("application/octet-stream");
        application.assets.insert(name, Asset { media_type: media_type.to_owned(), contents });
    }
    Ok(application)
}

fn put<'a>(artifacts: &'a Artifacts, asset: &'a [u8]) -> BoxFuture<'a, Result<Payload, artifacts::Error>> {
    async move { artifacts.put(&text(asset)).await }.boxed()
}

/// The document that holds an asset.
fn text(bytes: &[u8]) -> Value {
    Value::String(BASE64_STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests;
