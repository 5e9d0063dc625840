//! Explains why a file cannot be parsed: parsers report where they gave up, people want to know what to fix.

use saphyr_parser::ScanError;

use super::yaml::Problem;
use crate::error::printable;

/// The parser's error, and the most likely reason.
pub(super) fn explain(text: &str, error: &ScanError) -> Problem {
    let (line, column) = (error.marker().line(), error.marker().col() + 1);
    let what = format!("column {column}: {}", printable(error.info()));
    Problem { line, what, hint: reason(&Lines { all: text.lines().collect(), at: line }, error.info()) }
}

/// The file, and the line where the parser gave up, from 1.
struct Lines<'a> {
    all: Vec<&'a str>,
    at: usize,
}

impl Lines<'_> {
    fn line(&self, number: usize) -> &str {
        number.checked_sub(1).and_then(|at| self.all.get(at)).copied().unwrap_or_default()
    }

    /// The last non-empty line before this one.
    fn before(&self) -> usize {
        (1..self.at).rev().find(|it| !is_idle(self.line(*it))).unwrap_or(0)
    }

    /// The first of the nearby lines that satisfies a condition.
    fn near(&self, is_so: impl Fn(&str) -> bool) -> Option<usize> {
        [self.at, self.at + 1, self.before()].into_iter().find(|it| is_so(self.line(*it)))
    }

    fn any(&self, is_so: impl Fn(&str) -> bool) -> Option<usize> {
        (1..=self.all.len()).find(|it| is_so(self.line(*it)))
    }
}

fn is_idle(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn reason(lines: &Lines<'_>, said: &str) -> Option<String> {
    whole_file(lines).or_else(|| around(lines)).or_else(|| by_words(lines, said))
}

/// Files that are not YAML at all.
fn whole_file(lines: &Lines<'_>) -> Option<String> {
    let first = lines.all.iter().find(|line| !is_idle(line)).map(|line| line.trim().to_ascii_lowercase())?;
    if first.starts_with("<!doctype") || first.starts_with("<html") {
        return Some("this is a web page: was the download a page to log in at?".into());
    }
    if let Some(line) = lines.any(|it| it.starts_with("<<<<<<< ") || it.starts_with(">>>>>>> ")) {
        return Some(format!("line {line} is the mark of a merge conflict: choose one of its sides"));
    }
    if first.starts_with("export ") {
        return Some("this is an openrc file: import it with `archstone config import-openrc NAME FILE`".into());
    }
    if first.starts_with('[') && first.ends_with(']') && lines.any(|it| it.contains('=')).is_some() {
        return Some("this is an INI file: YAML writes `key: value`, with spaces for what belongs together".into());
    }
    None
}

/// Mistakes in nearby lines.
fn around(lines: &Lines<'_>) -> Option<String> {
    if let Some(line) = lines.near(|it| it.contains("{{") || it.contains("{%")) {
        return Some(format!("line {line} is of a template: its values were not filled in"));
    }
    if let Some(line) = lines.near(|it| it[..indent(it)].contains('\t')) {
        return Some(format!("line {line} begins with a tab: indent with spaces"));
    }
    if let Some(line) = lines.near(lacks_space) {
        return Some(format!("in line {line} there must be a space after the colon"));
    }
    None
}

/// Mistakes that the parser's message points to.
fn by_words(lines: &Lines<'_>, said: &str) -> Option<String> {
    let at = lines.at;
    let is = |words: &[&str]| words.iter().any(|it| said.contains(it));
    if is(&["unexpected character", "unknown anchor"]) {
        let value = lines.line(at).split_once(": ").map_or("", |(_, value)| value.trim_start());
        let first: String = value.chars().take(1).collect();
        let unless = if is(&["anchor"]) { ", unless a `&` before it gives it a meaning" } else { "" };
        return Some(format!("a value that begins with `{first}` must be in quotes{unless}"));
    }
    if is(&["unknown escape"]) {
        return Some("in double quotes a backslash must be written twice; single quotes take it as it is".into());
    }
    if is(&["trailing content"]) {
        return Some("text follows the closing quote: inside of single quotes, a quote is written twice".into());
    }
    if is(&["quoted scalar"]) {
        return Some(format!("the quote that line {at} opens is not closed"));
    }
    if is(&["misplaced bracket"]) {
        return Some("there is a closing bracket or brace too many".into());
    }
    if is(&["flow", "node content"]) {
        return Some("a bracket or a brace is not closed, or a comma is missing".into());
    }
    if is(&["mapping values"]) {
        let before = lines.before();
        if lines.line(at).matches(": ").count() > 1 {
            return Some("a value that holds `: ` must be in quotes".into());
        }
        let further = indent(lines.line(at)) > indent(lines.line(before));
        return further.then(|| format!("line {at} is indented further than line {before}, which has a value already"));
    }
    if is(&["expect ':'"]) {
        let colonless = lines.near(|it| !is_idle(it) && !it.contains(':')).unwrap_or(at);
        return Some(format!("line {colonless} has no colon between key and value"));
    }
    if is(&["expected key", "block"]) {
        return Some(format!("line {at} is not indented like the lines that it belongs to"));
    }
    if is(&["document start"]) {
        return Some("text follows where the document has ended".into());
    }
    None
}

/// `username:alice`.
fn lacks_space(line: &str) -> bool {
    line.trim().split_once(':').is_some_and(|(key, value)| {
        let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        is_key && !value.is_empty() && !value.starts_with([' ', '/', '\t'])
    })
}
