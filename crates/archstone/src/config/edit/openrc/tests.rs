//! Tests of openrc files for every shell, and of the messages about lines that are not understood.

use super::*;

#[test]
fn values_are_what_a_shell_would_make_of_them() {
    let text = "
#!/usr/bin/env bash
export OS_AUTH_URL=https://keystone.example:5000/v3 # the cloud
export OS_PROJECT_NAME=\"my \\\"web\\\" \\$1\"
export OS_USERNAME='it''s'
export OS_REGION_NAME=\"\"
if [ -z \"$OS_REGION_NAME\" ]; then unset OS_REGION_NAME; fi
NAME=acme
OS_USER_DOMAIN_NAME=\"${NAME}-users\"
unset OS_TENANT_NAME
echo \"Please enter your OpenStack Password for project $OS_PROJECT_NAME as user $OS_USERNAME: \"
read -sr OS_PASSWORD_INPUT
export OS_PASSWORD=$OS_PASSWORD_INPUT
export OS_COMPUTE_API_VERSION=2.79
export OS_NONSENSE=1
export OS_TOKEN=$(cat token)
";
    let openrc = read_openrc(text);
    let options: Vec<_> = openrc.options.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
    assert_eq!(
        options,
        [
            ("auth_url", "https://keystone.example:5000/v3"),
            ("compute_api_version", "2.79"),
            ("project_name", "my \"web\" $1"),
            ("username", "its"),
            ("user_domain_name", "acme-users"),
        ]
    );
    assert_eq!(openrc.open, ["OS_PASSWORD", "OS_TOKEN"]);
    assert_eq!(openrc.unknown, ["OS_NONSENSE"]);
    assert_eq!(openrc.unread, []);
}

/// The options of a file, the variables it leaves open, and the lines that are not understood.
fn told(text: &str) -> (Vec<(String, String)>, Vec<String>, Vec<usize>) {
    let openrc = read_openrc(text);
    let options = openrc.options.into_iter().map(|(name, value)| (name, value.expose().to_owned()));
    (options.collect(), openrc.open, openrc.unread.iter().map(|it| it.line).collect())
}

#[test]
fn every_shells_way_to_set_a_variable_is_read() {
    let alice = "alice";
    let table: &[(&str, &str)] = &[
        // POSIX shells.
        ("export OS_USERNAME=alice", alice),
        ("  export  OS_USERNAME=alice # the user", alice),
        ("export OS_REGION_NAME=r OS_USERNAME=alice OS_INTERFACE=public", alice),
        ("OS_USERNAME=alice; export OS_USERNAME", alice),
        ("export OS_REGION_NAME=r; export OS_USERNAME=alice", alice),
        ("export OS_REGION_NAME=r && export OS_USERNAME=alice", alice),
        ("false || export OS_USERNAME=alice", alice),
        ("export OS_USERNAME=${OS_USERNAME:-alice}", alice),
        ("export OS_USERNAME=${OS_USERNAME:-\"alice\"}", alice),
        ("export OS_USERNAME=\"${OS_USERNAME:-alice}\"", alice),
        ("export OS_USERNAME=${OS_USERNAME-alice}", alice),
        ("OS_USERNAME=\nexport OS_USERNAME=${OS_USERNAME:-alice}", alice),
        ("export OS_USERNAME=${OS_USERNAME:=alice}", alice),
        (": \"${OS_USERNAME:=alice}\"", alice),
        ("NAME=alice\nexport OS_USERNAME=${NAME:+$NAME}", alice),
        ("NAME=alice\nexport OS_USERNAME=${OTHER:-${NAME:?}}", alice),
        ("NAME=al; export OS_USERNAME=${NAME}ice", alice),
        ("declare -x OS_USERNAME=\"alice\"", alice),
        ("declare -rx OS_USERNAME='alice'", alice),
        ("typeset -x OS_USERNAME=alice", alice),
        ("readonly OS_USERNAME=alice", alice),
        ("export OS_USERNAME=$'al\\x69ce'", alice),
        ("export \\\n  OS_REGION_NAME=r \\\n  OS_USERNAME=alice", alice),
        ("if [ -z \"\" ]; then\n  export OS_USERNAME=alice\nelse\n  export OS_USERNAME=bob\nfi", alice),
        (
            "NAME=x\nif [ \"$NAME\" = y ]; then export OS_USERNAME=bob; elif [ -n \"$NAME\" ]; then export OS_USERNAME=alice; fi",
            alice,
        ),
        ("{ export OS_USERNAME=alice; }", alice),
        ("export OS_USERNAME='al\nice'", "al\nice"),
        ("export OS_USERNAME=\"a b;c && d\"", "a b;c && d"),
        // csh.
        ("setenv OS_USERNAME alice", alice),
        ("setenv OS_REGION_NAME r; setenv OS_USERNAME \"alice\"", alice),
        // fish.
        ("set -gx OS_USERNAME alice", alice),
        ("set -x OS_USERNAME 'it\\'s'; set -Ux OS_REGION_NAME r", "it's"),
        ("set --global --export OS_USERNAME alice", alice),
        // PowerShell.
        ("$Env:OS_USERNAME = \"alice\"", alice),
        ("$env:OS_USERNAME='alice'", alice),
        ("$ENV:os_username = \"alice\"; $env:OS_REGION_NAME = 'r'", alice),
        ("${Env:OS_USERNAME} = 'it''s'", "it's"),
        ("$env:NAME = 'ali'\n$env:OS_USERNAME = \"${env:NAME}ce\"", alice),
        ("$env:OS_USERNAME = \"a`$b\"", "a$b"),
        ("Set-Item -Path Env:OS_USERNAME -Value 'alice'", alice),
        ("set-item env:\\OS_USERNAME \"alice\"", alice),
        ("[System.Environment]::SetEnvironmentVariable('OS_USERNAME', \"alice\")", alice),
        ("[Environment]::SetEnvironmentVariable(\"OS_USERNAME\", \"alice\", \"User\")", alice),
        // The Windows command prompt.
        ("set OS_USERNAME=alice", alice),
        ("SET OS_USERNAME=alice", alice),
        ("@Set \"OS_USERNAME=alice\"", alice),
        ("set os_username=a b", "a b"),
        ("set NAME=ali& set OS_USERNAME=%NAME%ce", alice),
        ("set OS_USERNAME=50%%^&more", "50%&more"),
        ("setx OS_USERNAME \"alice\"", alice),
    ];
    for (text, expected) in table {
        let (options, open, unread) = told(text);
        let username = options.iter().find(|(name, _)| name == "username").map(|(_, value)| value.as_str());
        assert_eq!((username, open, unread), (Some(*expected), vec![], vec![]), "{text}");
    }
    let (options, ..) = told("export OS_AUTH_URL=http://k/v3 OS_USERNAME=alice OS_PASSWORD=secret");
    assert_eq!(options.len(), 3, "{options:?}");
}

#[test]
fn what_only_a_shell_can_tell_is_named_and_left_out() {
    let table: &[(&str, &[&str])] = &[
        ("read -sr OS_PASSWORD_INPUT\nexport OS_PASSWORD=$OS_PASSWORD_INPUT", &["OS_PASSWORD"]),
        ("read -s -p \"Password: \" OS_PASSWORD; export OS_PASSWORD", &["OS_PASSWORD"]),
        ("export OS_PASSWORD", &["OS_PASSWORD"]),
        ("export OS_PASSWORD=$(pass show cloud) OS_USERNAME=`id -un`", &["OS_PASSWORD", "OS_USERNAME"]),
        ("export OS_PASSWORD=${OS_PASSWORD:?not set}", &["OS_PASSWORD"]),
        ("export OS_PASSWORD=${SECRET%%:*}", &["OS_PASSWORD"]),
        ("$env:OS_PASSWORD = Read-Host -AsSecureString", &["OS_PASSWORD"]),
        ("$env:OS_PASSWORD = \"a\" + $b", &["OS_PASSWORD"]),
        ("set /p OS_PASSWORD=Password: ", &["OS_PASSWORD"]),
        ("set OS_PASSWORD=%SECRET%", &["OS_PASSWORD"]),
        ("set -gx OS_PASSWORD $secret", &["OS_PASSWORD"]),
    ];
    for (text, expected) in table {
        let (options, open, unread) = told(text);
        assert_eq!(
            (options, open.iter().map(String::as_str).collect::<Vec<_>>()),
            (vec![], expected.to_vec()),
            "{text}"
        );
        assert!(unread.is_empty(), "{text}: {unread:?}");
    }
}

#[test]
fn every_line_with_such_a_variable_that_is_not_understood_is_reported() {
    let table: &[(&str, &[usize])] = &[
        ("eval \"export OS_USERNAME=alice\"", &[1]),
        ("\n\nenv OS_USERNAME=alice openstack", &[3]),
        ("OS_USERNAME=alice openstack project list", &[1]),
        ("export OS_USERNAME=(a b)", &[1]),
        ("export OS_USERNAME=\"alice", &[1]),
        ("export OS_USERNAME = alice", &[1]),
        ("[ -f /etc/os ] && export OS_USERNAME=alice", &[1]),
        ("if grep -q x file; then\n  export OS_USERNAME=alice\nfi\nexport OS_REGION_NAME=r", &[2]),
        ("for n in a; do export OS_USERNAME=$n; done", &[1]),
        ("function f {\n  export OS_USERNAME=alice\n}", &[2]),
        ("f() {\n  export OS_USERNAME=alice\n}", &[2]),
        ("alias x='OS_USERNAME=alice openstack'", &[1]),
        ("$OS_USERNAME = 'alice'", &[1]),
        ("if ($x) {\n  $env:OS_USERNAME = 'alice'\n}", &[2]),
        ("if \"%X%\"==\"\" set OS_USERNAME=alice", &[1]),
        ("setenv OS_USERNAME a b", &[1]),
        ("set OS_USERNAME alice", &[1]),
        ("OS_USERNAME: alice", &[1]),
        // Lines that set nothing are understood.
        ("# export OS_USERNAME=alice", &[]),
        ("rem set OS_USERNAME=alice", &[]),
        ("echo \"log in as $OS_USERNAME\" >&2", &[]),
        ("unset OS_USERNAME OS_TENANT_NAME", &[]),
        ("declare -x OS_USERNAME", &[]),
        ("if [ -z \"x\" ]; then export OS_USERNAME=alice; fi", &[]),
        ("for v in $(env | grep ^OS_ | cut -d= -f1); do unset $v; done", &[]),
        ("export MACOS_VERSION=1; source ~/other", &[]),
    ];
    for (text, expected) in table {
        let (options, _, unread) = told(text);
        assert!(options.iter().all(|(name, _)| name != "username"), "{text}: {options:?}");
        assert_eq!(unread, expected.to_vec(), "{text}");
    }
}

#[test]
fn any_text_is_read_to_its_end() {
    for part in
        ["${A:-", "$(", "`", "\"", "'", "\\", "$env:A = \"", "set A=%", "if [ ", "$'\\x", "é", "export A=", "\n"]
    {
        for other in ["${A:-", "$(", "\"", "'", "\\", "}", "é", "\n", "="] {
            let _ = read_openrc(&format!("{part}{other}").repeat(300));
        }
    }
}
