//! Typos: finds the known name that was most likely meant.

/// The most similar known name; `None` if no name is similar enough. The longer a name, the more typos it may have: one
/// for every three letters, at most three.
///
/// ```
/// assert_eq!(archstone::config::nearest("dmeo", ["prod", "demo"]), Some("demo"));
/// assert_eq!(archstone::config::nearest("lab", ["prod", "demo"]), None);
/// ```
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).min(3);
    let near = |it: &&str| it.chars().count().abs_diff(name.chars().count()) <= allowed;
    let known = known.into_iter().filter(near).map(|it| (distance(name, it), it));
    known.filter(|(typos, _)| *typos <= allowed).min().map(|(_, it)| it)
}

/// The number of typos between two names: an additional, missing or different letter, or two letters swapped.
pub(crate) fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    let mut last: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, left) in one.iter().enumerate() {
        let mut next = vec![line + 1];
        for (column, right) in other.iter().enumerate() {
            let change = row[column] + usize::from(left != right);
            let mut typos = change.min(row[column + 1] + 1).min(next[column] + 1);
            if line > 0 && column > 0 && one[line - 1] == *right && *left == other[column - 1] {
                typos = typos.min(last[column - 1] + 1);
            }
            next.push(typos);
        }
        last = std::mem::replace(&mut row, next);
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_suggested() {
        let known = ["username", "user_id", "cert", "password", "key", "auth_url", "project_name", "demo", "cacert"];
        let table = [
            ("usrname", Some("username")),
            ("pasword", Some("password")),
            ("auth_ulr", Some("auth_url")),
            ("projetc_nam", Some("project_name")),
            ("dmeo", Some("demo")),
            ("certt", Some("cert")),
            ("user", None),
            ("nova", None),
            ("ke", None),
            ("x", None),
            ("", None),
            ("colour", None),
            ("identity", None),
        ];
        for (name, expected) in table {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
    }

    #[test]
    fn typos_are_counted() {
        let table = [("", "abc", 3), ("abc", "abc", 0), ("abc", "acb", 1), ("ab", "b", 1), ("kitten", "sitting", 3)];
        for (one, other, typos) in table {
            assert_eq!((distance(one, other), distance(other, one)), (typos, typos), "{one} {other}");
        }
    }
}
