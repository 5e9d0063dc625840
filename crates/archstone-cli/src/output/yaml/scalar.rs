//! Text in YAML: plain if possible, otherwise quoted, and on several lines if it is long.

use super::{BEST_WIDTH, Emitter, Readers, types};

/// Line breaks.
pub(super) const BREAKS: [char; 4] = ['\n', '\u{85}', '\u{2028}', '\u{2029}'];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
}

/// How this text is written.
pub(super) fn style(text: &str, is_key: bool, readers: Readers) -> Style {
    let is_typed = types::is_typed(text) || readers == Readers::All && types::is_typed_elsewhere(text);
    let has_breaks = text.contains('\n');
    let is_special = text.chars().any(|c| !matches!(c, '\n' | ' '..='~'));
    let is_padded = text.starts_with([' ', '\n']) || text.ends_with([' ', '\n']);
    if !is_typed && !text.is_empty() && !is_special && !has_breaks && !is_padded && !has_indicators(text) {
        Style::Plain
    } else if is_special || text.contains("\n ") || text.contains(" \n") || is_key && has_breaks {
        Style::Double
    } else {
        Style::Single
    }
}

/// Whether it contains something with a special meaning in YAML.
fn has_indicators(text: &str) -> bool {
    text.starts_with("---")
        || text.starts_with("...")
        || text.starts_with(|c| "#,[]{}&*!|>'\"%@`".contains(c))
        || ["-", "?", ":"].iter().any(|mark| text == *mark || text.starts_with(&format!("{mark} ")))
        || text.contains(": ")
        || text.ends_with(':')
        || text.contains(" #")
}

impl Emitter {
    pub(super) fn plain(&mut self, text: &str, indent: usize, is_key: bool) {
        if !self.after_space {
            self.write(" ");
        }
        self.after_space = false;
        self.in_indent = false;
        for (words, spaces) in runs(text) {
            self.write(words);
            if spaces == " " && self.column > BEST_WIDTH && !is_key {
                self.start_line(indent);
                self.after_space = false;
                self.in_indent = false;
            } else {
                self.write(spaces);
            }
        }
    }

    pub(super) fn single_quoted(&mut self, text: &str, indent: usize, is_key: bool) {
        self.indicator("'", false);
        let mut is_first = true;
        for (line, breaks) in lines(text) {
            let mut rest = line;
            for (words, spaces) in runs(line) {
                rest = &rest[words.len() + spaces.len()..];
                self.write(&words.replace('\'', "''"));
                let is_inside = !(is_first && words.is_empty() || rest.is_empty() && breaks.is_empty());
                if spaces == " " && self.column > BEST_WIDTH && !is_key && is_inside {
                    self.start_line(indent);
                } else {
                    self.write(spaces);
                }
                is_first = false;
            }
            if !breaks.is_empty() {
                // A single line break would be read as a space.
                self.line_break("\n");
                for _ in breaks.chars() {
                    self.line_break("\n");
                }
                self.start_line(indent);
            }
            is_first = false;
        }
        self.indicator_after("'");
    }

    pub(super) fn double_quoted(&mut self, text: &str, indent: usize, is_key: bool) {
        self.indicator("\"", false);
        let characters: Vec<char> = text.chars().collect();
        // Characters that are not written yet.
        let mut pending = String::new();
        for (position, c) in characters.iter().copied().enumerate() {
            let is_bare = matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
            if !is_bare {
                self.write(&std::mem::take(&mut pending));
                self.write(&escape(c));
            }
            // After an escape, `PyYAML`'s column count is one too low.
            let column = if is_bare { self.column + pending.len() } else { self.column - 1 };
            let can_break = position > 0 && position + 1 < characters.len() && (c == ' ' || pending.is_empty());
            if can_break && column > BEST_WIDTH && !is_key {
                self.write(&std::mem::take(&mut pending));
                self.write("\\");
                self.start_line(indent);
                self.after_space = false;
                self.in_indent = false;
                let next = if is_bare { Some(&c) } else { characters.get(position + 1) };
                if next == Some(&' ') {
                    self.write("\\");
                }
            }
            if is_bare {
                pending.push(c);
            }
        }
        self.write(&pending);
        self.indicator_after("\"");
    }
}

fn escape(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' | '\\' => c,
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            return match u32::from(c) {
                code @ ..=0xff => format!("\\x{code:02X}"),
                code @ ..=0xffff => format!("\\u{code:04X}"),
                code => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}

/// Words, each with the spaces after it.
fn runs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let words = rest.find(' ').unwrap_or(rest.len());
        let spaces = rest[words..].find(|c| c != ' ').unwrap_or(rest.len() - words);
        let run = (!rest.is_empty()).then(|| (&rest[..words], &rest[words..words + spaces]));
        rest = &rest[words + spaces..];
        run
    })
}

/// Lines, each with the breaks after it.
fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let line = rest.find('\n').unwrap_or(rest.len());
        let breaks = rest[line..].find(|c| c != '\n').unwrap_or(rest.len() - line);
        let run = (!rest.is_empty()).then(|| (&rest[..line], &rest[line..line + breaks]));
        rest = &rest[line + breaks..];
        run
    })
}
