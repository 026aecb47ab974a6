//! Finds files of a crate that depend on each other in a circle. A file and the modules below it count as one: `a.rs` and
//! `a/*.rs` are one module in several files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, mem};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::Error;

/// How a circle is resolved.
pub const MEND_CIRCLES: &str = "move what both files need into a file below them";

/// The circles of files in each crate of the workspace at `root`: directory of the crate, and which file names which.
pub fn circles(root: &Path) -> Result<Vec<String>, Error> {
    let mut directories = vec![root.join("registry/src"), root.join("tests")];
    for parent in ["shared", "functions"] {
        directories.extend(entries(&root.join(parent))?.into_iter().map(|entry| entry.join("src")));
    }
    let mut found = Vec::new();
    for directory in directories.iter().filter(|path| path.is_dir()) {
        let mut files = Files::new();
        read_all(directory, &Vec::new(), &mut files)?;
        let shown = directory.strip_prefix(root).unwrap_or(directory).display();
        found.extend(circles_among(&files).into_iter().map(|circle| format!("{shown}: {circle}")));
    }
    Ok(found)
}

/// What is in a directory, in the order of names.
fn entries(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let listed = fs::read_dir(directory)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>());
    let mut listed =
        listed.map_err(|source| Error::File { path: directory.display().to_string(), source })?;
    listed.sort();
    Ok(listed)
}

/// A module, as the names on its path from the root of the crate.
type Module = Vec<String>;

/// The files of a crate, by the module that each holds.
type Files = BTreeMap<Module, File>;

/// Which modules each module depends on, and two files that show it.
type Dependencies = BTreeMap<Module, BTreeMap<Module, String>>;

/// What a file says of modules.
#[derive(Debug, Default)]
struct File {
    /// The paths that it names.
    named: Vec<Vec<String>>,
    /// What it gives to others under names of its own: `pub use`.
    given: BTreeMap<String, Vec<String>>,
    /// The modules in other files that it declares for tests only.
    for_tests: Vec<String>,
    /// How many modules of the file itself are around what is being read.
    depth: usize,
}

impl File {
    fn read(source: &str) -> Result<Self, syn::Error> {
        let mut file = Self::default();
        file.visit_file(&syn::parse_file(source)?);
        Ok(file)
    }

    /// Reads what a `use` names. `before` is the path up to `tree`.
    fn used(&mut self, tree: &syn::UseTree, before: &[String], is_public: bool) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.used(&path.tree, &with(&path.ident), is_public),
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.used(tree, before, is_public));
            }
            syn::UseTree::Glob(_) => self.names(before),
            syn::UseTree::Name(name) => self.takes(with(&name.ident), &name.ident, is_public),
            syn::UseTree::Rename(name) => self.takes(with(&name.ident), &name.rename, is_public),
        }
    }

    fn takes(&mut self, path: Vec<String>, name: &syn::Ident, is_public: bool) {
        self.names(&path);
        if is_public {
            self.given.insert(name.to_string(), path);
        }
    }

    /// Notes a path. Within a module of the file itself, the first `super` leads no further than to the file.
    fn names(&mut self, path: &[String]) {
        let inside = path.iter().take(self.depth).take_while(|part| *part == "super").count();
        self.named.push(path.iter().skip(inside).cloned().collect());
    }

    /// Notes the paths in what a macro is given or stands for.
    fn names_in(&mut self, tokens: TokenStream) {
        let (mut path, mut colons) = (Vec::new(), 0);
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.names(&mem::take(&mut path));
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Group(group) => {
                    self.names_in(group.stream());
                    colons = 0;
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => colons = 0,
            }
        }
        self.names(&path);
    }
}

impl<'ast> Visit<'ast> for File {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        match (&module.content, module.attrs.iter().any(is_for_tests)) {
            (None, true) => self.for_tests.push(module.ident.to_string()),
            (Some(_), false) => {
                self.depth += 1;
                visit::visit_item_mod(self, module);
                self.depth -= 1;
            }
            (None, false) | (Some(_), true) => {}
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !item.attrs.iter().any(is_for_tests) {
            self.used(&item.tree, &[], !matches!(item.vis, syn::Visibility::Inherited));
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.names(&names);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, made: &'ast syn::Macro) {
        self.names_in(made.tokens.clone());
        visit::visit_macro(self, made);
    }
}

fn is_for_tests(attribute: &syn::Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
}

/// Reads the files of a directory, which holds what is below `module`.
fn read_all(directory: &Path, module: &Module, files: &mut Files) -> Result<(), Error> {
    for entry in entries(directory)? {
        let name = entry.file_stem().unwrap_or_default().to_string_lossy();
        let own = match name.as_ref() {
            "lib" | "main" | "mod" => module.clone(),
            _ => [module.as_slice(), &[name.into_owned()]].concat(),
        };
        if entry.is_dir() {
            read_all(&entry, &own, files)?;
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let path = || entry.display().to_string();
            let source = fs::read_to_string(&entry).map_err(|source| Error::File { path: path(), source })?;
            let file = File::read(&source).map_err(|source| Error::Rust { path: path(), source })?;
            files.insert(own, file);
        }
    }
    Ok(())
}

/// The path from the root of the crate that a path in `from` stands for. One that does not begin with a module below
/// `from` leads to `from` itself.
fn absolute(from: &Module, path: &[String]) -> Option<Vec<String>> {
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([from.as_slice(), rest].concat()),
        "super" => {
            let up = path.iter().take_while(|part| *part == "super").count();
            Some([from.get(..from.len().checked_sub(up)?)?, path.get(up..)?].concat())
        }
        _ => Some([from.as_slice(), path].concat()),
    }
}

/// The module that a path in `from` leads to, through what other modules give under names of their own.
fn target(files: &Files, from: &Module, path: &[String]) -> Option<Module> {
    let mut path = absolute(from, path)?;
    let mut seen = BTreeSet::new();
    loop {
        let splits = (0..=path.len()).rev().filter_map(|length| path.split_at_checked(length));
        let (module, rest) = splits.into_iter().find(|(module, _)| files.contains_key(*module))?;
        let module = module.to_vec();
        let given =
            rest.split_first().and_then(|(name, rest)| Some((files.get(&module)?.given.get(name)?, rest)));
        let Some((given, rest)) = given.filter(|_| module != *from && seen.insert(path.clone())) else {
            return Some(module);
        };
        path = [absolute(&module, given)?.as_slice(), rest].concat();
    }
}

/// What each module depends on of the modules beside it. What it shares with those above and below is not counted.
fn dependencies(files: &Files) -> Dependencies {
    let is_for_tests = |module: &Module| {
        module.iter().enumerate().any(|(length, name)| {
            let above = module.get(..length).and_then(|above| files.get(above));
            above.is_some_and(|file| file.for_tests.contains(name))
        })
    };
    let mut dependencies = Dependencies::new();
    for (from, file) in files.iter().filter(|(module, _)| !is_for_tests(module)) {
        for to in file.named.iter().filter_map(|path| target(files, from, path)) {
            if !to.starts_with(from) && !from.starts_with(&to) {
                let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
                let beside = |module: &Module| module.iter().take(common + 1).cloned().collect::<Module>();
                let shown = format!("{} names {}", from.join("::"), to.join("::"));
                dependencies.entry(beside(from)).or_default().entry(beside(&to)).or_insert(shown);
            }
        }
    }
    dependencies
}

/// A way from a module back to itself, if there is one.
fn circle(dependencies: &Dependencies, start: &Module) -> Option<Vec<Module>> {
    let mut ways = vec![vec![start.clone()]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        for next in dependencies.get(way.last()?).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                return Some(way);
            }
            if seen.insert(next) {
                ways.push([way.as_slice(), std::slice::from_ref(next)].concat());
            }
        }
    }
    None
}

/// The circles of a crate, at least one for any modules that lead to each other: which file names which.
fn circles_among(files: &Files) -> Vec<String> {
    let dependencies = dependencies(files);
    let mut circles = Vec::new();
    for start in dependencies.keys() {
        // Each circle is told from its first module on.
        let way = circle(&dependencies, start).filter(|way| way.iter().min() == Some(start));
        if let Some(way) = way {
            let steps = way.iter().zip(way.iter().cycle().skip(1));
            let shown = |(from, to): (&Module, &Module)| dependencies.get(from)?.get(to).map(String::as_str);
            let steps: Vec<&str> = steps.filter_map(shown).collect();
            circles.push(steps.join(", "));
        }
    }
    circles
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The circles of a crate of these modules and their sources.
    fn circles_of(sources: &[(&str, &str)]) -> Vec<String> {
        let module =
            |path: &str| path.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect();
        circles_among(
            &sources.iter().map(|(path, source)| (module(path), File::read(source).unwrap())).collect(),
        )
    }

    #[test]
    fn files_that_name_each_other_are_a_circle() {
        let b = ("b", "use super::c; fn b() { c::c() }");
        for (a, c) in [
            ("use crate::b::B;", "pub use crate::a::A;"),
            ("fn a() -> crate::b::B {}", "fn c() { super::a::a() }"),
            ("mod inner { use super::super::b::B; }", "macro_rules! c { () => { $crate::a::A }; }"),
            ("use super::{b as other};", "fn c() { println!(\"{}\", crate::a::A) }"),
        ] {
            assert_eq!(
                circles_of(&[("", ""), ("a", a), b, ("c", c)]),
                ["a names b, b names c, c names a"],
                "{a} {c}"
            );
        }
    }

    #[test]
    fn a_module_and_those_below_it_are_one() {
        let a = ("a", "mod x; pub use x::X; fn a() { x::x() }");
        assert_eq!(
            circles_of(&[("", "mod a;"), a, ("a::x", "use super::a; use crate::C;")]),
            Vec::<String>::new()
        );
        // What is below a module leads where the module leads.
        let x = ("a::x", "use crate::b::B;");
        let around = circles_of(&[a, x, ("b", "mod y;"), ("b::y", "use crate::a::A;")]);
        assert_eq!(around, ["a::x names b, b::y names a"]);
        // Those below one module are beside each other.
        let beside = circles_of(&[("a", ""), ("a::x", "use super::y::Y;"), ("a::y", "use super::x::X;")]);
        assert_eq!(beside, ["a::x names a::y, a::y names a::x"]);
    }

    #[test]
    fn a_name_that_is_given_on_leads_to_where_it_comes_from() {
        let root = ("", "pub use b::B; pub use b::B as C;");
        let sources = [root, ("a", "use crate::C;"), ("b", "use crate::a::A;")];
        assert_eq!(circles_of(&sources), ["a names b, b names a"]);
        // Names that are given to and fro lead nowhere.
        let sources = [("", "pub use crate::a::A;"), ("a", "pub use crate::A;"), ("b", "use crate::A;")];
        assert_eq!(circles_of(&sources), Vec::<String>::new());
    }

    #[test]
    fn what_is_only_for_tests_is_left_out() {
        let a = "#[cfg(test)] mod tests; #[cfg(test)] use crate::b::B; #[cfg(test)] mod more { use crate::b::B; }";
        let sources = [("a", a), ("a::tests", "use crate::b::B;"), ("b", "use crate::a::A;")];
        assert_eq!(circles_of(&sources), Vec::<String>::new());
    }
}
