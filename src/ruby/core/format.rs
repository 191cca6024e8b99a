//! `format`, `sprintf` and `String#%`.

use super::Args;
use crate::{
    ruby::{
        interp::Interp,
        object::{R, Rv},
    },
    value::Str,
};
use std::rc::Rc;

/// The widest a directive may fill.
const MAX_WIDTH: i64 = 1 << 20;

/// One directive: `%-08.3f`.
#[derive(Default)]
struct Spec {
    minus: bool,
    zero: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
    value: Option<Rv>,
}

/// Formats the arguments after the first by the first.
pub(super) fn format(it: &mut Interp<'_>, args: &Args<'_>) -> R {
    let template = it.string(args.at(0))?;
    let mut state = State { values: args.values.get(1..).unwrap_or_default(), next: 0 };
    let mut made = Str::default();
    let mut from = 0;
    while let Some(at) = template.get(from..).and_then(|rest| rest.find('%')).map(|at| at + from) {
        made.push(&template.slice(from..at));
        from = state.directive(it, &template, at + 1, &mut made)?;
        it.charge(32)?;
    }
    made.push(&template.slice(from..template.len()));
    it.charge(made.len())?;
    Ok(Rv::str(made))
}

struct State<'a> {
    values: &'a [Rv],
    next: usize,
}

impl State<'_> {
    fn take(&mut self, it: &mut Interp<'_>) -> R {
        let value = self.values.get(self.next).cloned();
        self.next += 1;
        value.ok_or_else(|| it.argument_error("too few arguments"))
    }

    fn named(&self, it: &mut Interp<'_>, name: &str, [open, close]: [char; 2]) -> R {
        let Some(Rv::Hash(hash)) = self.values.first() else {
            return Err(it.argument_error("one hash required"));
        };
        let key = Rv::sym(name);
        match hash.get(&key) {
            Some(value) => Ok(value),
            None => {
                let default = super::hash::fetch(it, &Rc::clone(hash), &key)?;
                if default.is_nil() {
                    return Err(it.raise("KeyError", format!("key{open}{name}{close} not found")));
                }
                Ok(default)
            }
        }
    }

    /// Formats one directive that begins after its `%`; gives where the text goes on.
    fn directive(&mut self, it: &mut Interp<'_>, template: &Str, start: usize, made: &mut Str) -> R<usize> {
        let mut spec = Spec::default();
        let mut at = start;
        loop {
            let rest = template.get(at..).unwrap_or_default();
            let Some(letter) = rest.chars().next() else {
                return Err(it.argument_error("incomplete format specifier; use %% (double %) instead"));
            };
            at += letter.len_utf8();
            match letter {
                '-' => spec.minus = true,
                '0' => spec.zero = true,
                '+' => spec.plus = true,
                ' ' => spec.space = true,
                '#' => spec.alternate = true,
                '1'..='9' => {
                    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                    at += digits.len() - 1;
                    if template.get(at..).is_some_and(|rest| rest.starts_with('$')) {
                        at += 1;
                        let index: usize = digits.parse().unwrap_or(1);
                        spec.value = self.values.get(index - 1).cloned();
                    } else {
                        spec.width = self.width(it, digits.parse().unwrap_or(MAX_WIDTH))?;
                    }
                }
                '*' => {
                    let value = self.take(it)?;
                    let width = it.int(&value)?;
                    spec.minus |= width < 0;
                    spec.width = self.width(it, width.abs())?;
                }
                '.' => {
                    let digits: String = template
                        .get(at..)
                        .unwrap_or_default()
                        .chars()
                        .take_while(char::is_ascii_digit)
                        .collect();
                    at += digits.len();
                    if template.get(at..).is_some_and(|rest| rest.starts_with('*')) {
                        at += 1;
                        let value = self.take(it)?;
                        spec.precision = Some(it.count(&value)?.min(1000));
                    } else {
                        let wide = digits.parse().unwrap_or(0_i64);
                        spec.precision = Some(self.width(it, wide)?.min(4000));
                    }
                }
                '<' => {
                    let rest = template.get(at..).unwrap_or_default();
                    let Some((name, _)) = rest.split_once('>') else {
                        return Err(it.argument_error("malformed name - unmatched parenthesis"));
                    };
                    at += name.len() + 1;
                    spec.value = Some(self.named(it, name, ['<', '>'])?);
                }
                '{' => {
                    let rest = template.get(at..).unwrap_or_default();
                    let Some((name, _)) = rest.split_once('}') else {
                        return Err(it.argument_error("malformed name - unmatched parenthesis"));
                    };
                    let value = self.named(it, name, ['{', '}'])?;
                    let shown = it.to_s(&value)?;
                    made.push(&padded(&spec, shown));
                    return Ok(at + name.len() + 1);
                }
                '%' => {
                    made.push_str("%");
                    return Ok(at);
                }
                '\n' | '\0' => {
                    made.push_str("%");
                    return Ok(at - 1);
                }
                kind => {
                    let shown = self.convert(it, kind, &mut spec)?;
                    made.push(&shown);
                    return Ok(at);
                }
            }
        }
    }

    fn width(&self, it: &mut Interp<'_>, width: i64) -> R<usize> {
        if width > MAX_WIDTH {
            return Err(it.argument_error("width too big"));
        }
        it.charge(width as usize)?;
        Ok(width as usize)
    }

    fn convert(&mut self, it: &mut Interp<'_>, kind: char, spec: &mut Spec) -> R<Str> {
        if !matches!(
            kind,
            'd' | 'i'
                | 'u'
                | 'f'
                | 'e'
                | 'E'
                | 'g'
                | 'G'
                | 's'
                | 'p'
                | 'x'
                | 'X'
                | 'o'
                | 'b'
                | 'B'
                | 'c'
                | 'a'
                | 'A'
        ) {
            return Err(it.argument_error(format!("malformed format string - %{kind}")));
        }
        let value = match spec.value.take() {
            Some(value) => value,
            None => self.take(it)?,
        };
        match kind {
            'd' | 'i' | 'u' => {
                if let Rv::Object(_) = &value
                    && let Some(big) = super::big::integer(&value)
                {
                    let written = big.to_string();
                    let digits = written.trim_start_matches('-');
                    return Ok(number(spec, written.starts_with('-'), &padded_digits(spec, digits)));
                }
                let value = whole(it, &value)?;
                Ok(number(spec, value < 0, &padded_digits(spec, &value.unsigned_abs().to_string())))
            }
            'x' | 'X' | 'o' | 'b' | 'B' => radix(it, spec, kind, &value),
            'f' | 'e' | 'E' | 'g' | 'G' | 'a' | 'A' => {
                let value = super::number::to_float(it, &value)?;
                Ok(float(it, spec, kind, value)?)
            }
            'c' => {
                let shown = match &value {
                    Rv::Int(code) => {
                        let letter = u32::try_from(*code).ok().and_then(char::from_u32);
                        letter.map(String::from).unwrap_or_default().into()
                    }
                    other => {
                        let text = it.string(other)?;
                        let width = text.chars().next().map_or(0, char::len_utf8);
                        text.slice(0..width)
                    }
                };
                Ok(padded(spec, shown))
            }
            _ => {
                let shown = if kind == 'p' { it.inspect(&value)? } else { it.to_s(&value)? };
                Ok(padded(spec, clipped(spec, shown)))
            }
        }
    }
}

fn clipped(spec: &Spec, shown: Str) -> Str {
    let Some(most) = spec.precision else { return shown };
    match super::string::byte_at(&shown, most) {
        Some(end) => shown.slice(0..end),
        None => shown,
    }
}

fn padded(spec: &Spec, shown: Str) -> Str {
    let missing = spec.width.saturating_sub(shown.chars().count());
    let fill = " ".repeat(missing);
    if spec.minus {
        let mut made = shown;
        made.push_str(&fill);
        return made;
    }
    let mut made = Str::new(fill);
    made.push(&shown);
    made
}

/// An argument of `%d`: an integer, a float rounded down, or a text that is one.
fn whole(it: &mut Interp<'_>, value: &Rv) -> R<i64> {
    match value {
        Rv::Int(value) => Ok(*value),
        Rv::Float(value) if value.is_finite() && value.abs() < 9.2e18 => Ok(value.floor() as i64),
        Rv::Float(value) => {
            let shown = super::show::float(*value);
            Err(it.raise("FloatDomainError", shown))
        }
        other => match super::number::integer(it, &Args::of(vec![other.clone()]))? {
            Rv::Int(value) => Ok(value),
            _ => Ok(0),
        },
    }
}

fn padded_digits(spec: &Spec, digits: &str) -> String {
    match spec.precision {
        Some(least) if digits.len() < least => format!("{}{digits}", "0".repeat(least - digits.len())),
        _ => digits.to_owned(),
    }
}

fn sign(spec: &Spec, negative: bool) -> &'static str {
    match (negative, spec.plus, spec.space) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        (false, false, false) => "",
    }
}

/// A number's digits with sign, zeros and blanks.
fn number(spec: &Spec, negative: bool, digits: &str) -> Str {
    let sign = sign(spec, negative);
    let used = sign.len() + digits.chars().count();
    if spec.zero && !spec.minus && used < spec.width && spec.precision.is_none() {
        return Str::new(format!("{sign}{}{digits}", "0".repeat(spec.width - used)));
    }
    padded(spec, Str::new(format!("{sign}{digits}")))
}

fn radix(it: &mut Interp<'_>, spec: &Spec, kind: char, value: &Rv) -> R<Str> {
    if let Rv::Object(_) = value
        && super::big::integer(value).is_some()
    {
        return big_radix(it, spec, kind, value);
    }
    let value = whole(it, value)?;
    let (base, prefix, top) = match kind {
        'x' => (16, "0x", "f"),
        'X' => (16, "0X", "F"),
        'o' => (8, "0", "7"),
        'B' => (2, "0B", "1"),
        _ => (2, "0b", "1"),
    };
    let prefix = if spec.alternate { prefix } else { "" };
    if value < 0 && !spec.plus && !spec.space {
        // two's complement with an endless row of the top digit: `..f`
        let digits = super::number::in_radix(value as u64, base);
        let digits = if kind == 'X' { digits.to_uppercase() } else { digits };
        let kept = digits.trim_start_matches(top);
        return Ok(padded(spec, Str::new(format!("{prefix}..{top}{kept}"))));
    }
    let digits = super::number::in_radix(value.unsigned_abs(), base);
    let digits = if kind == 'X' { digits.to_uppercase() } else { digits };
    let digits = padded_digits(spec, &digits);
    let sign = sign(spec, value < 0);
    let used = sign.len() + prefix.len() + digits.len();
    if spec.zero && !spec.minus && used < spec.width {
        return Ok(Str::new(format!("{sign}{prefix}{}{digits}", "0".repeat(spec.width - used))));
    }
    Ok(padded(spec, Str::new(format!("{sign}{prefix}{digits}"))))
}

/// `%x` and its kin of an integer beyond 64 bits.
fn big_radix(it: &mut Interp<'_>, spec: &Spec, kind: char, value: &Rv) -> R<Str> {
    let (base, prefix) = match kind {
        'x' | 'X' => (16, "0x"),
        'o' => (8, "0"),
        _ => (2, "0b"),
    };
    let written = it.send(value, "to_s", &[Rv::Int(base)])?;
    let written = it.string(&written)?;
    if written.starts_with('-') {
        return Err(it.unsupported_value("the two's complement of a big integer"));
    }
    let digits = if kind == 'X' { written.to_uppercase() } else { written.to_string() };
    let prefix = if spec.alternate { prefix } else { "" };
    Ok(number(spec, false, &format!("{prefix}{}", padded_digits(spec, &digits))))
}

fn float(it: &mut Interp<'_>, spec: &Spec, kind: char, value: f64) -> R<Str> {
    let negative = value.is_sign_negative() && !value.is_nan();
    let size = value.abs();
    if !size.is_finite() {
        let plain = Spec {
            zero: false,
            ..Spec {
                minus: spec.minus,
                plus: spec.plus,
                space: spec.space,
                width: spec.width,
                ..Spec::default()
            }
        };
        return Ok(number(&plain, negative, if value.is_nan() { "NaN" } else { "Inf" }));
    }
    let precision = spec.precision.unwrap_or(6);
    let digits = match kind {
        'f' => format!("{size:.precision$}"),
        'e' | 'E' => exponent(size, precision),
        'g' | 'G' => general(size, precision, spec.alternate),
        _ => return Err(it.unsupported_method("`%a` in a format")),
    };
    let digits = if kind.is_ascii_uppercase() { digits.to_uppercase() } else { digits };
    let spec = Spec {
        precision: None,
        minus: spec.minus,
        zero: spec.zero,
        plus: spec.plus,
        space: spec.space,
        width: spec.width,
        ..Spec::default()
    };
    Ok(number(&spec, negative, &digits))
}

fn exponent(size: f64, precision: usize) -> String {
    let made = format!("{size:.precision$e}");
    let (digits, exponent) = made.split_once('e').unwrap_or((&made, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

fn general(size: f64, precision: usize, keep_zeros: bool) -> String {
    let precision = precision.max(1);
    let scientific = exponent(size, precision - 1);
    let power: i32 = scientific.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    let trim = |digits: &str| {
        if keep_zeros || !digits.contains('.') {
            return digits.to_owned();
        }
        digits.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    if size != 0.0 && (power < -4 || power >= precision as i32) {
        let (digits, power) = scientific.split_once('e').unwrap_or((&scientific, "+00"));
        return format!("{}e{power}", trim(digits));
    }
    let after = (precision as i32 - 1 - power).max(0) as usize;
    trim(&format!("{size:.after$}"))
}
