//! Tests of precedence, and of the errors for invalid values.

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

/// A host with these files and variables.
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

/// The parts of a configuration that the tests compare: user, scope, region.
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
    // The id in the environment hides the name in the file.
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
        // With a project, a domain option is that of user and project, as in openstacksdk.
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
        (entry("auth_type: v3nothing"), ErrorKind::InvalidConfig, &["line 4", "`v3nothing`"]),
        (entry("regions: [{name: n, values: x}]"), ErrorKind::InvalidConfig, &["regions", "line 4", "`values`"]),
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
        &["true", "clouds.demo.compute_connect_retries", "`many`"],
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

#[test]
fn what_none_sends_is_not_a_variable() {
    let host = Host::made([("OS_AUTH_TYPE", "none"), ("OS_ENDPOINT", "http://ironic:6385")]);
    let variables = Client::builder().host(host).environment().to_environment().expect("variables");
    let names: Vec<_> = variables.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["OS_AUTH_TYPE", "OS_ENDPOINT"]);
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
        Some(StoreAddress::Folder { folder, .. }) => folder.display().to_string(),
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

fn found(host: &Host) -> Vec<String> {
    let text = |it: super::Finding| format!("{} {} {}", it.is_error, it.message, it.hint.unwrap_or_default());
    check(host).into_iter().map(text).collect()
}

/// Asserts that each row of words occurs in its own line, and that there are no other lines.
fn assert_each(found: &[String], expected: &[&[&str]]) {
    for words in expected {
        assert!(found.iter().any(|it| words.iter().all(|word| it.contains(word))), "{words:?} in {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn a_check_finds_every_mistake_of_a_cloud() {
    let clouds = "
clouds:
  demo:
    auth:
      auth_url: keystone
      usrname: alice
      username: \"alice\\r\"
      password: |
        marked
      system_scope: al
      project_name: web
    auth_type: v3passwrod
    timeout: soon
    verify: maybe
    interface: outside
    cacert: |
      -----BEGIN CERTIFICATE-----
      marked
    cert: missing.pem
    key: .
    proxy: ftp://proxy.example
    compute_connect_retries: many
    image_api_version: x
  files:
    auth: {auth_url: 'http://k/v3', username: alice, password_file: missing, password_command: 'a \"b'}
    original_ip: nowhere
";
    let machine = Machine::new(clouds, "clouds: {}");
    let host = Host::made(machine.variables.clone()).with_folders(&machine.folder, &machine.folder);
    #[cfg(unix)]
    for name in ["clouds.yaml", "secure.yaml"] {
        fs::set_permissions(machine.folder.join(name), std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .expect(name);
    }
    let found = found(&host);
    assert_each(
        &found,
        &[
            &["true", "auth.auth_url", "line 5", "is not a URL"],
            &["true", "`usrname`", "line 6", "did you mean `username`?"],
            &["false", "auth.username", "a carriage return", "`alice\\r`"],
            &["false", "auth.password", "a line break", "without `|`"],
            &["true", "auth.system_scope", "`al`"],
            &["true", "clouds.demo.auth_type", "did you mean `v3password`?"],
            &["true", "clouds.demo.timeout", "`soon`"],
            &["true", "clouds.demo.verify", "`maybe`"],
            &["true", "clouds.demo.interface", "`outside`"],
            &["true", "clouds.demo.cacert", "the text of a certificate", "save the text as a file"],
            &["true", "clouds.demo.cert", "missing.pem`, which cannot be read"],
            &["true", "clouds.demo.key", "which is a folder"],
            &["true", "clouds.demo.proxy", "line 21"],
            &["true", "clouds.demo.compute_connect_retries", "`many`"],
            &["true", "clouds.demo.image_api_version", "`x`"],
            &["true", "clouds.files.auth.password_file", "missing`, which cannot be read"],
            &["true", "clouds.files.auth.password_command", "not closed"],
            &["true", "clouds.files.original_ip", "not an IP address"],
        ],
    );
    assert!(!found.join("").contains("marked"), "{found:#?}");
}

#[test]
fn a_check_finds_what_is_wrong_with_the_environment_and_what_is_left_over() {
    let machine = Machine::new("clouds: {}", "");
    let host = |variables: &[(&str, &str)]| {
        let own = machine.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Host::made(own.chain(variables.iter().copied())).with_folders(&machine.folder, &machine.folder)
    };
    assert_each(
        &found(&host(&[
            ("OS_USERNAME", "alice\r"),
            ("OS_PASSWORD", "marked\r"),
            ("OS_CACERT", "-----BEGIN CERTIFICATE-----"),
            ("OS_KEY", "missing"),
            ("OS_INSECURE", "maybe"),
            ("OS_REGION_NAM", "r"),
        ])),
        &[
            &["false", "`OS_USERNAME` holds a carriage return: `alice\\r`"],
            &["false", "`OS_PASSWORD` holds a carriage return "],
            &["true", "`OS_CACERT` is the text of a certificate"],
            &["true", "`OS_KEY` names", "cannot be read"],
            &["true", "`OS_INSECURE` is `maybe`"],
            &["false", "`OS_REGION_NAM`", "did you mean `OS_REGION_NAME`?"],
        ],
    );
    assert_each(&found(&host(&[("OS_CLOUD", "nope")])), &[&["true", "no cloud `nope`"]]);

    let clouds =
        "clouds: {demo: {auth: {auth_url: 'http://k/v3', username: alice, password: marked, project_name: web}}}";
    fs::write(machine.folder.join("clouds.yaml"), clouds).expect("a file");
    #[cfg(unix)]
    fs::set_permissions(machine.folder.join("clouds.yaml"), std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .expect("a mode");
    let left = [("OS_CLOUD", "demo"), ("OS_PASSWORD", "old"), ("OS_PROJECT_ID", "p1"), ("OS_USERNAME", "alice")];
    assert_each(
        &found(&host(&left)),
        &[
            &[
                "false",
                "`OS_PASSWORD` takes precedence over `clouds.demo.auth.password`",
                "`demo`",
                "unset OS_PASSWORD",
            ],
            &["false", "`OS_PROJECT_ID` takes precedence over `clouds.demo.auth.project_name`", "unset OS_PROJECT_ID"],
        ],
    );
    assert_each(
        &found(&host(&[("OS_CLOUD", "demo"), ("OS_TOKEN", "old")])),
        &[&["`OS_TOKEN` takes precedence over `clouds.demo.auth.password`"]],
    );
}

#[test]
fn a_variable_that_a_method_of_the_file_takes_leaves_that_method() {
    let cloud = "clouds: {m: {auth_type: v3oauth2mtlsclientcredential, cert: c.pem, key: k.pem, auth: {auth_url: \
                 'https://k/v3', oauth2_client_id: c}}}";
    let machine = Machine::new(cloud, "");
    let own = machine.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in [("OS_OAUTH2_ENDPOINT", "https://k/token"), ("OS_OAUTH2_CLIENT_ID", "other")] {
        let variables = own.clone().chain([("OS_CLOUD", "m"), (name, value)]);
        let host = Host::made(variables).with_folders(&machine.folder, &machine.folder);
        let config = Client::builder().host(host).environment().config().expect(name);
        assert_eq!(config.method().expect(name).name(), "oauth2_mtls_client_credential", "{name}");
    }
}

#[test]
fn a_file_of_the_working_folder_runs_commands_only_once_it_is_trusted() {
    let machine = Machine::new("", "");
    let work = machine.folder.join("work");
    fs::create_dir_all(&work).expect("a folder");
    let path = work.join("clouds.yaml");
    let entry = |auth: &str| {
        let text = format!("clouds: {{demo: {{auth: {{auth_url: 'http://k/v3', username: alice, {auth}}}}}}}");
        fs::write(&path, text).expect("a file");
    };
    let host = Host::made([("HOME", machine.folder.clone())]).with_folders(&work, machine.folder.join("root"));
    let config = || Client::builder().host(host.clone()).cloud("demo").config();
    let refused = || {
        let error = config().expect_err("the file is not trusted");
        assert!(error.hint().is_some_and(|hint| hint.contains("archstone config trust")), "{error:?}");
    };
    for auth in ["password_command: [echo, secret]", "password_file: secret", "password_keyring: demo"] {
        entry(auth);
        refused();
    }
    entry("password_command: [echo, secret]");
    assert_eq!(super::untrusted(&host), std::slice::from_ref(&path));
    super::trust(&path, &host).expect("the file is trusted");
    config().expect("the command runs");
    assert_eq!(super::untrusted(&host), Vec::<PathBuf>::new());
    // A change to the file revokes the trust.
    entry("password_command: [echo, another]");
    refused();
    super::trust(&path, &host).expect("the file is trusted again");
    config().expect("the command runs");
    assert!(super::distrust(&path, &host).expect("the list is written"));
    refused();
    assert!(!super::distrust(&path, &host).expect("the list is read"));
    // A file that a variable names is intended.
    let variables = [("HOME", machine.folder.clone()), ("OS_CLIENT_CONFIG_FILE", path.clone())];
    let named = Host::made(variables).with_folders(&work, machine.folder.join("root"));
    Client::builder().host(named).cloud("demo").config().expect("the command runs");
}

#[test]
fn secrets_that_go_where_a_file_of_the_working_folder_says_are_told() {
    let machine = Machine::new("", "");
    let work = machine.folder.join("work");
    fs::create_dir_all(&work).expect("a folder");
    let path = work.join("clouds.yaml");
    fs::write(&path, "clouds: {demo: {auth: {auth_url: 'http://evil/v3', username: alice}}}").expect("a file");
    let host = Host::made([
        ("HOME", machine.folder.display().to_string()),
        ("OS_CLOUD", "demo".into()),
        ("OS_PASSWORD", "marked".into()),
    ])
    .with_folders(&work, machine.folder.join("root"));
    let told = || {
        let sources = super::Sources { environment: true, ..super::Sources::default() };
        super::trust::strangers(&sources.merge(&host).expect("settings").1, &host)
    };
    let all = told();
    let [(from, message)] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(from, &path);
    assert!(message.contains("`OS_PASSWORD` goes to `http://evil/v3`"), "{message}");
    assert!(!message.contains("marked"), "{message}");
    super::trust(&path, &host).expect("the file is trusted");
    assert_eq!(told(), []);
}

#[test]
fn a_bundle_that_requests_or_curl_is_told_of_counts_where_nothing_else_does() {
    let host = |variables: &[(&str, &str)]| Host::made(variables.iter().copied());
    let trusted = |host: Host| {
        let builder = Client::builder().host(host).environment().auth_url("http://k/v3").user_id("u").password("p");
        builder.config().expect("a configuration").transport().trust.clone()
    };
    let (requests, curl) = (("REQUESTS_CA_BUNDLE", "/requests.pem"), ("CURL_CA_BUNDLE", "/curl.pem"));
    let bundle = |path: &str| Trust::Bundle(path.into());
    assert_eq!(trusted(host(&[requests, curl])), bundle("/requests.pem"));
    assert_eq!(trusted(host(&[curl])), bundle("/curl.pem"));
    assert_eq!(trusted(host(&[requests, ("OS_CACERT", "/own.pem")])), bundle("/own.pem"));
    assert_eq!(trusted(host(&[requests, ("OS_VERIFY", "/own.pem")])), bundle("/own.pem"));
    assert_eq!(trusted(host(&[requests, ("OS_INSECURE", "true")])), Trust::Nothing);
    let own = Client::builder().host(host(&[requests])).auth_url("http://k/v3").user_id("u").password("p");
    assert_eq!(own.config().expect("a configuration").transport().trust, Trust::System, "not asked for");
}

#[test]
fn a_token_with_an_endpoint_serves_every_service() {
    for kind in ["admin_token", "token_endpoint"] {
        let host = Host::made([("OS_AUTH_TYPE", kind), ("OS_TOKEN", "t"), ("OS_URL", "http://nova:8774/v2.1")]);
        let client = Client::builder().host(host).environment().build().expect("a client");
        for service in ["compute", "image", "identity"] {
            let url = client.current_url_for(service).expect("the URL of all services");
            assert_eq!(url.as_str(), "http://nova:8774/v2.1", "{kind} {service}");
        }
        let table: [(&[(&str, &str)], &str); 2] = [
            (&[("OS_AUTH_TYPE", kind), ("OS_TOKEN", "t")], "`OS_AUTH_TYPE`"),
            (&[("OS_AUTH_TYPE", kind), ("OS_URL", "http://nova:8774/v2.1")], "`token`"),
        ];
        for (variables, blamed) in table {
            let host = Host::made(variables.iter().copied());
            let error = Client::builder().host(host).environment().config().expect_err(blamed);
            let said = format!("{error} {}", error.hint().unwrap_or_default());
            assert!(said.contains(blamed) && !said.contains("auth_url"), "{said}");
        }
    }
}

#[test]
fn an_option_that_is_not_there_is_taken_for_the_one_that_is_meant() {
    let table = [
        ("user", Some("username")),
        ("domain", Some("domain_name")),
        ("pasword", Some("password")),
        ("auth", Some("auth_url")),
        ("colour", None),
        ("xy", None),
    ];
    for (name, meant) in table {
        let error = Client::builder().option(name, "x").config().expect_err(name);
        assert_eq!(error.hint(), meant.map(|meant| format!("did you mean `{meant}`?")).as_deref(), "{name}");
    }
}
