//! Canonical bytes to stored bytes and back: gzip, with a bound and a check on the way back.

use std::io::{self, Read, Write};

use domain::payload::{Digest, Payload};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;

/// The stored form of `bytes`. The same bytes always give the same stored form: no time, no name in the
/// header.
pub(crate) fn pack(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4 + 64), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// The largest stored form that [`pack`] makes of `size` bytes: incompressible data grows by a few bytes a
/// block.
pub(crate) fn packed_limit(size: u64) -> u64 {
    size.saturating_add(size / 1_000).saturating_add(1_024)
}

/// The canonical bytes of `payload`, or which check failed.
pub(crate) fn unpack(packed: &[u8], payload: &Payload) -> Result<Vec<u8>, &'static str> {
    let mut decoder = GzDecoder::new(packed);
    let mut bytes = Vec::new();
    // One byte more than expected is enough to know that an object inflates to too much.
    let limit = payload.size.saturating_add(1);
    decoder.by_ref().take(limit).read_to_end(&mut bytes).map_err(|_| "not gzip")?;
    if bytes.len() as u64 != payload.size {
        return Err("wrong size");
    }
    // The reader stops at the size it expects; asking once more makes it verify the checksum at the end.
    if decoder.read(&mut [0]).map_err(|_| "wrong checksum")? != 0 {
        return Err("wrong size");
    }
    if !decoder.into_inner().is_empty() {
        return Err("bytes after the end");
    }
    if Digest::of(&bytes) != payload.digest {
        return Err("wrong digest");
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stored(bytes: &[u8]) -> (Vec<u8>, Payload) {
        (pack(bytes).unwrap(), Payload::of(bytes))
    }

    #[test]
    fn the_same_bytes_are_stored_the_same() {
        assert_eq!(pack(b"{\"a\":1}").unwrap(), pack(b"{\"a\":1}").unwrap());
    }

    #[test]
    fn a_bomb_inflates_to_no_more_than_expected() {
        let packed = pack(&vec![b' '; 64 << 20]).unwrap();
        assert!(packed.len() < 100_000, "a bomb is small");
        let claimed = Payload { digest: Digest::of(b"{}"), size: 2 };
        assert_eq!(unpack(&packed, &claimed), Err("wrong size"));
    }

    #[test]
    fn a_lying_size_is_noticed() {
        let (packed, payload) = stored(b"[1,2,3]");
        for size in [0, 6, 8, u64::MAX] {
            assert_eq!(unpack(&packed, &Payload { size, ..payload.clone() }), Err("wrong size"));
        }
    }

    #[test]
    fn more_after_the_end_is_noticed() {
        let (mut packed, payload) = stored(b"[]");
        packed.push(0);
        assert_eq!(unpack(&packed, &payload), Err("bytes after the end"));
    }

    #[test]
    fn another_document_of_the_same_size_is_noticed() {
        let (packed, _) = stored(b"[1]");
        assert_eq!(unpack(&packed, &Payload::of(b"[2]")), Err("wrong digest"));
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let text = r#"{"definition":{"StartAt":"A","States":{"A":{"Type":"Pass","Output":"{% 1 %}"}}}}"#;
        let (packed, payload) = stored(text.as_bytes());
        // Bytes 4 to 9 of the header (time, flags, system) say nothing about the content.
        for at in (0..4).chain(10..packed.len()) {
            let mut changed = packed.clone();
            changed[at] ^= 0xff;
            assert!(unpack(&changed, &payload).is_err(), "byte {at}");
        }
    }

    proptest! {
        #[test]
        fn what_is_packed_can_be_unpacked(bytes in prop::collection::vec(any::<u8>(), 0..4_096)) {
            let (packed, payload) = stored(&bytes);
            prop_assert!(packed.len() as u64 <= packed_limit(payload.size));
            prop_assert_eq!(unpack(&packed, &payload), Ok(bytes));
        }

        #[test]
        fn a_changed_byte_never_gives_another_document(
            bytes in prop::collection::vec(any::<u8>(), 1..512),
            at in any::<prop::sample::Index>(),
            mask in 1_u8..,
        ) {
            let (mut packed, payload) = stored(&bytes);
            let at = at.index(packed.len());
            packed[at] ^= mask;
            // A bit of the header or of the padding may carry no meaning; then the document is still the same
            // one.
            if let Ok(read) = unpack(&packed, &payload) {
                prop_assert_eq!(read, bytes);
            }
        }

        #[test]
        fn a_cut_object_is_noticed(
            bytes in prop::collection::vec(any::<u8>(), 1..512),
            at in any::<prop::sample::Index>(),
        ) {
            let (packed, payload) = stored(&bytes);
            prop_assert!(unpack(&packed[..at.index(packed.len())], &payload).is_err());
        }
    }
}
