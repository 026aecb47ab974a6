//! Inflating with bounds: whatever is wrong is noticed before much more than the bound was inflated.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use std::time::Instant;

use flate2::bufread::GzDecoder;

use crate::error::{ArchiveError, RepositoryError, shown};
use crate::limits::{MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED, RATIO_FLOOR};

/// What a [`Metered`] reader has read and may read; whoever holds it sees and sets both.
#[derive(Debug)]
pub(crate) struct Meter {
    deadline: Instant,
    inflated: Cell<u64>,
    /// How many bytes may be read until it is set again.
    budget: Cell<u64>,
    /// How many members of the gzip file were begun.
    members: Cell<u32>,
    exceeded: Cell<Option<Bound>>,
}

/// A bound that was exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Size,
    Ratio,
    Members,
    Budget,
    Time,
}

impl Meter {
    pub(crate) fn new(deadline: Instant) -> Rc<Self> {
        let (inflated, budget, members) = (Cell::new(0), Cell::new(u64::MAX), Cell::new(1));
        Rc::new(Self { deadline, inflated, budget, members, exceeded: Cell::new(None) })
    }

    /// Allows to read so many bytes more.
    pub(crate) fn allow(&self, bytes: u64) {
        self.budget.set(bytes);
    }

    /// What an error of the reader, or of what reads from it, means.
    pub(crate) fn judge(&self, error: &io::Error) -> RepositoryError {
        match self.exceeded.get() {
            Some(Bound::Size) => ArchiveError::TooLargeUnpacked.into(),
            Some(Bound::Ratio) => ArchiveError::Ratio.into(),
            Some(Bound::Members) => ArchiveError::TooManyMembers.into(),
            Some(Bound::Budget) => ArchiveError::EntryHeader.into(),
            Some(Bound::Time) => RepositoryError::TimedOut,
            None => match error.kind() {
                io::ErrorKind::UnexpectedEof => ArchiveError::Truncated.into(),
                // What the decoder says of a wrong checksum and of bits that mean nothing.
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => ArchiveError::Damaged.into(),
                _ => ArchiveError::NotTar(shown(&error.to_string())).into(),
            },
        }
    }

    /// Counts a member that begins. Each one costs time, whatever it inflates to.
    fn begin_member(&self) -> io::Result<()> {
        let members = self.members.get().saturating_add(1);
        self.members.set(members);
        let late = || (Instant::now() > self.deadline).then_some(Bound::Time);
        self.allowed((members > MAX_MEMBERS).then_some(Bound::Members).or_else(late))
    }

    /// Counts what was read, of which so many compressed bytes were consumed by now.
    fn count(&self, read: u64, consumed: u64) -> io::Result<()> {
        self.allowed(self.check(read, consumed))
    }

    fn allowed(&self, exceeded: Option<Bound>) -> io::Result<()> {
        let Some(bound) = exceeded else { return Ok(()) };
        self.exceeded.set(Some(bound));
        Err(io::Error::other("a bound is exceeded"))
    }

    fn check(&self, read: u64, consumed: u64) -> Option<Bound> {
        let inflated = self.inflated.get().saturating_add(read);
        self.inflated.set(inflated);
        let budget = self.budget.get().checked_sub(read);
        self.budget.set(budget.unwrap_or(0));
        if inflated > MAX_UNPACKED {
            Some(Bound::Size)
        } else if inflated > RATIO_FLOOR && inflated > consumed.saturating_mul(MAX_RATIO) {
            Some(Bound::Ratio)
        } else if budget.is_none() {
            Some(Bound::Budget)
        } else {
            (Instant::now() > self.deadline).then_some(Bound::Time)
        }
    }
}

/// The inflated bytes of a gzip file, of all its members. The meter is asked after each read and between members, so no
/// loop runs without it.
#[derive(Debug)]
pub(crate) struct Metered<'a> {
    /// The member that is being read. Nothing behind the last one.
    member: Option<GzDecoder<&'a [u8]>>,
    compressed: u64,
    meter: Rc<Meter>,
}

impl<'a> Metered<'a> {
    pub(crate) fn new(packed: &'a [u8], meter: Rc<Meter>) -> Result<Self, ArchiveError> {
        if !packed.starts_with(&[0x1f, 0x8b]) {
            return Err(ArchiveError::NotGzip);
        }
        Ok(Self { member: Some(GzDecoder::new(packed)), compressed: packed.len() as u64, meter })
    }
}

impl Read for Metered<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        while let Some(member) = &mut self.member {
            let read = member.read(into)?;
            let consumed = self.compressed.saturating_sub(member.get_ref().len() as u64);
            self.meter.count(read as u64, consumed)?;
            if read > 0 {
                return Ok(read);
            }
            // This member ends with its checksum, and what follows, if anything does, is another one.
            let rest = self.member.take().map(GzDecoder::into_inner).unwrap_or_default();
            if !rest.is_empty() {
                self.meter.begin_member()?;
                self.member = Some(GzDecoder::new(rest));
            }
        }
        Ok(0)
    }
}
