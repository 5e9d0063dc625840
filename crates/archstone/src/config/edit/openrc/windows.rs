//! Statements of PowerShell and of the Windows command prompt that set variables.

use super::script::Variables;

/// The effect of a statement. Names are in upper case: Windows ignores case.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Statement {
    /// The value is `None` if only the shell can compute it.
    Set(String, Option<String>),
    Unset(String),
    Comment,
}

/// The statement at the beginning of the text, and the rest; `None` if it is not one of these.
pub(super) fn statement<'a>(text: &'a str, variables: &Variables) -> Option<(Statement, &'a str)> {
    power_shell(text, variables).or_else(|| command_line(text, variables))
}

/// The rest of the text after a prefix, ignoring case.
fn after<'a>(text: &'a str, beginning: &str) -> Option<&'a str> {
    let head = text.get(..beginning.len())?;
    head.eq_ignore_ascii_case(beginning).then(|| &text[beginning.len()..])
}

/// A variable's name, and what follows it.
fn name(text: &str) -> Option<(String, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_ascii_uppercase(), &text[end..]))
}

fn power_shell<'a>(text: &'a str, variables: &Variables) -> Option<(Statement, &'a str)> {
    if let Some((name, rest)) = after(text, "$env:").and_then(name) {
        return assigned(name, rest, variables);
    }
    if let Some((name, rest)) = after(text, "${env:").and_then(name) {
        return assigned(name, rest.strip_prefix('}')?, variables);
    }
    for class in ["[Environment]", "[System.Environment]"] {
        if let Some(rest) = after(text, class).and_then(|rest| after(rest, "::SetEnvironmentVariable(")) {
            let (variable, rest) = expression(rest, &[','], variables);
            let variable = variable?.to_ascii_uppercase();
            let (value, rest) = expression(rest.strip_prefix(',')?, &[',', ')'], variables);
            return Some((Statement::Set(variable, value), end_of_statement(rest)));
        }
    }
    for cmdlet in ["Set-Item ", "New-Item ", "si "] {
        if let Some(rest) = after(text, cmdlet) {
            let (variable, rest) = drive(rest)?;
            let rest = rest.trim_start();
            let rest = after(rest, "-Value ").unwrap_or(rest);
            let (value, rest) = expression(rest, &[], variables);
            return Some((Statement::Set(variable, value), end_of_statement(rest)));
        }
    }
    for cmdlet in ["Remove-Item ", "ri ", "del "] {
        if let Some((variable, rest)) = after(text, cmdlet).and_then(drive) {
            return Some((Statement::Unset(variable), end_of_statement(rest)));
        }
    }
    None
}

/// `-Path Env:\NAME`.
fn drive(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start();
    let text = after(text, "-Path ").map_or(text, str::trim_start);
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let text = quote.map_or(text, |quote| &text[quote.len_utf8()..]);
    let (name, rest) = name(after(text, "env:")?.trim_start_matches(['\\', '/']))?;
    Some((name, quote.map_or(Some(rest), |quote| rest.strip_prefix(quote))?))
}

fn assigned<'a>(name: String, rest: &'a str, variables: &Variables) -> Option<(Statement, &'a str)> {
    let rest = rest.trim_start().strip_prefix('=').filter(|rest| !rest.starts_with('='))?;
    let (value, rest) = expression(rest, &[], variables);
    // Setting a variable to nothing removes it.
    Some((Statement::Set(name, value), end_of_statement(rest)))
}

fn end_of_statement(rest: &str) -> &str {
    rest.trim_start_matches([')', ' ']).trim_start_matches(';')
}

/// A value, and the text from its end on: an end of a statement, or one of `ends`.
fn expression<'a>(text: &'a str, ends: &[char], variables: &Variables) -> (Option<String>, &'a str) {
    let text = text.trim_start();
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with([';', '#', '\n']) || rest.starts_with(ends);
    let (value, rest) = match text.chars().next() {
        Some(quote @ ('\'' | '\u{2018}' | '\u{2019}')) => single(&text[quote.len_utf8()..]),
        Some(quote @ ('"' | '\u{201c}' | '\u{201d}')) => double(&text[quote.len_utf8()..], variables),
        Some('$') => match after(text, "$env:").and_then(name) {
            Some((name, rest)) => (variables.get(&name).cloned().flatten(), rest),
            None => (None, text),
        },
        Some(c) if c.is_ascii_digit() => {
            let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
            (Some(text[..end].to_owned()), &text[end..])
        }
        _ => (None, text),
    };
    let rest = rest.trim_start_matches([' ', '\t']);
    if is_end(rest) {
        return (value, rest);
    }
    // More than a simple value: only the shell can compute it.
    let mut quote = None;
    let end = rest.char_indices().find(|(at, c)| {
        match quote {
            Some(closing) if closing == *c => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => quote = Some(*c),
            None => return is_end(&rest[*at..]),
        }
        false
    });
    (None, end.map_or("", |(at, _)| &rest[at..]))
}

fn single(text: &str) -> (Option<String>, &str) {
    let is_quote = |c: char| matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}');
    let mut value = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        if is_quote(c) && characters.next_if(|(_, next)| is_quote(*next)).is_none() {
            return (Some(value), &text[at + c.len_utf8()..]);
        }
        value.push(c);
    }
    (None, "")
}

fn double<'a>(text: &'a str, variables: &Variables) -> (Option<String>, &'a str) {
    let is_quote = |c: char| matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}');
    let mut value = Some(String::new());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let more = match c {
            c if is_quote(c) => match rest.chars().next().filter(|next| is_quote(*next)) {
                Some(second) => {
                    rest = &rest[second.len_utf8()..];
                    Some(second.to_string())
                }
                None => return (value, rest),
            },
            '`' => {
                let escaped = rest.chars().next();
                rest = &rest[escaped.map_or(0, char::len_utf8)..];
                match escaped {
                    Some('n') => Some("\n".into()),
                    Some('t') => Some("\t".into()),
                    other => other.map(String::from),
                }
            }
            '$' => match after(rest, "env:").or_else(|| after(rest, "{env:")).and_then(name) {
                Some((name, behind)) => {
                    rest = if rest.starts_with('{') { behind.strip_prefix('}').unwrap_or(behind) } else { behind };
                    variables.get(&name).cloned().flatten()
                }
                None if rest.starts_with(|c: char| c.is_ascii_alphabetic() || "({_".contains(c)) => None,
                None => Some("$".into()),
            },
            c => Some(c.into()),
        };
        value = value.zip(more).map(|(value, more)| value + &more);
    }
    (None, "")
}

fn command_line<'a>(text: &'a str, variables: &Variables) -> Option<(Statement, &'a str)> {
    let text = text.strip_prefix('@').unwrap_or(text);
    if text.starts_with("::") || after(text, "rem ").is_some() {
        return Some((Statement::Comment, ""));
    }
    if let Some((name, value)) = after(text, "setx ").and_then(|rest| name(rest.trim_start())) {
        let value = value.trim();
        let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        return Some((Statement::Set(name, percent(quoted.unwrap_or(value), variables)), ""));
    }
    let rest = after(text, "set ")?.trim_start();
    if let Some((name, _)) = after(rest, "/p ").and_then(|rest| name(rest.trim_start().trim_start_matches('"'))) {
        return Some((Statement::Set(name, None), ""));
    }
    // In quotes the value extends to the last quote; otherwise to the end, or to the next command.
    if let Some((name, value)) = rest.strip_prefix('"').and_then(name) {
        let value = value.strip_prefix('=')?;
        return Some((Statement::Set(name, percent(&value[..value.rfind('"')?], variables)), ""));
    }
    let (name, value) = name(rest)?;
    let value = value.strip_prefix('=')?;
    let mut written = String::new();
    let mut is_quoted = false;
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        if c == '&' && !is_quoted {
            break;
        }
        rest = &rest[c.len_utf8()..];
        match (c, is_quoted, rest.chars().next()) {
            ('^', false, Some(escaped)) => {
                written.push(escaped);
                rest = &rest[escaped.len_utf8()..];
            }
            (c, ..) => {
                is_quoted ^= c == '"';
                written.push(c);
            }
        }
    }
    Some((Statement::Set(name, percent(written.trim_end(), variables)), rest.trim_start_matches('&')))
}

/// Expands `%NAME%`.
fn percent(text: &str, variables: &Variables) -> Option<String> {
    let mut value = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('%') {
        value.push_str(before);
        rest = behind;
        match behind.split_once('%') {
            Some(("", behind)) => {
                value.push('%');
                rest = behind;
            }
            Some((inside, behind)) if name(inside).is_some_and(|(_, more)| more.is_empty()) => {
                value.push_str(variables.get(&inside.to_ascii_uppercase())?.as_deref()?);
                rest = behind;
            }
            _ => value.push('%'),
        }
    }
    Some(value + rest)
}
