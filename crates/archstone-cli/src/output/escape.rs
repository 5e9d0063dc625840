//! Escaping of text that people read.

use std::borrow::Cow;

use archstone::text::{escaped, is_visible};

/// Which characters are escaped. In output for programs, none are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    Nothing,
    /// Control characters, which terminals interpret.
    Controls,
    /// All characters that are invisible, or that hide others.
    Hidden,
}

impl Escape {
    /// A text without line breaks.
    pub(crate) fn text(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Nothing => Cow::Borrowed(text),
            Self::Controls if !text.contains(char::is_control) => Cow::Borrowed(text),
            Self::Controls => {
                let mut shown = String::new();
                for c in text.chars() {
                    if c.is_control() { shown.extend(c.escape_default()) } else { shown.push(c) }
                }
                Cow::Owned(shown)
            }
            Self::Hidden => escaped(text),
        }
    }

    /// Text of several lines. Tabs are kept, as in `openstack`.
    pub(crate) fn lines(self, text: String) -> String {
        let is_kept = |c: char| c == '\n' || c == '\t' && self == Self::Controls;
        let is_fine = |c: char| match self {
            Self::Nothing => true,
            Self::Controls => is_kept(c) || !c.is_control(),
            Self::Hidden => is_kept(c) || is_visible(c),
        };
        if text.chars().all(is_fine) {
            return text;
        }
        text.split_inclusive(is_kept)
            .map(|part| {
                let kept = part.strip_suffix(is_kept).unwrap_or(part);
                format!("{}{}", self.text(kept), &part[kept.len()..])
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_drives_a_terminal_is_escaped_for_it() {
        let text = "a\tb\x1b[2J\u{9b}\n\u{202e}\u{1f469}\u{200d}\u{1f467}\r";
        for (escape, shown) in [
            (Escape::Nothing, text),
            (Escape::Controls, "a\tb\\u{1b}[2J\\u{9b}\n\u{202e}\u{1f469}\u{200d}\u{1f467}\\r"),
            (Escape::Hidden, "a\\tb\\u{1b}[2J\\u{9b}\n\\u{202e}\u{1f469}\\u{200d}\u{1f467}\\r"),
        ] {
            assert_eq!(escape.lines(text.into()), shown);
        }
    }
}
