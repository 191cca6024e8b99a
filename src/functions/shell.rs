//! Quoting for shells, comparing versions, calling by name.

use super::{Call, arguments::OrFail as _, collections::flat, numbers::order, table::rows};
use crate::{
    diag::Result,
    value::{Deferred, Value},
};
use std::cmp::Ordering;

rows! {
    "call" "puppet" Four Carried ["call(String $function_name, Any $arguments*, Callable &$block?)", "call(Deferred $deferred)"]
        "Calls a function by its name." => call_by_name;
    "generate" "puppet" Three Dropped ["generate(Any $command+)"]
        "Starts a program and gives its output." => generate;
    "shellquote" "puppet" Three Union ["shellquote(Any $words*)"]
        "Quotes words for a Bourne shell." => |call| {
            let words: Vec<String> = flat(call.arguments).iter().map(|word| shellquote(&word.to_str())).collect();
            Ok(Value::str(words.join(" ")))
        };
    "versioncmp" "puppet" Four Dropped ["versioncmp(String $a, String $b, Boolean $ignore_trailing_zeroes?)"]
        "Compares two versions." => |call| {
            let (a, b) = (call.text(0), call.text(1));
            Ok(order(if call.flag(2, false) { versioncmp(&normalized(a), &normalized(b)) } else { versioncmp(a, b) }))
        };
    "batch_escape" "stdlib" Four Union ["batch_escape(Any $string)"]
        "Escapes a text for a batch shell." => |call| Ok(Value::str(format!("\"{}\"", call.string(0).replace('\\', "\\\\").replace('"', "\"\"").replace('$', "\\$"))));
    "powershell_escape" "stdlib" Four Union ["powershell_escape(Any $string)"]
        "Escapes a text for PowerShell." => |call| {
            let text = call.string(0);
            let escaped: String = text.chars().map(|c| match c {
                ' ' | '\'' | '`' | '|' | '\n' | '$' => format!("`{c}"),
                '"' => "\\`\"".to_owned(),
                other => other.to_string(),
            }).collect();
            Ok(Value::str(escaped))
        };
    "pry" "stdlib" Three Dropped ["pry(Any $arguments*)"]
        "Opens a debugger." => |call| Err(call.needs_program("opens a debugger"));
    "shell_escape" "stdlib" Four Union ["shell_escape(Any $string)"]
        "Escapes a text for a Bourne shell." => |call| Ok(Value::str(escape(&call.string(0))));
    "shell_join" "stdlib" Three Union ["shell_join(Any $words)"]
        "Escapes words for a Bourne shell and joins them." => |call| {
            let Some(words) = call.arg(0).as_array() else {
                return Err(call.fail(format!("First argument is not an Array: {}", super::strings::inspect(call.arg(0)))));
            };
            Ok(Value::str(words.iter().map(|word| escape(&word.to_str())).collect::<Vec<_>>().join(" ")))
        };
    "shell_split" "stdlib" Three Union ["shell_split(Any $text)"]
        "Splits a text as a Bourne shell does." => |call| {
            split(&call.string(0)).map(|words| Value::array(words.into_iter().map(Value::str))).or_fail(call)
        };
}

fn call_by_name(call: &Call<'_>) -> Result<Value> {
    if let Value::Deferred(it) = call.arg(0) {
        return resolve(call, it);
    }
    let arguments = call.arguments.get(1..).unwrap_or_default();
    call.context.call_function(call.text(0), arguments, call.block)
}

fn resolve(call: &Call<'_>, it: &Deferred) -> Result<Value> {
    let resolved = |value: &Value| match value {
        Value::Deferred(inner) => resolve(call, inner),
        other => Ok(other.clone()),
    };
    let arguments = it.arguments().iter().map(resolved).collect::<Result<Vec<_>>>()?;
    if let Some(variable) = it.name.strip_prefix('$') {
        let value = call.context.variable(variable).unwrap_or_default();
        return super::collections::dig(call, &value, &arguments);
    }
    call.context.call_function(&it.name, &arguments, None)
}

/// Starts a program, by Puppet's rules for its name.
fn generate(call: &Call<'_>) -> Result<Value> {
    let words: Vec<String> = call.arguments.iter().map(|it| it.to_str().as_str().to_owned()).collect();
    let program = words.first().map(String::as_str).unwrap_or_default();
    if !program.starts_with('/') {
        return Err(call.fail("Generators must be fully qualified"));
    }
    let plain = |c: char| c.is_alphanumeric() || "-/_.+".contains(c);
    if !program.lines().any(|line| !line.is_empty() && line.chars().all(plain)) {
        return Err(call.fail("Generators can only contain alphanumerics, file separators, and dashes"));
    }
    if program.contains("..") {
        return Err(call.fail("Can not use generators with '..' in them."));
    }
    let Some(programs) = call.context.programs() else {
        return Err(call.needs_program(&format!("starts `{program}`")));
    };
    let failed = |why| call.fail(format!("Failed to execute generator {program}: {why}"));
    programs.generate(&words).map(Value::str).map_err(failed)
}

fn shellquote(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "@%_+=:,./-".contains(c);
    let dangerous = |c: char| "!\"`$\\".contains(c);
    if !word.is_empty() && word.chars().all(safe) {
        return word.to_owned();
    }
    if !word.contains(dangerous) {
        return format!("\"{word}\"");
    }
    if !word.contains('\'') {
        return format!("'{word}'");
    }
    let escaped: String =
        word.chars().flat_map(|c| dangerous(c).then_some('\\').into_iter().chain([c])).collect();
    format!("\"{escaped}\"")
}

/// Ruby's `Shellwords.escape`.
pub(super) fn escape(word: &str) -> String {
    if word.is_empty() {
        return "''".into();
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.,:+/@\n".contains(c);
    let escaped: String =
        word.chars().flat_map(|c| (!plain(c)).then_some('\\').into_iter().chain([c])).collect();
    escaped.replace('\n', "'\n'")
}

/// Ruby's `Shellwords.split`.
fn split(text: &str) -> std::result::Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => words.extend(word.take()),
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        None => return Err(format!("Unmatched quote: {text}")),
                        Some(end) if end == c => break,
                        Some('\\') if c == '"' => match chars.next() {
                            Some(it @ ('$' | '`' | '"' | '\\' | '\n')) => word.push(it),
                            Some(it) => word.extend(['\\', it]),
                            None => return Err(format!("Unmatched quote: {text}")),
                        },
                        Some(it) => word.push(it),
                    }
                }
            }
            '\\' => word.get_or_insert_default().extend(chars.next()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Removes dots and zeros at the end of what is before the first dash.
fn normalized(version: &str) -> String {
    let (head, tail) =
        version.split_once('-').map_or((version, String::new()), |(head, tail)| (head, format!("-{tail}")));
    format!("{}{tail}", head.trim_end_matches(['.', '0']))
}

fn parts(version: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = version;
    while let Some(first) = rest.chars().next() {
        let same = |c: char| match first {
            '-' | '.' => false,
            first if first.is_ascii_digit() => c.is_ascii_digit(),
            _ => !(c == '-' || c == '.' || c.is_ascii_digit()),
        };
        let end = rest.char_indices().skip(1).find(|(_, c)| !same(*c)).map_or(rest.len(), |(at, _)| at);
        let (part, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        found.push(part);
        rest = after;
    }
    found
}

/// Compares versions as `Puppet::Util::Package.versioncmp`.
pub(super) fn versioncmp(a: &str, b: &str) -> Ordering {
    for (left, right) in parts(a).into_iter().zip(parts(b)) {
        if left == right {
            continue;
        }
        for mark in ["-", "."] {
            if left == mark {
                return Ordering::Less;
            }
            if right == mark {
                return Ordering::Greater;
            }
        }
        let digits = |it: &str| it.bytes().all(|b| b.is_ascii_digit());
        let zero = left.starts_with('0') || right.starts_with('0');
        if digits(left) && digits(right) && !zero {
            return left.len().cmp(&right.len()).then_with(|| left.cmp(right));
        }
        return left.to_uppercase().cmp(&right.to_uppercase());
    }
    a.cmp(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_puppet_does() {
        let cases = [
            ("1.2", "1.10", -1),
            ("1.2-3", "1.2.3", -1),
            ("2.0", "2.0", 0),
            ("1.0a", "1.0", 1),
            ("10", "9", 1),
            ("1.05", "1.1", -1),
        ];
        for (a, b, expected) in cases {
            assert_eq!(order(versioncmp(a, b)), Value::Int(expected), "{a} {b}");
        }
        assert_eq!(versioncmp(&normalized("1.0.0"), &normalized("1")), Ordering::Equal);
    }

    #[test]
    fn words_are_quoted_for_the_shell() {
        assert_eq!(shellquote("a b"), "\"a b\"");
        assert_eq!(shellquote("a$b"), "'a$b'");
        assert_eq!(shellquote("it's $5"), "\"it's \\$5\"");
        assert_eq!(escape("a b'c"), "a\\ b\\'c");
        assert_eq!(split("a 'b c' \"d\\\"e\" f\\ g").unwrap(), ["a", "b c", "d\"e", "f g"]);
        assert!(split("a 'b").is_err());
    }
}
