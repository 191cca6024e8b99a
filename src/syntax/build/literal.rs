//! Numbers and regular expressions.

use super::{Builder, Node};
use crate::{
    syntax::{
        ast::{ExprKind, Radix},
        codes,
    },
    value::compile_regex,
};
use onig::RegexOptions;

impl Builder<'_> {
    /// Builds a number; octal numbers with wrong digits and numbers too large are reported.
    pub(super) fn number(&self, pair: &Node<'_>) -> ExprKind {
        let text = pair.as_str();
        match parse_number(text) {
            Ok(kind) => kind,
            Err(Wrong::Octal) => {
                self.report(&codes::NUMBER, self.span(pair), format!("`{text}` is no valid octal number"));
                ExprKind::Integer(0, Radix::Octal)
            }
            Err(Wrong::Float) => {
                let message = format!("`{text}` is no number that Puppet can represent");
                self.report(&codes::NUMBER, self.span(pair), message);
                ExprKind::Float(0.0)
            }
            Err(Wrong::Overflow(radix)) => {
                let message = format!("`{text}` is beyond the 64 bits of an integer");
                self.report(&codes::OVERFLOW, self.span(pair), message);
                ExprKind::Integer(i64::MAX, radix)
            }
        }
    }

    /// Builds a regular expression, after a look at whether it compiles.
    pub(super) fn regex(&self, pair: &Node<'_>) -> ExprKind {
        let text = pair.as_str();
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        let source = if inner.contains("\\/") { inner.replace("\\/", "/") } else { inner.to_owned() };
        if !is_plain(&source)
            && let Err(error) = compile_regex(&source, RegexOptions::REGEX_OPTION_NONE)
        {
            let message = format!("`{source}` is no valid regular expression: {error}");
            self.report(&codes::REGEX, self.span(pair), message);
        }
        ExprKind::Regex(source.into())
    }
}

/// Tells whether a regular expression has nothing in it that could be wrong.
fn is_plain(source: &str) -> bool {
    source.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"^$. _-|:,/=@~\"'%&!<>".contains(&byte))
}

/// What can be wrong with a number.
#[derive(Debug, PartialEq)]
enum Wrong {
    Octal,
    Float,
    Overflow(Radix),
}

fn parse_number(text: &str) -> Result<ExprKind, Wrong> {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    if let Some(digits) = hex {
        return integer(digits, 16, Radix::Hex);
    }
    if text.len() > 1 && text.starts_with('0') && text.as_bytes().get(1) != Some(&b'.') {
        if !text.bytes().all(|byte| matches!(byte, b'0'..=b'7')) {
            return Err(Wrong::Octal);
        }
        return integer(text, 8, Radix::Octal);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return integer(text, 10, Radix::Decimal);
    }
    // Puppet takes zero with an exponent for no number at all
    let whole = text.split(['.', 'e', 'E']).next().unwrap_or_default();
    let zero =
        whole.bytes().all(|byte| byte == b'0') && is_zero_power(text.get(whole.len()..).unwrap_or_default());
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && !zero => Ok(ExprKind::Float(value)),
        Ok(_) | Err(_) => Err(Wrong::Float),
    }
}

/// `\.?0*[eE].*`
fn is_zero_power(rest: &str) -> bool {
    let rest = rest.strip_prefix('.').unwrap_or(rest).trim_start_matches('0');
    rest.starts_with(['e', 'E'])
}

fn integer(digits: &str, base: u32, radix: Radix) -> Result<ExprKind, Wrong> {
    i64::from_str_radix(digits, base)
        .map(|value| ExprKind::Integer(value, radix))
        .map_err(|_| Wrong::Overflow(radix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_base() {
        assert_eq!(parse_number("0x1F"), Ok(ExprKind::Integer(31, Radix::Hex)));
        assert_eq!(parse_number("010"), Ok(ExprKind::Integer(8, Radix::Octal)));
        assert_eq!(parse_number("0"), Ok(ExprKind::Integer(0, Radix::Decimal)));
        assert_eq!(parse_number("1.5e-3"), Ok(ExprKind::Float(0.0015)));
        assert_eq!(parse_number("08"), Err(Wrong::Octal));
        assert_eq!(parse_number("0.0e1"), Err(Wrong::Float));
        assert_eq!(parse_number("9223372036854775808"), Err(Wrong::Overflow(Radix::Decimal)));
    }
}
