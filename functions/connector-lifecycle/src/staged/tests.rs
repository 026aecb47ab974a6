use domain::metadata::Principal;

use super::samples::{at, processing};
use super::*;

#[test]
fn what_is_published_is_for_those_that_it_is_open_to() {
    let (staged, connector) = published(processing(), None);
    assert_eq!(staged.status, ConnectorStatus::Published);
    assert!(staged.private && !staged.has_changes && staged.already_listed);
    assert!(connector.private && !connector.certified && connector.listed);
    assert_eq!((connector.id, connector.metadata.version), (staged.id, 1));
    for (project, open) in [("acme", true), ("guest", true), ("stranger", false)] {
        assert_eq!(connector.is_open_to(&project.parse().unwrap()), open, "{project}");
    }
    let titles: Vec<_> = staged
        .publishing_report
        .iter()
        .flat_map(|report| &report.entries)
        .map(|entry| &entry.title)
        .collect();
    assert_eq!(titles, ["Connector published"]);
}

#[test]
fn publishing_again_counts_on_and_lists_again() {
    let by = Principal::system("tests");
    let mut before = Connector::publish(&processing(), None, true, at(), &by);
    before.listed = false;
    let (_, connector) = published(processing(), Some(&before));
    assert_eq!((connector.metadata.version, connector.metadata.created_by), (2, by));
    assert!(connector.listed && connector.private);
}
