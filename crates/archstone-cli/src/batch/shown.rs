//! Command lines without secrets: values that are, or may be, secret are hidden.

use std::borrow::Cow;

use archstone::{Secret, config::OptionSpec, text::shell_word};
use clap::{Arg, ArgAction, Command};

use crate::{
    cloud_options::cloud_options,
    command::{Answers, Spec},
    command_line::{change_options, general_options},
    output_options::output_options,
};

/// Replaces a secret.
const HIDDEN: &str = "***";

/// The arguments of a command.
pub(super) struct Arguments {
    pub(super) command: &'static Spec,
    /// In order.
    pub(super) positional: Vec<Known>,
    options: Vec<Known>,
}

/// An argument of the command.
#[expect(clippy::struct_excessive_bools, reason = "none follows from the others")]
pub(super) struct Known {
    /// The option and its other names, or the name of a positional argument.
    pub(super) names: Vec<String>,
    short: Option<char>,
    pub(super) takes_value: bool,
    pub(super) is_repeated: bool,
    is_secret: bool,
    /// Whether it only affects the output.
    is_form: bool,
}

/// A command line without its secrets.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// As it would be typed.
    pub(super) text: String,
    /// The same without the options that only affect the output: it identifies what is done.
    pub(super) work: String,
    /// The values that are hidden.
    pub(super) secrets: Vec<Secret>,
    /// The positional arguments that are shown.
    pub(super) positional: Vec<String>,
    /// The values of options that are shown.
    pub(super) values: Vec<String>,
}

impl Arguments {
    pub(super) fn of(command: &'static Spec) -> Self {
        let described = command.work.describe();
        let known = |arg: &Arg| Known::new(arg, command.work.is_secret(arg.get_id().as_str()));
        let positional = described.get_positionals().map(known).collect();
        let mut options: Vec<_> = described.get_opts().chain(switches(&described)).map(known).collect();
        let of_all = change_options(command.work.changes())
            .chain(output_options(Answers::All, true, |_, _| true))
            .chain(general_options());
        options.extend(of_all.map(|arg| Known { is_form: true, ..Known::new(&arg, false) }));
        options.extend(cloud_options().map(|arg| {
            let is_secret =
                OptionSpec::find(arg.get_id().as_str()).is_some_and(|it| it.secret || it.name == "token_cache");
            Known::new(&arg, is_secret)
        }));
        Self { command, positional, options }
    }

    /// The option of this name.
    pub(super) fn option(&self, name: &str) -> Option<&Known> {
        self.options.iter().find(|it| it.names.iter().any(|it| it == name))
    }

    /// Reads a command line, which may be invalid.
    pub(super) fn shown(&self, words: &[String]) -> Shown {
        let mut shown = Shown::default();
        let mut of_command = self.command.words.iter().peekable();
        let mut rest = words.iter();
        let (mut position, mut has_ended) = (0, false);
        while let Some(word) = rest.next() {
            if of_command.next_if(|it| *it == word).is_some() {
                shown.push(word);
            } else if has_ended || !word.starts_with('-') || word == "-" {
                let last = self.positional.last().filter(|it| it.is_repeated);
                let known = self.positional.get(position).or(last);
                position += 1;
                let is_secret = known.is_none_or(|it| it.is_secret);
                shown.positional.extend((!is_secret).then(|| word.clone()));
                shown.push_value("", word, is_secret);
            } else if word == "--" {
                has_ended = true;
                shown.push(word);
            } else if let Some(long) = word.strip_prefix("--") {
                let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
                let (before, known) = (shown.work.len(), self.option(name));
                match (known, value) {
                    (None, _) => shown.push_value("", word, true),
                    (Some(known), Some(value)) => {
                        shown.push_value_of(&format!("--{name}="), value, known);
                    }
                    (Some(known), None) => shown.push_with_value(word, known, &mut rest),
                }
                if known.is_some_and(|it| it.is_form) {
                    shown.work.truncate(before);
                }
            } else {
                let before = shown.work.len();
                let mut letters = word[1..].chars();
                let is_short = |it: &&Known| it.short.is_some() && it.short == letters.clone().next();
                match self.options.iter().find(is_short) {
                    Some(known) if letters.nth(1).is_none() => {
                        shown.push_with_value(word, known, &mut rest);
                        shown.work.truncate(before);
                    }
                    _ => shown.push_value("", word, true),
                }
            }
        }
        shown
    }
}

/// The options without a value.
fn switches(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| !arg.is_positional() && !arg.get_action().takes_values())
}

impl Known {
    fn new(arg: &Arg, is_secret: bool) -> Self {
        // The ID of an argument of a described command begins with `=`.
        let name = arg.get_long().unwrap_or_else(|| arg.get_id().as_str().trim_start_matches('='));
        let aliases = arg.get_all_aliases().unwrap_or_default();
        Self {
            names: std::iter::once(name).chain(aliases).map(str::to_owned).collect(),
            short: arg.get_short(),
            takes_value: arg.get_action().takes_values() && !arg.is_require_equals_set(),
            is_repeated: matches!(arg.get_action(), ArgAction::Append),
            is_secret,
            is_form: false,
        }
    }
}

impl Shown {
    fn push(&mut self, word: &str) {
        self.push_text("", &quoted(word));
    }

    fn push_text(&mut self, before: &str, text: &str) {
        for all in [&mut self.text, &mut self.work] {
            if !all.is_empty() {
                all.push(' ');
            }
            all.push_str(before);
            all.push_str(text);
        }
    }

    fn push_value(&mut self, before: &str, value: &str, is_secret: bool) {
        match value.split_once('=') {
            _ if is_secret => {
                self.push_text(before, HIDDEN);
                self.secrets.push(value.into());
            }
            // A property with any name.
            Some((name, secret)) if has_secret_name(name) => {
                self.push_text(before, &format!("{}={HIDDEN}", quoted(name)));
                self.secrets.push(secret.into());
            }
            _ => self.push_text(before, &quoted(value)),
        }
    }

    fn push_with_value<'a>(&mut self, word: &str, known: &Known, rest: &mut impl Iterator<Item = &'a String>) {
        self.push(word);
        if known.takes_value
            && let Some(value) = rest.next()
        {
            self.push_value_of("", value, known);
        }
    }

    fn push_value_of(&mut self, before: &str, value: &str, known: &Known) {
        self.values.extend((!known.is_secret).then(|| value.to_owned()));
        self.push_value(before, value, known.is_secret);
    }

    /// A message about the line, without its secrets.
    pub(super) fn without_secrets(&self, message: &str) -> String {
        self.secrets
            .iter()
            .map(Secret::expose)
            .filter(|it| !it.is_empty())
            .fold(message.to_owned(), |text, secret| without(&text, secret))
    }
}

/// A word, quoted for a shell if necessary.
fn quoted(word: &str) -> String {
    match shell_word(word.trim_start_matches('-')) {
        Cow::Borrowed(_) => word.to_owned(),
        Cow::Owned(_) if word == "--" || word == "-" => word.to_owned(),
        Cow::Owned(_) => shell_word(word).into_owned(),
    }
}

fn has_secret_name(name: &str) -> bool {
    let name = name.to_lowercase();
    ["password", "secret", "token", "passphrase"].iter().any(|it| name.contains(it))
}

/// Hides a secret in a text wherever it is a whole word: a short secret may be part of other words by chance.
fn without(text: &str, secret: &str) -> String {
    let is_in_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(secret) {
        let (before, after) = (&rest[..at], &rest[at + secret.len()..]);
        let starts =
            !is_in_word(secret.chars().next()) || !is_in_word(before.chars().next_back().or(out.chars().next_back()));
        let ends = !is_in_word(secret.chars().next_back()) || !is_in_word(after.chars().next());
        out.push_str(before);
        out.push_str(if starts && ends { HIDDEN } else { secret });
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command_line::command_in;

    fn shown(line: &str) -> Shown {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let given: Vec<_> = ["archstone"].into_iter().chain(line.split(' ')).map(Into::into).collect();
        Arguments::of(command_in(&given).expect(line)).shown(&words)
    }

    #[test]
    fn all_but_secrets_is_shown() {
        for (line, text, secrets) in [
            (
                "user create anna --password s3cret --email=a@b -f json",
                "user create anna --password *** --email=a@b -f json",
                &["s3cret"][..],
            ),
            (
                "user create --password=s3cret --enable -- -anna",
                "user create --password=*** --enable -- -anna",
                &["s3cret"],
            ),
            ("--os-password s3cret --os-cloud x user list", "--os-password *** --os-cloud x user list", &["s3cret"]),
            // Unexpected words may be part of a password.
            ("user create anna --password my secret", "user create anna --password *** ***", &["my", "secret"]),
            ("user create anna --pasword s3cret", "user create anna *** ***", &["--pasword", "s3cret"]),
            ("user create anna -ps3cret", "user create anna ***", &["-ps3cret"]),
            ("credential create anna s3cret --type totp", "credential create anna *** --type totp", &["s3cret"]),
            ("user delete a b c", "user delete a b c", &[]),
            (
                "project create web --property password=x --property a=b",
                "project create web --property password=*** --property 'a=b'",
                &["x"],
            ),
            ("token revoke s3cret", "token revoke ***", &["s3cret"]),
            ("config set mycloud password s3cret", "config set *** *** ***", &["mycloud", "password", "s3cret"]),
            (
                "user password set --original-password a --password b",
                "user password set --original-password *** --password ***",
                &["a", "b"],
            ),
        ] {
            let shown = shown(line);
            let hidden: Vec<_> = shown.secrets.iter().map(Secret::expose).collect();
            assert_eq!((shown.text.as_str(), &hidden[..]), (text, secrets), "{line}");
            assert!(!format!("{shown:?}").contains("s3cret"), "{shown:?}");
        }
    }

    #[test]
    fn every_secret_of_every_command_is_hidden() {
        /// Suffixes of options that describe a secret or its source, and do not contain it.
        const NONE: [&str; 8] =
            ["-command", "-keyring", "-formatted-id", "-cacert", "-timeout", "-endpoint", "-type", "-url"];
        for command in crate::commands::all() {
            let arguments = Arguments::of(command);
            for known in arguments.options.iter().chain(&arguments.positional) {
                let name = &known.names[0];
                let is_positional = arguments.positional.iter().any(|it| std::ptr::eq(it, known));
                if !has_secret_name(name) || !known.takes_value || name.ends_with("-file") || name.ends_with("-id") {
                    continue;
                }
                if NONE.iter().any(|it| name.ends_with(it)) {
                    continue;
                }
                let mut words: Vec<String> = command.words.iter().map(|it| (*it).to_owned()).collect();
                if is_positional {
                    words.extend(arguments.positional.iter().map(|_| "s3cret".to_owned()));
                } else {
                    words.extend([format!("--{name}"), "s3cret".to_owned()]);
                }
                let shown = arguments.shown(&words);
                assert!(
                    shown.secrets.iter().any(|it| it.expose() == "s3cret"),
                    "{} {name}: {}",
                    command.words.join(" "),
                    shown.text
                );
            }
        }
    }

    #[test]
    fn what_is_done_does_not_depend_on_what_is_printed() {
        for line in [
            "user create anna --email a",
            "-q user create anna -f json --email a --json=id -c x",
            "user create --timing anna --email a",
        ] {
            assert_eq!(shown(line).work, "user create anna --email a", "{line}");
        }
        assert_eq!(shown("--os-cloud x user create anna").work, "--os-cloud x user create anna");
    }

    #[test]
    fn a_message_has_no_secret_but_its_other_words() {
        let message =
            |secret: &str, text: &str| Shown { secrets: vec![secret.into()], ..Shown::default() }.without_secrets(text);
        assert_eq!(message("s3cret", "unexpected argument 's3cret' found"), "unexpected argument '***' found");
        assert_eq!(message("a", "a argument 'a'"), "*** argument '***'");
        assert_eq!(message("$$", "x$$y"), "x***y");
    }
}
