//! Other programs: the real `openstack` for commands outside the identity API, and `archstone-foo` for `archstone foo`.

use std::{
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use crate::program::Program;

/// A script in `PATH` that prints its arguments and some variables.
fn script(folder: &Path, name: &str) -> PathBuf {
    std::fs::create_dir_all(folder).expect("a folder");
    let path = folder.join(name);
    let text = "#!/bin/sh\necho \"real: $*; $OS_AUTH_TYPE $ARCHSTONE_TOKEN_CACHE\"\nexit 7\n";
    std::fs::write(&path, text).expect("a script");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it can be run");
    path
}

/// Runs the program under the name `openstack`.
fn as_openstack(program: &Program, arguments: &str) -> (Option<i32>, String, String) {
    let link = program.home.join("bin/openstack");
    if !link.exists() {
        std::fs::create_dir_all(link.parent().expect("a folder")).expect("a folder");
        symlink(env!("CARGO_BIN_EXE_archstone"), &link).expect("a link");
    }
    let arguments: Vec<_> = arguments.split_whitespace().collect();
    let like = program.command(&arguments);
    let mut command = std::process::Command::new(link);
    command.args(like.get_args()).env_clear().current_dir(&program.home).stdin(std::process::Stdio::null());
    command.envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let run = program.read(&command.output().expect("it runs"));
    (run.code, run.stdout, run.stderr)
}

#[test]
fn what_is_not_of_identity_goes_to_the_real_openstack() {
    let home = Program::new();
    let real = script(&home.home.join("real"), "openstack");
    // Two links to this program come first in `PATH`: it never runs itself.
    let links = home.home.join("links");
    std::fs::create_dir_all(&links).expect("a folder");
    symlink(env!("CARGO_BIN_EXE_archstone"), links.join("openstack")).expect("a link");
    let own = home.home.join("bin");
    let path = format!("{}:{}:{}", own.display(), links.display(), real.parent().expect("a folder").display());
    let program = home.with("PATH", &path);

    for line in
        ["server list --long", "--os-cloud x server list", "net list", "user lis", "command list", "--version", ""]
    {
        let (code, stdout, _) = as_openstack(&program, line);
        assert_eq!((code, stdout), (Some(7), format!("real: {line};  \n")), "{line}");
    }
    // Our own commands are run here.
    let (code, stdout, stderr) = as_openstack(&program, "domain create");
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(
        stderr.ends_with("openstack domain create: error: the following arguments are required: <domain-name>\n"),
        "{stderr}"
    );
}

#[test]
fn without_a_real_openstack_an_unknown_command_is_a_usage_error() {
    let program = Program::new();
    // The configured program is this one.
    let program = program.with("ARCHSTONE_OPENSTACK", env!("CARGO_BIN_EXE_archstone"));

    let (code, stdout, stderr) = as_openstack(&program, "server list");

    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert_eq!(
        stderr,
        "openstack: 'server' is not a command of identity, and there is no other `openstack` on PATH to hand it over to \
         (ARCHSTONE_OPENSTACK can name one)\n"
    );
}

#[test]
fn the_plugin_of_the_real_openstack_shares_the_login() {
    let home = Program::new();
    let venv = home.home.join("venv");
    let real = script(&venv.join("bin"), "openstack");
    std::fs::create_dir_all(venv.join("lib/python3.13/site-packages/archstone-0.2.0.dist-info")).expect("a package");
    symlink("/bin/sh", venv.join("bin/python")).expect("an interpreter");
    let text = std::fs::read_to_string(&real).expect("the script");
    let text = text.replace("/bin/sh", &venv.join("bin/python").display().to_string());
    std::fs::write(&real, text).expect("the script");
    let named = real.display().to_string();
    let program = home.with("ARCHSTONE_OPENSTACK", &named);

    let (_, stdout, _) = as_openstack(&program, "server list");

    assert_eq!(stdout, "real: server list; archstone disk\n");
}

#[test]
fn a_command_that_is_a_program_on_the_path_is_run() {
    let home = Program::new();
    let folder = home.home.join("bin");
    script(&folder, "archstone-report");
    let program = home.with("PATH", &folder.display().to_string());

    let run = program.run("report --all x");
    let unknown = program.run("no-such-report");

    assert_eq!((run.code, run.stdout.as_str()), (Some(7), "real: --all x;  \n"));
    assert_eq!(unknown.code, Some(2));
}
