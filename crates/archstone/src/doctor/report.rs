//! The diagnosis as plain text for a bug report, without secrets.

use std::fmt::Write;

use url::Url;

use super::{Check, Diagnosis, in_words};
use crate::{config::Explanation, hint::Hint, redaction::SentSecrets, text::escaped};

/// The optional features of this build.
const FEATURES: [(&str, bool); 4] = [
    ("keyring", cfg!(feature = "keyring")),
    ("redis", cfg!(feature = "redis")),
    ("memcached", cfg!(feature = "memcached")),
    ("opentelemetry", cfg!(feature = "opentelemetry")),
];
/// Replaces a text with a secret that cannot be separated from the rest.
const HIDDEN: &str = "*** (not shown, since it may hold a secret)";

/// All secrets in a configuration, so that they are never shown, even if a server repeats them.
pub(super) fn secrets(settings: Option<&Explanation>) -> SentSecrets {
    let mut secrets = SentSecrets::default();
    for value in settings.iter().flat_map(|settings| &settings.values) {
        let text = value.value().expose();
        let url = Url::parse(text).ok();
        // An option whose value may be a URL with a password counts as secret as a whole, but people need to see its
        // host.
        let is_plain = url.as_ref().is_some_and(|url| url.has_host() && url.password().is_none());
        if value.secret && !(value.name == "proxy" && is_plain) {
            secrets.add(text);
        }
        if let Some(password) = url.as_ref().and_then(Url::password) {
            secrets.add(password);
        }
    }
    secrets
}

/// Removes secrets that a server, or a library, may have repeated.
pub(super) fn mask(checks: &mut [Check], secrets: &SentSecrets) {
    for check in checks {
        for text in [&mut check.subject, &mut check.evidence] {
            let shown = secrets.redacted(text).unwrap_or_else(|| HIDDEN.to_owned());
            *text = escaped(&shown).into_owned();
        }
    }
}

impl Diagnosis {
    /// The diagnosis as text to paste: version, platform, features, configuration with secrets masked, all checks.
    /// `option` formats the names of options, as for [`Hint::worded`].
    #[must_use]
    pub fn report(&self, option: impl Fn(&str) -> String) -> String {
        let features: Vec<_> = FEATURES.iter().filter(|(_, is_on)| *is_on).map(|(name, _)| *name).collect();
        let features = if features.is_empty() { "none".to_owned() } else { features.join(", ") };
        let mut text = format!(
            "archstone {}\nplatform: {} on {}\nfeatures: {features}\n\nconfiguration\n",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH,
        );
        match &self.settings {
            None => text.push_str("  cannot be read\n"),
            Some(settings) => {
                if let Some(cloud) = &settings.cloud {
                    let _ = writeln!(text, "  cloud: {}", escaped(cloud));
                }
                for value in &settings.values {
                    let shown = if value.secret { "***".to_owned() } else { self.shown(&value.shown()) };
                    let _ =
                        writeln!(text, "  {}: {shown} ({})", escaped(&value.name), escaped(&value.origin.to_string()));
                }
            }
        }
        text.push_str("\nchecks\n");
        for check in &self.checks {
            let took = check.took.map(|took| format!(" [{}]", in_words(took))).unwrap_or_default();
            let subject = if check.subject.is_empty() { String::new() } else { format!(" {}", check.subject) };
            let _ = writeln!(
                text,
                "  {:<7} {}{subject}: {}{took}",
                check.verdict.name(),
                check.step.name(),
                check.evidence
            );
            if let Some(remedy) = &check.remedy {
                let _ = writeln!(text, "          {}", self.shown(&Hint::worded(remedy, &option)));
            }
        }
        text
    }

    /// A text in the form that the report shows.
    fn shown(&self, text: &str) -> String {
        let shown = self.secrets.redacted(text).unwrap_or_else(|| HIDDEN.to_owned());
        escaped(&shown).into_owned()
    }
}
