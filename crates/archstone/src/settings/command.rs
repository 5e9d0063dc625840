//! Commands in options.

use std::process::{Command, Stdio};

use super::{Origin, Sourced};
use crate::{
    error::{Error, ErrorKind, Result, printable},
    secret::Secret,
};

/// The words of a command, at least one, or the reason why it cannot be run.
pub(crate) fn words_of(value: &Sourced<&str>) -> Result<Vec<String>> {
    let invalid = |what: &str| Error::new(ErrorKind::InvalidConfig, format!("{}: {what}", value.origin));
    let words = words(value.value).ok_or_else(|| {
        invalid("a quote that was opened is not closed")
            .with_hint("write the words of the command as a list: `[pass, show, cloud]`")
    })?;
    if words.is_empty() { Err(invalid("the command is empty")) } else { Ok(words) }
}

/// Runs a command without a shell, with additional environment variables, and returns its output. Blocks until it
/// exits.
pub(crate) fn output_of(words: &[String], origin: &Origin, variables: &[(&str, String)], hint: &str) -> Result<Secret> {
    let failed = |what: String| Error::new(ErrorKind::InvalidConfig, format!("{origin}: {what}"));
    let (program, arguments) = words.split_first().ok_or_else(|| failed("the command is empty".into()))?;
    let shown = printable(program);
    // It may prompt a person: it keeps the terminal, except for its standard output.
    let output = Command::new(program)
        .args(arguments)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| failed(format!("cannot run the command `{shown}`: {error}")))?;
    let text = String::from_utf8(output.stdout).map(Secret::from);
    if !output.status.success() {
        let message = format!("the command `{shown}` failed ({})", output.status);
        return Err(failed(message).with_hint(format!("run it by hand: {hint}")));
    }
    text.map_err(|_| failed(format!("the command `{shown}` prints what is not UTF-8 text")))
}

/// Splits a command into words: a JSON list, which is how lists from `clouds.yaml` are stored, or one line in which
/// quotes group words. Nothing is expanded. `None` if a quote is not closed.
fn words(text: &str) -> Option<Vec<String>> {
    if let Ok(words) = serde_json::from_str::<Vec<String>>(text) {
        return Some(words);
    }
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next()? {
                        end if end == c => break,
                        '\\' if c == '"' => word.push(characters.next()?),
                        inside => word.push(inside),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(characters.next()?),
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_into_words_without_a_shell() {
        let table: &[(&str, Option<&[&str]>)] = &[
            ("pass show cloud/demo", Some(&["pass", "show", "cloud/demo"])),
            ("sh -c 'echo \"$HOME\"'", Some(&["sh", "-c", "echo \"$HOME\""])),
            ("a \"b \\\" c\" d\\ e ''", Some(&["a", "b \" c", "d e", ""])),
            ("[\"a b\", \"c\"]", Some(&["a b", "c"])),
            ("  ", Some(&[])),
            ("a 'b", None),
        ];
        for (text, expected) in table {
            let words = words(text);
            assert_eq!(
                words.as_deref(),
                expected.map(|it| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()).as_deref(),
                "{text}"
            );
        }
    }
}
