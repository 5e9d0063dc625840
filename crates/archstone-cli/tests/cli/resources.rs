//! Commands that change resources: dry runs, results, and confirmation prompts.

use crate::{program::Program, prompt::at_a_terminal};

fn admin() -> Program {
    Program::of("admin").with("OS_PROJECT_NAME", "admin")
}

#[test]
fn a_dry_run_shows_what_would_be_sent_without_secrets_and_sends_nothing() {
    let admin = admin();

    for (line, expected) in [
        (
            "group create dry --domain acme --description x --dry-run",
            "POST groups\n{\n  \"group\": {\n    \"name\": \"dry\",\n    \"description\": \"x\",\n    \"domain_id\": \"<id>\"\n  }\n}\n",
        ),
        ("region delete RegionTwo --dry-run", "DELETE regions/RegionTwo\n"),
        ("region set RegionTwo --dry-run", "nothing would be changed\n"),
    ] {
        assert_eq!(admin.run(line).steady_result(), expected, "{line}");
    }
    let credential =
        admin.run_with_input("credential create alice - --type totp --user-domain Default --dry-run", "GEZDGNBV\n");
    assert!(!credential.stdout.contains("GEZDGNBV"), "{}", credential.stdout);
    assert_eq!(admin.run("group list --domain acme -f value -c Name").result().matches("dry").count(), 0);
    assert_eq!(admin.run("region show RegionTwo -f value -c region").result(), "RegionTwo\n");
}

#[test]
fn several_things_are_deleted_one_by_one_and_one_that_fails_keeps_none_of_the_others() {
    let admin = admin();
    for region in ["cli-north", "cli-south"] {
        admin.run(&format!("region create {region}")).result();
    }

    let some = admin.run("region delete cli-north cli-nowhere cli-south");
    let one = admin.run("region delete cli-nowhere");

    assert!(some.stderr.contains("Failed to delete region with ID 'cli-nowhere': "), "{}", some.stderr);
    assert!(some.stderr.contains("1 of 3 regions failed to delete"), "{}", some.stderr);
    assert_eq!((some.code, some.stdout.as_str(), one.code), (Some(6), "", Some(6)));
    assert!(!admin.run("region list -f value -c Region").result().contains("cli-"));
}

#[test]
fn something_that_exists_is_shown_where_that_is_asked_for() {
    let admin = admin();
    let made = admin.run("group create cli-shown --domain acme -f value -c id").result().to_owned();

    let shown = admin.run("group create cli-shown --domain acme --or-show -f value -c id");
    let refused = admin.run("group create cli-shown --domain acme");

    assert_eq!((shown.result(), refused.code), (made.as_str(), Some(7)));
    admin.run("group delete cli-shown --domain acme").result();
}

#[test]
fn a_file_that_is_wrong_is_named_with_what_is_wrong() {
    let admin = admin();
    std::fs::write(admin.home.join("rules.json"), "{").expect("a file");

    for (line, expected) in [
        ("mapping create m --rules rules.json", "the file `rules.json` is not JSON"),
        ("mapping create m --rules nowhere.json", "cannot read the file `nowhere.json`"),
        (
            "trust create a b --project p --role r --expiration tomorrow",
            "`--expiration tomorrow` is not a time such as",
        ),
        (
            "limit set x --resource-limit many",
            "invalid value 'many' for '--resource-limit <RESOURCE_LIMIT>': it is not a whole number",
        ),
        ("user list --limit -1", "it is not a whole number of at least 0"),
        ("user list --max-width wide", "it is not a whole number\n"),
        ("batch --concurrency many", "it is not a whole number from 1 to 64"),
        ("doctor --endpoint-timeout 0", "it is not a whole number from 1 to 3600"),
        ("identity provider create p --authorization-ttl -1", "`--authorization-ttl` must be zero or more minutes"),
    ] {
        let run = admin.run(line);
        assert!(run.stderr.contains(expected), "{line}: {}", run.stderr);
        assert_ne!(run.code, Some(0));
    }
}

#[test]
fn a_person_is_asked_before_something_is_deleted() {
    let admin = admin();
    admin.run("group create cli-asked --domain acme").result();
    let delete = ["group", "delete", "cli-asked", "--domain", "acme"];

    let no = at_a_terminal(&admin, &delete, &[("Delete the group `cli-asked`? [y/N] ", "=\n")]);
    let kept = admin.run("group show cli-asked --domain acme -f value -c name");
    let yes = at_a_terminal(&admin, &delete, &[("[y/N] ", "=y\n")]);
    let domain = at_a_terminal(&admin, &["domain", "delete", "umbrella"], &[("Type its name: ", "=acme\n")]);
    let beforehand = at_a_terminal(&admin, &["group", "delete", "cli-asked", "--domain", "acme", "--yes"], &[]);

    assert!(no.status == 2 && no.shown.contains("nothing was deleted"), "{no:?}");
    assert_eq!(kept.result(), "cli-asked\n");
    assert_eq!(yes.status, 0, "{yes:?}");
    assert!(domain.status == 2 && domain.shown.contains("nothing was deleted"), "{domain:?}");
    // It no longer exists, which is reported without a prompt.
    assert!(beforehand.status == 6 && !beforehand.shown.contains("[y/N]"), "{beforehand:?}");
}

#[test]
fn a_name_of_several_things_is_told_apart_by_an_option_of_the_very_command() {
    let admin = Program::of("admin").with("OS_PROJECT_NAME", "admin");
    for (line, option) in [
        ("user show alice", Some("--domain")),
        ("project show web", Some("--domain")),
        ("user list --project web", Some("--domain")),
        ("role assignment list --user alice", Some("--user-domain")),
        ("role add reader --user bob --project web", Some("--project-domain")),
        ("trust create alice bob --project lab --role member", Some("--trustor-domain")),
        ("access list --user alice", Some("--user-domain")),
        ("access explain bob --project web", Some("--project-domain")),
        // This command has no such option.
        ("credential create bob blob --project web", None),
    ] {
        let run = admin.run(line);
        let domain = option.map(|option| format!(", or give its domain with `{option}`")).unwrap_or_default();
        assert!(run.stderr.ends_with(&format!("\nhint: name it by its id{domain}\n")), "{line}: {run:?}");
        assert_eq!(run.code, Some(6), "{line}");
    }
}
