//! Entities that are as large as the rules allow: whatever passes them has to fit into an item.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::connector::{CertificationComment, ConnectorStaged, Specification};
use domain::report::EntryType;
use domain::text::Note;
use domain::work::Worked;
use store::ProjectStore;

use crate::local::{Local, Raw};
use crate::samples::{self, moment};

/// What an item can hold, in bytes.
const ITEM: usize = 400 * 1_024;

/// A text of that many characters, each of which takes as much room as one can.
pub(crate) fn long<T: std::str::FromStr<Err: std::fmt::Debug>>(characters: usize) -> T {
    format!("{}{}", "x", "𝕏".repeat(characters - 1)).parse().unwrap()
}

/// A staged connector, without reports.
pub(crate) fn staged(project: &ProjectStore) -> ConnectorStaged {
    let mut staged = samples::staged_with_key(project, &"k".repeat(256));
    let profile = &mut staged.profile;
    (profile.name, profile.description, profile.documentation_url) =
        (long(256), long(2_000), Some(long(2_000)));
    let creator = &mut profile.creator;
    let members = [
        &mut creator.name,
        &mut creator.title,
        &mut creator.company,
        &mut creator.logo_url,
        &mut creator.support_url,
    ];
    for member in members {
        *member = Some(long(2_000));
    }
    profile.supported_regions = vec!["r".repeat(64).parse().unwrap(); 50];
    staged.private_projects = vec![format!("{}:{}", "r".repeat(64), "p".repeat(36)).parse().unwrap(); 500];
    let said = CertificationComment { user_id: "p".repeat(36), datetime: moment(0), comment: long(120) };
    while staged.comment(said.clone()).is_ok() {}
    staged.specification = specification();
    staged
}

/// Declares as much as a file may: with aliases, for a short file says more than a long one.
fn specification() -> Specification {
    let largest = (100..200).rev().find_map(|keys| Specification::parse(&aliased(keys)).ok()).unwrap();
    let bytes = serde_json::to_vec(&largest).unwrap().len();
    assert!((79_000..=80_000).contains(&bytes), "{bytes} bytes");
    largest
}

/// Ten services that share one list of keys.
fn aliased(keys: usize) -> String {
    let keys: Vec<String> = (0..keys).map(|turn| format!("{{key: K{turn:03},description: x}}")).collect();
    let list = format!("&keys {{standardConfiguration: [{}]}}", keys.join(","));
    let service = |turn: usize| {
        let list = if turn == 0 { &list } else { "*keys" };
        format!(
            "  - name: s{turn}\n    applicationType: service\n    endpoint: /s\n    configuration: {list}\n"
        )
    };
    format!("deployAs:\n{}", (0..10).map(service).collect::<String>())
}

/// Says more than a report takes.
pub(crate) fn report_on<W: Worked>(worked: &mut W) {
    for turn in 0..200 {
        let message = format!("{turn} {}", long::<Note>(1_000).as_str());
        worked.report(EntryType::Error, "Application build check failed", Some(message), moment(0));
    }
    assert!(worked.report_mut().entries.len() > 5, "there is room for more than a word");
}

/// Every item has room to spare.
pub(crate) async fn fits(local: &Local) {
    let items = local.items().await;
    let largest = items.iter().map(size).max().unwrap();
    assert!(largest < ITEM, "{largest} bytes");
}

/// As the table counts it: names and values, numbers no longer than their digits.
fn size(item: &Raw) -> usize {
    let of = |value: &AttributeValue| match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.len(),
        _ => 100,
    };
    item.iter().map(|(name, value)| name.len() + of(value)).sum()
}
