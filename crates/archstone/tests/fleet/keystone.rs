//! The real Keystone, where logins are counted.

use std::sync::{
    LazyLock,
    atomic::{AtomicUsize, Ordering},
};

use crate::{dev::dev, run::Login};

/// A separate Keystone for the fleet, whose tokens are valid for seconds.
const INSTANCE: &str = "fleet";
/// A login at this Keystone takes a second if many processes compete for the CPU: a shorter lifetime would be too short.
pub(crate) const LIFETIME: u32 = 12;

static ROOT: LazyLock<String> = LazyLock::new(|| {
    let url = dev("keystone", &["up", INSTANCE, "--token-lifetime", &LIFETIME.to_string()]);
    url.strip_suffix("/v3").expect("a URL that ends in /v3").to_owned()
});

/// A path to Keystone that no other test logs in through.
pub(crate) struct Keystone {
    tag: String,
}

impl Keystone {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        Self { tag: format!("f{}x{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)) }
    }

    pub(crate) fn login(&self) -> Login {
        let auth_url = format!("{}/{}/v3", *ROOT, self.tag);
        Login { auth_url, user: "alice", password: "alice-secret" }
    }

    pub(crate) fn logins(&self) -> usize {
        let filter = ["--tag", &self.tag, "--method", "POST", "--path", "/v3/auth/tokens", "--count"];
        dev("keystone", &[&["requests", INSTANCE][..], &filter].concat()).parse().unwrap()
    }
}
