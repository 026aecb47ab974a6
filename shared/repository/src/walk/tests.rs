use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::fixtures::{Tarball, gzip, noise};
use crate::limits::{MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED, RATIO_FLOOR};

fn later() -> Instant {
    Instant::now() + Duration::from_mins(1)
}

fn paths(packed: &[u8]) -> Result<Vec<(Kind, String)>, RepositoryError> {
    let mut paths = Vec::new();
    walk(packed, later(), |item, _| {
        paths.push((item.kind, item.path()));
        Ok(())
    })?;
    Ok(paths)
}

fn error(packed: &[u8]) -> ArchiveError {
    match paths(packed) {
        Err(RepositoryError::Archive(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn entries_are_told_apart() {
    let packed = Tarball::new()
        .entry(EntryType::XGlobalHeader, b"pax_global_header", b"52 comment=x\n", 13)
        .folder("top/")
        .file("./top//a.txt", "a")
        .special(EntryType::Regular, "top/old-folder/")
        .special(EntryType::Symlink, "top/link")
        .special(EntryType::Link, "top/hard")
        .long_name(format!("top/{}", "x".repeat(150)).as_bytes())
        .file("short", "b")
        .pack();
    let long = format!("top/{}", "x".repeat(150));
    let expected = [
        (Kind::Folder, "top"),
        (Kind::File, "top/a.txt"),
        (Kind::Folder, "top/old-folder"),
        (Kind::Link, "top/link"),
        (Kind::Link, "top/hard"),
        (Kind::File, &long),
    ];
    assert_eq!(paths(&packed).unwrap(), expected.map(|(kind, path)| (kind, path.to_owned())));
}

#[test]
fn a_path_that_leads_out_is_refused() {
    for path in ["../x", "a/../../x", "a/..", "..", "/etc/passwd", "/", "a\\..\\x", "\\x", "C:x", "c:/x"] {
        assert_eq!(
            error(&Tarball::new().file(path, "x").pack()),
            ArchiveError::Traversal(shown(path)),
            "{path}"
        );
        let packed = Tarball::new().long_name(path.as_bytes()).file("innocent", "x").pack();
        assert_eq!(error(&packed), ArchiveError::Traversal(shown(path)), "{path}");
        let packed = Tarball::new().special(EntryType::Symlink, path).pack();
        assert_eq!(error(&packed), ArchiveError::Traversal(shown(path)), "{path}");
    }
    assert!(paths(&Tarball::new().file("a..b/..c/d..", "x").pack()).is_ok());
}

#[test]
fn devices_and_what_nobody_knows_are_refused() {
    for kind in [EntryType::Char, EntryType::Block, EntryType::Fifo, EntryType::new(b'Z')] {
        assert_eq!(
            error(&Tarball::new().special(kind, "dev").pack()),
            ArchiveError::Device("dev".to_owned())
        );
    }
}

#[test]
fn a_bomb_is_not_inflated() {
    let packed = Tarball::new().file("bomb", vec![0; 90_000_000]).pack();
    assert!(packed.len() as u64 * MAX_RATIO < 90_000_000, "it is one: {}", packed.len());
    let meter = Meter::new(later());
    let mut reader = Metered::new(&packed, Rc::clone(&meter)).unwrap();
    let mut inflated = Vec::new();
    let failure = reader.read_to_end(&mut inflated).unwrap_err();
    assert!(matches!(meter.judge(&failure), RepositoryError::Archive(ArchiveError::Ratio)));
    assert!(inflated.len() as u64 <= RATIO_FLOOR + 100_000, "{}", inflated.len());
    assert_eq!(error(&packed), ArchiveError::Ratio);
    assert_eq!(error(&gzip(&vec![0; 20_000_000])), ArchiveError::Ratio, "after the last entry as well");
}

#[test]
fn a_bomb_in_a_name_is_not_held() {
    let packed = Tarball::new().long_name(&noise(200_000)).file("x", "x").pack();
    assert_eq!(error(&packed), ArchiveError::EntryHeader);
}

#[test]
fn a_large_repository_is_refused() {
    let mut half = noise(2_000_000);
    half.extend(vec![0; 48_000_000]);
    let packed = Tarball::new().file("a", &half).file("b", &half).pack();
    assert!(packed.len() as u64 * MAX_RATIO > MAX_UNPACKED, "not a bomb: {}", packed.len());
    assert_eq!(error(&packed), ArchiveError::TooLargeUnpacked);
}

#[test]
fn padding_is_no_bomb() {
    assert!(paths(&Tarball::new().file("a", vec![b' '; 900_000]).pack()).is_ok());
}

#[test]
fn entries_are_counted() {
    let many =
        |count| (0..count).fold(Tarball::new(), |tar, at| tar.file(&format!("f{at}"), noise(8))).pack();
    assert_eq!(paths(&many(MAX_ENTRIES)).unwrap().len(), MAX_ENTRIES);
    assert_eq!(error(&many(MAX_ENTRIES + 1)), ArchiveError::TooManyEntries);
}

#[test]
fn what_is_no_archive_is_refused() {
    for bytes in [&b""[..], b"\x1f", b"<html>", b"PK\x03\x04", &vec![0; 4_096]] {
        assert_eq!(error(bytes), ArchiveError::NotGzip);
    }
    for inner in [b"hello".to_vec(), noise(512), noise(5_000)] {
        assert!(matches!(error(&gzip(&inner)), ArchiveError::NotTar(_)), "{}", inner.len());
    }
    assert!(matches!(error(b"\x1f\x8b\x08"), ArchiveError::Truncated));
    let lying = Tarball::new().entry(EntryType::Regular, b"a", b"x", 1 << 40).pack();
    assert!(matches!(error(&lying), ArchiveError::NotTar(_)));
    let endless = Tarball::new().entry(EntryType::Regular, b"a", b"x", u64::MAX / 2).pack();
    assert!(matches!(error(&endless), ArchiveError::NotTar(_)));
}

#[test]
fn a_wrong_checksum_is_noticed_after_the_last_entry() {
    let mut packed = Tarball::new().file("a", noise(100)).pack();
    let at = packed.len() - 6;
    packed[at] ^= 1;
    assert_eq!(error(&packed), ArchiveError::Damaged);
}

#[test]
fn two_gzip_members_are_one_archive() {
    let mut plain = Vec::new();
    let packed = Tarball::new().file("a", noise(700)).file("b", "b").pack();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut plain).unwrap();
    let (first, second) = plain.split_at(1_000);
    let paths = paths(&[gzip(first), gzip(second)].concat()).unwrap();
    assert_eq!(paths.len(), 2);
}

#[test]
fn members_are_counted_whatever_they_hold() {
    let packed = Tarball::new().file("a", noise(700)).pack();
    let empty = gzip(b"");
    let behind = |count| [empty.repeat(count), packed.clone()].concat();
    let most = MAX_MEMBERS as usize - 1;
    assert_eq!(paths(&behind(most)).unwrap().len(), 1);
    assert_eq!(error(&behind(most + 1)), ArchiveError::TooManyMembers);
    // Before, between and after the entries alike, and none of the rest is looked at.
    assert_eq!(
        error(&[packed, empty.repeat(most + 1), b"no gzip".to_vec()].concat()),
        ArchiveError::TooManyMembers
    );
}

#[test]
fn the_time_is_looked_at_between_members() {
    let meter = Meter::new(Instant::now().checked_sub(Duration::from_secs(1)).unwrap());
    let packed = [gzip(b""), gzip(b"")].concat();
    let mut reader = Metered::new(&packed, Rc::clone(&meter)).unwrap();
    let failure = reader.read(&mut [0]).unwrap_err();
    assert!(matches!(meter.judge(&failure), RepositoryError::TimedOut));
}

#[test]
fn a_path_is_bounded() {
    let path = |length: usize| "a/".repeat(length / 2);
    let of = |path: &str| Tarball::new().long_name(path.as_bytes()).file("x", "x").pack();
    assert!(paths(&of(&path(MAX_PATH))).is_ok());
    let long = path(MAX_PATH + 2);
    assert_eq!(error(&of(&long)), ArchiveError::PathTooLong(shown(&long)));
}

#[test]
fn the_time_is_bounded() {
    let packed = Tarball::new().file("a", "a").pack();
    let over = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
    assert!(matches!(walk(&packed, over, |_, _| Ok(())), Err(RepositoryError::TimedOut)));
}

proptest! {
    #[test]
    fn a_path_stays_inside_or_is_refused(path in "[a./\\\\:C~\\x00-\\x1f]{0,24}") {
        if let Some(segments) = segments(&path) {
            prop_assert!(!path.starts_with('/') && !path.contains('\\'));
            for segment in segments {
                prop_assert!(!segment.is_empty() && segment != "." && segment != ".." && !segment.contains('/'));
            }
        }
    }

    #[test]
    fn a_cut_archive_is_noticed(length in 0_usize..2_000, at in any::<prop::sample::Index>()) {
        let packed = Tarball::new().file("top/a", noise(length)).file("top/b", "b").pack();
        let cut = &packed[..at.index(packed.len())];
        prop_assert!(paths(cut).is_err());
    }

    #[test]
    fn a_changed_archive_never_breaks_anything(
        at in any::<prop::sample::Index>(), mask in 1_u8.., tar in any::<bool>(),
    ) {
        let tarball = Tarball::new().file("top/connect.yaml", "a").long_name(b"top/b").file("c", noise(30));
        let mut packed = tarball.pack();
        if tar {
            let mut plain = Vec::new();
            flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut plain).unwrap();
            let at = at.index(2_560);
            plain[at] ^= mask;
            packed = gzip(&plain);
        } else {
            let at = at.index(packed.len());
            packed[at] ^= mask;
        }
        // Whatever comes of it, it is not a panic.
        let _ = paths(&packed);
    }
}
