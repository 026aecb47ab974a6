use std::time::Duration;

use super::*;
use crate::error::RepositoryCode;
use crate::fixtures::{Tarball, parse};

fn contents(tarball: Tarball) -> Result<Contents, RepositoryError> {
    super::read(&tarball.pack(), parse, Instant::now() + Duration::from_mins(1))
}

fn tarball(top: &str) -> Tarball {
    Tarball::new()
        .file(&format!("{top}connect.yaml"), "tax service\npages assets\ngone job")
        .file(&format!("{top}tax/flow.asl.json"), "{ }")
        .file(&format!("{top}pages/index.html"), "<p>")
        .file(&format!("{top}pages/copy.html"), "<p>")
        .file(&format!("{top}pages/data"), [0, 255])
}

#[test]
fn a_package_is_what_is_needed_of_a_repository() {
    let contents = contents(tarball("tax-1/")).unwrap();
    let package = contents.package();
    assert_eq!(contents.specification().applications.len(), 3);
    assert!(package.specification.starts_with("tax service"));
    assert_eq!(package.applications.keys().collect::<Vec<_>>(), ["pages", "tax"]);
    assert_eq!(package.applications["tax"].flows["flow.asl.json"], "{ }");
    let pages = &package.applications["pages"].assets;
    assert_eq!(pages["index.html"].media_type, "text/html");
    assert_eq!(pages["data"].media_type, "application/octet-stream");
    assert_eq!(contents.asset(&pages["data"]), Some(&[0, 255][..]));
    assert_eq!(pages["index.html"].contents, pages["copy.html"].contents);
    assert_eq!(contents.assets.len(), 2, "equal files are one");
    assert_eq!(pages["data"].contents, Payload::of(b"\"AP8=\""), "a payload is one text, base64");
}

#[test]
fn equal_contents_have_an_equal_payload() {
    let first = contents(tarball("tax-1/")).unwrap();
    let other = contents(tarball("tax-2/").file("tax-2/README.md", "not kept")).unwrap();
    assert_eq!(first.payload(), other.payload());
    let moved = contents(tarball("tax-1/").file("tax-1/pages/new", "")).unwrap();
    assert_ne!(first.payload(), moved.payload());
    let read: Package = serde_json::from_value(first.document.clone()).unwrap();
    assert_eq!(&read, first.package());
}

#[test]
fn every_problem_of_a_specification_is_told() {
    let error = contents(Tarball::new().file("connect.yaml", "what\ntax service\never")).unwrap_err();
    assert_eq!(error.code(), RepositoryCode::ConnectorSpecificationFileNotValid);
    assert_eq!(error.messages().len(), 2);
    assert!(error.messages()[1].contains("line 3"), "{error}");
    let silent: Parse = |_| Err(InvalidSpecification(Vec::new()));
    let packed = Tarball::new().file("connect.yaml", "x").pack();
    let error = super::read(&packed, silent, Instant::now() + Duration::from_mins(1)).unwrap_err();
    assert_eq!(error.messages().len(), 1);
}
