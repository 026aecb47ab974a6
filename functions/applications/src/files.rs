//! Static files: content-addressed, so what a deployment answers with is what was in the repository at its tag.

use app::payloads;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use api::ApiError;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::connector::{Asset, Package, PackagedApplication};
use domain::payload::{Digest, Payload};
use runtime::{Content, Context, Reply};
use serde_json::Value;

use crate::called::{Called, nobody};

/// Answers with the file that a path names.
pub(crate) async fn answer(context: &Context, package: &Payload, called: &Called) -> Result<Reply, ApiError> {
    let package = PACKAGES.get(context, package).await?;
    let application = package.applications.get(called.deployed.name()).ok_or_else(nobody)?;
    let path = &called.path;
    let asset = match find(&application.assets, path) {
        Some(Found::File(asset)) => asset,
        Some(Found::Index) => {
            let to = index_of(&called.segment, path);
            return Ok(Reply { status: 302, body: Content::Moved { to } });
        }
        None => return Err(ApiError::not_found(format!("The application has no file '{path}'"))),
    };
    let Value::String(text) = payloads::get(context, &asset.contents).await? else {
        return Err(ApiError::internal("the contents of a file are no text"));
    };
    let bytes = BASE64_STANDARD.decode(text).map_err(ApiError::internal)?;
    Ok(Reply { status: 200, body: Content::File { media_type: asset.media_type.clone(), bytes } })
}

/// What a path leads to.
#[derive(Debug, PartialEq)]
enum Found<'a> {
    File(&'a Asset),
    /// The path names a folder with an index, without the slash that the links in the index count on.
    Index,
}

/// What a path, with a slash in front if it is not empty, leads to. Paths are looked up, never followed.
fn find<'a>(assets: &'a BTreeMap<String, Asset>, path: &str) -> Option<Found<'a>> {
    let name = path.strip_prefix('/').unwrap_or(path);
    if let Some(file) = assets.get(name) {
        return Some(Found::File(file));
    }
    if path.ends_with('/') {
        return assets.get(&format!("{name}{}", PackagedApplication::INDEX)).map(Found::File);
    }
    let index = format!("{path}/{}", PackagedApplication::INDEX);
    assets.contains_key(index.strip_prefix('/').unwrap_or(&index)).then_some(Found::Index)
}

/// The index of the folder of that path, as seen from there: the base URL may have a path of its own.
fn index_of(segment: &str, path: &str) -> String {
    let last = path.rsplit('/').next().filter(|last| !last.is_empty()).unwrap_or(segment);
    format!("./{}/{}", encoded(last), PackagedApplication::INDEX)
}

/// A segment of a path, percent-encoded (RFC 3986 §2.1).
fn encoded(segment: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encode = |byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    segment.bytes().map(encode).collect()
}

/// So many packages are kept by a process. A package is at most some megabytes, and deployments rarely take turns.
const KEPT: usize = 4;

/// The packages that were asked for last, the latest in front. They never change, so they are never out of date.
struct Packages {
    latest: Mutex<VecDeque<(Digest, Arc<Package>)>>,
}

static PACKAGES: Packages = Packages { latest: Mutex::new(VecDeque::new()) };

impl Packages {
    async fn get(&self, context: &Context, payload: &Payload) -> Result<Arc<Package>, ApiError> {
        if let Some(package) = self.recall(&payload.digest) {
            return Ok(package);
        }
        let document = payloads::get(context, payload).await?;
        let package: Package = serde_json::from_value(document).map_err(ApiError::internal)?;
        let package = Arc::new(package);
        self.keep(payload.digest.clone(), Arc::clone(&package));
        Ok(package)
    }

    fn recall(&self, digest: &Digest) -> Option<Arc<Package>> {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let place = latest.iter().position(|(kept, _)| kept == digest)?;
        let found = latest.remove(place)?;
        let package = Arc::clone(&found.1);
        latest.push_front(found);
        Some(package)
    }

    fn keep(&self, digest: Digest, package: Arc<Package>) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.push_front((digest, package));
        latest.truncate(KEPT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_file_or_a_folder_with_an_index() {
        let names = ["index.html", "app.js", "docs/index.html", "docs/a b.html", "img/logo.png"];
        let assets = names.map(|name| {
            let contents = Payload::of(name.as_bytes());
            (name.to_owned(), Asset { media_type: "text/html".to_owned(), contents })
        });
        let assets = BTreeMap::from(assets);
        for (path, expected) in [
            ("/", "index.html"),
            ("/index.html", "index.html"),
            ("/app.js", "app.js"),
            ("/docs/", "docs/index.html"),
            ("/docs/a b.html", "docs/a b.html"),
        ] {
            assert_eq!(find(&assets, path), Some(Found::File(&assets[expected])), "{path}");
        }
        for path in ["", "/docs"] {
            assert_eq!(find(&assets, path), Some(Found::Index), "{path}");
        }
        let nothing =
            ["/app.js/", "/../index.html", "/docs/../app.js", "//app.js", "//", "/img", "/img/", "/nothing"];
        for path in nothing {
            assert_eq!(find(&assets, path), None, "{path}");
        }
    }

    #[test]
    fn an_index_is_pointed_to_from_where_its_folder_was_asked_for() {
        assert_eq!(index_of("assets-1-2-demo", ""), "./assets-1-2-demo/index.html");
        assert_eq!(index_of("assets-1-2-demo", "/docs"), "./docs/index.html");
        assert_eq!(index_of("assets-1-2-demo", "/docs/a b:é"), "./a%20b%3A%C3%A9/index.html");
    }

    #[test]
    fn the_packages_asked_for_last_are_kept() {
        let packages = Packages { latest: Mutex::default() };
        let digest = |number: usize| Payload::of(&[u8::try_from(number).unwrap()]).digest;
        let package = Arc::new(Package { specification: String::new(), applications: BTreeMap::new() });
        for number in 0..KEPT {
            packages.keep(digest(number), Arc::clone(&package));
        }
        assert!(packages.recall(&digest(0)).is_some());
        packages.keep(digest(KEPT), Arc::clone(&package));
        assert!(packages.recall(&digest(0)).is_some(), "asked for a moment ago");
        assert!(packages.recall(&digest(1)).is_none(), "asked for longest ago");
    }
}
