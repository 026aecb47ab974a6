//! How much of a repository is read. Each bound has an error of its own in [`crate::RepositoryError`] or
//! [`crate::ArchiveError`].

use std::time::Duration;

/// The largest archive as it comes, compressed: 20 MB.
pub const MAX_ARCHIVE: usize = 20_000_000;

/// The largest archive inflated: 100 MB.
pub const MAX_UNPACKED: u64 = 100_000_000;

/// How many entries an archive may have, folders included.
pub const MAX_ENTRIES: usize = 5_000;

/// Maximum number of members that the gzip file may be made of. One is usual; tools that compress in parallel write one
/// for some 64 KB.
pub const MAX_MEMBERS: u32 = 5_000;

/// Maximum number of bytes in the path of an entry, kept or not. Longer ones cannot be unpacked on most systems.
pub const MAX_PATH: usize = 4_096;

/// How many bytes one compressed byte may inflate to, on the average of what was read so far.
pub const MAX_RATIO: u64 = 100;

/// Up to here the ratio is not judged: the padding alone makes a tiny archive inflate a hundredfold.
pub(crate) const RATIO_FLOOR: u64 = 1_000_000;

/// How much an entry may say before its contents begin: its name and attributes, which are held in memory.
pub(crate) const MAX_ENTRY_HEADER: u64 = 64 * 1_024;

/// The time for everything: fetching, redirects included, and unpacking.
pub const TIME_LIMIT: Duration = Duration::from_secs(20);

/// How many redirects are followed.
pub const MAX_REDIRECTS: usize = 3;

/// The largest `connect.yaml`: 48 KiB.
pub const MAX_SPECIFICATION: usize = 48 * 1_024;

/// The largest definition of a flow: 1 MB.
pub const MAX_DEFINITION: usize = 1_000_000;

/// The definitions of all applications together: 8 MB. They are one document.
pub const MAX_DEFINITIONS: usize = 8_000_000;

/// The largest static file: 4 MB.
pub const MAX_ASSET: usize = 4_000_000;

/// The static files of one application together: 20 MB.
pub const MAX_ASSETS: usize = 20_000_000;

/// How many static files one application may have.
pub const MAX_ASSET_COUNT: usize = 1_000;

/// The longest path of a file that is kept, below its application's folder, in bytes.
pub const MAX_FILE_NAME: usize = 512;
