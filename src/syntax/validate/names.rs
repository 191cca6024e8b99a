//! What names may look like (`Puppet::Pops::Patterns`).

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

fn is_lower(part: &str) -> bool {
    part.starts_with(|first: char| first.is_ascii_lowercase()) && part.chars().all(is_word)
}

/// The name of a class, define or function: lower case, no leading `::`.
pub(super) fn is_definition(name: &str) -> bool {
    name.split("::").all(is_lower)
}

/// The name of a type alias: upper case, no leading `::`.
pub(super) fn is_type(name: &str) -> bool {
    let upper =
        |part: &str| part.starts_with(|first: char| first.is_ascii_uppercase()) && part.chars().all(is_word);
    name.split("::").all(upper)
}

/// The name of a parameter.
pub(super) fn is_parameter(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_') && name.chars().all(is_word)
}

/// `0`, or a decimal number without leading zero.
pub(super) fn is_number(name: &str) -> bool {
    name == "0"
        || (!name.starts_with('0') && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The name of a variable; only the last part may begin with an underscore.
pub(super) fn is_variable(name: &str) -> bool {
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        return is_number(name);
    }
    let name = name.strip_prefix("::").unwrap_or(name);
    match name.rsplit_once("::") {
        Some((spaces, last)) => spaces.split("::").all(is_lower) && is_parameter(last),
        None => is_parameter(name),
    }
}

/// A name that only looks like a parameter's: a decimal or hexadecimal number.
pub(super) fn is_numeric_parameter(name: &str) -> bool {
    let digits = name.strip_prefix("0x").unwrap_or(name);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The name of a host.
pub(super) fn is_host(name: &str) -> bool {
    name.chars().all(|char| is_word(char) || matches!(char, '-' | '.'))
}

/// Names of the type system that a definition may not take.
pub(super) fn is_reserved_type(name: &str) -> bool {
    const RESERVED: [&str; 28] = [
        "type",
        "any",
        "unit",
        "scalar",
        "boolean",
        "numeric",
        "integer",
        "float",
        "collection",
        "array",
        "hash",
        "tuple",
        "struct",
        "variant",
        "optional",
        "enum",
        "regexp",
        "pattern",
        "runtime",
        "init",
        "object",
        "sensitive",
        "semver",
        "semverrange",
        "string",
        "timestamp",
        "timespan",
        "typeset",
    ];
    RESERVED.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_their_patterns() {
        assert!(is_variable("::a::b_c") && is_variable("_a") && is_variable("a::_b") && is_variable("10"));
        assert!(!is_variable("a::_b::c") && !is_variable("A") && !is_variable("01") && !is_variable(""));
        assert!(
            is_definition("a::b") && !is_definition("::a") && !is_definition("a-b") && !is_definition("A")
        );
        assert!(is_type("A::B") && !is_type("A::b"));
    }
}
