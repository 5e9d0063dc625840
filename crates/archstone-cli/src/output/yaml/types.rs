//! Which plain text YAML parsers read as something other than text.

/// For `PyYAML`: what its resolver's patterns of YAML 1.1 match.
pub(super) fn is_typed(text: &str) -> bool {
    const WORDS: [&str; 11] = ["yes", "no", "true", "false", "on", "off", "null", "~", "", "<<", "="];
    is_word(text, &WORDS) || is_integer(text) || is_float(text) || is_timestamp(text)
}

/// For parsers of YAML 1.2's core schema, and for those that implement YAML 1.1 literally.
pub(super) fn is_typed_elsewhere(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let lower = unsigned.to_ascii_lowercase();
    let (number, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_number = !(whole.is_empty() && fraction.is_empty())
        && digits(whole)
        && digits(fraction)
        && digits(exponent)
        && !exponent.is_empty();
    let is_based = |prefix: &str, radix: u32| {
        text.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix)))
    };
    let is_octal = is_based("0o", 8) || is_based("0x", 16);
    let is_special = matches!(lower.as_str(), ".inf" | ".nan" | "y" | "n" | "null" | "true" | "false" | "yes" | "no");
    is_number || is_octal || is_special
}

/// Whether it is one of these words in lower case, capitalized, or in upper case.
fn is_word(text: &str, words: &[&str]) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_cased = text == lower || text == text.to_ascii_uppercase() || text.get(1..) == lower.get(1..);
    is_cased && words.contains(&lower.as_str())
}

fn all(text: &str, of: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(of)
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || c == '_'
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn is_integer(text: &str) -> bool {
    let text = unsigned(text);
    if let Some(rest) = text.strip_prefix('0') {
        return rest.is_empty()
            || rest.strip_prefix('b').is_some_and(|rest| all(rest, |c| matches!(c, '0' | '1' | '_')))
            || rest.strip_prefix('x').is_some_and(|rest| all(rest, |c| c.is_ascii_hexdigit() || c == '_'))
            || all(rest, |c| matches!(c, '0'..='7' | '_'));
    }
    let (first, sixties) = text.split_once(':').map_or((text, None), |(first, rest)| (first, Some(rest)));
    first.starts_with(|c: char| c.is_ascii_digit()) && all(first, is_digit) && sixties.is_none_or(are_sixties)
}

/// Sexagesimal parts: up to 59 each, separated by colons.
fn are_sixties(text: &str) -> bool {
    text.split(':').all(|part| match part.as_bytes() {
        [one] => one.is_ascii_digit(),
        [ten, one] => (b'0'..=b'5').contains(ten) && one.is_ascii_digit(),
        _ => false,
    })
}

fn is_float(text: &str) -> bool {
    let number = unsigned(text);
    if is_word_of_float(text, number) {
        return true;
    }
    let Some((whole, rest)) = number.split_once('.') else { return false };
    let (fraction, exponent) = rest.find(['e', 'E']).map_or((rest, None), |at| (&rest[..at], Some(&rest[at + 1..])));
    let is_exponent = exponent.is_none_or(|it| it.starts_with(['+', '-']) && all(&it[1..], |c| c.is_ascii_digit()));
    let is_start = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    if whole.is_empty() {
        // Without a sign.
        return number.len() == text.len() && is_start(fraction) && all(fraction, is_digit) && is_exponent;
    }
    let is_fraction = fraction.chars().all(is_digit);
    match whole.split_once(':') {
        Some((first, sixties)) => {
            is_start(first) && all(first, is_digit) && are_sixties(sixties) && is_fraction && exponent.is_none()
        }
        None => is_start(whole) && all(whole, is_digit) && is_fraction && is_exponent,
    }
}

fn is_word_of_float(text: &str, unsigned: &str) -> bool {
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

/// A date, or a date with a time and perhaps a zone.
fn is_timestamp(text: &str) -> bool {
    let is_space = |c: char| matches!(c, ' ' | '\t');
    let Some((_, rest)) = text.split_once('-').filter(|(year, _)| is_number(year, 4, 4)) else { return false };
    let Some((month, rest)) = rest.split_once('-') else { return false };
    let day_end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (day, rest) = rest.split_at(day_end);
    if rest.is_empty() {
        return is_number(month, 2, 2) && is_number(day, 2, 2);
    }
    let time = match rest.strip_prefix(['T', 't']) {
        Some(time) => time,
        None if rest.starts_with(is_space) => rest.trim_start_matches(is_space),
        None => return false,
    };
    let mut parts = time.splitn(3, ':');
    let (Some(hour), Some(minute), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let (Some(second), Some(rest)) = (rest.get(..2), rest.get(2..)) else { return false };
    let rest = rest.strip_prefix('.').map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let day = is_number(month, 1, 2) && is_number(day, 1, 2);
    let time = is_number(hour, 1, 2) && is_number(minute, 2, 2) && is_number(second, 2, 2);
    day && time && is_zone(rest.trim_start_matches(is_space))
}

fn is_zone(text: &str) -> bool {
    let Some(offset) = text.strip_prefix(['+', '-']) else { return matches!(text, "" | "Z") };
    let (hours, minutes) = offset.split_once(':').map_or((offset, None), |(hours, rest)| (hours, Some(rest)));
    is_number(hours, 1, 2) && minutes.is_none_or(|minutes| is_number(minutes, 2, 2))
}

fn is_number(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
