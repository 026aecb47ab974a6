//! Archives and connectors for tests.

use std::io::Write;

use domain::connector::{
    ApplicationKind, ApplicationSpecification, InvalidSpecification, KeyDeclarations, Scripts, Specification,
    SpecificationProblem,
};
use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};

pub(crate) mod server;

/// An archive that is being made. Nothing is checked, so that it can be wrong.
#[derive(Debug, Default)]
pub(crate) struct Tarball(Vec<u8>);

impl Tarball {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn entry(mut self, kind: EntryType, path: &[u8], contents: &[u8], size: u64) -> Self {
        let mut header = Header::new_ustar();
        header.as_old_mut().name[..path.len()].copy_from_slice(path);
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_size(size);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(contents);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub(crate) fn file(self, path: &str, contents: impl AsRef<[u8]>) -> Self {
        let contents = contents.as_ref();
        self.entry(EntryType::Regular, path.as_bytes(), contents, contents.len() as u64)
    }

    pub(crate) fn special(self, kind: EntryType, path: &str) -> Self {
        self.entry(kind, path.as_bytes(), &[], 0)
    }

    pub(crate) fn folder(self, path: &str) -> Self {
        self.special(EntryType::Directory, path)
    }

    /// The next entry has this path, however long.
    pub(crate) fn long_name(self, path: &[u8]) -> Self {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..13].copy_from_slice(b"././@LongLink");
        header.set_entry_type(EntryType::GNULongName);
        header.set_mode(0o644);
        header.set_size(path.len() as u64);
        header.set_cksum();
        let mut tarball = self;
        tarball.0.extend_from_slice(header.as_bytes());
        tarball.0.extend_from_slice(path);
        tarball.0.resize(tarball.0.len().next_multiple_of(512), 0);
        tarball
    }

    /// The tar.gz archive.
    pub(crate) fn pack(mut self) -> Vec<u8> {
        self.0.resize((self.0.len() + 1_024).next_multiple_of(10_240), 0);
        gzip(&self.0)
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Bytes that do not compress, the same each time.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let step = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    std::iter::repeat_with(step).take(length).collect()
}

/// The applications of a text of lines `{name} {kind}`; the other lines are problems.
pub(crate) fn parse(text: &str) -> Result<Specification, InvalidSpecification> {
    let (mut applications, mut problems) = (Vec::new(), Vec::new());
    for (index, line) in text.lines().enumerate() {
        let parts = line.split_once(' ');
        let kind = |kind: &str| ApplicationKind::ALL.iter().find(|it| it.as_str() == kind).copied();
        match parts.and_then(|(name, text)| Some((name.parse().ok()?, kind(text)?))) {
            Some((name, kind)) => applications.push(ApplicationSpecification {
                name,
                kind,
                endpoint: None,
                schedule: None,
                scripts: Scripts::default(),
                keys: KeyDeclarations::default(),
                health_check: None,
                retry_policy: None,
            }),
            None => problems.push(SpecificationProblem {
                path: "deployAs".to_owned(),
                line: Some(index + 1),
                message: "no application".to_owned(),
            }),
        }
    }
    if !problems.is_empty() {
        return Err(InvalidSpecification(problems));
    }
    Ok(Specification { applications, global: KeyDeclarations::default(), api_client_scopes: None })
}
