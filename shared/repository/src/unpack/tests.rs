use std::time::Duration;

use proptest::prelude::*;
use tar::EntryType;

use super::*;
use crate::fixtures::{Tarball, noise, parse};

const DECLARED: &str = "tax service\npages assets\n";

fn later() -> Instant {
    Instant::now() + Duration::from_mins(1)
}

fn found(tarball: Tarball) -> Result<Found, RepositoryError> {
    find(&tarball.pack(), later())
}

/// The folders of a repository with the applications of `DECLARED`.
fn kept(tarball: Tarball) -> Result<BTreeMap<String, Folder>, RepositoryError> {
    let packed = tarball.file("top/connect.yaml", DECLARED).pack();
    let found = find(&packed, later())?;
    folders(&packed, found.depth, &parse(&found.specification).unwrap(), later())
}

fn error(tarball: Tarball) -> ArchiveError {
    match kept(tarball) {
        Err(RepositoryError::Archive(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn near(tarball: Tarball) -> Option<String> {
    match found(tarball) {
        Err(RepositoryError::SpecificationNotFound { near }) => near,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_specification_is_at_the_root_or_in_the_one_folder() {
    let at = |depth| Found { specification: "x".to_owned(), depth };
    let top = || Tarball::new().folder("top/").file("top/a", "").file("top/connect.yaml", "x");
    assert_eq!(found(top()).unwrap(), at(1));
    let global = Tarball::new().entry(EntryType::XGlobalHeader, b"pax_global_header", b"", 0);
    assert_eq!(found(global.file("top/connect.yaml", "x")).unwrap(), at(1));
    let root = || Tarball::new().folder("./").file("./connect.yaml", "x").file("tax/flow.asl.json", "{}");
    assert_eq!(found(root()).unwrap(), at(0));
    assert_eq!(found(root().file("tax/connect.yaml", "other")).unwrap(), at(0));
    assert_eq!(found(top().file("connect.yaml", "x")).unwrap(), at(0), "the root comes first");
}

#[test]
fn a_specification_elsewhere_is_none_but_mentioned() {
    assert_eq!(near(Tarball::new()), None);
    assert_eq!(near(Tarball::new().file("top/a", "")), None);
    assert_eq!(near(Tarball::new().file("top/connect.yml", "")), Some("top/connect.yml".to_owned()));
    let deep = Tarball::new().file("top/sub/connect.yaml", "");
    assert_eq!(near(deep), Some("top/sub/connect.yaml".to_owned()));
    assert_eq!(near(Tarball::new().file("a/connect.yaml", "x").file("b/x", "")), None);
    assert_eq!(near(Tarball::new().file("a/connect.yaml", "x").file("README.md", "")), None);
    assert_eq!(near(Tarball::new().folder("top/connect.yaml/")), None);
    let error = RepositoryError::SpecificationNotFound { near: Some("connect.yml".to_owned()) };
    assert!(error.to_string().contains("`connect.yml`"));
}

#[test]
fn a_specification_that_cannot_be_read_is_not_valid() {
    let top = |text: Vec<u8>| found(Tarball::new().file("top/connect.yaml", text));
    assert!(top(vec![b'x'; MAX_SPECIFICATION]).is_ok());
    for text in [vec![b'x'; MAX_SPECIFICATION + 1], vec![0xff]] {
        assert!(matches!(top(text), Err(RepositoryError::SpecificationNotValid(_))));
    }
    let link = Tarball::new().special(EntryType::Symlink, "top/connect.yaml");
    assert!(matches!(found(link), Err(RepositoryError::Archive(ArchiveError::Link(_)))));
    let twice = Tarball::new().file("top/connect.yaml", "x").file("top/./connect.yaml", "y");
    assert!(matches!(found(twice), Err(RepositoryError::Archive(ArchiveError::Twice(_)))));
}

#[test]
fn what_applications_need_is_kept() {
    let folders = kept(
        Tarball::new()
            .file("top/README.md", "x")
            .file("top/tax/flow.asl.json", "{}")
            .file("top/tax/post-deploy.asl.json", "{ }")
            .file("top/tax/src/deep.asl.json", "not directly in it")
            .file("top/tax/index.js", "not static")
            .file("top/pages/index.html", "<p>")
            .file("top/pages/css/site.css", [0xff, 0])
            .file("top/pages/setup.asl.json", "{}")
            .file("top/pages/.env", "SECRET=1")
            .file("top/pages/.git/config", "x")
            .file("top/pages/.well-known/security.txt", "y")
            .file("top/pagesandmore/index.html", "x")
            .special(EntryType::Symlink, "top/node_modules")
            .special(EntryType::Symlink, "top/tax/src/link")
            .special(EntryType::Symlink, "top/pages/.link"),
    )
    .unwrap();
    let [(pages_name, pages), (tax_name, tax)] = folders.iter().collect::<Vec<_>>()[..] else {
        panic!("{folders:?}");
    };
    assert_eq!((pages_name.as_str(), tax_name.as_str()), ("pages", "tax"));
    assert_eq!(tax.definitions.keys().collect::<Vec<_>>(), ["flow.asl.json", "post-deploy.asl.json"]);
    assert!(tax.assets.is_empty());
    assert_eq!(pages.definitions.keys().collect::<Vec<_>>(), ["setup.asl.json"]);
    let assets = [".well-known/security.txt", "css/site.css", "index.html"];
    assert_eq!(pages.assets.keys().collect::<Vec<_>>(), assets);
    assert_eq!(pages.assets["css/site.css"], [0xff, 0]);
}

#[test]
fn a_folder_may_be_empty_or_missing() {
    assert_eq!(kept(Tarball::new()).unwrap().len(), 0);
    assert_eq!(kept(Tarball::new().folder("top/tax/")).unwrap()["tax"], Folder::default());
    assert_eq!(kept(Tarball::new().file("top/tax/index.js", "")).unwrap()["tax"], Folder::default());
    assert_eq!(kept(Tarball::new().file("top/tax", "a file")).unwrap().len(), 0);
}

#[test]
fn a_link_where_a_file_is_needed_is_refused() {
    for path in ["top/tax", "top/tax/flow.asl.json", "top/pages/a.png", "top/pages/deep/er"] {
        for kind in [EntryType::Symlink, EntryType::Link] {
            assert_eq!(error(Tarball::new().special(kind, path)), ArchiveError::Link(path.to_owned()));
        }
    }
}

#[test]
fn a_file_that_is_there_twice_is_refused() {
    for path in ["top/tax/flow.asl.json", "top/pages/a.png"] {
        let twice = Tarball::new().file(path, "1").file(&path.replace("top/", "top/./"), "2");
        assert_eq!(error(twice), ArchiveError::Twice(path.to_owned()));
    }
}

#[test]
fn a_name_that_cannot_be_is_refused_where_it_matters() {
    let long = format!("top/pages/{}", "x".repeat(MAX_FILE_NAME + 1));
    for path in [b"top/pages/\xff".as_slice(), b"top/pages/a\nb", long.as_bytes()] {
        let tarball = Tarball::new().long_name(path).file("x", "x");
        assert!(matches!(error(tarball), ArchiveError::FileName(_)));
    }
    assert!(kept(Tarball::new().entry(EntryType::Regular, b"top/docs/\xff\r", b"", 0)).is_ok());
}

#[test]
fn definitions_are_bounded() {
    let definition = |size| Tarball::new().file("top/tax/flow.asl.json", noise(size).map_ascii());
    assert!(kept(definition(MAX_DEFINITION)).is_ok());
    let path = || "top/tax/flow.asl.json".to_owned();
    assert_eq!(error(definition(MAX_DEFINITION + 1)), ArchiveError::DefinitionTooLarge(path()));
    let binary = Tarball::new().file("top/tax/flow.asl.json", [0xff]);
    assert_eq!(error(binary), ArchiveError::DefinitionNotText(path()));
    let one = noise(MAX_DEFINITION).map_ascii();
    let all =
        |count| (0..count).fold(Tarball::new(), |tar, at| tar.file(&format!("top/tax/{at}.asl.json"), &one));
    assert!(kept(all(8)).is_ok());
    assert_eq!(error(all(9)), ArchiveError::DefinitionsTooLarge);
}

#[test]
fn assets_are_bounded() {
    let large = noise(MAX_ASSET + 1);
    let exact = &large[1..];
    let path = "top/pages/a";
    assert!(kept(Tarball::new().file(path, exact)).is_ok());
    assert_eq!(error(Tarball::new().file(path, &large)), ArchiveError::AssetTooLarge(path.to_owned()));
    assert!(kept(Tarball::new().file("top/tax/program", &large)).is_ok(), "not kept");
    let all = |count| (0..count).fold(Tarball::new(), |tar, at| tar.file(&format!("{path}{at}"), exact));
    assert!(kept(all(5)).is_ok());
    assert_eq!(error(all(6)), ArchiveError::AssetsTooLarge("pages".to_owned()));
    let many = |count| (0..count).fold(Tarball::new(), |tar, at| tar.file(&format!("{path}{at}"), noise(20)));
    assert_eq!(kept(many(MAX_ASSET_COUNT)).unwrap()["pages"].assets.len(), MAX_ASSET_COUNT);
    assert_eq!(error(many(MAX_ASSET_COUNT + 1)), ArchiveError::TooManyAssets("pages".to_owned()));
}

trait MapAscii {
    fn map_ascii(self) -> Vec<u8>;
}

impl MapAscii for Vec<u8> {
    fn map_ascii(self) -> Vec<u8> {
        self.into_iter().map(|byte| byte & 0x7f).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_is_kept_with_a_top_folder_and_without(
        files in prop::collection::btree_map("(tax|pages|docs)/[a-c]{1,3}(\\.asl\\.json)?", "[a-z]{0,20}", 0..12),
    ) {
        let made = |top: &str| {
            let tarball = Tarball::new().file(&format!("{top}connect.yaml"), DECLARED);
            let add = |tar: Tarball, (path, text): (&String, &String)| tar.file(&format!("{top}{path}"), text);
            let packed = files.iter().fold(tarball, add).pack();
            let found = find(&packed, later()).unwrap();
            assert_eq!(found.depth, usize::from(!top.is_empty()));
            folders(&packed, found.depth, &parse(&found.specification).unwrap(), later()).unwrap()
        };
        let with = made("tax-v1/");
        prop_assert_eq!(&with, &made(""));
        let expected = |path: &str| match path.split_once('/').unwrap() {
            ("tax", name) => name.ends_with(".asl.json"),
            (application, _) => application == "pages",
        };
        let count: usize = with.values().map(|it| it.definitions.len() + it.assets.len()).sum();
        prop_assert_eq!(count, files.keys().filter(|path| expected(path)).count());
    }
}
