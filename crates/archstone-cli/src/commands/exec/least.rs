//! `archstone exec --least-privilege`: an application credential made for one command.

use std::time::Duration;

use archstone::{Access, Error, ErrorKind, Result, blocking::Client, identity::ApplicationCredential};
use clap::ArgMatches;
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};

use crate::events::warning;

/// Creates the credential.
pub(super) fn make(client: &Client, access: &Access, options: &ArgMatches) -> Result<ApplicationCredential> {
    let texts = |id: &str| options.get_many::<String>(id).into_iter().flatten().map(String::as_str);
    let access_rules: Vec<_> = options.get_many::<Value>("rule").into_iter().flatten().cloned().collect();
    let roles: Vec<_> = texts("role").map(|name| json!({ "name": name })).collect();
    let lifetime = options.get_one::<Duration>("ttl").copied().unwrap_or(Duration::from_secs(3600));
    let mut random = [0; 8];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| Error::new(ErrorKind::InvalidConfig, "cannot get random numbers from the system"))?;
    let unique: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let own = client.identity().application_credentials();
    let mut create = own
        .create(format!("archstone-exec-{unique}"))
        .description("made by archstone for one command")
        .unrestricted(false)
        .expires_at(end(access, lifetime)?);
    if !roles.is_empty() {
        create = create.roles(roles);
    }
    if !access_rules.is_empty() {
        create = create.access_rules(access_rules);
    }
    client.wait(create)
}

/// The expiry, by Keystone's clock.
fn end(access: &Access, lifetime: Duration) -> Result<String> {
    let now = access.expires_at().checked_sub(access.remaining());
    let end = now
        .and_then(|now| now.checked_add(lifetime))
        .map_err(|error| Error::new(ErrorKind::InvalidRequest, format!("`--ttl` is too long: {error}")))?;
    Ok(end.strftime("%Y-%m-%dT%H:%M:%S").to_string())
}

/// An access rule in Keystone's format, from text such as `compute GET /v2.1/servers/**`.
pub(super) fn rule(text: &str) -> std::result::Result<Value, String> {
    const METHODS: [&str; 6] = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"];
    let [service, method, path] = *text.split_whitespace().collect::<Vec<_>>() else {
        return Err("a rule is a service type, a method and a path, such as 'compute GET /v2.1/servers/**'".into());
    };
    if !METHODS.contains(&method) {
        return Err(format!("the method is one of {}", METHODS.join(", ")));
    }
    if !path.starts_with('/') || path.chars().count() > 225 {
        return Err("the path begins with `/`, and has at most 225 characters".into());
    }
    Ok(json!({ "service": service, "method": method, "path": path }))
}

/// Deletes the credential; if that fails, explains how to do it later.
pub(super) fn delete(client: &Client, credential: &ApplicationCredential) {
    if let Err(error) = client.wait(client.identity().application_credentials().delete(&credential.id)) {
        let end = credential.expires_at.as_deref().unwrap_or_default();
        warning!(
            "the application credential `{}` is not deleted: {error}; it ends at {end}; `archstone application credential delete {}` deletes it",
            credential.name,
            credential.id
        );
    }
}

/// The variables with the credential for the command.
pub(super) fn variables(credential: &ApplicationCredential) -> Result<[(&'static str, String); 4]> {
    let secret = credential.secret.as_ref().ok_or_else(|| {
        Error::new(ErrorKind::InvalidResponse, "Keystone's answer lacks the secret of the application credential")
    })?;
    Ok([
        ("OS_AUTH_TYPE", "v3applicationcredential".to_owned()),
        ("OS_APPLICATION_CREDENTIAL_ID", credential.id.clone()),
        ("OS_APPLICATION_CREDENTIAL_SECRET", secret.expose().to_owned()),
        // Its tokens are revoked when it is deleted.
        ("ARCHSTONE_TOKEN_CACHE", "none".to_owned()),
    ])
}

#[cfg(test)]
mod tests {
    use super::rule;

    #[test]
    fn what_keystone_would_refuse_is_no_rule() {
        let good = rule("compute GET /v2.1/servers/**").expect("a rule");
        assert_eq!(good, serde_json::json!({"service": "compute", "method": "GET", "path": "/v2.1/servers/**"}));
        let long = format!("compute GET /{}", "x".repeat(225));
        for (bad, said) in [
            ("", "a rule is"),
            ("compute", "a rule is"),
            ("a GET /x y", "a rule is"),
            ("compute FETCH /x", "the method"),
            ("compute get /x", "the method"),
            ("compute GET x", "the path"),
            (&long, "the path"),
        ] {
            let error = rule(bad).expect_err(bad);
            assert!(error.starts_with(said), "{bad}: {error}");
        }
    }
}
