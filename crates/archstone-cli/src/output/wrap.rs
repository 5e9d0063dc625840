//! Wraps a line that is too wide, as Python's `textwrap` does, by terminal columns.

use super::width::{first_character, width};

/// The parts of a line, each at most this many columns wide. A line that fits stays as it is.
pub(super) fn wrap(line: &str, room: usize) -> Vec<String> {
    if width(line) <= room {
        return vec![line.to_owned()];
    }
    let room = room.max(1);
    let line: String = line.chars().map(|c| if is_space(c) { ' ' } else { c }).collect();
    let words = words(&line);
    let mut words: Vec<&str> = words.iter().rev().copied().collect();
    let mut lines: Vec<String> = Vec::new();
    while !words.is_empty() {
        // Whitespace is kept at the beginning of the text, and dropped at the beginning of later lines.
        if !lines.is_empty() {
            words.pop_if(|word| is_blank(word));
        }
        let mut taken: Vec<&str> = Vec::new();
        let mut columns = 0;
        while let Some(word) = words.pop_if(|word| columns + width(word) <= room) {
            columns += width(word);
            taken.push(word);
        }
        if let Some(word) = words.pop_if(|word| width(word) > room) {
            let (fits, rest) = word.split_at(end_of_long(word, room.saturating_sub(columns), taken.is_empty()));
            taken.push(fits);
            words.extend(Some(rest).filter(|rest| !rest.is_empty()));
        }
        taken.pop_if(|word| is_blank(word));
        let text = taken.concat();
        let text = text.trim_end_matches(is_python_space);
        if !text.is_empty() {
            lines.push(text.to_owned());
        }
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// Where to break a word that is wider than a line: after the last hyphen that fits, or anywhere. An empty line takes
/// at least one character.
fn end_of_long(word: &str, room: usize, must_take: bool) -> usize {
    let mut end = 0;
    let mut columns = 0;
    while end < word.len() {
        let next = first_character(&word[end..]);
        columns += width(&word[end..end + next]);
        if columns > room {
            break;
        }
        end += next;
    }
    let hyphen = word[..end].rfind('-').filter(|at| *at > 0 && word[..*at].contains(|c| c != '-'));
    match hyphen {
        Some(hyphen) => hyphen + 1,
        None if must_take && (end == 0 || end < word.len() && width(&word[..end]) == 0) => first_character(word),
        None => end,
    }
}

/// The width of the widest part of a line that [`wrap`] does not break if there is room.
pub(super) fn widest_word(line: &str) -> usize {
    words(line).into_iter().map(width).max().unwrap_or_default()
}

/// Words, the space between them, and the parts of words that hyphens join.
fn words(line: &str) -> Vec<&str> {
    let characters: Vec<(usize, char)> = line.char_indices().collect();
    let at = |position: usize| characters.get(position).map(|(_, c)| *c);
    let letter = |position: Option<usize>| position.and_then(at).is_some_and(is_letter);
    // A dash of several hyphens before a word.
    let dash = |position: usize| -> Option<usize> {
        let hyphens = characters[position..].iter().take_while(|(_, c)| *c == '-').count();
        (hyphens >= 2 && at(position + hyphens).is_some_and(is_of_word)).then_some(hyphens)
    };
    let ends_word = |position: usize| at(position).is_some_and(|c| is_of_word(c) || "!\"'&.,?".contains(c));
    // A hyphen between letters: two before it, and two after it, which another hyphen may separate.
    let joins = |hyphen: usize| {
        let before = |distance: usize| letter(hyphen.checked_sub(distance));
        let two_before = before(1) && (before(2) || hyphen >= 3 && at(hyphen - 2) == Some('-') && before(3));
        let after = if at(hyphen + 2) == Some('-') { hyphen + 3 } else { hyphen + 2 };
        at(hyphen) == Some('-') && two_before && letter(Some(hyphen + 1)) && letter(Some(after))
    };
    let mut words = Vec::new();
    let mut start = 0;
    while let Some(first) = at(start) {
        let end = if is_space(first) {
            start + characters[start..].iter().take_while(|(_, c)| is_space(*c)).count()
        } else if let Some(hyphens) = dash(start).filter(|_| start > 0 && ends_word(start - 1)) {
            start + hyphens
        } else {
            let mut end = start + 1;
            loop {
                if joins(end) {
                    break end + 1;
                }
                let is_end = at(end).is_none_or(is_space);
                if is_end || ends_word(end - 1) && dash(end).is_some() {
                    break end;
                }
                end += 1;
            }
        };
        let bytes = |position: usize| characters.get(position).map_or(line.len(), |(byte, _)| *byte);
        words.push(&line[bytes(start)..bytes(end)]);
        start = end;
    }
    words
}

/// Whether a character separates words.
fn is_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ')
}

/// Whether Python's `str.strip` removes a character.
fn is_python_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

fn is_blank(word: &str) -> bool {
    word.chars().all(is_python_space)
}

/// Python's `\w`: no marks, and no circled letters.
fn is_of_word(c: char) -> bool {
    let is_circled = matches!(c, '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f189}');
    c == '_' || c.is_numeric() || c.is_alphabetic() && !is_circled && !super::width::is_mark(c)
}

fn is_letter(c: char) -> bool {
    is_of_word(c) && !c.is_ascii_digit()
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
            ("         ", 8, &[""]),
        ];
        for (line, width, expected) in table {
            assert_eq!(wrap(line, *width), *expected, "{line}");
        }
    }
}
