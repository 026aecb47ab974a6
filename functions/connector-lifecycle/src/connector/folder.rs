//! What the folder of an application holds, and what of it is hosted and run.

use domain::connector::{ApplicationKind, ApplicationSpecification, PackagedApplication};

/// What of an application's folder is hosted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Contents<'a> {
    /// Its files, as they are.
    Files,
    /// The flow of this text.
    Flow(&'a str),
}

/// What `connect.yaml` names as a script.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Script<'a> {
    /// Nothing.
    Undefined,
    /// A flow in the folder: its file and its text.
    Flow(&'a str, &'a str),
    /// Anything else.
    Command(&'a str),
}

/// What is hosted of a folder.
///
/// # Errors
///
/// What it lacks, in words that follow the name of the application.
pub(crate) fn contents<'a>(
    declared: &ApplicationSpecification,
    folder: Option<&'a PackagedApplication>,
) -> Result<Contents<'a>, &'static str> {
    if declared.kind.is_static() {
        let is_page = declared.kind != ApplicationKind::Assets;
        let has_index = folder.is_some_and(|folder| folder.assets.contains_key(PackagedApplication::INDEX));
        if is_page && !has_index {
            return Err("has no index.html: Slipway hosts files as they are and builds nothing; put what a \
                        build makes into the folder");
        }
        return Ok(Contents::Files);
    }
    let flow = folder.and_then(|folder| folder.flows.get(PackagedApplication::FLOW));
    flow.map(|text| Contents::Flow(text)).ok_or(
        "has no flow.asl.json: Slipway runs flows; a Node.js or Java program cannot be run. Put a flow of that \
         name into the application's folder",
    )
}

/// What a declaration means in a folder.
pub(crate) fn script<'a>(declared: Option<&'a str>, folder: Option<&'a PackagedApplication>) -> Script<'a> {
    let Some(declared) = declared.map(str::trim).filter(|text| !text.is_empty()) else {
        return Script::Undefined;
    };
    let file = declared.strip_prefix("./").unwrap_or(declared);
    let flow = folder.and_then(|folder| folder.flows.get(file));
    flow.map_or(Script::Command(declared), |text| Script::Flow(file, text))
}

/// Why a declaration is not run.
pub(crate) fn why_not(application: &str, command: &str) -> String {
    if command.ends_with(PackagedApplication::FLOW_ENDING) {
        return format!("'{command}' is not in the folder of '{application}'");
    }
    let ending = PackagedApplication::FLOW_ENDING;
    format!(
        "'{application}' wants '{command}': a shell command cannot be run here. Write a flow into the application's \
         folder, in a file whose name ends in {ending}, and name that file"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::connector::Asset;
    use domain::payload::Payload;

    use super::super::samples::declared;
    use super::*;

    fn folder(flows: &[&str], assets: &[&str]) -> PackagedApplication {
        let asset = || Asset { media_type: "text/html".to_owned(), contents: Payload::of(b"\"\"") };
        PackagedApplication {
            flows: flows.iter().map(|name| ((*name).to_owned(), "{}".to_owned())).collect(),
            assets: assets.iter().map(|path| ((*path).to_owned(), asset())).collect::<BTreeMap<_, _>>(),
        }
    }

    #[test]
    fn an_application_is_a_flow_or_files_and_else_it_lacks_something() {
        let (flow, page) =
            (folder(&["flow.asl.json", "x.asl.json"], &[]), folder(&[], &["index.html", "a.js"]));
        let (script, loose) = (folder(&["x.asl.json"], &[]), folder(&[], &["a.js"]));
        for kind in [ApplicationKind::Service, ApplicationKind::Event, ApplicationKind::Job] {
            assert_eq!(contents(&declared(kind), Some(&flow)), Ok(Contents::Flow("{}")), "{kind}");
            for lacking in [Some(&script), Some(&page), None] {
                let lack = contents(&declared(kind), lacking).unwrap_err();
                assert!(lack.starts_with("has no flow.asl.json: Slipway runs flows"), "{kind}: {lack}");
            }
        }
        for kind in
            [ApplicationKind::MerchantCenterCustomApplication, ApplicationKind::MerchantCenterCustomView]
        {
            assert_eq!(contents(&declared(kind), Some(&page)), Ok(Contents::Files), "{kind}");
            for lacking in [Some(&loose), Some(&flow), None] {
                let lack = contents(&declared(kind), lacking).unwrap_err();
                assert!(lack.starts_with("has no index.html"), "{kind}: {lack}");
            }
        }
        for folder in [Some(&loose), None] {
            assert_eq!(contents(&declared(ApplicationKind::Assets), folder), Ok(Contents::Files));
        }
    }

    #[test]
    fn a_flow_in_the_folder_is_run_and_nothing_else() {
        let folder = folder(&["setup.asl.json"], &[]);
        for (declared, meant) in [
            (None, Script::Undefined),
            (Some("  "), Script::Undefined),
            (Some("setup.asl.json"), Script::Flow("setup.asl.json", "{}")),
            (Some(" ./setup.asl.json\n"), Script::Flow("setup.asl.json", "{}")),
            (Some("other.asl.json"), Script::Command("other.asl.json")),
            (Some("npm install && npm run setup"), Script::Command("npm install && npm run setup")),
        ] {
            assert_eq!(script(declared, Some(&folder)), meant);
        }
        assert_eq!(script(Some("setup.asl.json"), None), Script::Command("setup.asl.json"));
        assert!(why_not("calc", "npm run x").contains("a shell command cannot be run"));
        assert!(why_not("calc", "x.asl.json").contains("is not in the folder"));
    }
}
