//! Ruby's `Kernel#format`.

use super::{
    Call,
    arguments::OrFail as _,
    random::to_i,
    strings::{inspect, ruby_text},
    table::rows,
};
use crate::{
    diag::Result,
    value::{Str, Type, Value, parse_number, types::capitalize_segments},
};

rows! {
    "sprintf" "puppet" Three Carried ["sprintf(String $format, Any $arguments*)"]
        "Formats values by a format text." => |call| {
            let arguments = call.arguments.get(1..).unwrap_or_default();
            format(&call.string(0), arguments).map(Value::Str).or_fail(call)
        };
    "sprintf_hash" "stdlib" Four Carried ["sprintf_hash(String $format, Hash $arguments)"]
        "Formats values by a format text with named references." => |call: &Call<'_>| -> Result<Value> {
            let arguments = call.arguments.get(1..).unwrap_or_default();
            format(&call.string(0), arguments).map(Value::Str).or_fail(call)
        };
}

/// One directive: `%-08.3f` and its kind.
#[derive(Default)]
struct Directive {
    minus: bool,
    plus: bool,
    space: bool,
    zero: bool,
    alt: bool,
    width: Option<usize>,
    precision: Option<usize>,
    /// The value chosen by `%<name>`, `%{name}` or `%1$`.
    value: Option<Value>,
}

struct Arguments<'a> {
    all: &'a [Value],
    next: usize,
}

impl Arguments<'_> {
    fn take(&mut self) -> std::result::Result<Value, String> {
        let found = self.all.get(self.next).cloned().ok_or("too few arguments")?;
        self.next += 1;
        Ok(found)
    }

    fn named(&self, name: &str, (open, close): (char, char)) -> std::result::Result<Value, String> {
        match self.all {
            [hash @ Value::Hash(entries)] => {
                let symbol = || entries.get(&Value::Symbol(name.into())).cloned();
                hash.get(name).cloned().or_else(symbol).ok_or(format!("key{open}{name}{close} not found"))
            }
            _ => Err("one hash required".into()),
        }
    }
}

/// Formats; the bytes of `%s` arguments keep their labels.
///
/// # Errors
/// Gives Ruby's message about a bad format or argument.
pub(super) fn format(template: &Str, arguments: &[Value]) -> std::result::Result<Str, String> {
    let mut out = Str::default();
    let mut arguments = Arguments { all: arguments, next: 0 };
    let mut at = 0;
    while let Some(found) = template.get(at..).and_then(|rest| rest.find('%')) {
        out.push(&template.slice(at..at + found));
        at = directive(template, at + found + 1, &mut arguments, &mut out)?;
    }
    out.push(&template.slice(at.min(template.len())..template.len()));
    Ok(out)
}

/// Reads one directive after its `%` and writes it; gives where it ends.
fn directive(
    template: &Str,
    start: usize,
    arguments: &mut Arguments<'_>,
    out: &mut Str,
) -> std::result::Result<usize, String> {
    let mut it = Directive::default();
    let mut at = start;
    loop {
        let Some(c) = template.get(at..).and_then(|rest| rest.chars().next()) else {
            return Err("incomplete format specifier; use %% (double %) instead".into());
        };
        at += c.len_utf8();
        match c {
            '-' => it.minus = true,
            '+' => it.plus = true,
            ' ' => it.space = true,
            '#' => it.alt = true,
            '0' => it.zero = true,
            '1'..='9' => at = it.number(template, at - 1, arguments)?,
            '*' => it.star(&arguments.take()?),
            '.' => {
                let (digits, end) = digits(template, at);
                let digits = if end == at { Some(0) } else { digits };
                it.precision = Some(digits.filter(|it| *it <= WIDEST).ok_or("precision too big")?);
                at = end;
            }
            '<' | '{' => {
                let close = if c == '<' { '>' } else { '}' };
                let rest = template.get(at..).unwrap_or_default();
                let (name, _) = rest.split_once(close).ok_or("malformed name - unmatched parenthesis")?;
                at += name.len() + 1;
                it.value = Some(arguments.named(name, (c, close))?);
                if c == '{' {
                    let value = it.value.clone().unwrap_or_default();
                    it.padded(&ruby_text(&value), out);
                    return Ok(at);
                }
            }
            '%' if at == start + 1 => {
                out.push_str("%");
                return Ok(at);
            }
            '\n' | '\0' if at == start + 1 => {
                out.push_str("%");
                out.push_str(&c.to_string());
                return Ok(at);
            }
            kind => {
                it.write(kind, arguments, out)?;
                return Ok(at);
            }
        }
    }
}

fn digits(template: &str, at: usize) -> (Option<usize>, usize) {
    let rest = template.get(at..).unwrap_or_default();
    let end = rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
    (rest.get(..end).and_then(|it| it.parse().ok()), at + end)
}

impl Directive {
    /// A width, or the number of an argument where `$` follows.
    fn number(
        &mut self,
        template: &str,
        at: usize,
        arguments: &Arguments<'_>,
    ) -> std::result::Result<usize, String> {
        let (found, end) = digits(template, at);
        let found = found.filter(|it| *it <= WIDEST).ok_or("width too big")?;
        if template.get(end..).is_some_and(|rest| rest.starts_with('$')) {
            self.value = Some(arguments.all.get(found - 1).cloned().ok_or("too few arguments")?);
            return Ok(end + 1);
        }
        self.width = Some(found);
        Ok(end)
    }

    fn star(&mut self, value: &Value) {
        let width = to_i(value);
        self.minus |= width < 0;
        self.width = usize::try_from(width.unsigned_abs()).ok().filter(|it| *it <= WIDEST);
    }

    fn write(
        &self,
        kind: char,
        arguments: &mut Arguments<'_>,
        out: &mut Str,
    ) -> std::result::Result<(), String> {
        let value = match &self.value {
            Some(value) => value.clone(),
            None if "sdiuxXobBeEfgGaAcp".contains(kind) => arguments.take()?,
            None => return Err(format!("malformed format string - %{kind}")),
        };
        let secrets = if kind == 's' { Vec::new() } else { super::gate::secrets([&value]) };
        if !secrets.is_empty() {
            // Digits made of a secret are derived from it as a whole.
            let mut made = Str::default();
            self.write_value(kind, &value, &mut made)?;
            out.push(&super::gate::label_as(&Value::Str(made), &secrets).to_str());
            return Ok(());
        }
        self.write_value(kind, &value, out)
    }

    fn write_value(&self, kind: char, value: &Value, out: &mut Str) -> std::result::Result<(), String> {
        match kind {
            's' => self.padded(&self.cut(&old_text(value)), out),
            'p' => self.padded(&self.cut(&Str::new(inspect(value))), out),
            'c' => self.padded(&character(value)?, out),
            'd' | 'i' | 'u' => self.integer(integer(value)?, 10, "", out),
            'x' => self.integer(integer(value)?, 16, "0x", out),
            'X' => {
                let mut text = Str::default();
                self.integer(integer(value)?, 16, "0x", &mut text);
                out.push_str(&text.to_uppercase());
            }
            'o' => self.integer(integer(value)?, 8, "0", out),
            'b' => self.integer(integer(value)?, 2, "0b", out),
            'B' => self.integer(integer(value)?, 2, "0B", out),
            'e' | 'E' | 'f' | 'g' | 'G' | 'a' | 'A' => self.float(kind, float(value)?, out),
            other => return Err(format!("malformed format string - %{other}")),
        }
        Ok(())
    }

    fn cut(&self, text: &Str) -> Str {
        let Some(precision) = self.precision else { return text.clone() };
        let end = text.char_indices().nth(precision).map_or(text.len(), |(at, _)| at);
        text.slice(0..end)
    }

    fn padded(&self, text: &Str, out: &mut Str) {
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        if !self.minus {
            out.push_str(&" ".repeat(missing));
        }
        out.push(text);
        if self.minus {
            out.push_str(&" ".repeat(missing));
        }
    }

    /// Writes sign, prefix and digits with zeros between where asked for.
    fn signed(&self, negative: bool, prefix: &str, digits: &str, out: &mut Str) {
        let sign = match (negative, self.plus, self.space) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        };
        let used = sign.len() + prefix.len() + digits.len();
        let zeros = if self.zero && !self.minus { self.width.unwrap_or(0).saturating_sub(used) } else { 0 };
        self.padded(&Str::new(format!("{sign}{prefix}{}{digits}", "0".repeat(zeros))), out);
    }

    fn integer(&self, it: i64, radix: u32, prefix: &str, out: &mut Str) {
        let prefix = if self.alt && it != 0 { prefix } else { "" };
        if it < 0 && radix != 10 && !self.plus && !self.space {
            return self.twos_complement(it, radix, prefix, out);
        }
        let mut digits = in_radix(u128::from(it.unsigned_abs()), radix);
        if let Some(precision) = self.precision {
            digits = format!("{}{digits}", "0".repeat(precision.saturating_sub(digits.len())));
        }
        let plain = Self { zero: self.zero && self.precision.is_none(), ..Self::copy(self) };
        plain.signed(it < 0, prefix, &digits, out);
    }

    fn copy(from: &Self) -> Self {
        Self { value: None, ..*from }
    }

    /// Negative numbers in other radixes: `..f` and the digits.
    fn twos_complement(&self, it: i64, radix: u32, prefix: &str, out: &mut Str) {
        let bits = match radix {
            16 => 4,
            8 => 3,
            _ => 1,
        };
        let filler = char::from_digit(radix - 1, radix).unwrap_or('f');
        let wide = (i128::from(it) & ((1_i128 << (bits * 24)) - 1)).unsigned_abs();
        let digits = in_radix(wide, radix);
        let rest = digits.trim_start_matches(filler);
        self.padded(&Str::new(format!("{prefix}..{filler}{rest}")), out);
    }

    fn float(&self, kind: char, it: f64, out: &mut Str) {
        if !it.is_finite() {
            let text = if it.is_nan() { "NaN" } else { "Inf" };
            return Self { zero: false, ..Self::copy(self) }.signed(it < 0.0, "", text, out);
        }
        let precision = self.precision.unwrap_or(6);
        let magnitude = it.abs();
        let digits = match kind {
            'f' => {
                let digits = decimal(magnitude, precision);
                if self.alt && precision == 0 { format!("{digits}.") } else { digits }
            }
            'e' | 'E' => exponent(magnitude, precision),
            'g' | 'G' => general(magnitude, precision.max(1), self.alt),
            _ => hexadecimal(magnitude),
        };
        let digits = if kind.is_ascii_uppercase() { digits.to_uppercase() } else { digits };
        self.signed(it.is_sign_negative(), "", &digits, out);
    }
}

fn in_radix(mut it: u128, radix: u32) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(it % u128::from(radix)).unwrap_or(0);
        digits.push(char::from_digit(digit, radix).unwrap_or('0'));
        it /= u128::from(radix);
        if it == 0 {
            return digits.iter().rev().collect();
        }
    }
}

/// The widest field that is written.
const WIDEST: usize = 1_000_000;

/// More decimals than any float has: the rest are zeros, and Rust writes no more than 65,535.
const DECIMALS: usize = 1_100;

fn decimal(it: f64, precision: usize) -> String {
    let written = precision.min(DECIMALS);
    format!("{it:.written$}{}", "0".repeat(precision - written))
}

fn exponent(it: f64, precision: usize) -> String {
    let written = precision.min(DECIMALS);
    let text = format!("{it:.written$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let zeros = "0".repeat(precision - written);
    format!("{mantissa}{zeros}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

fn general(it: f64, precision: usize, keep_zeros: bool) -> String {
    let scientific = exponent(it, precision - 1);
    let power: i32 = scientific.split_once('e').and_then(|(_, it)| it.parse().ok()).unwrap_or(0);
    let small = i32::try_from(precision).unwrap_or(i32::MAX);
    if it != 0.0 && (power < -4 || power >= small) {
        let (mantissa, rest) = scientific.split_once('e').unwrap_or((&scientific, "+00"));
        return format!("{}e{rest}", if keep_zeros { mantissa } else { trimmed(mantissa) });
    }
    let decimals = usize::try_from(small - 1 - power).unwrap_or(0);
    let digits = decimal(it, decimals);
    if keep_zeros { digits } else { trimmed(&digits).to_owned() }
}

fn trimmed(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

fn hexadecimal(it: f64) -> String {
    let bits = it.to_bits();
    let fraction = bits & 0x000f_ffff_ffff_ffff;
    let exponent = i64::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
    if it == 0.0 {
        return "0x0p+0".into();
    }
    let digits = format!("{fraction:013x}");
    let digits = digits.trim_end_matches('0');
    let point = if digits.is_empty() { "" } else { "." };
    format!("0x1{point}{digits}p{:+}", exponent - 1023)
}

fn character(value: &Value) -> std::result::Result<Str, String> {
    match value {
        Value::Int(it) => {
            let c = u32::try_from(*it).ok().and_then(char::from_u32).ok_or("invalid character")?;
            Ok(Str::new(c.to_string()))
        }
        other => {
            let text = other.to_str();
            let end = text.chars().next().ok_or("%c requires a character")?.len_utf8();
            Ok(text.slice(0..end))
        }
    }
}

/// Ruby's `to_s`; a reference is a resource in the 3.x API and shows its title without quotes.
fn old_text(value: &Value) -> Str {
    match value {
        Value::Type(Type::Resource(Some(kind), Some(title))) => Str::new(format!("{kind}[{title}]")),
        Value::Type(Type::Class(Some(name))) => Str::new(format!("Class[{}]", capitalize_segments(name))),
        other => ruby_text(other),
    }
}

/// `Integer(value)`.
fn integer(value: &Value) -> std::result::Result<i64, String> {
    match value {
        Value::Int(it) => Ok(*it),
        #[expect(clippy::cast_possible_truncation, reason = "Ruby floors")]
        Value::Float(it) => Ok(it.floor() as i64),
        Value::Str(text) => {
            let bare = text.replace('_', "");
            match parse_number(bare.trim()) {
                Some(Value::Int(it)) => Ok(it),
                _ => Err(format!("invalid value for Integer(): {}", super::strings::inspect_text(text))),
            }
        }
        Value::Undef => Err("can't convert nil into Integer".into()),
        Value::Timestamp(it) | Value::Timespan(it) => {
            Ok(i64::try_from(it.div_euclid(1_000_000_000)).unwrap_or(0))
        }
        other => Err(format!("can't convert {} into Integer", super::collections::class_name(other))),
    }
}

fn float(value: &Value) -> std::result::Result<f64, String> {
    match value {
        Value::Float(it) => Ok(*it),
        #[expect(clippy::cast_precision_loss, reason = "Ruby's Float()")]
        Value::Int(it) => Ok(*it as f64),
        Value::Str(text) => super::numbers::ruby_float(text)
            .ok_or_else(|| format!("invalid value for Float(): {}", super::strings::inspect_text(text))),
        Value::Undef => Err("can't convert nil into Float".into()),
        other => Err(format!("can't convert {} into Float", super::collections::class_name(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, arguments: &[Value]) -> String {
        format(&Str::new(template), arguments).map_or_else(|error| error, |it| it.as_str().to_owned())
    }

    #[test]
    fn directives_follow_ruby() {
        let number = Value::Int;
        assert_eq!(
            check(
                "%05d|%-5d|%+d|%x|%#x|%o|%b",
                &[number(42), number(42), number(42), number(255), number(255), number(8), number(5)]
            ),
            "00042|42   |+42|ff|0xff|10|101"
        );
        assert_eq!(
            check(
                "%.2f %e %g %g",
                &[
                    Value::Float(5.14159),
                    Value::Float(12345.678),
                    Value::Float(0.00001),
                    Value::Float(100_000.0)
                ]
            ),
            "5.14 1.234568e+04 1e-05 100000"
        );
        assert_eq!(
            check("%s and %10.3s|%-6s|", &["a".into(), "abcdef".into(), "x".into()]),
            "a and        abc|x     |"
        );
        assert_eq!(
            check("%<a>d %{b}!", &[Value::hash([("a".into(), number(1)), ("b".into(), "c".into())])]),
            "1 c!"
        );
        assert_eq!(check("%2$s %1$s 100%%", &["a".into(), "b".into()]), "b a 100%");
        assert_eq!(check("%d", &[]), "too few arguments");
        assert_eq!(check("%x", &[number(-255)]), "..f01");
        assert_eq!(check("%p %s", &[Value::array(["a".into()]), Value::array([number(1)])]), "[\"a\"] [1]");
        assert_eq!(check("%c%c", &[number(65), "xyz".into()]), "Ax");
        assert_eq!(check("%08.3f", &[Value::Float(-3.5)]), "-003.500");
        let wide = check("%.70000f|%.70000e", &[Value::Float(0.5), Value::Float(0.5)]);
        assert_eq!(wide.len(), 2 * 70_002 + "|e-01".len());
        assert_eq!(check("%.99999999999f", &[Value::Float(0.5)]), "precision too big");
    }
}
