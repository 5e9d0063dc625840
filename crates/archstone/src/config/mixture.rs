//! Describes the origins of a login whose parts come from different layers: a variable that is left over from another
//! login looks like a wrong password.

use crate::{
    auth::methods,
    settings::{OptionSpec, Origin, Settings},
};

/// The description; `None` if all parts are from one layer.
pub(super) fn mixture(settings: &Settings) -> Option<String> {
    let method = methods::chosen(settings).ok()?;
    if method.is_given() {
        return None;
    }
    let mut needs = methods::needs(method, settings);
    // The URL comes last.
    needs.rotate_left(1);
    let parts = needs.iter().filter_map(|names| {
        let (name, origin) = names.iter().find_map(|name| Some((*name, settings.origin(name)?)))?;
        let option = OptionSpec::find(name)?;
        let names_user = option.choices.iter().any(|(choice, _)| matches!(*choice, "user" | "application_credential"));
        let part = match name {
            "auth_url" => "URL",
            name if option.secret => name.rsplit('_').next()?,
            _ if names_user => "user",
            _ => return None,
        };
        Some((part, origin))
    });
    let parts: Vec<(&str, &Origin)> = parts.collect();
    let layer = |origin: &Origin| match origin {
        Origin::Argument(_) => 0,
        Origin::Variable(_) => 1,
        Origin::File { .. } | Origin::Profile { .. } => 2,
        Origin::Default(_) => 3,
    };
    let (_, first) = parts.first()?;
    if parts.iter().all(|(_, origin)| layer(origin) == layer(first)) {
        return None;
    }
    let parts: Vec<_> = parts.iter().map(|(part, origin)| format!("the {part} is from {origin}")).collect();
    Some(parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_from_different_layers_is_told() {
        let variable = |name: &str| Origin::Variable(name.into());
        let file = |key: &str| Origin::File { path: "clouds.yaml".into(), line: 3, key: key.into() };
        let of = |values: &[(&str, Origin)]| {
            let mut settings = Settings::default();
            for (name, origin) in values {
                settings.set(name, "x", origin.clone()).expect("an option");
            }
            mixture(&settings)
        };
        let user = ("username", file("clouds.demo.auth.username"));
        let url = ("auth_url", file("clouds.demo.auth.auth_url"));
        assert_eq!(of(&[user.clone(), url.clone(), ("password", file("clouds.demo.auth.password"))]), None);
        assert_eq!(
            of(&[user, url, ("password", variable("OS_PASSWORD"))]).as_deref(),
            Some(
                "the user is from `clouds.demo.auth.username` in `clouds.yaml` line 3, \
                 the password is from environment variable `OS_PASSWORD`, \
                 the URL is from `clouds.demo.auth.auth_url` in `clouds.yaml` line 3"
            )
        );
        assert_eq!(of(&[("username", variable("OS_USERNAME")), ("password", variable("OS_PASSWORD"))]), None);
        assert_eq!(of(&[]), None);
    }
}
