//! YAML as configuration files use it: text, lists and mappings, each with its place.
//!
//! Scalars are taken as they are written: a password `0123` or `no` stays what it is. Anchors, aliases
//! and merge keys (`<<`) work; what a file could do harm with is bounded: its depth, and what its
//! aliases add up to.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};

/// Deeper than any configuration, and shallow enough for every stack.
const DEEPEST: usize = 64;
/// The most values that a file may have, each alias counted with all that it stands for.
const MOST: usize = 1 << 17;

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The line, from 1.
    pub(crate) line: usize,
    /// The characters of the file that it takes, from 0. An empty value takes none.
    pub(crate) span: (usize, usize),
    pub(crate) node: Node,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// `null`, `~`, or nothing at all.
    Nothing,
    Text(Text),
    List(Vec<Entry>),
    Mapping(Vec<Member>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) value: String,
    /// Without quotes: other readers may take it for a number, a switch or a date.
    pub(crate) plain: bool,
}

/// A key of a mapping, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) key: String,
    pub(crate) line: usize,
    /// Where the key begins: its first character, from 0.
    pub(crate) start: usize,
    /// Behind the key: the first character that is no part of it.
    pub(crate) end: usize,
    pub(crate) value: Entry,
}

impl Entry {
    pub(crate) const fn empty() -> Self {
        Self { line: 1, span: (0, 0), node: Node::Nothing }
    }

    /// What a key of a mapping holds.
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

    /// How many values this is, itself included.
    fn size(&self) -> usize {
        1 + match &self.node {
            Node::List(items) => items.iter().map(Self::size).sum(),
            Node::Mapping(members) => members.iter().map(|member| member.value.size()).sum(),
            _ => 0,
        }
    }
}

/// What is wrong with a file, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) line: usize,
    pub(crate) what: String,
}

fn problem(line: usize, what: impl Into<String>) -> Problem {
    Problem { line, what: what.into() }
}

/// The file's one document; nothing when it is empty.
pub(crate) fn parse(text: &str) -> Result<Entry, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| explain(text, &error))?;
        builder.take(event, span)?;
    }
    Ok(builder.document.unwrap_or(Entry::empty()))
}

/// The document as far as it is read.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Entry>,
    size: usize,
    document: Option<Entry>,
}

/// A list or a mapping that has not ended yet.
struct Open {
    start: Span,
    anchor: usize,
    parts: Parts,
}

enum Parts {
    List(Vec<Entry>),
    /// The members, and a key that waits for its value.
    Mapping(Vec<Member>, Option<Entry>),
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
                self.enter(span, anchor, Parts::Mapping(Vec::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { start, anchor, parts }) = self.open.pop() else { return Ok(()) };
                let node = match parts {
                    Parts::List(items) => Node::List(items),
                    Parts::Mapping(members, _) => Node::Mapping(merged(members)?),
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
                None => Err(problem(line, "an alias stands inside what it stands for")),
            },
            Event::DocumentStart(_) if self.document.is_some() => {
                Err(problem(line, "a second document begins here, and a configuration file has one"))
            }
            _ => Ok(()),
        }
    }

    fn enter(&mut self, start: Span, anchor: usize, parts: Parts) -> Result<(), Problem> {
        if self.open.len() >= DEEPEST {
            return Err(problem(start.start.line(), format!("values stand more than {DEEPEST} levels deep")));
        }
        self.open.push(Open { start, anchor, parts });
        Ok(())
    }

    /// A value is complete: it goes to where it belongs.
    fn close(&mut self, entry: Entry, anchor: usize) -> Result<(), Problem> {
        self.size += 1;
        if self.size > MOST {
            return Err(problem(entry.line, "the file, with what its aliases stand for, is too large"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, entry.clone());
        }
        match self.open.last_mut().map(|open| &mut open.parts) {
            None => self.document = Some(entry),
            Some(Parts::List(items)) => items.push(entry),
            Some(Parts::Mapping(members, waiting)) => match waiting.take() {
                None => *waiting = Some(entry),
                Some(key) => {
                    let Node::Text(Text { value: name, .. }) = key.node else {
                        return Err(problem(key.line, "a key must be a word"));
                    };
                    if let Some(first) = members.iter().find(|member| member.key == name && name != "<<") {
                        let name = crate::error::printable(&name);
                        return Err(problem(
                            key.line,
                            format!("`{name}` stands here a second time, after line {}", first.line),
                        ));
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

/// With what `<<` brings in, which everything else is stronger than.
fn merged(members: Vec<Member>) -> Result<Vec<Member>, Problem> {
    if !members.iter().any(|member| member.key == "<<") {
        return Ok(members);
    }
    let (merges, mut members): (Vec<_>, Vec<_>) = members.into_iter().partition(|member| member.key == "<<");
    let lines: Vec<usize> = merges.iter().map(|member| member.line).collect();
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
            if !members.iter().any(|it| it.key == member.key) {
                members.push(member);
            }
        }
    }
    Ok(members)
}

/// Tags of YAML's own say what is written anyway; any other asks for something that is not done here.
fn check(tag: Option<&Tag>, line: usize) -> Result<(), Problem> {
    match tag {
        Some(tag) if !tag.is_yaml_core_schema() || tag.suffix == "binary" => {
            let tag = crate::error::printable(&tag.to_string());
            Err(problem(line, format!("the tag `{tag}` is not understood: write the value itself")))
        }
        _ => Ok(()),
    }
}

/// What the parser stumbled over, in words that help to mend it.
fn explain(text: &str, error: &ScanError) -> Problem {
    let (line, column) = (error.marker().line(), error.marker().col() + 1);
    // At the end of the file the parser may stand beyond the last line.
    let written = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let before = text.lines().nth(line.saturating_sub(2)).unwrap_or_default();
    let hint = if [written, before].iter().any(|it| leading(it).contains('\t')) {
        "; a line begins with a tab: indent with spaces"
    } else if error.info().contains("quote") || error.info().contains("unexpected end of stream") {
        "; a quote that was opened is not closed"
    } else if [written, before].iter().any(|it| lacks_space(it)) {
        "; after a key's colon there must be a space"
    } else if error.info().contains("flow") || error.info().contains("',' or") {
        "; a bracket or a brace that was opened is not closed, or a comma is missing"
    } else if error.info().contains("mapping values are not allowed") {
        "; the line is indented further than those around it, or a value that holds `: ` lacks its quotes"
    } else if error.info().contains("simple key") || error.info().contains("block") || error.info().contains("indent") {
        "; keys that belong together must be indented alike, and each needs a colon"
    } else if error.info().contains("unknown anchor") {
        "; no `&` before it gives it a meaning"
    } else {
        ""
    };
    problem(line, format!("column {column}: {}{hint}", crate::error::printable(error.info())))
}

fn leading(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

/// `username:alice`.
fn lacks_space(line: &str) -> bool {
    let line = line.trim();
    line.split_once(':').is_some_and(|(key, value)| {
        let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        is_key && !value.is_empty() && !value.starts_with([' ', '/'])
    })
}
