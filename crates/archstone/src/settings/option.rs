//! The definition of options. The options themselves are defined elsewhere: by the auth methods, and in the table in
//! `config`.

/// An option of a cloud.
#[derive(Debug)]
pub struct OptionSpec {
    /// The name, as in `clouds.yaml`.
    pub name: &'static str,
    /// Aliases of the name.
    pub aliases: &'static [&'static str],
    /// Whether the value must never be shown.
    pub secret: bool,
    /// Whether a value works only once, so that a person is prompted when it is sent, and not before.
    pub once: bool,
    /// The groups of alternatives that the option belongs to, each with the name of its alternative.
    pub choices: &'static [(&'static str, &'static str)],
    /// The type of its value.
    pub kind: ValueKind,
    /// A description, in one line.
    pub help: &'static str,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueKind {
    /// Any text.
    Text,
    /// A URL.
    Url,
    /// A file or a folder; `~/` is the user's home.
    Path,
    /// A boolean: `true`, `false` and similar words.
    Switch,
    /// A boolean, or a file.
    SwitchOrPath,
    /// A whole number.
    Number,
    /// A number of seconds, possibly with a fraction.
    Seconds,
    /// A list of words, or words separated by commas.
    Words,
    /// A version of an API.
    Version,
    /// A command: a list of words, or one line.
    Command,
}

/// The options of a method: plain ones, and secrets, each with its alternative sources.
macro_rules! options_with_secrets {
    ($proof:literal, [$($plain:expr),* $(,)?], $(($name:literal, $what:literal)),+ $(,)?) => {
        &[
            $($plain,)*
            $(
                $crate::settings::OptionSpec::plain($name, $what)
                    .secret()
                    .choices(&[("proof", $proof), ($name, "itself")]),
                $crate::settings::OptionSpec::plain(
                    concat!($name, "_file"),
                    concat!("a file with ", $what, " in its first line"),
                )
                .choices(&[("proof", $proof), ($name, "file")])
                .kind($crate::settings::ValueKind::Path),
                $crate::settings::OptionSpec::plain(
                    concat!($name, "_command"),
                    concat!("a command that prints ", $what),
                )
                .choices(&[("proof", $proof), ($name, "command")])
                .kind($crate::settings::ValueKind::Command),
                $crate::settings::OptionSpec::plain(
                    concat!($name, "_keyring"),
                    concat!("the place of ", $what, " in the system keyring"),
                )
                .choices(&[("proof", $proof), ($name, "keyring")]),
            )+
        ]
    };
}
pub(crate) use options_with_secrets;

impl OptionSpec {
    /// An option without aliases that is neither a secret nor an alternative to another.
    pub(crate) const fn plain(name: &'static str, help: &'static str) -> Self {
        Self { name, aliases: &[], secret: false, once: false, choices: &[], kind: ValueKind::Text, help }
    }

    pub(crate) const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    pub(crate) const fn once(self) -> Self {
        Self { once: true, ..self }
    }

    pub(crate) const fn aliases(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    pub(crate) const fn choices(self, choices: &'static [(&'static str, &'static str)]) -> Self {
        Self { choices, ..self }
    }

    pub(crate) const fn kind(self, kind: ValueKind) -> Self {
        Self { kind, ..self }
    }
}
