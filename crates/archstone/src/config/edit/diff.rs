//! A readable diff of the pending changes to a file.

use std::fmt::Write;

use super::OptionSpec;
use crate::text::escaped;

/// The removed and added lines, in order.
pub(super) fn lines(before: &str, after: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let same_start = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
    let rest = (&old[same_start..], &new[same_start..]);
    let same_end = rest.0.iter().rev().zip(rest.1.iter().rev()).take_while(|(one, other)| one == other).count();
    let (old, new) = (&rest.0[..rest.0.len() - same_end], &rest.1[..rest.1.len() - same_end]);
    // The longest common subsequence after each pair of positions.
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for at in (0..old.len()).rev() {
        for by in (0..new.len()).rev() {
            common[at][by] = if old[at] == new[by] {
                common[at + 1][by + 1] + 1
            } else {
                common[at + 1][by].max(common[at][by + 1])
            };
        }
    }
    let (mut at, mut by, mut text) = (0, 0, String::new());
    while at < old.len() || by < new.len() {
        if at < old.len() && by < new.len() && old[at] == new[by] {
            (at, by) = (at + 1, by + 1);
        } else if by < new.len() && (at == old.len() || common[at][by + 1] >= common[at + 1][by]) {
            let _ = writeln!(text, "+{:>5}  {}", same_start + by + 1, masked(new[by]));
            by += 1;
        } else {
            let _ = writeln!(text, "-{:>5}  {}", same_start + at + 1, masked(old[at]));
            at += 1;
        }
    }
    text
}

/// A line without the values of secrets. A line with several keys is cut at the first secret.
fn masked(line: &str) -> String {
    let mut at = 0;
    for word in line.split_inclusive([' ', ',', '{', '"', '\'', ':']) {
        let key = word.trim_end_matches([' ', ',', '{', '"', '\'', ':']);
        let end = at + key.len();
        let is_key = line[end..].trim_start_matches(['"', '\'']).trim_start().starts_with(':');
        if is_key && OptionSpec::find(key).is_some_and(|spec| spec.secret || spec.name == "token_cache") {
            return format!("{}: ***", escaped(&line[..end]));
        }
        at += word.len();
    }
    escaped(line).into_owned()
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn a_diff_shows_what_goes_and_comes_and_no_secret() {
        let before = "clouds:\n  a:\n    x: 1\n  b:\n    password: hush\n";
        let after = "clouds:\n  a:\n    x: 2\n  b:\n    password: other\n  c: {\"auth\": {\"password\": \"hush hush\", x: 1}}\n";
        assert_eq!(
            lines(before, after),
            "+    3      x: 2\n-    3      x: 1\n+    5      password: ***\n+    6    c: {\"auth\": {\"password: ***\n-    5      password: ***\n"
        );
        assert_eq!(lines(before, before), "");
    }
}
