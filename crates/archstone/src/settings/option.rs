//! What an option is. Which there are is known to those that have them: the auth methods, and the table in `config`.

/// An option of a cloud.
#[derive(Debug)]
pub struct OptionSpec {
    /// The name, as in `clouds.yaml`.
    pub name: &'static str,
    /// Other names that mean the same.
    pub aliases: &'static [&'static str],
    /// Whether the value must never be shown.
    pub secret: bool,
    /// Whether a value works only once, so that a person is asked when it is sent, and not before.
    pub once: bool,
    /// The choices that the option takes part in, each with the alternative it stands for.
    pub choices: &'static [(&'static str, &'static str)],
    /// What its value looks like.
    pub kind: ValueKind,
    /// What it is for, in one line.
    pub help: &'static str,
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueKind {
    /// Any text.
    Text,
    /// A URL.
    Url,
    /// A file or a folder; `~/` is the user's home.
    Path,
    /// `true` or `false`, and the like.
    Switch,
    /// A switch, or a file.
    SwitchOrPath,
    /// A whole number.
    Number,
    /// A number of seconds, whole or not.
    Seconds,
    /// Words in a list, or with commas.
    Words,
    /// A version of an API.
    Version,
    /// A command: its words in a list, or in one line.
    Command,
}

/// The options of a method: those that are plain, and secrets, each with where else it can be.
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
                    concat!("where ", $what, " is in the keyring of this system"),
                )
                .choices(&[("proof", $proof), ($name, "keyring")]),
            )+
        ]
    };
}
pub(crate) use options_with_secrets;

impl OptionSpec {
    /// An option with one name, that is no secret and no alternative to another.
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
