//! A one-time passcode: Keystone's method `totp`.

use jiff::Timestamp;
use ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{AuthMethod, Method, MethodSpec, Once, Reads, refused_user};
use crate::{
    auth::signature::mac,
    error::{Error, ErrorKind},
    hint::Hint,
    reference::UserRef,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, Origin, ValueKind, user},
};

/// The option for the passcode that a person enters.
pub(super) const PASSCODE: OptionSpec =
    OptionSpec::plain("passcode", "a one-time passcode of the user").secret().once();

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "totp",
    auth_types: &["v3totp", "totp"],
    help: "a one-time passcode of the user (TOTP)",
    proof: "passcode",
    options: &[
        PASSCODE,
        OptionSpec::plain("totp_secret", "the secret in base32 from which the user's one-time passcodes are computed")
            .secret()
            .choices(&[("totp_secret", "itself")]),
        OptionSpec::plain(
            "totp_secret_file",
            "a file with the secret of the user's one-time passcodes in its first line",
        )
        .choices(&[("totp_secret", "file")])
        .kind(ValueKind::Path),
        OptionSpec::plain("totp_secret_command", "a command that prints the secret of the user's one-time passcodes")
            .choices(&[("totp_secret", "command")])
            .kind(ValueKind::Command),
        OptionSpec::plain(
            "totp_secret_keyring",
            "the place of the secret of the user's one-time passcodes in the system keyring",
        )
        .choices(&[("totp_secret", "keyring")]),
    ],
    needs: &[&["username", "user_id"], &["passcode", "totp_secret"]],
    is_of_user: true,
    adds: Some(|user, passcode| AuthMethod::other(Totp { user, proof: Proof::Passcode(Some(passcode)) })),
    reads: Reads::Login(|settings| {
        let passcode = settings.secret("passcode").map(|it| it.value.clone());
        let proof = match (passcode, settings.secret("totp_secret")) {
            // A passcode that was entered for this login.
            (None, Some(secret)) => {
                seed(&secret.value).ok_or_else(|| not_base32(&secret.origin))?;
                Proof::Seed(secret.value.clone())
            }
            (passcode, _) => Proof::Passcode(passcode),
        };
        Ok(user(settings)?.map(|user| AuthMethod::other(Totp { user, proof })))
    }),
    ..MethodSpec::LOGIN
};

fn not_base32(origin: &Origin) -> Error {
    Error::new(ErrorKind::InvalidConfig, format!("{origin} is not the secret of one-time passcodes: it is not base32"))
        .with_hint("write the letters and digits (A to Z, 2 to 7) that were shown when the device was set up")
}

/// A user and the source of the passcode.
#[derive(Clone, Debug)]
struct Totp {
    user: UserRef,
    proof: Proof,
}

#[derive(Clone, Debug)]
enum Proof {
    /// Works once: if it is missing, a person is prompted for it when it is needed.
    Passcode(Option<Secret>),
    /// In base32: passcodes are computed, so that a renewal needs no person.
    Seed(Secret),
    /// A passcode that was computed, for one request.
    Computed(Secret),
}

/// Decodes base32 (RFC 4648). People write it in groups, in lower case and without padding.
fn seed(text: &Secret) -> Option<Zeroizing<Vec<u8>>> {
    let (mut bytes, mut bits, mut count) = (Zeroizing::new(Vec::new()), 0_u32, 0_u32);
    for letter in text.expose().trim_end_matches('=').chars().filter(|it| !matches!(it, ' ' | '-')) {
        let digit = match letter.to_ascii_uppercase() {
            letter @ 'A'..='Z' => u32::from(letter) - u32::from('A'),
            digit @ '2'..='7' => u32::from(digit) - u32::from('2') + 26,
            _ => return None,
        };
        (bits, count) = ((bits << 5 | digit) & 0xfff, count + 5);
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    (!bytes.is_empty()).then_some(bytes)
}

/// The passcode for a date: RFC 6238 with SHA-1, 30 seconds and 6 digits, as in Keystone.
fn passcode(seed: &[u8], date: Timestamp) -> Option<Secret> {
    let period = u64::try_from(date.as_second()).ok()? / 30;
    let code = mac(HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed, &period.to_be_bytes());
    let start = usize::from(code.as_ref().last()? & 15);
    let number = u32::from_be_bytes(code.as_ref().get(start..start + 4)?.try_into().ok()?) & 0x7fff_ffff;
    Some(Secret::from(format!("{:06}", number % 1_000_000)))
}

impl Method for Totp {
    fn spec(&self) -> &'static MethodSpec {
        &SPEC
    }

    fn subject(&self) -> String {
        self.user.to_string()
    }

    fn identity(&self) -> Value {
        self.user.to_wire()
    }

    fn secret(&self) -> Option<&Secret> {
        match &self.proof {
            Proof::Passcode(passcode) => passcode.as_ref(),
            Proof::Seed(secret) | Proof::Computed(secret) => Some(secret),
        }
    }

    fn factors(&self) -> Vec<(&'static str, Value)> {
        let mut user = self.user.to_wire();
        user["passcode"] = match &self.proof {
            Proof::Passcode(passcode) => passcode.as_ref(),
            Proof::Computed(passcode) => Some(passcode),
            Proof::Seed(_) => None,
        }
        .map(Secret::expose)
        .into();
        vec![(SPEC.name, json!({ "user": user }))]
    }

    fn user(&self) -> Option<&UserRef> {
        Some(&self.user)
    }

    fn refused(&self, scope: &Scope) -> (ErrorKind, Hint) {
        match self.proof {
            Proof::Passcode(_) => refused_user("the passcode, which works once and not for long", scope),
            Proof::Seed(_) | Proof::Computed(_) => {
                refused_user("the secret that the passcodes are computed from", scope)
            }
        }
    }

    fn once(&self) -> Option<Once> {
        match &self.proof {
            Proof::Passcode(passcode) => Some(Once { option: &PASSCODE, is_given: passcode.is_some() }),
            Proof::Seed(_) | Proof::Computed(_) => None,
        }
    }

    fn with_once(&self, passcode: Secret) -> Option<AuthMethod> {
        Some(AuthMethod::other(Self { proof: Proof::Passcode(Some(passcode)), ..self.clone() }))
    }

    fn at(&self, date: Timestamp) -> Option<AuthMethod> {
        let Proof::Seed(secret) = &self.proof else { return None };
        let proof = Proof::Computed(passcode(&seed(secret)?, date)?);
        Some(AuthMethod::other(Self { proof, ..self.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passcodes_are_those_of_the_standard() {
        // RFC 6238, appendix B, of which Keystone takes the last six digits.
        let seed = seed(&"gezd gnbv-GY3TQOJQGEZDGNBVGY3TQOJQ====".into()).expect("base32");
        assert_eq!(&**seed, b"12345678901234567890");
        let table = [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")];
        for (second, code) in table {
            let date = Timestamp::from_second(second).expect("a date");
            assert_eq!(passcode(&seed, date).expect("a passcode").expose(), code);
        }
    }

    #[test]
    fn what_is_not_base32_is_no_seed() {
        for text in ["", "=", "AB1C", "ABC!", "é", "A"] {
            assert!(seed(&text.into()).is_none(), "{text}");
        }
    }
}
