//! Checks the configuration: the files in use, likely mistakes in them, and the merged result.

use super::{Check, Step, Stop, Visit, client};
use crate::{
    auth::{AuthMethod, GivenToken},
    client::{Client, ClientBuilder},
    config::{self, FileState, Finding, Origin},
    error::public_url,
};

impl Visit {
    pub(super) fn configuration(&mut self, builder: &ClientBuilder) -> Result<Client, Stop> {
        const STEP: Step = Step::Configuration;
        self.files();
        let outcome = client(builder);
        let told = outcome.as_ref().err().map(ToString::to_string);
        for Finding { message, hint, .. } in config::check(&self.host) {
            // Problems of another cloud do not affect this one.
            if told.as_ref() != Some(&message) {
                let check = Check::warning(STEP, "", message);
                self.add(Check { remedy: hint, ..check });
            }
        }
        let client = match outcome {
            Ok(client) => client,
            Err(error) => {
                self.add(Check::error(STEP, "", &error));
                return Err("the configuration is incomplete or wrong".into());
            }
        };
        let config = client.config();
        let cloud = config.name().map(|name| format!("cloud `{name}`")).unwrap_or_default();
        let method = match config.method() {
            Some(method) => format!("method `{}`, {}", method.name(), AuthMethod::subject(method)),
            None => config.given.as_ref().map_or("no login", GivenToken::subject).to_owned(),
        };
        let place = config.auth_url().map(|url| format!(", at `{}`", public_url(url))).unwrap_or_default();
        self.add(Check::ok(STEP, cloud, format!("{method}, for {}{place}", config.scope())));
        self.token_cache(builder);
        Ok(client)
    }

    fn files(&mut self) {
        let searched = config::searched(&self.host);
        let mut found = false;
        for file in searched {
            let path = file.path.display().to_string();
            let family = file.family.name();
            let check = match file.state {
                FileState::Used => Check::ok(Step::Configuration, path, format!("used as `{family}`")),
                FileState::Hidden => {
                    let why = format!("not used: another `{family}` file comes first");
                    Check::ok(Step::Configuration, path, why)
                }
                FileState::Unreadable => {
                    Check::warning(Step::Configuration, path, "not used: this user may not read it")
                        .remedy("check the owner and the permissions of the file")
                }
                FileState::Missing => continue,
            };
            found = true;
            self.add(check);
        }
        if !found {
            let how = "there is none: only environment variables and options are used";
            self.add(Check::ok(Step::Configuration, "clouds.yaml", how));
        }
    }

    fn token_cache(&mut self, builder: &ClientBuilder) {
        const STEP: Step = Step::TokenCache;
        let named = builder.clone().explain().ok().and_then(|settings| {
            settings.values.into_iter().find(|it| it.name == "token_cache" && it.shown() != "none")
        });
        let check = match (builder.clone().token_store(), named) {
            (Ok(Some(store)), named) => {
                let origin = match named.map(|it| it.origin) {
                    Some(Origin::Default(_)) | None => "by default".to_owned(),
                    Some(origin) => origin.to_string(),
                };
                Check::ok(STEP, store.place(), format!("tokens are cached there, {origin}"))
            }
            (Ok(None), None) => Check::ok(STEP, "", "tokens are cached in memory only"),
            (Ok(None), Some(named)) => {
                let why = "cannot be used, so each run logs in: a warning on standard error says why";
                Check::warning(STEP, named.shown(), why).remedy(
                    "give the folder to its user alone with `chmod 700`, or name another one with `token_cache`",
                )
            }
            (Err(error), _) => Check::error(STEP, "", &error),
        };
        self.add(check);
    }
}
