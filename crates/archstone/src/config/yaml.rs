//! YAML as configuration files use it: text, lists and mappings, each with its position.
//!
//! Scalars are read as they are written: a password `0123` or `no` is not converted. Anchors, aliases and merge keys
//! (`<<`) work; the resources that a malicious file could exhaust are limited: its depth, and the expanded size of its
//! aliases.

use std::collections::{BTreeMap, HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::slips;

/// Deeper than any configuration, and shallow enough for any stack.
const DEEPEST: usize = 64;
/// The maximum number of values in a file, counting each alias with its full content.
const MOST: usize = 1 << 17;

/// A value, and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The line, from 1.
    pub(crate) line: usize,
    /// The range of characters in the file, from 0. An empty value has an empty range.
    pub(crate) span: (usize, usize),
    pub(crate) node: Node,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// `null`, `~`, or empty.
    Nothing,
    Text(Text),
    List(Vec<Entry>),
    Mapping(Vec<Member>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) value: String,
    /// Unquoted: other readers may parse it as a number, a boolean or a date.
    pub(crate) plain: bool,
}

/// A key of a mapping, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) key: String,
    pub(crate) line: usize,
    /// The position of the key's first character, from 0.
    pub(crate) start: usize,
    /// The position after the key.
    pub(crate) end: usize,
    pub(crate) value: Entry,
}

impl Entry {
    pub(crate) const fn empty() -> Self {
        Self { line: 1, span: (0, 0), node: Node::Nothing }
    }

    /// The value of a key in a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.member(key).map(|member| &member.value)
    }

    pub(crate) fn member(&self, key: &str) -> Option<&Member> {
        match &self.node {
            Node::Mapping(members) => members.iter().find(|member| member.key == key),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.node {
            Node::Text(text) => Some(&text.value),
            _ => None,
        }
    }

    /// The number of values, including itself.
    fn size(&self) -> usize {
        1 + match &self.node {
            Node::List(items) => items.iter().map(Self::size).sum(),
            Node::Mapping(members) => members.iter().map(|member| member.value.size()).sum(),
            _ => 0,
        }
    }
}

/// A problem in a file, and its position.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) line: usize,
    pub(crate) what: String,
    pub(crate) hint: Option<String>,
}

fn problem(line: usize, what: impl Into<String>) -> Problem {
    Problem { line, what: what.into(), hint: None }
}

impl Problem {
    fn with_hint(self, hint: &str) -> Self {
        Self { hint: Some(hint.to_owned()), ..self }
    }
}

/// The file's only document; nothing if it is empty.
pub(crate) fn parse(text: &str) -> Result<Entry, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_stray = |c: char| c.is_ascii_control() && !matches!(c, '\n' | '\r' | '\t');
    if let Some(at) = text.find(is_stray) {
        let line = text[..at].matches('\n').count() + 1;
        let stray = text[at..].chars().next().map_or(0, u32::from);
        return Err(problem(line, format!("there is a control character here, U+{stray:04X}"))
            .with_hint("in double quotes it is written as `\\x07`, with its own number"));
    }
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| slips::explain(text, &error))?;
        builder.take(event, span)?;
    }
    Ok(builder.document.unwrap_or(Entry::empty()))
}

/// Builds the document from the parser's events.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Entry>,
    size: usize,
    document: Option<Entry>,
}

/// A list or a mapping that is still open.
struct Open {
    start: Span,
    anchor: usize,
    parts: Parts,
}

enum Parts {
    List(Vec<Entry>),
    Mapping {
        members: Vec<Member>,
        /// The line where each key first occurs.
        lines: HashMap<String, usize>,
        /// A key whose value is still to come.
        waiting: Option<Entry>,
    },
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        let line = span.start.line();
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                let node = match text.as_ref() {
                    "" | "~" | "null" | "Null" | "NULL" if plain => Node::Nothing,
                    _ => Node::Text(Text { value: text.into_owned(), plain }),
                };
                check(tag.as_deref(), line)?;
                self.close(Entry { line, span: (span.start.index(), span.end.index()), node }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                check(tag.as_deref(), line)?;
                self.enter(span, anchor, Parts::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                check(tag.as_deref(), line)?;
                self.enter(span, anchor, Parts::Mapping { members: Vec::new(), lines: HashMap::new(), waiting: None })
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { start, anchor, parts }) = self.open.pop() else { return Ok(()) };
                let node = match parts {
                    Parts::List(items) => Node::List(items),
                    Parts::Mapping { members, .. } => Node::Mapping(merged(members)?),
                };
                let span = (start.start.index(), span.end.index());
                self.close(Entry { line: start.start.line(), span, node }, anchor)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(entry) => {
                    self.size += entry.size();
                    let entry = if self.size > MOST { Entry::empty() } else { entry.clone() };
                    self.close(Entry { line, span: (span.start.index(), span.end.index()), ..entry }, 0)
                }
                None => Err(problem(line, "an alias is part of the value that it refers to")),
            },
            Event::DocumentStart(_) if self.document.is_some() => {
                Err(problem(line, "a second document begins here, and a configuration file has one"))
            }
            _ => Ok(()),
        }
    }

    fn enter(&mut self, start: Span, anchor: usize, parts: Parts) -> Result<(), Problem> {
        if self.open.len() >= DEEPEST {
            return Err(problem(start.start.line(), format!("values are nested more than {DEEPEST} levels deep")));
        }
        self.open.push(Open { start, anchor, parts });
        Ok(())
    }

    /// Adds a complete value to its parent.
    fn close(&mut self, entry: Entry, anchor: usize) -> Result<(), Problem> {
        self.size += 1;
        if self.size > MOST {
            return Err(problem(entry.line, "the file, with its aliases expanded, is too large"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, entry.clone());
        }
        match self.open.last_mut().map(|open| &mut open.parts) {
            None => self.document = Some(entry),
            Some(Parts::List(items)) => items.push(entry),
            Some(Parts::Mapping { members, lines, waiting }) => match waiting.take() {
                None => *waiting = Some(entry),
                Some(key) => {
                    let Node::Text(Text { value: name, .. }) = key.node else {
                        return Err(problem(key.line, "a key must be a word")
                            .with_hint("was a template not filled in? otherwise put quotes around what has braces"));
                    };
                    if let Some(first) = lines.insert(name.clone(), key.line).filter(|_| name != "<<") {
                        let name = crate::error::printable(&name);
                        return Err(problem(key.line, format!("`{name}` is here a second time, after line {first}")));
                    }
                    members.push(Member {
                        key: name,
                        line: key.line,
                        start: key.span.0,
                        end: key.span.1,
                        value: entry,
                    });
                }
            },
        }
        Ok(())
    }
}

/// Merges the content of `<<`, which has the lowest precedence.
fn merged(members: Vec<Member>) -> Result<Vec<Member>, Problem> {
    if !members.iter().any(|member| member.key == "<<") {
        return Ok(members);
    }
    let (merges, mut members): (Vec<_>, Vec<_>) = members.into_iter().partition(|member| member.key == "<<");
    let lines: Vec<usize> = merges.iter().map(|member| member.line).collect();
    let mut known: HashSet<String> = members.iter().map(|member| member.key.clone()).collect();
    let sources = merges.into_iter().flat_map(|member| match member.value.node {
        Node::List(items) => items,
        _ => vec![member.value],
    });
    for source in sources {
        let Node::Mapping(more) = source.node else {
            let line = lines.first().copied().unwrap_or(source.line);
            return Err(problem(line, "`<<` must name a mapping, or a list of mappings"));
        };
        for member in more {
            if known.insert(member.key.clone()) {
                members.push(member);
            }
        }
    }
    Ok(members)
}

/// YAML's own tags do not change anything here; any other tag requests an unsupported type.
fn check(tag: Option<&Tag>, line: usize) -> Result<(), Problem> {
    match tag {
        Some(tag) if !tag.is_yaml_core_schema() || tag.suffix == "binary" => {
            let tag = crate::error::printable(&tag.to_string());
            Err(problem(line, format!("the tag `{tag}` is not understood"))
                .with_hint("a value that begins with `!` must be in quotes"))
        }
        _ => Ok(()),
    }
}
