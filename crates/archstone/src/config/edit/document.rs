//! Edits the text of a YAML or JSON file and leaves everything else unchanged: comments, order, quotes, line endings.
//! After each edit the text is parsed again, and must have exactly the intended content.

use std::collections::HashMap;

use crate::config::yaml::{self, Entry, Member, Node, Text};

/// Why an edit was not made. The text is unchanged.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The file cannot be parsed.
    Malformed(yaml::Problem),
    /// The edited value is shared by an alias, or has an unexpected type.
    Unsuitable(String),
}

type Result<T> = std::result::Result<T, Refusal>;

/// The text of a file, and its parsed content.
pub(super) struct Document {
    text: String,
    /// The byte offset of each character; empty if each is one byte.
    bytes: Vec<usize>,
    tree: Entry,
    is_json: bool,
}

impl Document {
    pub(super) fn parse(text: String, is_json: bool) -> Result<Self> {
        let read = if is_json { yaml::parse(&text.replace('\t', " ")) } else { yaml::parse(&text) };
        read.map(|tree| Self::of(text, tree, is_json)).map_err(Refusal::Malformed)
    }

    fn of(text: String, tree: Entry, is_json: bool) -> Self {
        let bytes = if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(byte, _)| byte).collect() };
        Self { text, bytes, tree, is_json }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The value at these keys.
    pub(super) fn get(&self, path: &[&str]) -> Option<&Entry> {
        path.iter().try_fold(&self.tree, |entry, key| entry.get(key))
    }

    /// Sets a value; creates missing mappings above it.
    pub(super) fn set(&mut self, path: &[&str], value: &Value<'_>) -> Result<()> {
        let mut expected = self.tree.clone();
        set_in(&mut expected, path, value);
        let (holder, depth) = self.walk(path)?;
        let new = match path.get(depth..) {
            None | Some([]) => self.replaced(path, value)?,
            Some(missing) => self.inserted(holder, &path[..depth], missing, value)?,
        };
        self.adopt(new, &expected)
    }

    /// Removes a key with its value; returns whether it existed.
    pub(super) fn unset(&mut self, path: &[&str]) -> Result<bool> {
        let Some((last, above)) = path.split_last() else { return Ok(false) };
        let Some(holder) = self.get(above) else { return Ok(false) };
        let Some(member) = holder.member(last) else { return Ok(false) };
        self.is_own(holder, above)?;
        if !owns(holder, member) {
            return Err(unsuitable(above, "has that from an alias"));
        }
        let (start, end) = if self.is_flow(holder) {
            self.flow_part(holder, member)
        } else {
            (self.line_start(member.start), self.line_end(self.end_of(member)))
        };
        let mut expected = self.tree.clone();
        unset_in(&mut expected, path);
        let new = self.spliced(start, end, "");
        self.adopt(new, &expected)?;
        Ok(true)
    }

    /// Renames a key.
    pub(super) fn rename(&mut self, path: &[&str], name: &str) -> Result<bool> {
        let Some((last, above)) = path.split_last() else { return Ok(false) };
        let Some(holder) = self.get(above) else { return Ok(false) };
        let Some(member) = holder.member(last) else { return Ok(false) };
        if holder.member(name).is_some() {
            return Err(unsuitable(above, &format!("has `{name}` already")));
        }
        let new = self.spliced(member.start, member.end, &self.word(name));
        let mut expected = self.tree.clone();
        if let Some(Node::Mapping(members)) = descend(&mut expected, above).map(|it| &mut it.node) {
            for member in members.iter_mut().filter(|it| it.key == *last) {
                name.clone_into(&mut member.key);
            }
        }
        self.adopt(new, &expected)?;
        Ok(true)
    }

    /// Follows the keys as far as they exist; returns the last entry and the number of keys followed.
    fn walk(&self, path: &[&str]) -> Result<(&Entry, usize)> {
        let mut entry = &self.tree;
        for (depth, key) in path.iter().enumerate() {
            self.is_own(entry, &path[..depth])?;
            match entry.member(key).filter(|member| owns(entry, member)) {
                Some(member) => entry = &member.value,
                None if matches!(entry.node, Node::Mapping(_) | Node::Nothing) => return Ok((entry, depth)),
                None => return Err(unsuitable(&path[..depth], "holds no mapping")),
            }
        }
        Ok((entry, path.len()))
    }

    /// A value behind an alias is shared with others.
    fn is_own(&self, entry: &Entry, path: &[&str]) -> Result<()> {
        if self.from(entry.span.0).starts_with('*') {
            return Err(unsuitable(path, "is an alias, which others share"));
        }
        Ok(())
    }

    fn is_flow(&self, entry: &Entry) -> bool {
        self.from(entry.span.0).starts_with(['{', '['])
    }

    fn replaced(&self, path: &[&str], value: &Value<'_>) -> Result<String> {
        let missing = || unsuitable(path, "is not there");
        let (last, above) = path.split_last().ok_or_else(missing)?;
        let holder = self.get(above).ok_or_else(missing)?;
        let member = holder.member(last).ok_or_else(missing)?;
        let written = self.rendered(value);
        let (start, end) = member.value.span;
        let is_simple = matches!(member.value.node, Node::Text(_) | Node::Nothing)
            && end > start
            && !self.slice(start, end).starts_with(['|', '>'])
            && !self.slice(self.after_colon(member), start).contains('\n');
        let end = if is_simple { self.end_of_value(&member.value) } else { end };
        if is_simple || (self.is_flow(&member.value) && end > start) {
            return Ok(self.spliced(start, end, &written));
        }
        let end = self.end_of(member);
        Ok(self.spliced(self.after_colon(member), end, &format!(" {written}")))
    }

    fn inserted(&self, holder: &Entry, above: &[&str], missing: &[&str], value: &Value<'_>) -> Result<String> {
        let (key, below) = missing.split_first().ok_or_else(|| unsuitable(above, "is not there"))?;
        if matches!(holder.node, Node::Mapping(_)) && self.is_flow(holder) {
            let inner =
                below.iter().rev().fold(self.rendered(value), |inner, key| format!("{{{}: {inner}}}", self.word(key)));
            let member = format!("{}: {inner}", self.word(key));
            let own: Vec<&Member> = own_members(holder).collect();
            return Ok(match own.last() {
                Some(last) => self.spliced(self.end_of(last), self.end_of(last), &format!(", {member}")),
                None => self.spliced(holder.span.0 + 1, holder.span.0 + 1, &member),
            });
        }
        match own_members(holder).last() {
            Some(last) => {
                let first = own_members(holder).next().unwrap_or(last);
                let lines = self.lines(missing, value, self.column(first.start));
                let at = self.line_end(self.end_of(last));
                Ok(self.with_lines(at, &lines))
            }
            // All its members come from `<<`, which stays below.
            None if matches!(holder.node, Node::Mapping(_)) => {
                let indent = self.column(holder.span.0);
                let lines = self.lines(missing, value, indent);
                Ok(self.spliced(holder.span.0, holder.span.0, &format!("{}{}", lines.trim_start(), " ".repeat(indent))))
            }
            None => match above.split_last() {
                None => Ok(self.with_lines(self.length(), &self.lines(missing, value, 0))),
                Some((last, above)) => {
                    let parent = self.get(above).and_then(|parent| parent.member(last));
                    let parent = parent.ok_or_else(|| unsuitable(above, "is not there"))?;
                    let lines = self.lines(missing, value, self.column(parent.start) + 2);
                    let (start, end) = parent.value.span;
                    // An explicit `null` is replaced.
                    let (colon, text) = (self.after_colon(parent), self.slice(start, end));
                    let cleared = if start >= colon && matches!(text, "~" | "null" | "Null" | "NULL") {
                        let cleared = Self::of(self.spliced(colon, end, ""), Entry::empty(), false);
                        cleared.with_lines(cleared.line_end(colon), &lines)
                    } else {
                        self.with_lines(self.line_end(colon), &lines)
                    };
                    Ok(cleared)
                }
            },
        }
    }

    /// The keys nested below each other, each on its own line, with the value after the last.
    fn lines(&self, keys: &[&str], value: &Value<'_>, indent: usize) -> String {
        let mut lines = String::new();
        for (depth, key) in keys.iter().enumerate() {
            lines.push_str(&" ".repeat(indent + 2 * depth));
            lines.push_str(&self.word(key));
            lines.push(':');
            if depth + 1 == keys.len() {
                lines.push(' ');
                lines.push_str(&self.rendered(value));
            }
            lines.push_str(self.line_break());
        }
        lines
    }

    /// Inserts whole lines at the beginning of a line.
    fn with_lines(&self, at: usize, lines: &str) -> String {
        let before = self.slice(0, at);
        if before.is_empty() || before.ends_with('\n') {
            self.spliced(at, at, lines)
        } else {
            self.spliced(at, at, &format!("{}{lines}", self.line_break()))
        }
    }

    /// The end of a member's value, without trailing comments and blank lines.
    fn end_of(&self, member: &Member) -> usize {
        self.end_of_value(&member.value).max(self.after_colon(member))
    }

    fn end_of_value(&self, entry: &Entry) -> usize {
        let (start, end) = entry.span;
        if self.is_flow(entry) || self.from(start).starts_with('*') {
            return end;
        }
        match &entry.node {
            Node::Nothing | Node::Text(_) => {
                let text = self.slice(start, end);
                // A scalar in quotes includes the comment after it.
                start
                    + match text.chars().next() {
                        Some(quote @ ('"' | '\'')) => quoted(text, quote),
                        _ => text.trim_end().chars().count(),
                    }
            }
            Node::List(items) => items.iter().map(|item| self.end_of_value(item)).max().unwrap_or(end),
            Node::Mapping(_) => {
                // A merge key, which leaves no member, ends its line.
                let own = own_members(entry).map(|member| self.end_of(member)).max();
                own.unwrap_or(start).max(
                    start
                        + self.slice(start, end).trim_end().rfind("<<").map_or(0, |at| {
                            let merge = &self.slice(start, end)[..at];
                            let rest = self.slice(start, end)[at..].lines().next().unwrap_or_default().trim_end();
                            merge.chars().count() + rest.chars().count()
                        }),
                )
            }
        }
    }

    fn after_colon(&self, member: &Member) -> usize {
        let rest = self.from(member.end);
        member.end + rest.find(':').map_or(0, |at| rest[..=at].chars().count())
    }

    /// A member of a mapping in braces, with one of its adjacent commas.
    fn flow_part(&self, holder: &Entry, member: &Member) -> (usize, usize) {
        let (start, end) = (member.start, self.end_of(member));
        let after = self.from(end);
        let spaces = |text: &str| text.chars().take_while(|c| c.is_whitespace()).count();
        if let Some(rest) = after.trim_start().strip_prefix(',') {
            return (start, end + spaces(after) + 1 + spaces(rest));
        }
        let before = self.slice(holder.span.0, start);
        match before.rfind(',') {
            Some(comma) => (holder.span.0 + before[..comma].chars().count(), end),
            None => (start, end),
        }
    }

    fn line_start(&self, at: usize) -> usize {
        let before = self.slice(0, at);
        at - before[before.rfind('\n').map_or(0, |newline| newline + 1)..].chars().count()
    }

    /// The position after the line's terminator.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.from(at);
        at + rest.find('\n').map_or_else(|| rest.chars().count(), |newline| rest[..=newline].chars().count())
    }

    fn column(&self, at: usize) -> usize {
        at - self.line_start(at)
    }

    fn line_break(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    fn length(&self) -> usize {
        if self.bytes.is_empty() { self.text.len() } else { self.bytes.len() }
    }

    fn byte(&self, at: usize) -> usize {
        match self.bytes.as_slice() {
            [] => at.min(self.text.len()),
            bytes => bytes.get(at).copied().unwrap_or(self.text.len()),
        }
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(self.byte(start)..self.byte(end.max(start))).unwrap_or_default()
    }

    fn from(&self, at: usize) -> &str {
        self.text.get(self.byte(at)..).unwrap_or_default()
    }

    fn spliced(&self, start: usize, end: usize, new: &str) -> String {
        format!("{}{new}{}", self.slice(0, start), self.from(end))
    }

    fn adopt(&mut self, text: String, expected: &Entry) -> Result<()> {
        let new = Self::parse(text, self.is_json).ok().filter(|new| is_same(&new.tree, expected));
        *self =
            new.ok_or_else(|| Refusal::Unsuitable("the file is written in a way that is not changed safely".into()))?;
        Ok(())
    }

    fn word(&self, text: &str) -> String {
        if self.is_json { serde_json::Value::from(text).to_string() } else { super::scalar::written(text) }
    }

    fn rendered(&self, value: &Value<'_>) -> String {
        match value {
            Value::Text(text) => self.word(text),
            Value::Bare(text) | Value::Flow(text) => (*text).to_owned(),
            Value::Words(words) => {
                let words: Vec<_> = words.iter().map(|word| self.word(word)).collect();
                format!("[{}]", words.join(", "))
            }
        }
    }
}

/// A value to write.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Text(&'a str),
    /// A boolean or a number, which other readers must not parse as text.
    Bare(&'a str),
    Words(Vec<&'a str>),
    /// JSON, which is also valid YAML.
    Flow(&'a str),
}

impl Value<'_> {
    fn node(&self) -> Node {
        let text = |value: &str| Node::Text(Text { value: value.to_owned(), plain: true });
        match self {
            Self::Bare("null") => Node::Nothing,
            Self::Text(value) | Self::Bare(value) => text(value),
            Self::Flow(json) => yaml::parse(json).map_or(Node::Nothing, |entry| entry.node),
            Self::Words(words) => {
                Node::List(words.iter().map(|word| Entry { node: text(word), ..Entry::empty() }).collect())
            }
        }
    }
}

fn unsuitable(path: &[&str], what: &str) -> Refusal {
    let place = if path.is_empty() { "the file".to_owned() } else { format!("`{}`", path.join(".")) };
    Refusal::Unsuitable(format!("{place} {what}"))
}

/// Whether the key is written in this mapping, and not merged in by `<<`.
fn owns(holder: &Entry, member: &Member) -> bool {
    (holder.span.0..=holder.span.1).contains(&member.start)
}

fn own_members(holder: &Entry) -> impl DoubleEndedIterator<Item = &Member> {
    let members: &[Member] = match &holder.node {
        Node::Mapping(members) => members,
        _ => &[],
    };
    members.iter().filter(|member| owns(holder, member))
}

/// The length of a quoted scalar in characters.
fn quoted(text: &str, quote: char) -> usize {
    let mut characters = text.chars().enumerate().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' && quote == '"' || c == '\'' && quote == c && characters.peek().is_some_and(|(_, next)| *next == c)
        {
            characters.next();
        } else if c == quote {
            return at + 1;
        }
    }
    text.chars().count()
}

fn descend<'a>(entry: &'a mut Entry, path: &[&str]) -> Option<&'a mut Entry> {
    path.iter().try_fold(entry, |entry, key| match &mut entry.node {
        Node::Mapping(members) => members.iter_mut().find(|it| it.key == *key).map(|it| &mut it.value),
        _ => None,
    })
}

fn set_in(entry: &mut Entry, path: &[&str], value: &Value<'_>) {
    let Some((key, below)) = path.split_first() else {
        entry.node = value.node();
        return;
    };
    if entry.node == Node::Nothing {
        entry.node = Node::Mapping(Vec::new());
    }
    let Node::Mapping(members) = &mut entry.node else { return };
    if !members.iter().any(|it| it.key == *key) {
        members.push(Member { key: (*key).to_owned(), line: 1, start: 0, end: 0, value: Entry::empty() });
    }
    for member in members.iter_mut().filter(|it| it.key == *key) {
        set_in(&mut member.value, below, value);
    }
}

fn unset_in(entry: &mut Entry, path: &[&str]) {
    if let Some((last, above)) = path.split_last()
        && let Some(Node::Mapping(members)) = descend(entry, above).map(|it| &mut it.node)
    {
        members.retain(|it| it.key != *last);
    }
}

/// Whether two documents have the same content, wherever it is written. The order of a mapping does not matter, and an
/// empty mapping equals a missing one.
fn is_same(one: &Entry, other: &Entry) -> bool {
    let is_empty = |node: &Node| matches!(node, Node::Nothing) || matches!(node, Node::Mapping(it) if it.is_empty());
    match (&one.node, &other.node) {
        (one, other) if is_empty(one) && is_empty(other) => true,
        (Node::Text(one), Node::Text(other)) => one.value == other.value,
        (Node::List(one), Node::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Node::Mapping(members), Node::Mapping(others)) => {
            let others: HashMap<&str, &Entry> = others.iter().map(|it| (it.key.as_str(), &it.value)).collect();
            members.len() == others.len()
                && members
                    .iter()
                    .all(|member| others.get(member.key.as_str()).is_some_and(|other| is_same(&member.value, other)))
        }
        _ => false,
    }
}
