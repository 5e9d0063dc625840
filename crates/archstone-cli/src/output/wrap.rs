//! Breaking a line that is too wide, as Python's `textwrap.wrap` does, in columns of the terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The parts of a line, each at most `width` columns wide. Lines that fit stay as they are.
pub(crate) fn wrap(line: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    if line.width() <= width {
        return vec![line.to_owned()];
    }
    let mut chunks: Vec<String> = chunks(line);
    chunks.reverse();
    let mut lines: Vec<String> = Vec::new();
    while !chunks.is_empty() {
        // Space at the beginning of the text stays, at the beginning of a later line it goes.
        if !lines.is_empty() && chunks.last().is_some_and(|chunk| chunk.trim().is_empty()) {
            chunks.pop();
        }
        let mut current = String::new();
        while let Some(chunk) = chunks.pop() {
            if current.width() + chunk.width() <= width {
                current.push_str(&chunk);
                continue;
            }
            if chunk.width() <= width {
                chunks.push(chunk);
            } else {
                let (fits, rest) = split_long(&chunk, width - current.width(), current.is_empty());
                current.push_str(fits);
                chunks.push(rest.to_owned());
            }
            break;
        }
        let text = current.trim_end();
        if !text.is_empty() {
            lines.push(text.to_owned());
        }
    }
    lines
}

/// Breaks a word that is wider than a line: after the last hyphen that fits, or anywhere. A line
/// that is empty takes at least one character.
fn split_long(chunk: &str, room: usize, must_take: bool) -> (&str, &str) {
    let mut end = 0;
    let mut taken = 0;
    for (position, c) in chunk.char_indices() {
        taken += c.width().unwrap_or(0);
        if taken > room && !(must_take && position == 0) {
            break;
        }
        end = position + c.len_utf8();
    }
    let hyphen = chunk[..end].rfind('-').filter(|at| *at > 0 && chunk[..*at].contains(|c| c != '-'));
    chunk.split_at(hyphen.map_or(end, |at| at + 1))
}

/// Words, the space between them, and the parts of words that hyphens join.
fn chunks(line: &str) -> Vec<String> {
    let characters: Vec<char> = line.chars().collect();
    let mut chunks: Vec<String> = Vec::new();
    let mut current = String::new();
    for (position, c) in characters.iter().enumerate() {
        let before = position.checked_sub(1).map(|at| characters[at]);
        let edge = before.is_some_and(|before| before.is_whitespace() != c.is_whitespace());
        if edge || before == Some('-') && is_joint(&characters, position - 1) {
            chunks.push(std::mem::take(&mut current));
        }
        current.push(*c);
    }
    chunks.push(current);
    chunks
}

/// Whether a word may be broken after this hyphen: two letters before it, and a letter after it
/// that does not stand alone.
fn is_joint(characters: &[char], hyphen: usize) -> bool {
    let is_letter =
        |at: Option<usize>| at.and_then(|at| characters.get(at)).is_some_and(|c| c.is_alphabetic() || *c == '_');
    let is_hyphen = |at: usize| characters.get(at) == Some(&'-');
    let before = is_letter(hyphen.checked_sub(1)) && is_letter(hyphen.checked_sub(2));
    let after = hyphen + 1;
    let follows = if is_hyphen(after + 1) { after + 2 } else { after + 1 };
    before && is_letter(Some(after)) && is_letter(Some(follows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_where_textwrap_breaks_them() {
        let table: &[(&str, usize, &[&str])] = &[
            ("tempest-TestDomain-1934599489", 13, &["tempest-TestD", "omain-", "1934599489"]),
            ("  public: http://example.com:5000/v3", 16, &["  public: http:/", "/example.com:500", "0/v3"]),
            ("a well-known thing", 8, &["a well-", "known", "thing"]),
            ("漢字漢字", 5, &["漢字", "漢字"]),
            ("漢字", 1, &["漢", "字"]),
            ("short", 8, &["short"]),
        ];
        for (line, width, expected) in table {
            assert_eq!(wrap(line, *width), *expected, "{line}");
        }
    }
}
