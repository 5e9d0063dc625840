//! Reads what an openrc file exports, without running it.

mod script;
#[cfg(test)]
mod tests;
mod windows;
mod words;

use self::script::Script;
use crate::{
    config::{OptionSpec, service},
    secret::Secret,
};

/// The contents of an openrc file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Openrc {
    /// The options and the settings of services that it sets, by name.
    pub options: Vec<(String, Secret)>,
    /// Variables whose value comes from elsewhere, such as a password that the file prompts for.
    pub open: Vec<String>,
    /// The `OS_*` variables that are not options.
    pub unknown: Vec<String>,
    /// Lines that name such variables and were not fully understood.
    pub unread: Vec<UnreadLine>,
}

/// A line of an openrc file that was not fully understood.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreadLine {
    /// The line number, from 1.
    pub line: usize,
    /// The `OS_*` and `ARCHSTONE_*` variables that it names.
    pub variables: Vec<String>,
}

/// Reads the variables that an openrc file exports: `export OS_USERNAME=alice` and similar lines, for POSIX shells,
/// csh, fish, PowerShell and the Windows command prompt. Nothing in it is run: values that only a shell could compute
/// are listed, and left out.
///
/// ```
/// let openrc = archstone::config::read_openrc("
/// export OS_USERNAME=\"alice\"
/// read -sr OS_PASSWORD_INPUT
/// export OS_PASSWORD=$OS_PASSWORD_INPUT
/// ");
/// assert_eq!(openrc.options[0].0, "username");
/// assert_eq!(openrc.open, ["OS_PASSWORD"]);
/// ```
#[must_use]
pub fn read_openrc(text: &str) -> Openrc {
    let Script { variables, unread, .. } = Script::read(text);
    let mut openrc = Openrc { unread, ..Openrc::default() };
    for (variable, value) in variables {
        let option = option(&variable);
        match (value, option) {
            (Some(value), _) if value.is_empty() => {}
            (Some(value), Some(option)) => openrc.options.push((option, value.into())),
            (None, Some(_)) => openrc.open.push(variable),
            (_, None) if variable.starts_with("OS_") => openrc.unknown.push(variable),
            _ => {}
        }
    }
    openrc
}

/// The option, or the setting of a service, that a variable sets.
fn option(variable: &str) -> Option<String> {
    let key = variable.strip_prefix("OS_").or_else(|| variable.strip_prefix("ARCHSTONE_"))?.to_ascii_lowercase();
    let spec = OptionSpec::find(&key).filter(|_| OptionSpec::variable_of(&key) == variable);
    let service = || service::find(&key).map(|(service, option)| service::key(&service, option));
    spec.map(|spec| spec.name.to_owned()).or_else(service)
}
