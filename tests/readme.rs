//! The blocks of the README, pasted whole into a shell, end as it says.
//!
//! A block of `sh` that a block of `text` follows is run; the last line that it prints has to be that text, in which `…`
//! stands for anything. Blocks that build, or that need AWS, have no such text.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::harness::{Project, Stack};

/// What stands in the README for the stack that is there already.
const STACK: [&str; 2] = ["make up", "source .local/env"];

/// Printed after each block.
const END: &str = "-- the block ends here --";

/// A block that is to be run, and how it ends.
#[derive(Debug, Clone)]
struct Block {
    heading: String,
    script: String,
    ends: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every block of code, with the heading above it and its language.
fn code(readme: &str) -> Vec<(String, String, String)> {
    let (mut found, mut heading, mut open) = (Vec::new(), String::new(), None::<(String, String)>);
    for line in readme.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((language.to_owned(), String::new())),
            (None, None) if line.starts_with('#') => {
                line.trim_start_matches('#').trim().clone_into(&mut heading);
            }
            (None, None) => {}
            (Some(_), Some(_)) => {
                found.extend(open.take().map(|(language, text)| (heading.clone(), language, text)));
            }
            (Some((_, text)), None) => text.extend([line, "\n"]),
        }
    }
    found
}

fn blocks() -> Vec<Block> {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let code = code(&readme);
    let pairs = code.iter().zip(code.iter().skip(1));
    let runs = pairs.filter(|((_, this, _), (_, next, _))| this == "sh" && next == "text");
    runs.map(|((heading, _, script), (_, _, ends))| {
        let lines = script.lines().filter(|line| !STACK.contains(line));
        let script = lines.flat_map(|line| [line, "\n"]).collect();
        Block { heading: heading.clone(), script, ends: ends.trim().to_owned() }
    })
    .collect()
}

/// Whether a line is this text, in which `…` stands for anything.
fn fits(line: &str, text: &str) -> bool {
    let mut rest = line;
    let parts: Vec<&str> = text.split('…').collect();
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return false };
    let found = parts.iter().all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    });
    found && line.starts_with(first) && line.ends_with(last)
}

/// What all blocks print, pasted one after the other into one shell.
async fn paste(project: &Project, blocks: &[Block]) -> String {
    let stack = Stack::get();
    let mut shell = Command::new("bash");
    shell
        .current_dir(root())
        .env("no_proxy", "127.0.0.1")
        .env("SLIPWAY_URL", &stack.url)
        .env("SLIPWAY_PROJECT", &project.project)
        .env("SLIPWAY_API_KEY", &project.api_key)
        .env("SLIPWAY_AWS_URL", stack.endpoint())
        .env("SLIPWAY_BUCKET", &stack.outputs["BucketName"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let pasted = blocks
        .iter()
        .map(|block| format!("{}\necho; echo '{END}'\n", block.script))
        .collect::<Vec<_>>()
        .concat();
    let run = move || {
        let mut shell = shell.spawn().unwrap();
        shell.stdin.take().unwrap().write_all(pasted.as_bytes()).unwrap();
        shell.wait_with_output().unwrap()
    };
    let printed = tokio::task::spawn_blocking(run).await.unwrap();
    String::from_utf8(printed.stdout).unwrap()
}

#[tokio::test]
async fn its_blocks_end_as_it_says_twice_in_a_row() {
    let blocks = blocks();
    let headings: Vec<&str> = blocks.iter().map(|block| block.heading.as_str()).collect();
    assert_eq!(
        headings,
        ["Quick start", "As a Connect server", "As a flow-version server", "Single functions"]
    );
    let project = Project::new().await;
    for time in ["the first time", "once more"] {
        let printed = paste(&project, &blocks).await;
        let parts: Vec<&str> = printed.split(END).collect();
        assert_eq!(parts.len(), blocks.len() + 1, "{time}: {printed}");
        for (block, part) in blocks.iter().zip(parts) {
            let last = part.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
            let Block { heading, ends, .. } = block;
            assert!(fits(last, ends), "'{heading}', {time}, should end with\n{ends}\nand printed\n{part}");
        }
    }
}
