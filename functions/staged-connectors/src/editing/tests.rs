use api::ErrorCode;
use serde_json::{Value, json};

use super::samples::{at, published, staged};
use super::*;

fn editing(other: &Value) -> Editing {
    let project = "acme".parse().unwrap();
    let jobs = OperationId::new(runtime::clock::new_id());
    Editing { staged: staged(other), published: None, read: None, unlisted: false, project, now: at(), jobs }
}

fn act(editing: &mut Editing, action: Value) -> Result<(), ErrorCode> {
    let done = editing.act(serde_json::from_value(action).unwrap());
    done.map_err(|error| error.errors.first().unwrap().code)
}

fn comment() -> Value {
    json!({ "action": "addCertificationComment", "comment": "Ready" })
}

fn invite(project: &str) -> Value {
    json!({ "action": "addPrivateProject", "privateProject": project })
}

fn disinvite(project: &str) -> Value {
    json!({ "action": "removePrivateProject", "privateProject": project })
}

fn publish(certification: bool) -> Value {
    json!({ "action": "publish", "certification": certification })
}

#[test]
fn a_change_of_contents_makes_it_a_draft_with_changes() {
    for action in [
        json!({ "action": "setName", "name": "x" }),
        json!({ "action": "setDescription", "description": "x" }),
        json!({ "action": "setIntegrationTypes", "integrationTypes": ["tax"] }),
        json!({ "action": "setSupportedRegions", "regions": ["us-central1.gcp"] }),
        json!({ "action": "setCreatorTitle", "creatorTitle": "x" }),
        json!({ "action": "setCreatorNoOfContributors", "creatorNoOfContributors": 3 }),
        invite("eu-central-1.aws:guest"),
    ] {
        let mut editing =
            editing(&json!({ "status": "Published", "previewable": "true", "alreadyListed": true }));
        let before = editing.staged.clone();
        act(&mut editing, action.clone()).unwrap();
        let after = editing.staged;
        assert_eq!(
            (after.status.as_str(), after.has_changes, after.already_listed),
            ("Draft", true, true),
            "{action}"
        );
        assert_eq!(after.previewable, Previewable::True, "{action}");
        assert!(
            after.profile != before.profile || after.private_projects != before.private_projects,
            "{action}"
        );
    }
}

#[test]
fn nothing_is_changed_while_a_job_is_under_way_or_it_is_being_certified() {
    for (stands, code, may_comment) in [
        (json!({ "status": "Processing" }), ErrorCode::ConnectorStagedProcessing, false),
        (json!({ "previewable": "pending" }), ErrorCode::ConnectorStagedPreviewRequestUnderProcess, false),
        (json!({ "status": "ReadyForCertification" }), ErrorCode::ConnectorStagedInCertification, true),
        (json!({ "status": "InCertification" }), ErrorCode::ConnectorStagedInCertification, true),
    ] {
        for action in [
            json!({ "action": "setName", "name": "x" }),
            json!({ "action": "setRepository", "tag": "v2" }),
            invite("eu-central-1.aws:guest"),
            disinvite("eu-central-1.aws:guest"),
            json!({ "action": "updatePreviewable" }),
            json!({ "action": "unlist" }),
            publish(false),
            publish(true),
        ] {
            assert_eq!(act(&mut editing(&stands), action.clone()), Err(code), "{stands} {action}");
        }
        let commented = act(&mut editing(&stands), comment());
        assert_eq!(commented, if may_comment { Ok(()) } else { Err(code) }, "{stands}");
    }
}

#[test]
fn another_tag_brings_other_contents_and_makes_it_unchecked() {
    let mut editing = editing(&json!({ "previewable": "true", "previewableReport": { "entries": [] } }));
    let package: Payload = serde_json::from_value(json!({ "digest": "1".repeat(64), "size": 3 })).unwrap();
    editing.read = Some((Specification::default(), package.clone()));
    act(&mut editing, json!({ "action": "setRepository", "tag": "v2" })).unwrap();
    let after = editing.staged;
    assert_eq!(after.profile.repository.url.as_str(), "https://github.com/acme/tax.git");
    assert_eq!(after.profile.repository.tag.as_str(), "v2");
    assert_eq!(
        (after.package, after.previewable, after.previewable_report),
        (package, Previewable::None, None)
    );
    assert!(after.has_changes);
}

#[test]
fn a_project_is_invited_once_and_only_to_what_is_private() {
    let mut private = editing(&json!({ "status": "Published" }));
    act(&mut private, disinvite("eu-central-1.aws:guest")).unwrap();
    assert!(!private.staged.has_changes, "nobody was there to go");
    for _ in 0..2 {
        act(&mut private, invite("eu-central-1.aws:guest")).unwrap();
        assert_eq!(private.staged.private_projects.len(), 1);
    }
    act(&mut private, disinvite("eu-central-1.aws:guest")).unwrap();
    assert_eq!(private.staged.private_projects, []);
    for action in [invite("eu-central-1.aws:guest"), disinvite("eu-central-1.aws:guest")] {
        let refused = act(&mut editing(&json!({ "private": false })), action);
        assert_eq!(refused, Err(ErrorCode::ConnectorStagedNotPrivate));
    }
}

#[test]
fn what_is_certified_already_is_not_certified_again_unless_it_was_taken_off_the_list() {
    let published = published(&staged(&json!({})), true);
    let mut listed = editing(&json!({ "private": false, "alreadyListed": true }));
    listed.published = Some(published.clone());
    assert_eq!(act(&mut listed, publish(true)), Err(ErrorCode::ConnectorAlreadyCertified));
    act(&mut listed, json!({ "action": "unlist" })).unwrap();
    assert_eq!(act(&mut listed, publish(true)), Ok(()));

    let mut changed = editing(&json!({ "private": false, "hasChanges": true }));
    changed.published = Some(published);
    assert_eq!(act(&mut changed, publish(true)), Ok(()));
}

#[test]
fn only_what_is_certified_and_listed_is_taken_off_the_list() {
    let unlist = || json!({ "action": "unlist" });
    assert_eq!(act(&mut editing(&json!({})), unlist()), Err(ErrorCode::ConnectorNotListed));
    let mut private = editing(&json!({ "alreadyListed": true }));
    private.published = Some(published(&private.staged, false));
    assert_eq!(act(&mut private, unlist()), Err(ErrorCode::ConnectorNotListed));

    let mut listed = editing(&json!({ "status": "Published", "private": false, "alreadyListed": true }));
    listed.published = Some(published(&listed.staged, true));
    act(&mut listed, unlist()).unwrap();
    assert!(listed.unlisted && !listed.staged.already_listed && !listed.staged.has_changes);
    assert_eq!(
        (listed.staged.status.as_str(), listed.published.as_ref().unwrap().listed),
        ("Published", false)
    );
    assert_eq!(act(&mut listed, unlist()), Err(ErrorCode::ConnectorNotListed));
}

#[test]
fn comments_name_the_project_and_have_an_end() {
    let mut editing = editing(&json!({}));
    for _ in 0..domain::connector::MAX_COMMENTS {
        act(&mut editing, comment()).unwrap();
    }
    assert_eq!(editing.staged.comments.first().unwrap().user_id, "acme");
    assert!(!editing.staged.has_changes);
    assert_eq!(act(&mut editing, comment()), Err(ErrorCode::ConnectorStagedTooManyComments));
}

#[test]
fn an_empty_text_takes_an_optional_member_away() {
    let mut editing = editing(&json!({ "documentationUrl": "https://acme.example" }));
    act(&mut editing, json!({ "action": "setDocumentationUrl", "documentationUrl": "" })).unwrap();
    act(&mut editing, json!({ "action": "setCreatorName", "creatorName": "" })).unwrap();
    assert_eq!((editing.staged.profile.documentation_url, editing.staged.profile.creator.name), (None, None));
}
