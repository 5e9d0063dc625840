//! Device authorization (RFC 8628).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{State, form, refuse};
use crate::{Reply, SeenRequest};

/// A login that waits for confirmation.
pub(super) struct Device {
    /// `None` while nobody has decided; then whether it is confirmed.
    pub(super) confirmed: Option<bool>,
    challenge: Option<(String, String)>,
    interval: SignedDuration,
    asked: Timestamp,
}

impl State {
    pub(super) fn device(&mut self, request: &SeenRequest) -> Result<Reply, Reply> {
        let form = form(request)?;
        self.wanted.check(request, &form, &self.url, true)?;
        if !form.get("scope").is_some_and(|it| it.split(' ').any(|it| it == "openid")) {
            return Err(refuse(400, "invalid_scope", "the scope `openid` is not asked for"));
        }
        self.count += 1;
        let code = format!("device-code-{}", self.count);
        let challenge = form.get("code_challenge").cloned().zip(form.get("code_challenge_method").cloned());
        let seconds = if self.no_interval { 5 } else { 1 };
        let interval = SignedDuration::from_secs(seconds);
        let device = Device { confirmed: None, challenge, interval, asked: Timestamp::now() };
        self.devices.insert(code.clone(), device);
        let mut answer = json!({
            "device_code": code,
            "user_code": "WDJB-MJHT",
            "verification_uri": format!("{}/activate", self.url),
            "verification_uri_complete": format!("{}/activate?user_code=WDJB-MJHT", self.url),
            "expires_in": 600,
        });
        if !self.no_interval {
            answer["interval"] = seconds.into();
        }
        Ok(Reply::json(200, answer))
    }

    pub(super) fn poll(&mut self, code: &str, verifier: Option<&String>) -> Result<Reply, Reply> {
        let unknown = || refuse(400, "expired_token", "the device code is unknown, or has expired");
        let slow_down = self.slow_down > 0;
        let device = self.devices.get_mut(code).ok_or_else(unknown)?;
        let (now, asked) = (Timestamp::now(), device.asked);
        device.asked = now;
        // Tolerates a little less than the interval, for network jitter.
        if now.duration_since(asked) < device.interval - SignedDuration::from_millis(100) {
            return Err(refuse(400, "invalid_request", "the device asks too often"));
        }
        if slow_down {
            self.slow_down -= 1;
            device.interval += SignedDuration::from_secs(5);
            return Err(refuse(400, "slow_down", "slow down"));
        }
        match device.confirmed {
            None => return Err(refuse(400, "authorization_pending", "nobody has confirmed it yet")),
            Some(false) => return Err(refuse(403, "access_denied", "the person refuses")),
            Some(true) => {}
        }
        let shown = verifier.map(|verifier| match &device.challenge {
            Some((_, method)) if method == "S256" => {
                URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes()))
            }
            _ => verifier.clone(),
        });
        let wanted = device.challenge.as_ref().map(|(challenge, _)| challenge.clone());
        self.devices.remove(code);
        if shown != wanted {
            return Err(refuse(400, "invalid_grant", "the code verifier does not match"));
        }
        Ok(self.issued("demo", true))
    }
}
