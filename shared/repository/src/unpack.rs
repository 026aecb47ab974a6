//! What is kept of an archive, in two passes over it: the first finds `connect.yaml`, which says what the second
//! keeps. Inflating twice is cheaper than holding everything that might be asked for.

use std::collections::BTreeMap;
use std::time::Instant;

use domain::connector::{ApplicationKind, PackagedApplication, Specification};

use crate::error::{ArchiveError, RepositoryError};
use crate::limits::{
    MAX_ASSET, MAX_ASSET_COUNT, MAX_ASSETS, MAX_DEFINITION, MAX_DEFINITIONS, MAX_FILE_NAME, MAX_SPECIFICATION,
};
use crate::walk::{Body, Item, Kind, walk};

/// The name of the specification.
const SPECIFICATION: &str = "connect.yaml";

/// Names that it is often given.
const NEARLY: [&str; 4] = ["connect.yaml", "connect.yml", "Connect.yaml", "connect.yaml.txt"];

/// What the first pass finds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The text of `connect.yaml`.
    pub(crate) specification: String,
    /// How many folders all paths begin with: 1 for archives as hosts make them, 0 for others.
    pub(crate) depth: usize,
}

/// What is in the folder of an application.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Folder {
    pub(crate) definitions: BTreeMap<String, String>,
    pub(crate) assets: BTreeMap<String, Vec<u8>>,
    assets_size: usize,
}

/// Finds `connect.yaml`: at the root, or in the one folder that everything is in.
pub(crate) fn find(packed: &[u8], deadline: Instant) -> Result<Found, RepositoryError> {
    let mut survey = Survey::default();
    walk(packed, deadline, |item, body| survey.visit(item, body))?;
    let (text, depth) = match (survey.at_root, survey.in_top) {
        (Some(text), _) => (text, 0),
        (None, Some(text)) if survey.one_top => (text, 1),
        _ => return Err(RepositoryError::SpecificationNotFound { near: survey.near }),
    };
    let text = text.map_err(|TooLarge| RepositoryError::specification_too_large())?;
    let not_text = || RepositoryError::not_valid("the file is not UTF-8: save it as UTF-8");
    let specification = String::from_utf8(text).map_err(|_| not_text())?;
    Ok(Found { specification, depth })
}

/// A `connect.yaml` is larger than is read. Whether that matters is known only when all entries are.
#[derive(Debug)]
struct TooLarge;

/// The first pass.
#[derive(Debug)]
struct Survey {
    /// `connect.yaml` at the root.
    at_root: Option<Result<Vec<u8>, TooLarge>>,
    /// `connect.yaml` in the first folder.
    in_top: Option<Result<Vec<u8>, TooLarge>>,
    /// The first folder.
    top: Option<String>,
    /// Whether everything is in the first folder.
    one_top: bool,
    near: Option<String>,
}

impl Default for Survey {
    fn default() -> Self {
        Self { at_root: None, in_top: None, top: None, one_top: true, near: None }
    }
}

impl Survey {
    fn visit(&mut self, item: &Item, body: &mut Body<'_>) -> Result<(), RepositoryError> {
        let [first, rest @ ..] = item.segments.as_slice() else { return Ok(()) };
        if rest.is_empty() && item.kind != Kind::Folder {
            self.one_top = false;
        }
        let top = self.top.get_or_insert_with(|| first.clone());
        self.one_top &= top == first;
        let place = match rest {
            [] if first == SPECIFICATION => &mut self.at_root,
            [name] if name == SPECIFICATION && self.one_top => &mut self.in_top,
            _ => {
                self.note(item);
                return Ok(());
            }
        };
        match item.kind {
            Kind::Folder => Ok(()),
            Kind::Link => Err(ArchiveError::Link(item.path()).into()),
            Kind::File if place.is_some() => Err(ArchiveError::Twice(item.path()).into()),
            Kind::File => {
                *place = Some(body.read(MAX_SPECIFICATION)?.ok_or(TooLarge));
                Ok(())
            }
        }
    }

    fn note(&mut self, item: &Item) {
        let is_near = item.segments.last().is_some_and(|name| NEARLY.contains(&name.as_str()));
        if is_near && item.kind == Kind::File && self.near.is_none() {
            self.near = Some(item.path());
        }
    }
}

/// The folders of the applications of `specification`, those that there are.
pub(crate) fn folders(
    packed: &[u8],
    depth: usize,
    specification: &Specification,
    deadline: Instant,
) -> Result<BTreeMap<String, Folder>, RepositoryError> {
    let kinds = specification.applications.iter().map(|it| (it.name.as_str(), it.kind)).collect();
    let mut harvest = Harvest { depth, kinds, folders: BTreeMap::new(), definitions_size: 0 };
    walk(packed, deadline, |item, body| harvest.visit(item, body))?;
    Ok(harvest.folders)
}

/// The second pass.
struct Harvest<'s> {
    depth: usize,
    kinds: BTreeMap<&'s str, ApplicationKind>,
    folders: BTreeMap<String, Folder>,
    definitions_size: usize,
}

/// Why a file is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Definition,
    Asset,
}

impl Harvest<'_> {
    fn visit(&mut self, item: &Item, body: &mut Body<'_>) -> Result<(), RepositoryError> {
        let Some([application, path @ ..]) = item.segments.get(self.depth..) else { return Ok(()) };
        let Some(kind) = self.kinds.get(application.as_str()) else { return Ok(()) };
        if path.is_empty() {
            return self.root(application, item);
        }
        let folder = self.folders.entry(application.clone()).or_default();
        let Some(purpose) = purpose(*kind, path).filter(|_| item.kind != Kind::Folder) else { return Ok(()) };
        if item.kind == Kind::Link {
            return Err(ArchiveError::Link(item.path()).into());
        }
        let name = path.join("/");
        if name.len() > MAX_FILE_NAME
            || name.contains(|c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER)
        {
            return Err(ArchiveError::FileName(item.path()).into());
        }
        match purpose {
            Use::Definition => {
                self.definitions_size += folder.add_definition(name, item, body)?;
                let fits = self.definitions_size <= MAX_DEFINITIONS;
                if fits { Ok(()) } else { Err(ArchiveError::DefinitionsTooLarge.into()) }
            }
            Use::Asset => folder.add_asset(name, application, item, body),
        }
    }

    /// The application's folder itself.
    fn root(&mut self, application: &str, item: &Item) -> Result<(), RepositoryError> {
        match item.kind {
            Kind::Folder => {
                self.folders.entry(application.to_owned()).or_default();
                Ok(())
            }
            Kind::Link => Err(ArchiveError::Link(item.path()).into()),
            // Not a folder, so there is none.
            Kind::File => Ok(()),
        }
    }
}

/// What the file at `path`, below the folder of an application, is kept as. What begins with a dot is nobody's
/// business (`.env`, `.git`), with the one exception that is made to be served. A definition is never served.
fn purpose(kind: ApplicationKind, path: &[String]) -> Option<Use> {
    if path.iter().any(|part| part.starts_with('.') && part != ".well-known") {
        return None;
    }
    match path {
        [name] if name.ends_with(PackagedApplication::FLOW_ENDING) => Some(Use::Definition),
        _ => kind.is_static().then_some(Use::Asset),
    }
}

impl Folder {
    /// Adds a definition and returns its size.
    fn add_definition(
        &mut self,
        name: String,
        item: &Item,
        body: &mut Body<'_>,
    ) -> Result<usize, RepositoryError> {
        let bytes =
            body.read(MAX_DEFINITION)?.ok_or_else(|| ArchiveError::DefinitionTooLarge(item.path()))?;
        let text = String::from_utf8(bytes).map_err(|_| ArchiveError::DefinitionNotText(item.path()))?;
        let size = text.len();
        match self.definitions.insert(name, text) {
            None => Ok(size),
            Some(_) => Err(ArchiveError::Twice(item.path()).into()),
        }
    }

    fn add_asset(
        &mut self,
        name: String,
        application: &str,
        item: &Item,
        body: &mut Body<'_>,
    ) -> Result<(), RepositoryError> {
        if self.assets.len() >= MAX_ASSET_COUNT {
            return Err(ArchiveError::TooManyAssets(application.to_owned()).into());
        }
        let bytes = body.read(MAX_ASSET)?.ok_or_else(|| ArchiveError::AssetTooLarge(item.path()))?;
        self.assets_size += bytes.len();
        if self.assets_size > MAX_ASSETS {
            return Err(ArchiveError::AssetsTooLarge(application.to_owned()).into());
        }
        match self.assets.insert(name, bytes) {
            None => Ok(()),
            Some(_) => Err(ArchiveError::Twice(item.path()).into()),
        }
    }
}

#[cfg(test)]
mod tests;
