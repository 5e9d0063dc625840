//! Command lines as a POSIX shell splits them into words: quotes, backslashes and comments, and nothing else.

use std::{iter::Peekable, str::Chars};

/// The words of a line, and where it begins.
#[cfg_attr(test, derive(Debug, PartialEq, Eq))]
pub(super) struct CommandLine {
    pub(super) line: usize,
    pub(super) words: Vec<String>,
    /// Whether it follows an empty line, or one with only a comment.
    pub(super) is_apart: bool,
}

/// An error in a text, and its line. It quotes no text, which could be a secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) message: String,
}

/// Characters that have a meaning in a shell, but not here.
const OPERATORS: [char; 7] = ['|', '&', ';', '<', '>', '(', ')'];

/// The lines of a text that have words.
pub(super) fn lines(text: &str) -> Result<Vec<CommandLine>, Vec<Fault>> {
    let mut splitter = Splitter { rest: text.chars().peekable(), line: 1 };
    let (mut found, mut faults, mut is_apart) = (Vec::new(), Vec::new(), false);
    while splitter.rest.peek().is_some() {
        let line = splitter.line;
        match splitter.words() {
            Ok(words) if words.is_empty() => is_apart = true,
            Ok(words) => found.push(CommandLine { line, words, is_apart: std::mem::take(&mut is_apart) }),
            Err(fault) => {
                splitter.skip_line();
                faults.push(fault);
            }
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

struct Splitter<'a> {
    rest: Peekable<Chars<'a>>,
    line: usize,
}

impl Splitter<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.line += usize::from(next == Some('\n'));
        next
    }

    fn skip_line(&mut self) {
        while self.rest.peek().is_some() && self.next() != Some('\n') {}
    }

    /// The words up to the end of the line.
    fn words(&mut self) -> Result<Vec<String>, Fault> {
        let mut words = Vec::new();
        // The word so far, which may be empty if it was quoted.
        let mut word: Option<String> = None;
        while let Some(c) = self.next() {
            match c {
                '\n' => break,
                '\r' if matches!(self.rest.peek(), Some('\n') | None) => {}
                c if c.is_ascii_whitespace() => words.extend(word.take()),
                '#' if word.is_none() => {
                    self.skip_line();
                    break;
                }
                '\'' | '"' => self.quoted(c, word.get_or_insert_default())?,
                '\\' => match self.next() {
                    // The line continues on the next one.
                    Some('\n') => {}
                    Some('\r') if self.rest.peek() == Some(&'\n') => drop(self.next()),
                    Some(c) => word.get_or_insert_default().push(c),
                    None => return Err(self.fault("the backslash at the end has nothing after it")),
                },
                c if OPERATORS.contains(&c) => {
                    return Err(
                        self.fault(format!("`{c}` has no meaning here; put it in quotes if it is part of a word"))
                    );
                }
                c => word.get_or_insert_default().push(c),
            }
        }
        words.extend(word);
        Ok(words)
    }

    /// The rest of a quoted part.
    fn quoted(&mut self, quote: char, word: &mut String) -> Result<(), Fault> {
        let begin = self.line;
        loop {
            match self.next() {
                Some(c) if c == quote => return Ok(()),
                Some('\\') if quote == '"' => match self.next() {
                    Some('\n') => {}
                    Some(c @ ('$' | '`' | '"' | '\\')) => word.push(c),
                    other => {
                        word.push('\\');
                        word.extend(other);
                    }
                },
                Some(c) => word.push(c),
                None => {
                    let message = format!("the quote {quote} that begins here is not closed");
                    return Err(Fault { line: begin, message });
                }
            }
        }
    }

    fn fault(&self, message: impl Into<String>) -> Fault {
        Fault { line: self.line, message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<Vec<String>> {
        lines(text).expect(text).into_iter().map(|it| it.words).collect()
    }

    #[test]
    fn words_are_those_of_a_shell() {
        for (text, words) in [
            ("user list", vec!["user", "list"]),
            ("  a\t b  # c", vec!["a", "b"]),
            ("a#b '#' \\#", vec!["a#b", "#", "#"]),
            (r#"'a b' "c d" e\ f"#, vec!["a b", "c d", "e f"]),
            (r#"a'b'"c"\d"#, vec!["abcd"]),
            (r#"'a\b' "a\b" "\"\\\$" 'it'\''s'"#, vec![r"a\b", r"a\b", r#""\$"#, "it's"]),
            ("'' \"\" x", vec!["", "", "x"]),
            ("$HOME \"$(x)\" `y` ~ *", vec!["$HOME", "$(x)", "`y`", "~", "*"]),
            ("'a;b' \\> \"|\"", vec!["a;b", ">", "|"]),
            ("a \\\n  b", vec!["a", "b"]),
            ("a\\\nb \"c\\\nd\" 'e\nf'", vec!["ab", "cd", "e\nf"]),
            ("a b\r\n", vec!["a", "b"]),
            ("äö 'ü ß'", vec!["äö", "ü ß"]),
        ] {
            assert_eq!(split(text), [words], "{text}");
        }
        assert!(split("\n# only a comment\n   \n").is_empty());
    }

    #[test]
    fn a_line_knows_where_it_begins_and_what_is_before_it() {
        let found = lines("a\n\n# x\nb 'c\nd'\ne\\\nf\ng").expect("lines");
        let places: Vec<_> = found.iter().map(|it| (it.line, it.is_apart)).collect();
        assert_eq!(places, [(1, false), (4, true), (6, false), (8, false)]);
    }

    #[test]
    fn faults_have_a_line_and_no_text() {
        let fault = |text| {
            let faults = lines(text).expect_err(text);
            faults.into_iter().map(|it| format!("{}: {}", it.line, it.message)).collect::<Vec<_>>()
        };
        assert_eq!(fault("a\nb 'secret"), ["2: the quote ' that begins here is not closed"]);
        assert_eq!(fault("a \"secret\nx\n\n"), ["1: the quote \" that begins here is not closed"]);
        assert_eq!(fault("a\\"), ["1: the backslash at the end has nothing after it"]);
        let operator = |line, c| format!("{line}: `{c}` has no meaning here; put it in quotes if it is part of a word");
        assert_eq!(fault("a > f\nb\nc; d"), [operator(1, '>'), operator(3, ';')]);
    }
}
