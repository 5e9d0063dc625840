//! Commands of POSIX shells, csh and fish, and the expansion of their words.

use super::script::Variables;

/// The maximum depth of nested expansions.
const DEEPEST: usize = 16;

/// A command, up to the separator before the next.
pub(super) struct Command<'a> {
    pub(super) words: Vec<Word<'a>>,
    /// The command as written, without a comment.
    pub(super) raw: &'a str,
    /// Whether the next command runs only if this one succeeds, or only if it fails.
    pub(super) link: Link,
    /// Variables that `${NAME:=value}` sets.
    pub(super) defaults: Vec<(String, Option<String>)>,
    /// Parentheses, or an unclosed quote: not supported here.
    pub(super) is_strange: bool,
    pub(super) rest: &'a str,
}

/// The separator before the next command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    Then,
    And,
    Or,
}

/// A word as written, and its expansion; `None` if only a shell can compute it.
pub(super) struct Word<'a> {
    pub(super) raw: &'a str,
    pub(super) value: Option<String>,
}

impl Word<'_> {
    /// `NAME=value`.
    pub(super) fn assignment(&self) -> Option<(&str, Option<&str>)> {
        let (name, _) = self.raw.split_once('=').filter(|(name, _)| is_name(name))?;
        // A name is the same before and after expansion.
        Some((name, self.value.as_deref().map(|value| &value[name.len() + 1..])))
    }
}

/// Whether the text is a valid variable name.
pub(super) fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && text.starts_with(|c: char| !c.is_ascii_digit())
}

/// Whether a quote is still open at the end of the text.
pub(super) fn is_open(text: &str) -> bool {
    let none = Variables::default();
    let mut rest = text;
    while !rest.is_empty() {
        let mut reader = Reader::new(rest, &none);
        rest = reader.command().rest;
        if reader.is_open {
            return true;
        }
    }
    false
}

pub(super) fn command<'a>(text: &'a str, variables: &Variables) -> Command<'a> {
    Reader::new(text, variables).command()
}

struct Reader<'a, 'v> {
    text: &'a str,
    at: usize,
    variables: &'v Variables,
    /// In fish, a backslash is an escape in single quotes, too.
    is_fish: bool,
    is_open: bool,
    defaults: Vec<(String, Option<String>)>,
}

/// The end of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Word,
    Quote,
    Brace,
}

impl<'a, 'v> Reader<'a, 'v> {
    fn new(text: &'a str, variables: &'v Variables) -> Self {
        let is_fish = text.trim_start().starts_with("set -");
        Self { text, at: 0, variables, is_fish, is_open: false, defaults: Vec::new() }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.next_if(|c| c == wanted).is_some()
    }

    fn next_if(&mut self, is_wanted: impl Fn(char) -> bool) -> Option<char> {
        self.peek().filter(|c| is_wanted(*c))?;
        self.next()
    }

    fn skip(&mut self, is_skipped: impl Fn(char) -> bool) {
        while self.next_if(&is_skipped).is_some() {}
    }

    fn command(&mut self) -> Command<'a> {
        let mut words = Vec::new();
        let mut is_strange = false;
        let mut end = self.at;
        let link = loop {
            self.skip(|c| c.is_whitespace() && c != '\n');
            match self.peek() {
                None => break Link::Then,
                Some('#') => self.skip(|c| c != '\n'),
                Some('\n' | ';') => {
                    self.skip(|c| matches!(c, '\n' | ';'));
                    break Link::Then;
                }
                Some(c @ ('&' | '|')) => {
                    self.next();
                    break match (self.eat(c), c) {
                        (true, '&') => Link::And,
                        (true, _) => Link::Or,
                        (false, _) => Link::Then,
                    };
                }
                Some('(' | ')') => {
                    self.next();
                    is_strange = true;
                    end = self.at;
                }
                Some('<' | '>') => {
                    self.skip(|c| matches!(c, '<' | '>' | '&' | '|'));
                    self.skip(|c| c == ' ');
                    self.value(End::Word, 0);
                    end = self.at;
                }
                Some(_) => {
                    let start = self.at;
                    let value = self.value(End::Word, 0);
                    words.push(Word { raw: &self.text[start..self.at], value });
                    end = self.at;
                }
            }
        };
        Command {
            words,
            raw: &self.text[..end],
            link,
            defaults: std::mem::take(&mut self.defaults),
            is_strange: is_strange || self.is_open,
            rest: self.rest(),
        }
    }

    /// Expands the text up to an end. All of it is consumed, even if only a shell can compute it.
    fn value(&mut self, end: End, depth: usize) -> Option<String> {
        let mut value = Some(String::new());
        let add = |value: &mut Option<String>, more: Option<String>| {
            *value = value.take().zip(more).map(|(value, more)| value + &more);
        };
        loop {
            let Some(c) = self.peek() else {
                self.is_open |= end != End::Word;
                return value;
            };
            let is_end = match end {
                End::Word => c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | ')' | '<' | '>'),
                End::Quote => c == '"',
                End::Brace => c == '}',
            };
            if is_end {
                return value;
            }
            self.next();
            let more = match c {
                '\'' if end != End::Quote => self.single(),
                '"' => {
                    let inside = self.value(End::Quote, depth);
                    self.next();
                    inside
                }
                '\\' => Some(self.escaped(end)),
                '`' => {
                    self.skip(|c| c != '`');
                    self.is_open |= self.next().is_none();
                    None
                }
                '$' => self.dollar(end, depth),
                c => Some(c.into()),
            };
            add(&mut value, more);
        }
    }

    fn escaped(&mut self, end: End) -> String {
        match self.next() {
            None => "\\".into(),
            Some('\n') => String::new(),
            Some(c) if end != End::Quote || matches!(c, '"' | '\\' | '$' | '`') => c.into(),
            Some(c) => format!("\\{c}"),
        }
    }

    fn single(&mut self) -> Option<String> {
        let mut value = String::new();
        loop {
            match self.next() {
                Some('\'') => return Some(value),
                Some('\\') if self.is_fish && matches!(self.peek(), Some('\'' | '\\')) => value.extend(self.next()),
                Some(c) => value.push(c),
                None => {
                    self.is_open = true;
                    return None;
                }
            }
        }
    }

    /// Expands the text after a `$`.
    fn dollar(&mut self, end: End, depth: usize) -> Option<String> {
        match self.peek() {
            Some('(') => {
                self.balanced('(', ')');
                None
            }
            Some('{') if depth >= DEEPEST => {
                self.balanced('{', '}');
                None
            }
            Some('{') => self.braces(depth),
            Some('\'') if end == End::Word => {
                self.next();
                self.ansi()
            }
            // `$"…"` is a translatable text.
            Some('"') if end == End::Word => Some(String::new()),
            Some(c) if c == '_' || c.is_ascii_alphabetic() => {
                let name = self.name();
                self.variables.get(name)?.clone()
            }
            Some(c) if c.is_ascii_digit() || "@*#?!-$".contains(c) => {
                self.next();
                None
            }
            _ => Some("$".into()),
        }
    }

    fn name(&mut self) -> &'a str {
        let start = self.at;
        self.skip(|c| c == '_' || c.is_ascii_alphanumeric());
        &self.text[start..self.at]
    }

    /// `{NAME}`, `{NAME:-word}` and similar expansions.
    fn braces(&mut self, depth: usize) -> Option<String> {
        let start = self.at;
        self.next();
        let name = self.name();
        let known = self.variables.get(name);
        if self.eat('}') {
            return known?.clone();
        }
        let is_empty_unset = self.eat(':');
        let operator = self.next_if(|c| "-=+?".contains(c)).filter(|_| !name.is_empty());
        let Some(operator) = operator else {
            self.at = start;
            self.balanced('{', '}');
            return None;
        };
        let word = self.value(End::Brace, depth + 1);
        self.next();
        let is_set = match known {
            Some(Some(value)) => !(is_empty_unset && value.is_empty()),
            // Set, but the value is unknown.
            Some(None) => return None,
            None => false,
        };
        match (operator, is_set) {
            ('+', true) | ('-', false) => word,
            ('+', false) => Some(String::new()),
            (_, true) => known.cloned().flatten(),
            ('=', false) => {
                self.defaults.push((name.to_owned(), word.clone()));
                word
            }
            _ => None,
        }
    }

    /// Skips a balanced pair of brackets with its content.
    fn balanced(&mut self, open: char, close: char) {
        let mut depth = 0_usize;
        let mut quote = None;
        while let Some(c) = self.next() {
            match quote {
                None if c == open => depth += 1,
                None if c == close => {
                    depth -= 1;
                    if depth == 0 {
                        return;
                    }
                }
                None if c == '\'' || c == '"' => quote = Some(c),
                Some(closing) if c == closing => quote = None,
                _ if c == '\\' && quote != Some('\'') => drop(self.next()),
                _ => {}
            }
        }
        self.is_open = true;
    }

    /// `$'…'`, the form in which `declare -p` writes unprintable characters.
    fn ansi(&mut self) -> Option<String> {
        let mut value = String::new();
        loop {
            let c = self.next();
            let Some(c) = c else {
                self.is_open = true;
                return None;
            };
            match c {
                '\'' => return Some(value),
                '\\' => match self.next()? {
                    'n' => value.push('\n'),
                    't' => value.push('\t'),
                    'r' => value.push('\r'),
                    c @ ('\\' | '\'' | '"' | '?') => value.push(c),
                    'x' => value.push(self.code(16, 2)?),
                    'u' => value.push(self.code(16, 4)?),
                    'U' => value.push(self.code(16, 8)?),
                    c @ '0'..='7' => {
                        self.at -= c.len_utf8();
                        value.push(self.code(8, 3)?);
                    }
                    // A control character, which no option contains.
                    _ => {
                        while !matches!(self.next(), None | Some('\'')) {}
                        return None;
                    }
                },
                c => value.push(c),
            }
        }
    }

    /// A character by its code. Bytes beyond ASCII are parts of a character, and not supported.
    fn code(&mut self, base: u32, most: usize) -> Option<char> {
        let digits: String = self.rest().chars().take(most).take_while(|c| c.is_digit(base)).collect();
        self.at += digits.len();
        let number = u32::from_str_radix(&digits, base).ok()?;
        char::from_u32(number).filter(|_| number < 0x80 || most >= 4)
    }
}
