//! The shells that can complete the command line, and the script of each.

/// A shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

/// The shells by their names.
pub(crate) const SHELLS: [(&str, Shell); 5] = [
    ("bash", Shell::Bash),
    ("elvish", Shell::Elvish),
    ("fish", Shell::Fish),
    ("powershell", Shell::Powershell),
    ("zsh", Shell::Zsh),
];

impl Shell {
    pub(crate) fn named(name: &str) -> Option<Self> {
        SHELLS.iter().find(|(it, _)| *it == name).map(|(_, shell)| *shell)
    }

    /// The script that makes the shell call `archstone complete` for a program's command lines.
    pub(crate) fn script(self, program: &str) -> String {
        let template = match self {
            Self::Bash => include_str!("shells/bash.sh"),
            Self::Elvish => include_str!("shells/elvish.elv"),
            Self::Fish => include_str!("shells/fish.fish"),
            Self::Powershell => include_str!("shells/powershell.ps1"),
            Self::Zsh => include_str!("shells/zsh.zsh"),
        };
        template.replace("PROGRAM", program)
    }
}
