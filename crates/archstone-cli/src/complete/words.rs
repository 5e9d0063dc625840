//! How each shell passes the line and reads the candidates.

use archstone::host::Host;

use super::Offer;
use crate::shells::Shell;

/// The request of a shell.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// The words before the one that is completed, the program's name first.
    pub(super) words: Vec<String>,
    /// The word to complete, as far as it is written.
    pub(super) word: String,
    /// How much of it the shell keeps, and the quotes that surround the rest.
    kept: usize,
    quote: Option<char>,
}

/// Reads the line from the arguments that the script passes.
pub(super) fn read(shell: Shell, given: &[String], host: &Host) -> Asked {
    let mut words = match shell {
        // The whole line, since bash splits words at colons, and the word that will be replaced.
        Shell::Bash => return of_bash(given.first().map_or("", |it| it), given.get(1).map_or("", |it| it)),
        // Windows PowerShell drops empty arguments, and quotes inside others.
        Shell::Powershell => {
            host.variable("ARCHSTONE_COMPLETE").unwrap_or_default().split('\n').map(str::to_owned).collect()
        }
        _ => given.to_vec(),
    };
    let word = words.pop().unwrap_or_default();
    let word = match shell {
        Shell::Fish | Shell::Powershell => split(&word).pop().map(|it| it.value).unwrap_or_default(),
        _ => word,
    };
    Asked { words, word, ..Asked::default() }
}

/// The output that the script reads: a line for each candidate.
pub(super) fn write(shell: Shell, offer: &Offer, asked: &Asked) -> String {
    if offer.is_file {
        return "\tfile\n".to_owned();
    }
    let mut out = String::new();
    for candidate in &offer.candidates {
        let (text, about) = (&candidate.text, candidate.about.replace(['\t', '\n'], " "));
        match shell {
            Shell::Bash => {
                out.push_str(&quoted_for_bash(text.get(asked.kept..).unwrap_or_default(), asked.quote));
            }
            Shell::Powershell => out.push_str(&format!("{}\t{text}\t{about}", quoted_for_powershell(text))),
            _ if about.is_empty() => out.push_str(text),
            _ => out.push_str(&format!("{text}\t{about}")),
        }
        out.push('\n');
    }
    out
}

/// A word of a line: its raw text, its value, and the open quotes at each byte.
#[derive(Debug, Default)]
struct Word {
    raw: String,
    value: String,
    /// For each byte of `raw`: how long the value was before it, and which quote was open.
    before: Vec<(usize, Option<char>)>,
    quote: Option<char>,
}

/// The words of a line as shells split it; the last one may be empty or open. Nothing is expanded.
fn split(line: &str) -> Vec<Word> {
    let mut words = vec![Word::default()];
    let mut is_escaped = false;
    for c in line.chars() {
        let is_between = words.last().is_some_and(|it| it.quote.is_none()) && !is_escaped && c.is_ascii_whitespace();
        if is_between {
            if words.last().is_some_and(|it| !it.raw.is_empty()) {
                words.push(Word::default());
            }
            continue;
        }
        let Some(word) = words.last_mut() else { break };
        let state = (word.value.len(), word.quote);
        word.before.extend(std::iter::repeat_n(state, c.len_utf8()));
        word.raw.push(c);
        match (c, word.quote) {
            _ if is_escaped => {
                // Only a few characters can be escaped within double quotes.
                if word.quote.is_some() && !matches!(c, '"' | '\\' | '$' | '`' | '\n') {
                    word.value.push('\\');
                }
                word.value.push(c);
                is_escaped = false;
            }
            ('\\', None | Some('"')) => is_escaped = true,
            ('\'' | '"', None) => word.quote = Some(c),
            (c, Some(quote)) if c == quote => word.quote = None,
            _ => word.value.push(c),
        }
    }
    words
}

/// Reads a line of bash up to the cursor, of which bash replaces `text`.
fn of_bash(line: &str, text: &str) -> Asked {
    let mut words = split(line);
    let last = words.pop().unwrap_or_default();
    // Variable assignments may precede the command.
    let is_setting = |it: &Word| it.value.split_once('=').is_some_and(|(name, _)| is_name(name));
    let words = words.into_iter().skip_while(is_setting).map(|it| it.value).collect();
    let kept = last.raw.strip_suffix(text).map_or(0, str::len);
    let (kept, quote) = last.before.get(kept).copied().unwrap_or((last.value.len(), last.quote));
    Asked { words, word: last.value, kept, quote }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Quotes text for bash, within open quotes or without.
fn quoted_for_bash(text: &str, quote: Option<char>) -> String {
    match quote {
        Some('\'') => text.replace('\'', r"'\''"),
        Some(_) => text.chars().fold(String::new(), |out, c| match c {
            '"' | '\\' | '$' | '`' => format!("{out}\\{c}"),
            // Only this prevents history expansion in bash.
            '!' => format!("{out}\"'!'\""),
            c => format!("{out}{c}"),
        }),
        None => text.chars().fold(String::new(), |out, c| {
            let is_plain = c.is_alphanumeric() || "-_./=@%+,:".contains(c);
            if is_plain { format!("{out}{c}") } else { format!("{out}\\{c}") }
        }),
    }
}

/// Quotes text for PowerShell, which treats curly quotes as quotes, too.
fn quoted_for_powershell(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:".contains(c);
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    let is_quote = |c: char| matches!(c, '\'' | '\u{2018}'..='\u{201b}');
    let doubled = text.chars().flat_map(|c| std::iter::repeat_n(c, if is_quote(c) { 2 } else { 1 }));
    format!("'{}'", doubled.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bash_lines_are_split_and_their_last_word_is_replaced_as_it_is_quoted() {
        // The line, the word that bash replaces, all words, the last one, and its completion to `a b:c$d'e`.
        let cases = [
            ("archstone user show ", "", "user show", "", r"a\ b:c\$d\'e"),
            (r"archstone user show a\ b", r"a\ b", "user show", "a b", r"a\ b:c\$d\'e"),
            (r"A=1 B='x y' archstone user show a\ b:", "", "user show", "a b:", r"c\$d\'e"),
            ("archstone user show 'a ", "a ", "user show", "a ", r"a b:c$d'\''e"),
            ("archstone user show \"a b", "a b", "user show", "a b", r"a b:c\$d'e"),
            ("archstone user show \"a b:", "a b:", "user show", "a b:", r"a b:c\$d'e"),
            ("archstone --os-cloud='x y' user show a", "a", "--os-cloud=x y user show", "a", r"a\ b:c\$d\'e"),
        ];
        for (line, text, words, word, written) in cases {
            let asked = of_bash(line, text);
            assert_eq!((asked.words.join(" "), &*asked.word), (format!("archstone {words}"), word), "{line}");
            let rest = &"a b:c$d'e"[asked.kept..];
            assert_eq!(quoted_for_bash(rest, asked.quote), written, "{line}");
        }
    }

    #[test]
    fn what_is_written_for_powershell_is_one_string() {
        assert_eq!(quoted_for_powershell("--os-cloud"), "--os-cloud");
        assert_eq!(quoted_for_powershell("a'b \u{2019}$(x)"), "'a''b \u{2019}\u{2019}$(x)'");
    }
}
