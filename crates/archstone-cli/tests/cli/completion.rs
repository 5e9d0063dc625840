//! What shells offer, by the shells themselves.

use crate::{program::Program, shells::shell};

/// What a shell prints, line by line, when it runs a script that the completion of the program is for.
fn offered(name: &str, script: &str) -> Vec<String> {
    let nobody = Program::new();
    let file = nobody.home.join("completion");
    std::fs::write(&file, nobody.run(&format!("completion {name}")).result()).expect("a file");
    let output = shell(name).args(["-c", script]).env("FILE", &file).output().expect("the shell runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    String::from_utf8_lossy(&output.stdout).lines().map(ToOwned::to_owned).collect()
}

#[test]
fn bash_offers_words_first_and_options_after_a_hyphen() {
    let script = r#"
        source "$FILE"
        offer() {
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
            _archstone archstone "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            echo "${COMPREPLY[*]}"
        }
        offer archstone token ""; offer archstone user password ""; offer archstone url ""; offer archstone completion z
        offer archstone token --form; offer archstone url --interf; offer archstone wh
    "#;

    let lines = offered("bash", script);

    let expected = ["issue revoke help", "set help", "", "zsh", "--format", "--interface", "whoami"];
    assert_eq!(lines, expected);
}

#[test]
fn fish_offers_words_first_and_options_after_a_hyphen() {
    let lines =
        offered("fish", "source $FILE; complete -C 'archstone token '; echo; complete -C 'archstone url --interf'");

    let words: Vec<&str> = lines.iter().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(words, ["help", "issue", "revoke", "", "--interface"]);
}

#[test]
fn zsh_takes_the_completion() {
    let lines = offered(
        "zsh",
        "autoload -U compinit; compinit -u -D; source $FILE; echo $+functions[_archstone] $_comps[archstone]",
    );

    assert_eq!(lines, ["1 _archstone"]);
}
