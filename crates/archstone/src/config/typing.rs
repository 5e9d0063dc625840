//! How readers that convert YAML's unquoted words interpret them: openstacksdk reads `0123` as 83.

/// The value that such a reader sees for an unquoted word, if it differs from the word; by the rules of YAML 1.1, as
/// Python's `PyYAML` implements them.
pub(super) fn read_elsewhere(text: &str) -> Option<String> {
    if let Some(switch) = switch(text) {
        return Some(if switch { "True" } else { "False" }.to_owned());
    }
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (if text.starts_with('-') { "-" } else { "" }, rest),
        None => ("", text),
    };
    let seen = integer(digits).map(|it| format!("{sign}{it}")).or_else(|| {
        let value: f64 = float(digits)?;
        Some(format!("{sign}{value:?}"))
    });
    match seen {
        Some(seen) => (seen != text).then_some(seen),
        None => is_date(text).then(|| "a date".to_owned()),
    }
}

fn switch(text: &str) -> Option<bool> {
    let is = |words: &[&str]| {
        words.iter().any(|word| {
            let capital = word[..1].to_uppercase() + &word[1..];
            text == *word || text == capital || text == word.to_uppercase()
        })
    };
    if is(&["yes", "true", "on"]) { Some(true) } else { is(&["no", "false", "off"]).then_some(false) }
}

/// Binary, octal, hexadecimal, sexagesimal, or decimal with underscores.
fn integer(digits: &str) -> Option<u128> {
    let plain = digits.replace('_', "");
    let of = |digits: &str, base| u128::from_str_radix(digits, base).ok().filter(|_| !digits.starts_with('+'));
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some(binary) = plain.strip_prefix("0b") {
        return of(binary, 2);
    }
    if let Some(hexadecimal) = plain.strip_prefix("0x") {
        return of(hexadecimal, 16);
    }
    if plain.len() > 1 && plain.starts_with('0') && !plain.contains(':') {
        return of(&plain, 8);
    }
    if plain.contains(':') {
        let mut parts = plain.split(':');
        let first: u128 = parts.next()?.parse().ok()?;
        return parts.try_fold(first, |sum, part| {
            let part: u128 = part.parse().ok().filter(|it| *it < 60)?;
            sum.checked_mul(60)?.checked_add(part)
        });
    }
    of(&plain, 10)
}

/// Digits with a decimal point, and optionally a signed exponent.
fn float(digits: &str) -> Option<f64> {
    match digits.to_ascii_lowercase().as_str() {
        ".inf" => return Some(f64::INFINITY),
        ".nan" => return Some(f64::NAN),
        _ => {}
    }
    let plain = digits.replace('_', "");
    let (mantissa, exponent) = match plain.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (plain.as_str(), None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let all_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let is_exponent = |text: &str| text.strip_prefix(['+', '-']).is_some_and(|it| !it.is_empty() && all_digits(it));
    let is_float = all_digits(whole)
        && all_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(is_exponent);
    is_float.then(|| plain.parse().ok()).flatten()
}

/// `2026-11-24`, or with a time after it.
fn is_date(text: &str) -> bool {
    let is_day = |day: &str| {
        day.len() == 10
            && day.chars().enumerate().all(|(at, c)| match at {
                4 | 7 => c == '-',
                _ => c.is_ascii_digit(),
            })
    };
    is_day(text.split(['T', 't', ' ']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_typing_reader_makes_of_bare_words() {
        let table = [
            ("0123", Some("83")),
            ("no", Some("False")),
            ("Yes", Some("True")),
            ("oN", None),
            ("1_000", Some("1000")),
            ("0x1F", Some("31")),
            ("0b11", Some("3")),
            ("12:30", Some("750")),
            ("12:99", None),
            ("089", None),
            ("12345", None),
            ("-7", None),
            ("+7", Some("7")),
            ("1.10", Some("1.1")),
            ("2.79", None),
            ("1.0e+3", Some("1000.0")),
            ("1e3", None),
            ("2026-11-24", Some("a date")),
            ("2026-11-24 10:00:00", Some("a date")),
            ("2026-11-240", None),
            (".inf", Some("inf")),
            ("alice", None),
            ("", None),
            ("é-漢", None),
        ];
        for (text, expected) in table {
            assert_eq!(read_elsewhere(text).as_deref(), expected, "{text}");
        }
    }
}
