//! Forms of the command line, and its help.

use crate::program::Program;

#[test]
fn options_may_stand_before_and_after_the_words() {
    let alice = Program::of("alice");

    let after = alice.run("project list -f value -c Name --os-project-name db");
    let before = alice.run("-f value --os-project-name=db -cName project list");

    assert_eq!(after.result(), "db\nweb\n");
    assert_eq!(before.result(), after.result());
}

#[test]
fn words_are_written_whole() {
    let alice = Program::of("alice");
    let table = [
        ("--os-proj x whoami", "unexpected argument '--os-proj' found", "'--os-project-id', '--os-project-name'"),
        ("whoami --col name", "unexpected argument '--col' found", "'--column'"),
        ("token issue --ren", "unexpected argument '--ren' found", "'--renew'"),
        ("tok issue", "unrecognized subcommand 'tok'", "'token'"),
        ("token iss", "unrecognized subcommand 'iss'", "'issue'"),
        ("user pass set", "unrecognized subcommand 'pass'", "'password'"),
        ("whoami --usr-agent x", "unexpected argument '--usr-agent' found", "'--user-agent'"),
        ("token issue --renwe", "unexpected argument '--renwe' found", "'--renew'"),
        ("token isseu", "unrecognized subcommand 'isseu'", "'issue'"),
        ("whoami -f jsn", "invalid value 'jsn' for '--format <FORMAT>'", "'json'"),
    ];
    for (arguments, message, whole) in table {
        let failure = alice.run(arguments).failure();
        assert!(failure.starts_with(&format!("exit 2\nerror: {message}\n")), "{arguments}: {failure}");
        assert!(failure.contains(whole), "{arguments}: {failure}");
    }
    // Similar only in spelling.
    for arguments in ["whoami --user x", "whoami --renew", "whoami --agent x", "kitten", "token nose", "whoami -f yes"]
    {
        let failure = alice.run(arguments).failure();
        assert!(failure.starts_with("exit 2\n") && !failure.contains("similar"), "{arguments}: {failure}");
    }
    assert_eq!(alice.requests(), 0);
}

#[test]
fn a_program_called_openstack_takes_abbreviations_as_openstack_does() {
    let alice = Program::of("alice");
    let program = alice.home.join("openstack");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_archstone"), &program).expect("a link");
    let run = |arguments: &str| {
        let template = alice.command(&[]);
        let mut command = std::process::Command::new(&program);
        command.args(arguments.split_whitespace()).env_clear().current_dir(&alice.home);
        command.envs(template.get_envs().filter_map(|(name, value)| Some((name, value?))));
        alice.read(&command.output().expect("the program runs"))
    };

    assert_eq!(
        run("proj l -fvalue --col name --os-project-na db --sort-column zzz --sort-column Name").result(),
        "db\nweb\n"
    );
    assert_eq!(
        run("project list --long -f csv -c NAME -c nonsense --sort-column Name").result(),
        "\"Name\"\n\"db\"\n\"web\"\n"
    );
    // `openstack` has another option of this name, and its missing options are never abbreviated.
    let user = run("domain list --user bob").failure();
    assert!(user.starts_with("exit 2\nopenstack domain list: error: `--user-agent` cannot be abbreviated"), "{user}");
    assert!(run("domain list --sort x").failure().starts_with("exit 2\n"));
    assert!(
        run("project list -c nonsense")
            .failure()
            .contains("No recognized column names in ['nonsense']. Recognized columns are ['ID', 'Name'].")
    );
}

#[test]
fn a_value_that_would_be_ignored_is_refused() {
    let alice = Program::of("alice");
    let table = [
        ("project list --sort-column zzz", "there is no column `zzz`", "the columns are `ID`, `Name`"),
        ("project list -c Name -c zzz", "there is no column `zzz`", "the columns are `ID`, `Name`"),
        ("project list -f json -c zzz", "there is no column `zzz`", "the columns are `ID`, `Name`"),
        ("token issue -c id -c zzz", "there is no column `zzz`", "`expires`, `id`, `project_id`, `user_id`"),
        ("config show --option nosuch", "unknown option `nosuch`", "the options that are set are `auth_url`, "),
        ("url identity -c x", "`url` prints plain text; `--column` is not supported", "--help"),
        ("-c x url identity", "`url` prints plain text; `--column` is not supported", "--help"),
        ("url identity -f json", "`url` prints plain text; `--format` is not supported", "--help"),
        ("cache clear --noindent", "`cache clear` prints plain text; `--noindent` is not supported", "--help"),
        ("env --sort-column x", "`env` prints plain text; `--sort-column` is not supported", "--help"),
        ("whoami --sort-column x", "`whoami` prints one thing, not rows; `--sort-column` is not supported", "--help"),
        ("whoami --quote all", "`whoami` prints one thing, not rows; `--quote` is not supported", "--help"),
        ("project list --prefix x", "`project list` prints rows; `--prefix` is not supported", "--help"),
        (
            "--sort-ascending project list --sort-descending",
            "`--sort-ascending` and `--sort-descending` contradict each other",
            "--help",
        ),
    ];
    for (arguments, message, more) in table {
        let failure = alice.run(arguments).failure();
        assert!(failure.starts_with(&format!("exit 2\nerror: {message}\n")), "{arguments}: {failure}");
        assert!(failure.contains(more), "{arguments}: {failure}");
    }
    assert_eq!(alice.run("config show --option region_name -f value").result(), "");
    assert_eq!(alice.run("config show --option os-username -f value -c value").result(), "alice\n");
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

    let columns = alice.run("project list --long -f csv -c domain_id -c NAME --sort-column Name");

    assert_eq!(columns.result(), "\"Name\",\"Domain ID\"\n\"db\",\"default\"\n\"web\",\"default\"\n");
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

    let about = whole.result().lines().find_map(|line| line.strip_prefix("  whoami "));
    assert_eq!(about.map(str::trim), Some("Show user, project, roles and expiry of the token"), "{}", whole.stdout);
    assert!(whole.result().contains("--os-auth-url <URL>"), "{}", whole.stdout);
    assert!(command.result().contains("Examples:\n  archstone token issue"), "{}", command.stdout);
    assert!(!command.result().contains("--os-auth-url"), "{}", command.stdout);
    assert_eq!(nobody.run("help token issue").result(), command.result());
    // The short help fits on one screen.
    let (short, short_command) = (nobody.run("-h"), nobody.run("token issue -h"));
    assert!(short.result().lines().count() < 50 && !short.result().contains("--os-auth-url"), "{}", short.stdout);
    assert!(short.result().contains("  whoami ") && short.result().contains("`archstone --help`"), "{}", short.stdout);
    assert!(short_command.result().contains("--renew"), "{}", short_command.stdout);
    assert!(!short_command.result().contains("Examples:"), "{}", short_command.stdout);
    assert_eq!(nobody.run("--version").result(), concat!("archstone ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn lines_of_help_are_broken_by_the_terminal_alone() {
    let nobody = Program::new();
    for page in ["token issue", "exec", "config set", "cache stats", "config check", "user password set"] {
        let arguments = format!("{page} --help");
        let help = nobody.run(&arguments).result().to_owned();
        // A line that was wrapped in the source and again here leaves a short one behind.
        let lines: Vec<&str> = help.lines().collect();
        let prose = lines.windows(2).filter(|pair| !pair.iter().any(|it| it.is_empty() || it.starts_with(' ')));
        for pair in prose {
            let next = pair[1].split(' ').next().unwrap_or_default();
            assert!(pair[0].ends_with(':') || pair[0].len() + 1 + next.len() > 100, "{page}: {pair:?}");
        }
    }
}
