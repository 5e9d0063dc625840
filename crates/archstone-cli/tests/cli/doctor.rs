//! `archstone doctor`: its output and exit status.

use archstone_testing::{CatalogBuilder, FakeCloud, FakeKeystone};

use crate::program::Program;

fn cloud() -> FakeKeystone {
    let catalog = CatalogBuilder::new().service("identity", "keystone", "/v3").service("compute", "nova", "/compute");
    FakeCloud::demo().catalog(catalog).start()
}

fn demo(keystone: &FakeKeystone) -> Program {
    let program = Program::new();
    let entry = format!(
        "clouds:\n  demo:\n    auth: {{auth_url: '{}', username: demo, password: secret}}\n  wrong:\n    auth: {{auth_url: '{0}', username: demo, password: canary-password}}\n",
        keystone.auth_url()
    );
    let folder = program.home.join(".config/openstack");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("clouds.yaml"), entry).expect("clouds.yaml");
    program
}

#[test]
fn a_cloud_that_works_is_status_0_with_a_row_for_each_check() {
    let keystone = cloud();
    let demo = demo(&keystone);

    let rows = demo.run("doctor demo -f json").json();
    let table = demo.run("doctor --os-cloud demo").result().to_owned();

    let rows = rows.as_array().expect("rows");
    let steps: Vec<_> = rows.iter().filter_map(|row| row["Step"].as_str()).collect();
    for step in ["configuration", "token cache", "proxy", "dns", "tcp", "tls", "clock", "discovery", "login", "scope"] {
        assert!(steps.contains(&step), "{step}: {steps:?}");
    }
    assert_eq!(steps.iter().filter(|step| **step == "endpoint").count(), 2);
    let login = rows.iter().find(|row| row["Step"] == "login").expect("a login");
    assert_eq!((&login["Verdict"], &login["Remedy"]), (&"ok".into(), &serde_json::Value::Null));
    assert!(login["Seconds"].is_number(), "{login}");
    assert!(table.contains("| ok ") && !table.contains("None"), "{table}");
    assert_eq!(keystone.logins(), 2);
}

#[test]
fn the_exit_status_is_that_of_the_first_failure() {
    let keystone = cloud();
    let demo = demo(&keystone);
    for (arguments, status, step) in [
        ("doctor wrong", 4, "login"),
        ("doctor nowhere", 3, "configuration"),
        ("doctor demo --os-auth-url http://127.0.0.1:9/v3", 8, "tcp"),
        ("doctor demo --os-auth-url http://keystone.invalid/v3", 8, "dns"),
        ("doctor demo --os-region-name nowhere", 6, "catalog"),
        ("doctor demo --os-interface public", 0, ""),
        ("doctor wrong --offline", 0, ""),
    ] {
        let run = demo.run(&format!("{arguments} -f json"));
        assert_eq!(run.code, Some(status), "{arguments}: {run:?}");
        let rows: Vec<serde_json::Value> = serde_json::from_str(&run.stdout).expect("JSON");
        let failed =
            rows.iter().find(|row| row["Verdict"] == "failed").map_or("", |row| row["Step"].as_str().expect("a step"));
        assert_eq!(failed, step, "{arguments}");
    }
}

#[test]
fn a_report_is_one_text_without_secrets() {
    let keystone = cloud();
    let demo = demo(&keystone)
        .with("OS_COMPUTE_ENDPOINT_OVERRIDE", "http://u:canary-override@127.0.0.1:9/")
        .with("http_proxy", "http://u:canary-proxy@127.0.0.1:9")
        .with("no_proxy", "127.0.0.1")
        .with("ARCHSTONE_TOKEN_CACHE", "redis://:canary-cache@127.0.0.1:9")
        .with("ARCHSTONE_TOKEN_CACHE_SECRET", "canary-secret");

    for (arguments, status) in
        [("doctor demo --report", 8), ("doctor wrong --report", 4), ("doctor --offline --report wrong", 0)]
    {
        let report = demo.run(arguments);
        assert_eq!(report.code, Some(status), "{report:?}");
        assert!(!report.stdout.contains("canary") && !report.stderr.contains("canary"), "{report:?}");
        for words in ["archstone 0.", "platform: ", "features: ", "  password: *** (", "\nchecks\n", "clouds.yaml"] {
            assert!(report.stdout.contains(words), "{words}: {report:?}");
        }
    }
    let refused = demo.run("doctor --report -f json");
    assert_eq!(refused.code, Some(2), "{refused:?}");
}
