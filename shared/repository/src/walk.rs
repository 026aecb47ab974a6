//! Goes through the entries of a tar.gz archive. Nothing is ever written to a disk, and no link is followed.

use std::io::{self, Read};
use std::rc::Rc;
use std::time::Instant;

use tar::{Archive, Entry, EntryType};

use crate::error::{ArchiveError, RepositoryError, shown};
use crate::limits::{MAX_ENTRIES, MAX_ENTRY_HEADER, MAX_PATH};
use crate::metered::{Meter, Metered};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    /// Symbolic or hard. Whether that is a problem depends on where it is.
    Link,
}

/// An entry whose path stays inside the archive.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) kind: Kind,
    /// The path's parts, without empty ones and `.`. What is not UTF-8 is replaced by U+FFFD.
    pub(crate) segments: Vec<String>,
}

impl Item {
    /// For messages.
    pub(crate) fn path(&self) -> String {
        shown(&self.segments.join("/"))
    }
}

/// The contents of an entry.
pub(crate) struct Body<'r> {
    entry: &'r mut dyn Read,
    meter: &'r Meter,
}

impl Body<'_> {
    /// All bytes, or nothing if there are more than `limit`.
    pub(crate) fn read(&mut self, limit: usize) -> Result<Option<Vec<u8>>, RepositoryError> {
        let mut bytes = Vec::new();
        let mut bounded = (&mut *self.entry).take(limit as u64 + 1);
        bounded.read_to_end(&mut bytes).map_err(|error| self.meter.judge(&error))?;
        Ok((bytes.len() <= limit).then_some(bytes))
    }
}

/// Calls `visit` for each file, folder and link of the archive, in its order, and verifies it to its end.
///
/// # Errors
///
/// Those of `visit`, [`RepositoryError::Archive`] and [`RepositoryError::TimedOut`].
pub(crate) fn walk(
    packed: &[u8],
    deadline: Instant,
    mut visit: impl FnMut(&Item, &mut Body<'_>) -> Result<(), RepositoryError>,
) -> Result<(), RepositoryError> {
    let meter = Meter::new(deadline);
    let judge = |error: io::Error| meter.judge(&error);
    let mut archive = Archive::new(Metered::new(packed, Rc::clone(&meter))?);
    let mut entries = archive.entries().map_err(judge)?;
    let mut count = 0;
    loop {
        meter.allow(MAX_ENTRY_HEADER);
        let Some(entry) = entries.next() else { break };
        let mut entry = entry.map_err(judge)?;
        meter.allow(u64::MAX);
        count += 1;
        if count > MAX_ENTRIES {
            return Err(ArchiveError::TooManyEntries.into());
        }
        if let Some(item) = item(&entry)? {
            visit(&item, &mut Body { entry: &mut entry, meter: &meter })?;
        }
        // What is left of it, so that the next header is all that `next` reads.
        io::copy(&mut entry, &mut io::sink()).map_err(judge)?;
    }
    meter.allow(u64::MAX);
    // The checksum comes after the last entry.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(judge)?;
    Ok(())
}

/// The entry, or nothing if it is about the archive itself.
fn item(entry: &Entry<'_, Metered<'_>>) -> Result<Option<Item>, ArchiveError> {
    let bytes = entry.path_bytes();
    if bytes.len() > MAX_PATH {
        return Err(ArchiveError::PathTooLong(shown(&String::from_utf8_lossy(&bytes))));
    }
    let path = String::from_utf8_lossy(&bytes);
    let kind = match entry.header().entry_type() {
        // As the oldest archives mark folders.
        EntryType::Regular if path.ends_with('/') => Kind::Folder,
        EntryType::Regular | EntryType::Continuous => Kind::File,
        EntryType::Directory => Kind::Folder,
        EntryType::Symlink | EntryType::Link => Kind::Link,
        // Attributes for all entries: the commit, in what git makes.
        EntryType::XGlobalHeader => return Ok(None),
        _ => return Err(ArchiveError::Device(shown(&path))),
    };
    let segments = segments(&path).ok_or_else(|| ArchiveError::Traversal(shown(&path)))?;
    Ok(Some(Item { kind, segments }))
}

fn segments(path: &str) -> Option<Vec<String>> {
    // `C:` is a drive where `\` is a separator.
    let is_drive = path.chars().nth(1) == Some(':') && path.starts_with(|c: char| c.is_ascii_alphabetic());
    if path.starts_with('/') || path.contains('\\') || is_drive {
        return None;
    }
    let parts = path.split('/').filter(|part| !part.is_empty() && *part != ".");
    parts.map(|part| (part != "..").then(|| part.to_owned())).collect()
}

#[cfg(test)]
mod tests;
