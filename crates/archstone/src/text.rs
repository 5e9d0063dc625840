//! Makes external text (from servers, files, variables, stores) safe to show to people.
//!
//! A project may be called `w\x1b]0;owned\x07`, or contain a character that reverses the direction of text. Code that
//! shows such text to people passes it through this module; programs get the original.

use std::borrow::Cow;

/// The maximum number of characters of one piece of text in a message.
const PIECE: usize = 300;
/// The maximum number of characters of a whole message or hint, which may contain many pieces.
const MESSAGE: usize = 4000;

/// External text in a form for messages: on one line, trimmed, with invisible characters escaped, and at most 300
/// characters long.
///
/// ```
/// use archstone::text::printable;
///
/// assert_eq!(printable("caf\u{e9}\x1b[2J\u{202e}\n"), "café\\u{1b}[2J\\u{202e}");
/// ```
#[must_use]
pub fn printable(text: &str) -> String {
    bounded(text.trim(), PIECE).into_owned()
}

/// The whole text on one line, with each character that is not [visible](is_visible) written as its escape.
///
/// ```
/// assert_eq!(archstone::text::escaped("a\tb"), "a\\tb");
/// ```
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    bounded(text, usize::MAX)
}

/// Text of several lines, each of them [escaped].
#[must_use]
pub fn escaped_lines(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| c == '\n' || is_visible(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split('\n').map(escaped).collect::<Vec<_>>().join("\n"))
}

/// A word of a command, quoted if necessary so that POSIX shells read it as one word.
///
/// ```
/// assert_eq!(archstone::text::shell_word("it's"), r"'it'\''s'");
/// ```
#[must_use]
pub fn shell_word(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "-_.+@%:,/~".contains(c);
    if text.chars().all(is_plain) && !text.is_empty() && !text.starts_with('-') {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
    }
}

/// Whether people can see the character, or the space that it takes: it is not a control character, has a width, and
/// does not change the direction of the characters around it.
#[must_use]
pub fn is_visible(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    // Unicode's `Default_Ignorable_Code_Point`, `Bidi_Control`, line separators, and annotations.
    !(c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'))
}

/// A whole message or hint: escaped, and truncated to a readable length.
pub(crate) fn message(text: String) -> String {
    match bounded(&text, MESSAGE) {
        Cow::Borrowed(_) => text,
        Cow::Owned(changed) => changed,
    }
}

/// Escapes a text, and truncates it to this many characters.
fn bounded(text: &str, most: usize) -> Cow<'_, str> {
    // A text has at least as many bytes as characters.
    let fits = text.len() <= most || text.chars().nth(most).is_none();
    if fits && text.chars().all(is_visible) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len().min(most));
    for c in text.chars().take(most) {
        if is_visible(c) {
            shown.push(c);
        } else {
            shown.extend(c.escape_default());
        }
    }
    if !fits {
        shown.push('…');
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        let table = [
            ("plain, 漢字, é, e\u{301}, 👍", "plain, 漢字, é, e\u{301}, 👍"),
            ("a\nb\r\tc\0", "a\\nb\\r\\tc\\u{0}"),
            ("\x1b]0;title\x07 \u{9b}2J \x7f", "\\u{1b}]0;title\\u{7} \\u{9b}2J \\u{7f}"),
            (
                "\u{202a}\u{202e}\u{2066}\u{2069}\u{200e}\u{61c}",
                "\\u{202a}\\u{202e}\\u{2066}\\u{2069}\\u{200e}\\u{61c}",
            ),
            ("\u{200b}\u{200d}\u{2060}\u{feff}\u{ad}\u{fe0f}", "\\u{200b}\\u{200d}\\u{2060}\\u{feff}\\u{ad}\\u{fe0f}"),
            ("x\u{2028}\u{2029}\u{85}\u{e0041}\u{3164}", "x\\u{2028}\\u{2029}\\u{85}\\u{e0041}\\u{3164}"),
        ];
        for (text, shown) in table {
            assert_eq!(escaped(text), shown);
            assert_eq!(printable(text), shown);
            assert_eq!(message(text.to_owned()), shown);
            // Escaping is idempotent.
            assert_eq!(escaped(shown), shown);
        }
        assert_eq!(escaped_lines("one\ntwo\x1b\n"), "one\ntwo\\u{1b}\n");
        assert_eq!(escaped_lines("one\ntwo\n"), "one\ntwo\n");
    }

    #[test]
    fn a_message_has_an_end() {
        assert_eq!(printable(&"é".repeat(300)), "é".repeat(300));
        assert_eq!(printable(&"é".repeat(301)), "é".repeat(300) + "…");
        assert_eq!(message("x".repeat(9000)).chars().count(), 4001);
        assert_eq!(escaped(&"x".repeat(9000)).len(), 9000);
    }
}
