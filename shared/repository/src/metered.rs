//! Inflating with bounds: whatever is wrong is noticed before much more than the bound was inflated.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use std::time::Instant;

use flate2::bufread::MultiGzDecoder;

use crate::error::{ArchiveError, RepositoryError};
use crate::limits::{MAX_RATIO, MAX_UNPACKED, RATIO_FLOOR};
use crate::walk::shown;

/// What a [`Metered`] reader has read and may read; whoever holds it sees and sets both.
#[derive(Debug)]
pub(crate) struct Meter {
    deadline: Instant,
    inflated: Cell<u64>,
    /// How many bytes may be read until it is set again.
    budget: Cell<u64>,
    exceeded: Cell<Option<Bound>>,
}

/// A bound that was exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Size,
    Ratio,
    Budget,
    Time,
}

impl Meter {
    pub(crate) fn new(deadline: Instant) -> Rc<Self> {
        let (inflated, budget) = (Cell::new(0), Cell::new(u64::MAX));
        Rc::new(Self { deadline, inflated, budget, exceeded: Cell::new(None) })
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

/// The inflated bytes of a gzip file.
#[derive(Debug)]
pub(crate) struct Metered<'a> {
    decoder: MultiGzDecoder<&'a [u8]>,
    compressed: u64,
    meter: Rc<Meter>,
}

impl<'a> Metered<'a> {
    pub(crate) fn new(packed: &'a [u8], meter: Rc<Meter>) -> Result<Self, ArchiveError> {
        if !packed.starts_with(&[0x1f, 0x8b]) {
            return Err(ArchiveError::NotGzip);
        }
        Ok(Self { decoder: MultiGzDecoder::new(packed), compressed: packed.len() as u64, meter })
    }
}

impl Read for Metered<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(into)?;
        let consumed = self.compressed.saturating_sub(self.decoder.get_ref().len() as u64);
        match self.meter.check(read as u64, consumed) {
            None => Ok(read),
            Some(bound) => {
                self.meter.exceeded.set(Some(bound));
                Err(io::Error::other("a bound is exceeded"))
            }
        }
    }
}
