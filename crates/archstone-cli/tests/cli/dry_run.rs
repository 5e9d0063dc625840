//! `--dry-run` of commands that do not operate on a resource: tokens, the cache, files.

use std::{fs, path::Path};

use crate::program::Program;

/// All files below a folder with their contents.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap_or_default()));
        }
    }
    found.sort();
    found
}

#[test]
fn nothing_is_written_or_revoked() {
    let alice = Program::of("alice");
    for line in ["config set mine username alice", "config set mine password -"] {
        alice.run_with_input(line, "s3cret\n").code.expect("it ends");
    }
    let openrc = "export OS_AUTH_URL=http://k:5000/v3\nexport OS_USERNAME=bob\n";
    fs::write(alice.home.join("openrc"), openrc).expect("a file");
    alice.token();
    let (before, sent) = (files(&alice.home), alice.requests());
    let clouds = alice.home.join(".config/openstack/clouds.yaml");
    let written = format!("would write `{}`\n", clouds.display());
    let place = alice.run("cache show -f value -c store").result().trim().to_owned();

    for (line, expected) in [
        ("config set mine username carol", written.as_str()),
        ("config set other username carol", &written),
        ("config unset mine username", &written),
        ("config rename mine ours", &written),
        ("config remove mine", &written),
        ("config import-openrc theirs openrc", &written),
        ("config trust openrc", "would trust `openrc`\n"),
        ("cache clear", &format!("would remove the token of this login in `{place}`\n")),
        ("cache clear --all", "would remove all tokens of the store\n"),
        ("token revoke", "DELETE auth/tokens\n"),
    ] {
        let run = alice.run(&format!("{line} --dry-run"));
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), expected), "{line}: {run:?}");
    }
    let revoked = alice.run_with_input("token revoke - --dry-run", "gAAAAA-another");
    assert_eq!(revoked.result(), "DELETE auth/tokens\n");

    assert_eq!((files(&alice.home), alice.requests()), (before, sent));
    // If there is nothing to do, it says so.
    alice.run("cache clear").result();
    assert_eq!(alice.run("token revoke --dry-run").result(), "nothing would be changed\n");
    assert_eq!(alice.run("cache clear --dry-run").result(), "nothing would be changed\n");
}
