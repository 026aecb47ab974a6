//! The generated files: what they should hold, what they hold, and how the two differ.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use api::Operation;

use crate::error::Error;
use crate::{events, openapi, tables, template};

/// The generated files of a workspace as they should be.
#[derive(Debug)]
pub struct Generated {
    root: PathBuf,
    files: BTreeMap<String, String>,
}

/// A part of a file that is kept by hand otherwise. The line of the first mark may say more.
struct Region {
    path: &'static str,
    begin: &'static str,
    end: &'static str,
}

/// The section of the errors with this heading, and where its table is.
macro_rules! errors_of {
    ($section:literal) => {
        (
            $section,
            Region {
                path: "docs/ERRORS.md",
                begin: concat!("<!-- errors: ", $section, " -->"),
                end: concat!("<!-- /errors: ", $section, " -->"),
            },
        )
    };
}

const FUNCTIONS: Region = Region { path: "template.yaml", begin: "  # <functions>", end: "  # </functions>" };
const API_ROUTES: Region =
    Region { path: "template.yaml", begin: "        # <routes>", end: "        # </routes>" };
const OPERATIONS: Region =
    Region { path: "README.md", begin: "<!-- operations -->", end: "<!-- /operations -->" };
const REPORT_CODES: Region =
    Region { path: "docs/ERRORS.md", begin: "<!-- report-codes -->", end: "<!-- /report-codes -->" };
const ACCESS_PATTERNS: Region =
    Region { path: "README.md", begin: "<!-- access-patterns -->", end: "<!-- /access-patterns -->" };

/// Where the table of each section of the errors is.
const ERRORS: [(&str, Region); 7] = [
    errors_of!("Any operation"),
    errors_of!("Tokens"),
    errors_of!("Environments, integrations, flows, releases"),
    errors_of!("Deployments"),
    errors_of!("Connectors"),
    errors_of!("Deployments of connectors"),
    errors_of!("Runs"),
];

/// Where the sample events are; no other JSON may be there.
const EVENTS: &str = "events";

/// What the function that answers everywhere else knows of the routes.
const ROUTES: &str = "functions/fallback/src/routes.json";

/// Every route, as method and path.
fn routes(operations: &[Operation]) -> Result<String, Error> {
    let mut routes: Vec<(&str, &str)> = operations
        .iter()
        .filter_map(Operation::route)
        .flat_map(|route| route.methods().map(|method| (route.path, method.as_str())))
        .collect();
    routes.sort_unstable();
    Ok(serde_json::to_string_pretty(&routes)? + "\n")
}

/// The schema of `connect.yaml`, for editors.
fn connect_yaml() -> Result<String, Error> {
    Ok(serde_json::to_string_pretty(&domain::connector::connect_yaml_schema())? + "\n")
}

/// Generates every file of the workspace at `root` from its operations.
///
/// # Errors
///
/// When a file with a generated part is missing, or its marks are.
pub fn generated(root: &Path, operations: &[Operation]) -> Result<Generated, Error> {
    let mut made = Generated { root: root.to_owned(), files: BTreeMap::new() };
    made.fill(&FUNCTIONS, &template::functions(operations)?)?;
    made.fill(&API_ROUTES, &template::routes(operations))?;
    made.fill(&OPERATIONS, &tables::operations(operations))?;
    made.fill(&ACCESS_PATTERNS, &tables::access_patterns())?;
    made.fill(&REPORT_CODES, &tables::report_codes())?;
    for (section, region) in &ERRORS {
        made.fill(region, &tables::errors(section))?;
    }
    made.files.insert("docs/PERMISSIONS.md".to_owned(), tables::permissions(operations));
    made.files.insert(ROUTES.to_owned(), routes(operations)?);
    made.files.insert("docs/connect.schema.json".to_owned(), connect_yaml()?);
    made.files.insert("openapi.json".to_owned(), openapi::document(operations)?);
    for (id, event) in events::samples(operations)? {
        made.files.insert(format!("{EVENTS}/{id}.json"), event);
    }
    Ok(made)
}

impl Generated {
    /// Writes what differs, and says what that was.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn write(&self) -> Result<Vec<String>, Error> {
        let mut changes = Vec::new();
        for (path, text) in &self.files {
            if self.read(path)?.as_deref() != Some(text) {
                self.put(path, text)?;
                changes.push(format!("wrote {path}"));
            }
        }
        for path in self.left_over()? {
            fs::remove_file(self.root.join(&path))
                .map_err(|source| Error::File { path: path.clone(), source })?;
            changes.push(format!("removed {path}"));
        }
        Ok(changes)
    }

    /// How the files differ from what they should be; empty when they do not.
    ///
    /// # Errors
    ///
    /// When a file cannot be read.
    pub fn stale(&self) -> Result<Vec<String>, Error> {
        let mut differences = Vec::new();
        for (path, wanted) in &self.files {
            match self.read(path)? {
                Some(found) if found == *wanted => {}
                Some(found) => differences.push(difference(path, &found, wanted)),
                None => differences.push(format!("{path}: is missing")),
            }
        }
        let left_over = self.left_over()?.into_iter();
        differences.extend(left_over.map(|path| format!("{path}: is of no operation")));
        Ok(differences)
    }

    /// Sample events of operations that are no more.
    fn left_over(&self) -> Result<Vec<String>, Error> {
        let failed = |source| Error::File { path: EVENTS.to_owned(), source };
        let entries = match fs::read_dir(self.root.join(EVENTS)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut left_over = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed)?.file_name();
            let path = format!("{EVENTS}/{}", name.to_string_lossy());
            let is_sample = Path::new(&path).extension().is_some_and(|extension| extension == "json");
            if is_sample && !self.files.contains_key(&path) {
                left_over.push(path);
            }
        }
        left_over.sort_unstable();
        Ok(left_over)
    }

    /// Puts `text` between the marks of a region of a file that must be there.
    fn fill(&mut self, region: &Region, text: &str) -> Result<(), Error> {
        let whole = match self.files.get(region.path) {
            Some(whole) => whole.clone(),
            None => self.read(region.path)?.unwrap_or_default(),
        };
        let marks = || Error::Marks { path: region.path.to_owned(), begin: region.begin, end: region.end };
        let filled = replace(&whole, region, text).ok_or_else(marks)?;
        self.files.insert(region.path.to_owned(), filled);
        Ok(())
    }

    fn read(&self, path: &str) -> Result<Option<String>, Error> {
        match fs::read_to_string(self.root.join(path)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::File { path: path.to_owned(), source }),
        }
    }

    fn put(&self, path: &str, text: &str) -> Result<(), Error> {
        let target = self.root.join(path);
        let written =
            target.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&target, text));
        written.map_err(|source| Error::File { path: path.to_owned(), source })
    }
}

/// The whole with everything between the lines of the marks replaced; nothing unless each mark is there once.
fn replace(whole: &str, region: &Region, text: &str) -> Option<String> {
    let (before, rest) = whole.split_once(region.begin)?;
    let (first_line, rest) = rest.split_once('\n')?;
    let (old, after) = match rest.strip_prefix(region.end) {
        Some(after) => ("", after),
        None => rest.split_once(&format!("\n{}", region.end))?,
    };
    let again = |part: &str| part.contains(region.begin) || part.contains(region.end);
    if again(before) || again(first_line) || again(old) || again(after) {
        return None;
    }
    let text = text.trim_end_matches('\n');
    Some(format!("{before}{}{first_line}\n{text}\n{}{after}", region.begin, region.end))
}

/// The first place where two texts differ, a few lines of each.
fn difference(path: &str, found: &str, wanted: &str) -> String {
    const SHOWN: usize = 8;
    let same = found.lines().zip(wanted.lines()).take_while(|(found, wanted)| found == wanted).count();
    let lines = |sign: char, text: &str| {
        let shown = text.lines().skip(same).take(SHOWN).map(|line| format!("{sign} {line}\n"));
        shown.collect::<String>()
    };
    format!("{path}: is stale from line {}\n{}{}", same + 1, lines('-', found), lines('+', wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGION: Region = Region { path: "x", begin: "# <r>", end: "# </r>" };

    #[test]
    fn only_what_lies_between_the_marks_changes_and_again_nothing_does() {
        for whole in ["a\n# <r> say\nold\nold\n# </r>\nb\n", "a\n# <r> say\n# </r>\nb\n"] {
            let filled = replace(whole, &REGION, "new\n").unwrap();
            assert_eq!(filled, "a\n# <r> say\nnew\n# </r>\nb\n");
            assert_eq!(replace(&filled, &REGION, "new\n").unwrap(), filled);
        }
    }

    #[test]
    fn a_mark_that_is_missing_or_there_twice_is_refused() {
        for whole in
            ["", "# <r>\n", "# </r>\n# <r>\n", "# <r>\n# </r>\n# <r>\n# </r>\n", "# <r>\n# <r>\n# </r>\n"]
        {
            assert_eq!(replace(whole, &REGION, "new"), None, "{whole}");
        }
    }

    #[test]
    fn a_difference_says_where_it_begins() {
        let told = difference("x", "same\nold\n", "same\nnew\n");
        assert_eq!(told, "x: is stale from line 2\n- old\n+ new\n");
    }
}
