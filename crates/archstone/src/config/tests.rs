//! What wins over what, and what a wrong value is told.

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};

#[cfg(feature = "redis")]
use super::StoreAddress;
use super::{Family, check, searched};
use crate::{
    AuthMethod, Client, ClientBuilder, CloudConfig, ErrorKind, Interface, Scope, Trust,
    host::{Host, Platform},
};

/// A machine with these files and variables.
struct Machine {
    folder: PathBuf,
    variables: Vec<(String, String)>,
}

impl Machine {
    fn new(clouds: &str, secure: &str) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let own = format!("archstone-config-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(own);
        fs::create_dir_all(&folder).expect("a folder");
        let mut machine = Self { variables: vec![("HOME".into(), folder.display().to_string())], folder };
        for (variable, name, text) in
            [("OS_CLIENT_CONFIG_FILE", "clouds.yaml", clouds), ("OS_CLIENT_SECURE_FILE", "secure.yaml", secure)]
        {
            let path = machine.folder.join(name);
            fs::write(&path, text).expect("a file");
            machine = machine.with(variable, &path.display().to_string());
        }
        machine
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    fn builder(&self) -> ClientBuilder {
        Client::builder().host(Host::made(self.variables.clone()))
    }
}

/// What the tests look at: who, for what, where.
fn told(config: &CloudConfig) -> (String, String, Option<&str>) {
    let subject = config.method().map(AuthMethod::subject).unwrap_or_default();
    (subject, config.scope().to_string(), config.region())
}

const CLOUDS: &str = "
clouds:
  demo:
    auth:
      auth_url: http://keystone:5000/v3
      username: alice
      password: 0123
      project_name: web
    regions: [north, {name: south}]
    interface: [internal, public]
    verify: no
    networks: [{name: other programs' own settings}]
  system:
    auth_type: v3password
    auth: {auth_url: 'http://keystone:5000', user_id: u1, password: p, system_scope: all}
  domain:
    auth_type: archstone
    auth: {auth_url: 'http://keystone:5000', user_id: u1, password: p, domain_name: acme}
  filled:
    auth: {auth_url: 'http://keystone:5000', username: a, password: p, project_name: web, domain_id: d1}
  robot:
    auth_type: v3applicationcredential
    auth: {auth_url: 'http://keystone:5000', application_credential_id: i, application_credential_secret: s}
  token:
    auth_type: token
    auth: {auth_url: 'http://keystone:5000', token: t, project_id: p1}
  without-auth:
    region_name: north
";

#[test]
fn each_layer_wins_over_those_below() {
    let secure = "clouds: {demo: {auth: {password: from-secure}}}";
    let machine = Machine::new(CLOUDS, secure).with("OS_CLOUD", "demo").with("OS_PROJECT_ID", "p-env");
    let config = machine.builder().environment().config().expect("a configuration");
    let Some(AuthMethod::Password(password)) = config.method() else { panic!("not a password") };
    assert_eq!(password.password.expose(), "from-secure");
    // The id of the environment hides the name in the file.
    assert_eq!(
        told(&config),
        ("user `alice` in domain id `default`".into(), "project id `p-env`".into(), Some("north"))
    );
    assert_eq!(config.interfaces(), [Interface::Internal, Interface::Public]);
    assert_eq!(config.transport().trust, Trust::Nothing);
    assert_eq!(config.name(), Some("demo"));

    let above = machine.builder().environment().system_scope().user_id("u9").region_name("south");
    let config = above.config().expect("a configuration");
    assert_eq!(told(&config), ("user id `u9`".into(), "the system".into(), Some("south")));
}

#[test]
fn a_proof_above_hides_the_kind_of_login_below() {
    let machine = Machine::new(CLOUDS, "");
    let config = machine.builder().cloud("robot").username("alice").password("p").config().expect("a configuration");
    assert_eq!(told(&config).0, "user `alice` in domain id `default`");
}

#[test]
fn every_kind_of_entry_is_read_as_it_is_meant() {
    let machine = Machine::new(CLOUDS, "");
    let table = [
        ("system", "user id `u1`", "the system"),
        ("domain", "user id `u1`", "domain `acme`"),
        // Beside a project, a domain is that of user and project, as openstacksdk reads it.
        ("filled", "user `a` in domain id `d1`", "project `web` in domain id `d1`"),
        ("robot", "application credential id `i`", "the user's default project"),
        ("token", "the token {SHA256}e3b98a4da31a127d", "project id `p1`"),
    ];
    for (cloud, subject, scope) in table {
        let config = machine.builder().cloud(cloud).config().expect(cloud);
        assert_eq!(told(&config), (subject.into(), scope.into(), None), "{cloud}");
    }
    let demo = machine.builder().cloud("demo").config().expect("a configuration");
    let Some(AuthMethod::Password(password)) = demo.method() else { panic!("not a password") };
    assert_eq!(password.password.expose(), "0123", "a scalar is what is written");
}

#[test]
fn variables_have_aliases_and_the_only_cloud_needs_no_name() {
    let machine = Machine::new("clouds: {only: {auth: {auth_url: 'http://k:5000', username: a, password: p}}}", "")
        .with("OS_TENANT_NAME", "lab")
        .with("OS_USERNAME", "");
    let config = machine.builder().environment().config().expect("a configuration");
    assert_eq!(config.name(), Some("only"));
    assert_eq!(told(&config).1, "project `lab` in domain id `default`");

    let bootstrap = Machine::new("", "").with("OS_TOKEN", "t").with("OS_ENDPOINT", "http://k:35357/v3");
    let config = bootstrap.builder().environment().config().expect("a configuration");
    assert!(config.method().is_none());
}

#[test]
fn scopes_are_what_the_options_say() {
    let builder = || Client::builder().auth_url("http://k/v3").user_id("u").password("p");
    let table = [
        (builder(), Scope::Default),
        (builder().unscoped(), Scope::Unscoped),
        (builder().option("unscoped", "false"), Scope::Default),
        (builder().trust_id("t"), Scope::Trust("t".into())),
        (builder().system_scope(), Scope::System),
    ];
    for (builder, scope) in table {
        assert_eq!(builder.config().expect("a configuration").scope(), &scope);
    }
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let auth = "auth_url: 'http://k/v3', username: a, password: marked";
    let entry = |line: &str| format!("clouds:\n  demo:\n    auth: {{{auth}}}\n    {line}\n");
    let table: Vec<(String, ErrorKind, &[&str])> = vec![
        (entry("profile: vexxhots"), ErrorKind::InvalidConfig, &["clouds.demo.profile", "line 4", "no profile"]),
        (entry("profile: vexxhost"), ErrorKind::NotConfigured, &["`https://vexxhost.com`", "not fetched"]),
        (entry("profile: ultimum"), ErrorKind::InvalidConfig, &["line 4", "shut down"]),
        (entry("verify: perhaps"), ErrorKind::InvalidConfig, &["clouds.demo.verify", "line 4", "`perhaps`"]),
        (entry("auth_type: v3oidcpassword"), ErrorKind::InvalidConfig, &["line 4", "`v3oidcpassword`"]),
        (entry("regions: [{name: n, values: x}]"), ErrorKind::InvalidConfig, &["regions", "line 4", "`values`"]),
        (entry("passcode: 123456"), ErrorKind::InvalidConfig, &["line 4", "`v3totp`", "not supported"]),
        (entry("interface: {a: b}"), ErrorKind::InvalidConfig, &["line 4", "one value"]),
        ("clouds: {demo: {auth: {usrname: a}}}".into(), ErrorKind::InvalidConfig, &["`usrname`", "line 1"]),
        ("clouds: {demo: {region_name: r}}".into(), ErrorKind::NotConfigured, &["no cloud and no credentials"]),
        ("clouds: {other: {}}".into(), ErrorKind::NotConfigured, &["no cloud `demo`"]),
        ("clouds: [demo]".into(), ErrorKind::InvalidConfig, &["mapping"]),
        ("clouds:\n  demo: {auth: [}".into(), ErrorKind::InvalidConfig, &["line 2"]),
        ("clouds: {demo: }\nclouds: {demo: }".into(), ErrorKind::InvalidConfig, &["clouds.yaml"]),
    ];
    for (clouds, kind, words) in table {
        let error = Machine::new(&clouds, "").builder().cloud("demo").config().expect_err(&clouds);
        assert_eq!(error.kind(), kind, "{clouds}: {error:?}");
        for word in words {
            assert!(error.to_string().contains(word), "{clouds}: {error}");
        }
        assert!(!format!("{error:?}").contains("marked"), "{error:?}");
    }

    let wrong_region = Machine::new(CLOUDS, "").builder().cloud("demo").region_name("North").config();
    let error = wrong_region.expect_err("upper and lower case differ");
    assert!(error.hint().is_some_and(|hint| hint.contains("`north`, `south`")), "{error:?}");
    let variable = Machine::new("", "").with("OS_AUTH_URL", "keystone").builder().environment().config();
    assert!(variable.expect_err("not a URL").to_string().contains("environment variable `OS_AUTH_URL`"));
}

#[test]
fn files_are_looked_for_where_openstacksdk_looks_on_each_platform() {
    let host = Host::made([
        ("HOME", "/home/a"),
        ("LOCALAPPDATA", "/users/a/local"),
        ("APPDATA", "/users/a/roaming"),
        ("PROGRAMDATA", "/programdata"),
    ]);
    let table: [(Platform, &[&str]); 3] = [
        (Platform::Unix, &["", "/home/a/.config/openstack", "/etc/xdg/openstack", "/etc/openstack"]),
        (
            Platform::MacOs,
            &[
                "",
                "/home/a/Library/Application Support/openstack",
                "/home/a/.config/openstack",
                "/Library/Application Support/openstack",
                "/etc/openstack",
            ],
        ),
        (
            Platform::Windows,
            &[
                "",
                "/users/a/local/OpenStack/openstack",
                "/users/a/roaming/openstack",
                "/home/a/.config/openstack",
                "/programdata/OpenStack/openstack",
                "/etc/openstack",
            ],
        ),
    ];
    for (platform, folders) in table {
        let found = searched(&host.clone().with_platform(platform));
        let found: Vec<_> = found.iter().filter(|file| file.family == Family::Clouds).map(|file| &file.path).collect();
        let expected = folders.iter().flat_map(|folder| {
            ["yaml", "yml", "json"].map(|ending| PathBuf::from(folder).join(format!("clouds.{ending}")))
        });
        assert_eq!(found, expected.collect::<Vec<_>>().iter().collect::<Vec<_>>(), "{platform:?}");
    }
}

#[test]
fn a_check_finds_all_that_is_wrong_and_shows_no_secret() {
    let clouds = "
clouds:
  demo:
    auth:
      auth_url: http://keystone:5000/v3
      username: 0123
      password: marked0 #marked1
      usrname: bob
    regoin_name: north
    compute_connect_retries: many
  good:
    auth: {auth_url: 'http://keystone:5000/v3', username: alice, password: 'marked2'}
    compute_api_version: 2.10
    networks: []
  asked:
    auth: {auth_url: 'http://keystone:5000/v3', username: alice, password_command: [false]}
    verify: perhaps
  regional:
    auth: {auth_url: 'http://keystone:5000/v3', username: alice}
    regions: [{name: north}, {name: south, values: {interface: outside}}]
clients: {}
";
    let machine = Machine::new(clouds, "clouds: {dmo: {auth: {password: marked3}}}").with("OS_PROJCT_ID", "p");
    let findings = check(&Host::made(machine.variables.clone()));
    let said: Vec<String> = findings
        .iter()
        .map(|it| format!("{} {} {}", it.is_error, it.message, it.hint.clone().unwrap_or_default()))
        .collect();
    let expected: &[&[&str]] = &[
        &["false", "`clients`", "did you mean `client`?"],
        &["false", "auth.username", "line 6", "`83`", "quotes"],
        &["false", "auth.password", "line 7", "begins a comment"],
        &["false", "regoin_name", "did you mean `region_name`?"],
        &["false", "compute_api_version", "`2.1`"],
        &["false", "clouds.yaml", "can read it", "chmod 600"],
        &["false", "secure.yaml", "can read it"],
        &["false", "only `secure.yaml`", "`dmo`", "did you mean `demo`?"],
        &["true", "`usrname`", "did you mean `username`?"],
        &["true", "clouds.asked.verify", "`perhaps`"],
        &["true", "regions.south.values.interface", "`outside`"],
        &["false", "`OS_PROJCT_ID`", "did you mean `OS_PROJECT_ID`?"],
    ];
    for words in expected {
        assert!(said.iter().any(|it| words.iter().all(|word| it.contains(word))), "{words:?} in {said:#?}");
    }
    assert_eq!(said.len(), expected.len(), "{said:#?}");
    assert!(!said.join("").contains("marked"), "{said:#?}");
}

#[test]
fn a_configuration_goes_to_other_programs_as_variables_and_comes_back_the_same() {
    let machine = Machine::new(CLOUDS, "");
    for cloud in ["demo", "system", "domain", "filled", "robot", "token"] {
        let variables = machine.builder().cloud(cloud).to_environment().expect(cloud);
        let variables: Vec<(String, String)> =
            variables.into_iter().map(|(name, value)| (name, value.expose().to_owned())).collect();
        let back = Client::builder().host(Host::made(variables)).environment().config().expect(cloud);
        let there = machine.builder().cloud(cloud).config().expect(cloud);
        assert_eq!(told(&back), told(&there), "{cloud}");
        assert_eq!(back.transport(), there.transport(), "{cloud}");
    }
}

#[cfg(feature = "redis")]
#[test]
fn the_section_for_caching_serves_all_clouds_that_say_nothing_else() {
    const CLOUDS: &str = "
cache:
  expiration_time: 3600
  token_cache: redis://of-all
  token_cache_password_command: [printf, of all]
clouds:
  plain: {auth: {auth_url: http://keystone/v3, username: a, password: p}}
  own: {auth: {auth_url: http://keystone/v3, username: a, password: p}, token_cache: /own}
";
    let shared = |place: &str, password: &str| format!("redis://{place}:6379/0 {password}");
    let machine = Machine::new(CLOUDS, "cache: {token_cache_secret: of the fleet}");
    let told = |builder: ClientBuilder| match builder.config().expect("a configuration").token_store {
        Some(StoreAddress::Shared(store)) => {
            assert_eq!(store.secret, Some("of the fleet".into()));
            format!("{} {}", store.shown(), store.password.as_ref().map_or("", |it| it.expose()))
        }
        Some(StoreAddress::Folder(folder) | StoreAddress::Keyring(folder)) => folder.display().to_string(),
        None => String::new(),
    };
    assert_eq!(told(machine.builder().cloud("plain")), shared("of-all", "of all"));
    assert_eq!(told(machine.builder().cloud("own")), "/own");
    let above = machine.builder().cloud("plain").option("token_cache", "redis://u:x@above");
    assert_eq!(told(above.option("token_cache_password", "said")), shared("above", "said"));
    let nowhere = machine.builder().cloud("plain").option("token_cache", "none");
    assert_eq!(told(nowhere), "");

    let slip = Machine::new("cache: {token_cash: x, token_cache_pasword: y}\nclouds: {c: {}}", "");
    let error = slip.builder().cloud("c").config().expect_err("a slip");
    assert!(error.to_string().contains("cache.token_cache_pasword"), "{error}");
    assert_eq!(error.hint(), Some("did you mean `token_cache_password`?"));
}
