//! What `docs/SEMANTICS.md` cites is there: files, functions and tests by name, and names in the files that are to have
//! them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::{read, root};

/// Where what is cited lies, besides files of the root itself.
const FOLDERS: [&str; 7] = ["docs", "events", "functions", "local", "registry", "shared", "tests"];

/// How names of files end.
const ENDINGS: [&str; 5] = [".json", ".md", ".py", ".rs", ".yaml"];

/// The files below a folder, from the root.
fn files_below(folder: &str, files: &mut Vec<String>) {
    for entry in fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap()) {
        let path = Path::new(folder).join(entry.file_name()).to_str().unwrap().to_owned();
        if entry.file_type().unwrap().is_dir() {
            files_below(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn all_files() -> Vec<String> {
    let mut files: Vec<String> = ["openapi.json", "template.yaml"].map(str::to_owned).to_vec();
    for folder in FOLDERS {
        files_below(folder, &mut files);
    }
    files
}

/// Whether a text in backticks is a path: from the root, or the end of one.
fn is_path(cited: &str) -> bool {
    let is_plain = cited.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
    let folder = cited.split_once('/').map(|(folder, _)| folder);
    is_plain
        && (ENDINGS.iter().any(|ending| cited.len() > ending.len() && cited.ends_with(ending))
            || folder.is_some_and(|folder| FOLDERS.contains(&folder)))
}

/// The files that a path means: the file, those that end with it, or those in the folder.
fn meant<'f>(files: &'f [String], path: &str) -> Vec<&'f str> {
    let path = path.trim_end_matches('/');
    let (end, folder) = (format!("/{path}"), format!("{path}/"));
    let is_meant = |file: &&String| *file == path || file.ends_with(&end) || file.starts_with(&folder);
    files.iter().filter(is_meant).map(String::as_str).collect()
}

/// Whether a text in backticks is written as tests are, in three words or more.
fn is_sentence(cited: &str) -> bool {
    let mut words = cited.split('_');
    words.clone().count() > 2
        && cited.starts_with(|c: char| c.is_ascii_lowercase())
        && words.all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}

/// The names of all functions, tests among them.
fn functions(files: &[String]) -> BTreeSet<String> {
    let mut functions = BTreeSet::new();
    for text in files.iter().filter(|file| file.rsplit('.').next() == Some("rs")).map(|file| read(file)) {
        functions.extend(text.split("fn ").skip(1).filter_map(|rest| words(rest).next()).map(str::to_owned));
    }
    functions
}

/// Whether one of the files has every word of a name such as `Route::methods`.
fn is_in(files: &[&str], name: &str) -> bool {
    files.iter().map(|file| read(file)).any(|text| {
        let known: BTreeSet<&str> = words(&text).collect();
        words(name).all(|word| known.contains(word))
    })
}

#[test]
fn whatever_the_promises_cite_is_there() {
    let (files, text) = (all_files(), read("docs/SEMANTICS.md"));
    let functions = functions(&files);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // What is in backticks, each after the text before it.
    let pieces: Vec<&str> = text.split('`').collect();
    let (pairs, _) = pieces.as_chunks::<2>();
    let (mut missing, mut names) = (Vec::new(), Vec::<&str>::new());
    for [before, cited] in pairs {
        if !matches!(*before, ", " | " and " | " in ") {
            names.clear();
        }
        if is_path(cited) {
            let meant = meant(&files, cited);
            if meant.is_empty() {
                missing.push(format!("there is no {cited}"));
            }
            let held = names.drain(..).filter(|_| *before == " in ");
            missing.extend(
                held.filter(|name| !is_in(&meant, name)).map(|name| format!("{name} is not in {cited}")),
            );
        } else {
            names.push(*cited);
            if is_sentence(cited) && !functions.contains(*cited) {
                missing.push(format!("there is no function or test {cited}"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}
