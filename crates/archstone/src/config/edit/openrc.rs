//! What an openrc file exports, without running it.

use std::collections::BTreeMap;

use crate::{
    config::{OptionSpec, service},
    secret::Secret,
};

/// What an openrc file says.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Openrc {
    /// The options and the settings of services that it sets, by name.
    pub options: Vec<(String, Secret)>,
    /// The variables that it takes from somewhere else, such as a password that it asks for.
    pub open: Vec<String>,
    /// The `OS_*` variables that are no options.
    pub unknown: Vec<String>,
}

/// Reads what an openrc file exports: `export OS_USERNAME=alice` and the like. Nothing in it is run: what
/// only a shell could tell is listed, and left out.
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
    let mut variables: BTreeMap<String, Option<String>> = BTreeMap::new();
    for line in text.lines() {
        let line = line.trim();
        if let Some(names) = line.strip_prefix("unset ") {
            for name in names.split_whitespace() {
                variables.remove(name);
            }
            continue;
        }
        // Bash, fish, PowerShell, Windows' own.
        let statement = line.strip_prefix("export ").unwrap_or(line);
        let statement = statement.strip_prefix("$env:").unwrap_or(statement);
        let fish = line.strip_prefix("set -gx ").or_else(|| line.strip_prefix("set -x "));
        let assignment = match fish {
            Some(rest) => rest.split_once(' '),
            None => statement.strip_prefix("set ").unwrap_or(statement).split_once('='),
        };
        let Some((name, value)) = assignment else { continue };
        let name = name.trim();
        if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.is_empty() {
            let value = expand(value.trim_start(), &variables);
            variables.insert(name.to_owned(), value);
        }
    }
    let mut openrc = Openrc::default();
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

/// The option, or the setting of a service, that a variable stands for.
fn option(variable: &str) -> Option<String> {
    let key = variable.strip_prefix("OS_").or_else(|| variable.strip_prefix("ARCHSTONE_"))?.to_ascii_lowercase();
    let spec = OptionSpec::find(&key).filter(|_| OptionSpec::variable_of(&key) == variable);
    let service = || service::find(&key).map(|(service, option)| service::key(&service, option));
    spec.map(|spec| spec.name.to_owned()).or_else(service)
}

/// One word as a shell reads it; `None` when only a shell can tell.
fn expand(text: &str, variables: &BTreeMap<String, Option<String>>) -> Option<String> {
    let mut value = String::new();
    let mut characters = text.chars().peekable();
    let mut quote = None;
    while let Some(c) = characters.next() {
        match (c, quote) {
            ('\'', None) => quote = Some('\''),
            ('"', None) => quote = Some('"'),
            (c, Some(open)) if c == open => quote = None,
            ('\\', None) => value.push(characters.next()?),
            ('\\', Some('"')) => match characters.next()? {
                escaped @ ('"' | '\\' | '$' | '`') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            ('`', None | Some('"')) => return None,
            ('$', None | Some('"')) => {
                let braced = characters.next_if_eq(&'{').is_some();
                if characters.peek() == Some(&'(') {
                    return None;
                }
                let mut name = String::new();
                while let Some(c) = characters.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
                    name.push(c);
                }
                if braced && characters.next() != Some('}') {
                    return None;
                }
                if name.is_empty() {
                    value.push('$');
                } else {
                    value.push_str(variables.get(&name)?.as_deref()?);
                }
            }
            (c, None) if c.is_whitespace() || c == ';' => break,
            (c, _) => value.push(c),
        }
    }
    // A quote that goes on in the next line is more than is read here.
    quote.is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_what_a_shell_would_make_of_them() {
        let text = "
#!/usr/bin/env bash
export OS_AUTH_URL=https://keystone.example:5000/v3 # the cloud
export OS_PROJECT_NAME=\"my \\\"web\\\" \\$1\"
export OS_USERNAME='it''s'
export OS_REGION_NAME=\"\"
if [ -z \"$OS_REGION_NAME\" ]; then unset OS_REGION_NAME; fi
NAME=acme
OS_USER_DOMAIN_NAME=\"${NAME}-users\"
unset OS_TENANT_NAME
echo \"Please enter your OpenStack Password for project $OS_PROJECT_NAME as user $OS_USERNAME: \"
read -sr OS_PASSWORD_INPUT
export OS_PASSWORD=$OS_PASSWORD_INPUT
export OS_COMPUTE_API_VERSION=2.79
export OS_NONSENSE=1
export OS_TOKEN=$(cat token)
";
        let openrc = read_openrc(text);
        let options: Vec<_> = openrc.options.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
        assert_eq!(
            options,
            [
                ("auth_url", "https://keystone.example:5000/v3"),
                ("compute_api_version", "2.79"),
                ("project_name", "my \"web\" $1"),
                ("username", "its"),
                ("user_domain_name", "acme-users"),
            ]
        );
        assert_eq!(openrc.open, ["OS_PASSWORD", "OS_TOKEN"]);
        assert_eq!(openrc.unknown, ["OS_NONSENSE"]);
    }
}
