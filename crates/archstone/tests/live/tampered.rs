//! A shared store that others have tampered with: that costs one login at most, and is repaired.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use archstone::{Client, ErrorKind, TokenCache};
use archstone_testing::FakeKeystone;

use crate::{keystone::store, token_cache::Moved};

/// A stale lease delays others for five seconds; on a busy machine, a little longer.
const LEASE: Duration = Duration::from_secs(12);

/// A store, accessed by its own protocol.
struct Raw {
    options: Vec<(String, String)>,
    servers: Vec<String>,
}

impl Raw {
    fn of(kind: &str) -> Self {
        let options = store(kind);
        let url = &options.iter().find(|(name, _)| name == "token_cache").unwrap().1;
        let authority = url.split_once("://").unwrap().1.split('/').next().unwrap();
        let servers = authority.split(',').map(ToOwned::to_owned).collect();
        Self { options, servers }
    }

    /// Sends a command to every server; returns the last one's answer.
    fn say(&self, lines: &str) -> Vec<u8> {
        let mut answer = Vec::new();
        for server in &self.servers {
            let mut connection = TcpStream::connect(server).unwrap();
            connection.write_all(format!("{lines}\r\nquit\r\n").as_bytes()).unwrap();
            answer.clear();
            connection.read_to_end(&mut answer).unwrap();
        }
        answer
    }

    /// A client of a separate machine.
    fn client(&self, keystone: &FakeKeystone, password: &str, clock: Option<&Moved>) -> Client {
        let mut builder = Client::builder().auth_url(keystone.auth_url()).username("demo").password(password);
        builder = self.options.iter().fold(builder, |builder, (option, value)| builder.option(option, value.as_str()));
        if let Some(clock) = clock {
            builder = builder.host(clock.host());
        }
        builder.token_cache(&TokenCache::new()).build().unwrap()
    }

    /// The key of a login's token in the store.
    async fn name(&self, keystone: &FakeKeystone) -> String {
        let client = self.client(keystone, "secret", None);
        client.access().await.unwrap();
        client.token_store().unwrap().status().await.unwrap().own.unwrap().name
    }
}

/// The value has another type, or invalid content.
#[tokio::test]
async fn bad_values_in_a_store_cost_one_login_and_heal() {
    let redis = |name: &str| {
        let key = |what: &str| format!("archstone:2:{{{name}}}:{what}");
        let (token, lease, failure, counts) = (key("token"), key("lease"), key("failure"), key("counts"));
        let mut cases = Vec::new();
        for key in [&token, &lease, &failure, &counts] {
            for value in
                ["RPUSH {} x", "SADD {} x", "SET {} garbage", "HSET {} sealed x issued y fence z hits a logins b"]
            {
                cases.push((key.clone(), format!("DEL {token}\r\nDEL {key}\r\n{}", value.replace("{}", key))));
            }
        }
        for (issued, fence) in
            [("99999999999999999999", "1"), ("9007199254740991", "9007199254740991"), ("-1", "1e400")]
        {
            cases.push((token.clone(), format!("HSET {token} issued {issued} fence {fence} sealed x")));
        }
        cases.push((lease.clone(), format!("DEL {token}\r\nSET {lease} \"1 somebody\"")));
        cases.push((lease.clone(), format!("DEL {token}\r\nSET {lease} \"99999999999999999999 x\" PX 3600000")));
        cases
    };
    let memcached = |name: &str| {
        let key = |what: &str| format!("archstone:2:{name}:{what}");
        let value = |key: &str, value: &str| format!("set {key} 0 0 {}\r\n{value}", value.len());
        let token = format!("delete {}\r\n", key("token"));
        let mut cases = vec![
            (key("token"), value(&key("token"), "garbage")),
            (key("token"), value(&key("token"), &"~".repeat(100))),
            (key("token"), value(&key("token"), "")),
        ];
        for what in ["fence", "hits", "logins", "failure"] {
            cases.push((key(what), format!("{token}{}", value(&key(what), "garbage"))));
        }
        cases.push((key("lease"), format!("{token}{}", value(&key("lease"), "1 somebody"))));
        cases
    };
    for (kind, cases) in [("plain", &redis as &dyn Fn(&str) -> Vec<(String, String)>), ("memcached", &memcached)] {
        let (keystone, raw) = (FakeKeystone::start(), Raw::of(kind));
        let name = raw.name(&keystone).await;
        for (key, change) in cases(&name) {
            let said = String::from_utf8_lossy(&raw.say(&change)).into_owned();
            assert!(!said.contains("ERR") && !said.contains("ERROR"), "{change}: {said}");
            let (before, began) = (keystone.logins(), Instant::now());

            for _ in 0..3 {
                raw.client(&keystone, "secret", None).access().await.unwrap();
            }

            assert!(began.elapsed() < LEASE, "{kind} {change}: {:?}", began.elapsed());
            assert_eq!(keystone.logins(), before + 1, "{kind} {change}");
            let own = raw.client(&keystone, "secret", None).token_store().unwrap().status().await.unwrap().own.unwrap();
            assert!(own.access.is_some(), "{kind} {key}");
        }
    }
}

/// memcached's entries contain the date of the machine that wrote them, which may differ.
#[tokio::test]
async fn an_old_failure_that_is_put_back_is_not_raised() {
    let (keystone, raw, clock) = (FakeKeystone::start(), Raw::of("memcached"), Moved::default());
    let name = {
        // The key is only reported to a client that has a token, so the password is right at first.
        keystone.change(|cloud| cloud.user(archstone_testing::FakeUser::new("demo", "wrong").member_of("demo")));
        let client = raw.client(&keystone, "wrong", Some(&clock));
        client.access().await.unwrap();
        client.token_store().unwrap().status().await.unwrap().own.unwrap().name
    };
    keystone.change(|cloud| cloud.user(archstone_testing::FakeUser::new("demo", "secret").member_of("demo")));
    let key = |what: &str| format!("archstone:2:{name}:{what}");
    raw.say(&format!("delete {}", key("token")));
    let refused = raw.client(&keystone, "wrong", Some(&clock)).access().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unauthenticated);

    // The recorded failure is still there; a lease makes other processes that log in wait, and find it.
    let lease = format!("set {} 0 0 10\r\n1 somebody", key("lease"));
    for (seconds, asked) in [(0, 0), (60, 1)] {
        raw.say(&lease);
        let before = keystone.logins();
        clock.date.store(seconds, Ordering::Relaxed);
        raw.client(&keystone, "wrong", Some(&clock)).access().await.unwrap_err();
        assert_eq!(keystone.logins() - before, asked, "{seconds} seconds later");
    }
}

#[tokio::test]
async fn a_token_that_is_put_back_for_longer_than_it_lives_is_not_used() {
    let (keystone, raw, clock) = (FakeKeystone::start(), Raw::of("plain"), Moved::default());
    keystone.change(|cloud| cloud.token_lifetime(Duration::from_secs(4)));
    // A different boot ID makes it another machine.
    let first = raw.client(&keystone, "secret", None);
    let token = first.access().await.unwrap();
    let name = first.token_store().unwrap().status().await.unwrap().own.unwrap().name;
    let other = || raw.client(&keystone, "secret", Some(&clock));
    assert_eq!(other().access().await.unwrap().token(), token.token());

    raw.say(&format!("PEXPIRE archstone:2:{{{name}}}:token 3600000"));
    while !token.is_expired() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    assert_ne!(other().access().await.unwrap().token(), token.token());
    assert_eq!(keystone.logins(), 2);
}
