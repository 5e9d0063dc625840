//! The cases of `contract/config`. Input: files, environment variables and arguments; output: the merged configuration
//! or the error. Each case also records what openstacksdk and the `openstack` command make of it (`dev/config-oracle`),
//! so that every difference is known and listed in `docs/differences.md`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use archstone::{
    ApplicationCredentialRef, AuthMethod, Client, CloudConfig, DomainRef, ProjectRef, Scope, Trust, UserRef, host::Host,
};
use serde_json::{Map, Value, json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A folder with `case.json` and a machine's files in `work`, `home`, `root` and next to them.
struct Case {
    name: String,
    folder: PathBuf,
    said: Value,
}

fn cases() -> Vec<Case> {
    let folder = fs::canonicalize(root().join("contract/config")).expect("the cases");
    let mut cases: Vec<Case> = fs::read_dir(folder)
        .expect("the cases")
        .filter_map(|entry| {
            let folder = entry.expect("a folder").path();
            let name = folder.file_name()?.to_str()?.to_owned();
            folder.is_dir().then(|| Case { name, said: read(&folder.join("case.json")), folder })
        })
        .collect();
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

impl Case {
    /// Archstone's result, in the format of `expected`.
    fn run(&self) -> Value {
        let here = self.folder.to_str().expect("a path of words");
        let text = |value: &Value| match value {
            Value::String(text) => text.replace("${CASE}", here),
            other => other.to_string(),
        };
        let mut variables: BTreeMap<String, String> =
            BTreeMap::from([("HOME".into(), self.folder.join("home").display().to_string())]);
        for (name, value) in self.said["environment"].as_object().into_iter().flatten() {
            variables.insert(name.clone(), text(value));
        }
        let host = Host::made(variables).with_folders(self.folder.join("work"), self.folder.join("root"));
        let mut builder = Client::builder().host(host);
        if self.said["library"] != true {
            builder = builder.environment();
        }
        for (name, value) in self.said["arguments"].as_object().into_iter().flatten() {
            builder = match name.as_str() {
                "cloud" => builder.cloud(text(value)),
                name => builder.option(name, text(value)),
            };
        }
        let outcome = match builder.config() {
            Ok(config) => self.told(&config),
            Err(error) => {
                let hint = error.hint().unwrap_or_default();
                json!({"error": error.kind().name(), "message": error.to_string(), "hint": hint})
            }
        };
        let text = outcome.to_string().replace(here, "${CASE}");
        serde_json::from_str(&text).expect("what was JSON")
    }

    fn told(&self, config: &CloudConfig) -> Value {
        let transport = config.transport();
        let path = |path: &Option<PathBuf>| path.as_ref().map(|it| it.display().to_string());
        let (verify, cacert) = match &transport.trust {
            Trust::System => (true, None),
            Trust::Bundle(bundle) => (true, Some(bundle.display().to_string())),
            Trust::Nothing => (false, None),
        };
        let interfaces: Vec<_> = config.interfaces().iter().map(ToString::to_string).collect();
        let mut told = json!({
            "cloud": config.name(),
            "auth_url": config.auth_url().map(ToString::to_string),
            "scope": scope(config.scope()),
            "region": config.region(),
            "interface": interfaces,
            "verify": verify,
            "cacert": cacert,
            "cert": path(&transport.client_certificate),
            "key": path(&transport.client_key),
            "timeout": transport.timeout.as_secs_f64(),
        });
        match config.method() {
            Some(AuthMethod::Password(method)) => {
                told["auth_type"] = "password".into();
                told["user"] = user(&method.user);
                told["secret"] = method.password.expose().into();
            }
            Some(AuthMethod::Token(method)) => {
                told["auth_type"] = "token".into();
                told["secret"] = method.token.expose().into();
            }
            Some(AuthMethod::ApplicationCredential(method)) => {
                told["auth_type"] = "v3applicationcredential".into();
                told["secret"] = method.secret.expose().into();
                match &method.credential {
                    ApplicationCredentialRef::Id(id) => told["credential"] = json!({"id": id}),
                    ApplicationCredentialRef::Name { name, user: it } => {
                        told["credential"] = json!({"name": name});
                        told["user"] = user(it);
                    }
                }
            }
            Some(other) => told["auth_type"] = other.spec().auth_types[0].into(),
            None => told["auth_type"] = "admin_token".into(),
        }
        let services = self.said["services"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let services: Map<String, Value> = services.map(|name| (name.to_owned(), service(config, name))).collect();
        if !services.is_empty() {
            told["services"] = services.into();
        }
        without_nothing(told)
    }
}

/// Removes members without a value.
fn without_nothing(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    let said = |value: &Value| !(value.is_null() || *value == json!([]));
    Value::Object(members.into_iter().filter(|(_, value)| said(value)).collect())
}

fn domain(domain: &DomainRef) -> (&'static str, String) {
    match domain {
        DomainRef::Id(id) => ("domain_id", id.clone()),
        DomainRef::Name(name) => ("domain_name", name.clone()),
    }
}

fn named(name: &str, it: &DomainRef) -> Value {
    let (key, value) = domain(it);
    json!({"name": name, key: value})
}

fn user(user: &UserRef) -> Value {
    match user {
        UserRef::Id(id) => json!({"id": id}),
        UserRef::Name { name, domain } => named(name, domain),
    }
}

fn scope(scope: &Scope) -> Value {
    match scope {
        Scope::Default => Value::Null,
        Scope::Unscoped => "unscoped".into(),
        Scope::Project(ProjectRef::Id(id)) => json!({"project": {"id": id}}),
        Scope::Project(ProjectRef::Name { name, domain }) => json!({"project": named(name, domain)}),
        Scope::Domain(it) => {
            let (key, value) = domain(it);
            json!({"domain": {key.trim_start_matches("domain_"): value}})
        }
        Scope::System => json!({"system": "all"}),
        Scope::Trust(id) => json!({"trust": id}),
    }
}

fn service(config: &CloudConfig, name: &str) -> Value {
    let it = config.service(name);
    let interfaces: Vec<_> = it.interfaces.iter().map(ToString::to_string).collect();
    without_nothing(json!({
        "endpoint_override": it.endpoint_override,
        "interface": interfaces,
        "region_name": it.region,
        "service_name": it.service_name,
        "service_type": it.service_type,
        "version": it.versions.map(|versions| versions.to_string()),
        "default_microversion": it.microversion.map(|version| version.to_string()),
        "connect_retries": it.connect_retries,
        "connect_retry_delay": it.connect_retry_delay.map(|delay| delay.as_secs_f64()),
        "status_code_retries": it.status_code_retries,
        "status_code_retry_delay": it.status_code_retry_delay.map(|delay| delay.as_secs_f64()),
        "retriable_status_codes": it.retriable_status_codes,
    }))
}

/// Whether it is the same error: its kind, and the names that its message or hint must contain.
fn is_expected(expected: &Value, told: &Value) -> bool {
    if expected["error"].is_null() {
        return expected == told;
    }
    let said: Vec<&str> = ["message", "hint"].iter().filter_map(|part| told[part].as_str()).collect();
    let said = said.join("\n");
    let names = expected["names"].as_array().into_iter().flatten().filter_map(Value::as_str);
    expected["error"] == told["error"] && names.into_iter().all(|name| said.contains(name))
}

#[test]
fn every_case_comes_out_as_it_should() {
    // The results are kept to help write new cases.
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("contract");
    fs::create_dir_all(&kept).expect("a folder");
    let cases = cases();
    let mut wrong = Vec::new();
    for case in &cases {
        let told = case.run();
        fs::write(kept.join(format!("{}.json", case.name)), format!("{told:#}\n")).expect("a file");
        if !is_expected(&case.said["expected"], &told) {
            wrong.push(format!("{}: expected {:#}\nfound {told:#}", case.name, case.said["expected"]));
        }
    }
    assert!(cases.len() >= 150, "only {} cases", cases.len());
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}

/// The result in a form comparable to what upstream would send: names without a domain are in the domain `default`, and
/// unset options have upstream's defaults.
fn comparable(told: &Value) -> Value {
    if !told["error"].is_null() {
        return json!("refused");
    }
    let mut told = told.clone();
    let usual = |named: &mut Value| {
        let is_named = named["name"].is_string();
        if is_named && named["domain_id"].is_null() && named["domain_name"].is_null() {
            named["domain_id"] = "default".into();
        }
    };
    usual(&mut told["user"]);
    usual(&mut told["scope"]["project"]);
    if let Some(members) = told.as_object_mut() {
        // Whether the cloud has a name depends on where it was found.
        members.remove("cloud");
        members.entry("interface").or_insert(json!(["public"]));
        if members.get("timeout") == Some(&json!(60.0)) {
            members.remove("timeout");
        }
        if members.get("auth_type") == Some(&json!("admin_token")) {
            // A token that was passed in is not returned.
            members.remove("secret");
        }
        if let Some(Value::String(url)) = members.get_mut("auth_url") {
            // Host names are compared in lower case.
            *url = url.to_lowercase();
        }
        for part in ["user", "scope"] {
            let is_empty =
                |value: &Value| value.is_null() || value.as_object().is_some_and(|it| it.values().all(Value::is_null));
            if members.get(part).is_some_and(is_empty) {
                members.remove(part);
            }
        }
    }
    told
}

#[test]
fn every_disagreement_with_upstream_is_a_listed_difference() {
    let differences = fs::read_to_string(root().join("docs/differences.md")).expect("the differences");
    let rows: Vec<&str> = differences.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next()).collect();
    let mut wrong = Vec::new();
    let (mut alike, mut compared) = (0, 0);
    for case in cases() {
        if case.said["oracles"] == json!([]) {
            continue;
        }
        let upstream = read(&case.folder.join("upstream.json"));
        for oracle in ["openstacksdk", "openstack"] {
            if upstream[oracle].is_null() {
                continue;
            }
            let agrees = comparable(&case.said["expected"]) == comparable(&upstream[oracle]);
            let listed = case.said["differences"][oracle].as_str();
            compared += 1;
            alike += usize::from(agrees);
            match listed {
                None if agrees => {}
                None => wrong.push(format!("{}: {oracle} says {:#}", case.name, upstream[oracle])),
                Some(row) if agrees => wrong.push(format!("{}: {oracle} agrees, but for `{row}`", case.name)),
                Some(row) if !rows.contains(&row) => {
                    wrong.push(format!("{}: no row `{row}` in the document", case.name));
                }
                Some(_) => {}
            }
        }
    }
    println!("{alike} of {compared} answers are alike");
    assert!(wrong.is_empty(), "{} disagreements:\n{}", wrong.len(), wrong.join("\n\n"));
}
