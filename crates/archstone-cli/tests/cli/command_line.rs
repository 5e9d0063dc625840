//! How the command line may be written, and what it says of itself.

use crate::program::Program;

#[test]
fn options_may_stand_before_and_after_the_words() {
    let alice = Program::of("alice");

    let after = alice.run("project list -f value -c Name --os-project-name db");
    let before = alice.run("-f value --os-project-name=db -cName project list");
    let short = alice.run("proj l -fvalue --col name --os-project-na db");

    assert_eq!(after.result(), "db\nweb\n");
    assert_eq!(before.result(), after.result());
    assert_eq!(short.result(), after.result());
}

#[test]
fn the_last_of_two_equal_options_counts() {
    let alice = Program::of("alice");

    let run = alice.run("--os-project-name web token issue -f json -f value -c id --os-project-name db --renew");
    let project = alice.run("whoami --os-project-name db -f value -c project_name");

    assert!(run.result().starts_with("gAAAA"), "{}", run.stdout);
    assert_eq!(project.result(), "db\n");
    assert_eq!(alice.logins(), 1);
}

#[test]
fn the_command_line_is_stronger_than_the_environment() {
    let alice = Program::of("alice").with("OS_PROJECT_NAME", "web");

    let name = |arguments: &str| alice.run(&format!("whoami -f value -c project_name {arguments}")).stdout;

    assert_eq!(name(""), "web\n");
    assert_eq!(name("--os-project-name db"), "db\n");
}

#[test]
fn a_cloud_of_clouds_yaml_needs_no_more_than_its_name() {
    let nobody = Program::new();
    let entry = format!(
        "clouds:\n  mine:\n    auth:\n      auth_url: {}\n      username: alice\n      password: alice-secret\n",
        nobody.auth_url()
    );
    std::fs::write(nobody.home.join("clouds.yaml"), entry + "  other: {}\n").expect("clouds.yaml");

    for arguments in ["--os-cloud mine", "--cloud mine", "--os-cloud=mine"] {
        assert_eq!(nobody.run(&format!("whoami -f value -c user_name {arguments}")).result(), "alice\n");
    }
}

#[test]
fn columns_are_found_however_they_are_spelled() {
    let alice = Program::of("alice");

    let columns = alice.run("project list --long -f csv -c domain_id -c NAME -c nonsense --sort-column Name");
    let unknown = alice.run("project list -c nonsense");

    assert_eq!(columns.result(), "\"Name\",\"Domain ID\"\n\"db\",\"default\"\n\"web\",\"default\"\n");
    assert_eq!(
        unknown.failure(),
        "exit 2\nerror: there is no column `nonsense`\n\nhint: the columns are `ID`, `Name`\n"
    );
}

#[test]
fn a_table_is_made_as_narrow_as_asked() {
    let alice = Program::of("alice");

    let table = alice.run("project list --max-width 30 --sort-column Name").stdout;

    assert!(table.lines().all(|line| line.len() <= 30), "{table}");
    assert!(table.lines().count() > 6, "{table}");
}

#[test]
fn options_of_openstack_without_a_meaning_here_are_understood() {
    let alice = Program::of("alice");

    let run = alice.run("--os-identity-api-version 3 --os-compute-api-version=2.1 --os-beta-command url compute");

    assert_eq!(run.result(), "http://compute.public.region-one.example:8774/v2.1\n");
}

#[test]
fn verify_takes_back_what_the_environment_says_of_insecure() {
    let nobody = Program::new().with("OS_INSECURE", "true").with("OS_AUTH_URL", "https://127.0.0.1:1/v3");
    let nobody = nobody.with("OS_USERNAME", "alice").with("OS_PASSWORD", "secret").with("OS_CACERT", "/no/such/file");

    assert!(nobody.run("token issue").stderr.contains("nothing listens at"));
    assert!(nobody.run("token issue --verify").stderr.contains("/no/such/file"));
}

#[test]
fn help_is_read_without_a_cloud_and_asks_nobody() {
    let nobody = Program::new();

    let whole = nobody.run("--help");
    let command = nobody.run("token issue --help");

    assert!(whole.result().contains("  whoami      Print who you are"), "{}", whole.stdout);
    assert!(whole.result().contains("--os-auth-url <URL>"), "{}", whole.stdout);
    assert!(command.result().contains("Examples:\n  archstone token issue"), "{}", command.stdout);
    assert!(!command.result().contains("--os-auth-url"), "{}", command.stdout);
    assert_eq!(nobody.run("help token issue").result(), command.result());
    assert_eq!(nobody.run("--version").result(), concat!("archstone ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn a_shell_takes_the_completion() {
    let nobody = Program::new();
    let script = nobody.home.join("completion");
    std::fs::write(&script, nobody.run("completion bash").result()).expect("a file");

    let bash = std::process::Command::new("bash")
        .args(["-c", "source \"$0\"; complete -p archstone; COMP_WORDS=(archstone tok); COMP_CWORD=1"])
        .arg(&script)
        .output()
        .expect("bash runs");

    let said = String::from_utf8_lossy(&bash.stdout);
    assert!(said.contains("archstone") && bash.stderr.is_empty(), "{said}{}", String::from_utf8_lossy(&bash.stderr));
}
