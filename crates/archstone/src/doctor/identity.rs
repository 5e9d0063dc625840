//! Checks the identity service: its versions, the login, and the token's scope.

use std::{sync::Arc, time::Duration};

use url::Url;

use super::{Check, Step, Stop, Visit, in_words, reach::place};
use crate::{
    access::Access,
    auth::{AuthMethod, GivenToken},
    catalog::discovery,
    client::Client,
    error::public_url,
    scope::Scope,
    transport::Answer,
};

/// A password that expires sooner is worth a warning.
const SOON: Duration = Duration::from_secs(14 * 86_400);

/// The scope of a token.
fn subject(access: &Access) -> String {
    let within = |domain: Option<&str>| domain.map(|domain| format!(" in domain `{domain}`")).unwrap_or_default();
    if let Some(project) = access.project_name().or(access.project_id()) {
        return format!("project `{project}`{}", within(access.project_domain_name()));
    }
    match access.domain_name().or(access.domain_id()) {
        Some(domain) => format!("domain `{domain}`"),
        None if access.is_system_scoped() => "the system".to_owned(),
        None => "unscoped".to_owned(),
    }
}

impl Visit {
    pub(super) async fn discovery(&mut self, client: &Client, url: &Url, answer: Answer) -> Result<(), Stop> {
        const STEP: Step = Step::Discovery;
        let transport = client.transport();
        let began = self.host.now();
        let outcome = discovery::identity_offer(transport, url, answer).await;
        let took = self.since(began);
        match outcome {
            Ok((v3, versions)) => {
                let versions: Vec<_> = versions
                    .iter()
                    .map(|it| format!("{} ({})", it.version, it.raw_status.as_deref().unwrap_or(it.status.as_str())))
                    .collect();
                let evidence = format!("offers {}; version 3 is at `{}`", versions.join(", "), public_url(&v3));
                self.add(Check::ok(STEP, place(url), evidence).took(took));
                Ok(())
            }
            Err(error) => {
                self.add(Check::error(STEP, place(url), &error).took(took));
                Err("there is no identity service that can be used".into())
            }
        }
    }

    pub(super) async fn login(&mut self, client: &Client) -> Result<Arc<Access>, Stop> {
        const STEP: Step = Step::Login;
        let config = client.config();
        let given = || config.given.as_ref().map_or("no login", GivenToken::subject).to_owned();
        let subject = config.method().map_or_else(given, AuthMethod::subject);
        if let Some(why) = client.why_no_token() {
            self.add(Check::ok(STEP, subject, why));
            return Err("there is no token".into());
        }
        let began = self.host.now();
        let outcome = client.authenticate().await;
        let took = self.since(began);
        let access = match outcome {
            Ok(access) => access,
            Err(error) => {
                self.add(Check::error(STEP, subject, &error).took(took));
                return Err("the login failed".into());
            }
        };
        self.secrets.add(access.token().expose());
        let method = config.method().map_or("token", AuthMethod::name);
        let evidence = format!("`{method}` works: a token in {}", in_words(took));
        let now = self.host.wall();
        let password_ends = access.password_expires_at().and_then(|it| Duration::try_from(it.as_duration()).ok());
        self.add(
            match password_ends.filter(|end| end.saturating_sub(now) < SOON) {
                Some(end) => {
                    let days = end.saturating_sub(now).as_secs() / 86_400;
                    Check::warning(STEP, subject, format!("{evidence}; the password expires in {days} days"))
                        .remedy("change it: `archstone user password set`, or `change_password` of a client")
                }
                None => Check::ok(STEP, subject, evidence),
            }
            .took(took),
        );
        Ok(access)
    }

    pub(super) fn scope(&mut self, client: &Client, access: &Access) {
        const STEP: Step = Step::Scope;
        let asked = client.config().scope();
        let subject = subject(access);
        if !access.is_scoped() {
            let check = if *asked == Scope::Unscoped {
                Check::ok(STEP, subject, "no scope was requested, so there are no roles and no catalog")
            } else {
                Check::warning(STEP, subject, "the token has no scope, so no roles and no catalog")
                    .remedy(access.how_to_get_a_scope())
            };
            self.add(check);
            return;
        }
        let mut roles: Vec<_> = access.role_names().map(|role| format!("`{role}`")).collect();
        roles.sort_unstable();
        let left = access.remaining().as_secs() / 60;
        self.add(if roles.is_empty() {
            Check::warning(STEP, subject, "the token has no roles").remedy("ask an administrator for a role there")
        } else {
            Check::ok(STEP, subject, format!("roles {}; valid for {left} min", roles.join(", ")))
        });
    }
}
