//! YAML as a tree in which every value knows its line.
//!
//! The events come from a YAML 1.2 parser; what a plain scalar stands for is decided where the value is used. The
//! tree is bounded: nesting, and the size with every alias replaced by what it stands for.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};
use schema::pointer::segments;
use serde_json::{Map, Value as Json};

use super::plain;
use super::report::{Place, Report};
use super::{MAX_BYTES, Problem};

/// The deepest nesting of lists and mappings. What may be declared needs seven levels.
const MAX_DEPTH: usize = 16;

/// The largest tree, in bytes of its texts and one for each value: aliases may double a file, not blow it up.
const MAX_WEIGHT: usize = 2 * MAX_BYTES;

/// A value and where it begins.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The line, from 1.
    pub(super) line: usize,
    /// The value itself.
    pub(super) value: Value,
    weight: usize,
    height: usize,
}

impl Node {
    /// What a JSON pointer points at, and where that is. What is not there is where it should be.
    pub(super) fn at(&self, pointer: &str) -> (Place, Option<&Self>) {
        let mut place = Place::file(self.line);
        let mut node = Some(self);
        for segment in segments(pointer) {
            (place, node) = match node.map(|node| &node.value) {
                Some(Value::Mapping(members)) => {
                    let member = members.iter().find(|member| member.name == segment);
                    let found =
                        member.map(|member| (place.member(&segment, member.line), Some(&member.node)));
                    found.unwrap_or_else(|| (place.absent(&segment), None))
                }
                Some(Value::List(items)) => {
                    let index = segment.parse().unwrap_or(usize::MAX);
                    let item = items.get(index);
                    let line = item.map_or_else(|| place.line(), |item| item.line);
                    (place.item(index, line), item)
                }
                _ => (place.absent(&segment), None),
            };
        }
        (place, node)
    }

    /// The text, when every reader takes the value for one.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, plain } if !plain || plain::stands_for(text).is_none() => Some(text),
            _ => None,
        }
    }

    /// The number of entries of a list.
    pub(super) fn items(&self) -> usize {
        if let Value::List(items) = &self.value { items.len() } else { 0 }
    }

    /// The value as JSON. Of a name that is there twice, the first counts, and the others are reported.
    pub(super) fn as_json(&self, place: &Place, report: &mut Report) -> Json {
        match &self.value {
            Value::Scalar { text, plain: true } => plain::as_json(text),
            Value::Scalar { text, .. } => text.as_str().into(),
            Value::List(items) => {
                let item =
                    |(index, node): (usize, &Self)| node.as_json(&place.item(index, node.line), report);
                items.iter().enumerate().map(item).collect()
            }
            Value::Mapping(members) => {
                let mut first_lines = BTreeMap::new();
                let mut object = Map::new();
                for Member { name, line, node } in members {
                    let place = place.member(name, *line);
                    if let Some(first) = first_lines.get(name) {
                        report.add(
                            &place,
                            format!("the key is here already, on line {first}; keep one of the two"),
                        );
                    } else {
                        first_lines.insert(name, *line);
                        object.insert(name.clone(), node.as_json(&place, report));
                    }
                }
                Json::Object(object)
            }
        }
    }
}

/// What a value can be.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// One text, in quotes (or a block scalar), or plain.
    Scalar {
        /// The text without its quotes.
        text: String,
        /// Whether it is plain, and so may stand for something else than a text.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file. A name can be there twice.
    Mapping(Vec<Member>),
}

/// A name in a mapping and its value.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// The name.
    pub(super) name: String,
    /// The line of the name.
    pub(super) line: usize,
    /// The value.
    pub(super) node: Node,
}

/// Reads the one document of a text.
pub(super) fn read(text: &str) -> Result<Node, Problem> {
    let mut tree = Tree::default();
    let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            let line = error.marker().line();
            let (info, column) = (error.info(), error.marker().col() + 1);
            refused(line, format!("this is not YAML: {info} (column {column}); {}", remedy(text, line)))
        })?;
        tree.take(event, span)?;
    }
    tree.root.ok_or_else(|| refused(1, "the file is empty; it must have a `deployAs` list"))
}

/// The tree while it grows.
#[derive(Default)]
struct Tree {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    root: Option<Node>,
    weight: usize,
}

/// A list or mapping that has not ended.
struct Open {
    line: usize,
    anchor: usize,
    contents: Contents,
}

enum Contents {
    List(Vec<Node>),
    Mapping { members: Vec<Member>, name: Option<(String, usize)> },
}

impl Tree {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        let line = span.start.line();
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(refused(line, "the file holds a second document; remove everything from `---` on"))
            }
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => {
                Err(refused(line, "tags such as `!!str` are not read; write the value in quotes instead"))
            }
            Event::Scalar(text, style, anchor, None) => {
                let plain = style == ScalarStyle::Plain;
                self.weigh(line, 1 + text.len())?;
                self.put(scalar(line, text.into_owned(), plain), anchor)
            }
            Event::SequenceStart(anchor, None) => self.begin(line, anchor, Contents::List(Vec::new())),
            Event::MappingStart(anchor, None) => {
                self.begin(line, anchor, Contents::Mapping { members: Vec::new(), name: None })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.repeat(line, anchor),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, line: usize, anchor: usize, contents: Contents) -> Result<(), Problem> {
        self.weigh(line, 1)?;
        self.open.push(Open { line, anchor, contents });
        self.bound_depth(line, 0)
    }

    fn end(&mut self) -> Result<(), Problem> {
        let Some(Open { line, anchor, contents }) = self.open.pop() else { return Ok(()) };
        let value = match contents {
            Contents::List(items) => Value::List(items),
            Contents::Mapping { members, .. } => Value::Mapping(members),
        };
        self.put(collection(line, value), anchor)
    }

    /// Puts the value that an anchor was given to once more.
    fn repeat(&mut self, line: usize, anchor: usize) -> Result<(), Problem> {
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            return Err(refused(line, "an alias stands inside of what it repeats; write the value out"));
        };
        self.weigh(line, node.weight)?;
        self.bound_depth(line, node.height)?;
        self.put(node, 0)
    }

    fn put(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        // The parser counts anchors from 1.
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.contents) {
            None => self.root = Some(node),
            Some(Contents::List(items)) => items.push(node),
            Some(Contents::Mapping { members, name }) => {
                if let Some((name, line)) = name.take() {
                    members.push(Member { name, line, node });
                } else if let Value::Scalar { text, .. } = node.value {
                    *name = Some((text, node.line));
                } else {
                    return Err(refused(node.line, "a key must be one word, not a list or a mapping"));
                }
            }
        }
        Ok(())
    }

    fn weigh(&mut self, line: usize, weight: usize) -> Result<(), Problem> {
        self.weight += weight;
        if self.weight > MAX_WEIGHT {
            let words = format!("with its aliases replaced, the file exceeds {} KiB", MAX_WEIGHT / 1024);
            return Err(refused(line, format!("{words}; use fewer aliases")));
        }
        Ok(())
    }

    fn bound_depth(&self, line: usize, below: usize) -> Result<(), Problem> {
        if self.open.len() + below > MAX_DEPTH {
            return Err(refused(
                line,
                format!("nests deeper than {MAX_DEPTH} levels; nothing here needs that"),
            ));
        }
        Ok(())
    }
}

fn scalar(line: usize, text: String, plain: bool) -> Node {
    Node { line, weight: 1 + text.len(), height: 0, value: Value::Scalar { text, plain } }
}

fn collection(line: usize, value: Value) -> Node {
    let below = |nodes: &mut dyn Iterator<Item = &Node>| {
        nodes.fold((0, 0), |(weight, height), node| (weight + node.weight, node.height.max(height)))
    };
    let (names, (weight, height)) = match &value {
        Value::Scalar { .. } => (0, (0, 0)),
        Value::List(items) => (0, below(&mut items.iter())),
        Value::Mapping(members) => {
            let names = members.iter().map(|member| 1 + member.name.len()).sum();
            (names, below(&mut members.iter().map(|member| &member.node)))
        }
    };
    Node { line, weight: 1 + names + weight, height: height + 1, value }
}

/// How a line that is no YAML is most likely mended. Schedules are what most often lack their quotes.
fn remedy(text: &str, line: usize) -> &'static str {
    let line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    if line.chars().take_while(|c| c.is_whitespace()).any(|c| c == '\t') {
        return "indent by spaces, not by tabs";
    }
    let value = line.split_once(": ").map_or("", |(_, value)| value.trim_start());
    if value.starts_with(['*', '@', '%', '`']) {
        return "put the value in quotes, because of the character that it begins with";
    }
    if value.contains(": ") && !value.starts_with(['"', '\'', '{']) {
        return "put the value in quotes, because of the colon in it";
    }
    "look for a quote or bracket that is not closed, or an indentation that differs, here or above"
}

fn refused(line: usize, message: impl Into<String>) -> Problem {
    Place::file(line).problem(message)
}
