//! `Integer` and `Float`; what goes beyond 64 bits is in `big.rs`.

use super::{Args, Row, row};
use crate::ruby::{
    interp::Interp,
    object::{R, Rv},
};

/// Methods of both.
pub(super) static NUMERIC: &[Row] = &[
    row("+@", 0, 0, |_, this, _| Ok(this.clone())),
    row("zero?", 0, 0, |_, this, _| Ok(Rv::Bool(as_f64(this) == 0.0))),
    row("nonzero?", 0, 0, |_, this, _| Ok(if as_f64(this) == 0.0 { Rv::Nil } else { this.clone() })),
    row("positive?", 0, 0, |_, this, _| Ok(Rv::Bool(as_f64(this) > 0.0))),
    row("negative?", 0, 0, |_, this, _| Ok(Rv::Bool(as_f64(this) < 0.0))),
    row("integer?", 0, 0, |_, this, _| Ok(Rv::Bool(matches!(this, Rv::Int(_))))),
    row("finite?", 0, 0, |_, this, _| Ok(Rv::Bool(as_f64(this).is_finite()))),
    row("infinite?", 0, 0, infinite),
    row("to_f", 0, 0, |_, this, _| Ok(Rv::Float(as_f64(this)))),
    row("to_c", 0, 0, |it, _, _| Err(it.unsupported_method("a complex number"))),
    row("to_r", 0, 0, |it, _, _| Err(it.unsupported_method("a rational number"))),
    row("coerce", 1, 1, |it, this, args| {
        let other = to_float(it, args.at(0))?;
        Ok(Rv::pair(Rv::Float(other), Rv::Float(as_f64(this))))
    }),
    row("step", 0, -1, step),
    row("==", 1, 1, |it, this, args| it.equal(this, args.at(0)).map(Rv::Bool)),
    row("===", 1, 1, |it, this, args| it.equal(this, args.at(0)).map(Rv::Bool)),
    row("<=>", 1, 1, |it, this, args| {
        Ok(it.compare(this, args.at(0))?.map_or(Rv::Nil, |o| Rv::Int(o as i64)))
    }),
    row("hash", 0, 0, |_, this, _| Ok(Rv::Int(as_f64(this).to_bits() as i64 >> 2))),
    row("-@", 0, 0, negate),
    row("abs", 0, 0, abs),
    row("magnitude", 0, 0, abs),
    row("divmod", 1, 1, divmod),
    row("div", 1, 1, whole_division),
    row("fdiv", 1, 1, |it, this, args| Ok(Rv::Float(as_f64(this) / to_float(it, args.at(0))?))),
    row("quo", 1, 1, |it, this, args| Ok(Rv::Float(as_f64(this) / to_float(it, args.at(0))?))),
    row("modulo", 1, 1, |it, this, args| operate(it, '%', this, args.at(0))),
    row("remainder", 1, 1, remainder),
    row("+", 1, 1, |it, this, args| operate(it, '+', this, args.at(0))),
    row("-", 1, 1, |it, this, args| operate(it, '-', this, args.at(0))),
    row("*", 1, 1, |it, this, args| operate(it, '*', this, args.at(0))),
    row("/", 1, 1, |it, this, args| operate(it, '/', this, args.at(0))),
    row("%", 1, 1, |it, this, args| operate(it, '%', this, args.at(0))),
    row("**", 1, 1, power),
    row("pow", 1, 2, power),
    row("round", 0, -1, |it, this, args| rounded(it, this, args, Mode::Half)),
    row("floor", 0, 1, |it, this, args| rounded(it, this, args, Mode::Down)),
    row("ceil", 0, 1, |it, this, args| rounded(it, this, args, Mode::Up)),
    row("truncate", 0, 1, |it, this, args| rounded(it, this, args, Mode::Zero)),
    row("to_i", 0, 0, |it, this, args| rounded(it, this, args, Mode::Zero)),
    row("to_int", 0, 0, |it, this, args| rounded(it, this, args, Mode::Zero)),
    row("dup", 0, 0, |_, this, _| Ok(this.clone())),
];

/// Methods of `Integer`.
pub(super) static INTEGER: &[Row] = &[
    row("to_s", 0, 1, to_s),
    row("inspect", 0, 1, to_s),
    row("times", 0, 0, times),
    row("upto", 1, 1, upto),
    row("downto", 1, 1, downto),
    row("succ", 0, 0, |it, this, _| operate(it, '+', this, &Rv::Int(1))),
    row("next", 0, 0, |it, this, _| operate(it, '+', this, &Rv::Int(1))),
    row("pred", 0, 0, |it, this, _| operate(it, '-', this, &Rv::Int(1))),
    row("chr", 0, 1, chr),
    row("ord", 0, 0, |_, this, _| Ok(this.clone())),
    row("even?", 0, 0, |_, this, _| Ok(Rv::Bool(int(this) % 2 == 0))),
    row("odd?", 0, 0, |_, this, _| Ok(Rv::Bool(int(this) % 2 != 0))),
    row("&", 1, 1, |it, this, args| match args.at(0) {
        Rv::Int(other) => Ok(Rv::Int(int(this) & other)),
        other => super::big::operate(it, '&', this, other),
    }),
    row("|", 1, 1, |it, this, args| match args.at(0) {
        Rv::Int(other) => Ok(Rv::Int(int(this) | other)),
        other => super::big::operate(it, '|', this, other),
    }),
    row("^", 1, 1, |it, this, args| match args.at(0) {
        Rv::Int(other) => Ok(Rv::Int(int(this) ^ other)),
        other => super::big::operate(it, '^', this, other),
    }),
    row("~", 0, 0, |_, this, _| Ok(Rv::Int(!int(this)))),
    row("<<", 1, 1, |it, this, args| {
        let by = it.int(args.at(0))?;
        shift(it, int(this), by)
    }),
    row(">>", 1, 1, |it, this, args| {
        let by = it.int(args.at(0))?;
        shift(it, int(this), -by)
    }),
    row("[]", 1, 1, |it, this, args| {
        let bit = it.int(args.at(0))?;
        Ok(Rv::Int(if bit < 0 { 0 } else { (int(this) >> bit.min(63)) & 1 }))
    }),
    row("gcd", 1, 1, |it, this, args| Ok(Rv::Int(gcd(int(this), it.int(args.at(0))?)))),
    row("lcm", 1, 1, |it, this, args| {
        let other = it.int(args.at(0))?;
        let divisor = gcd(int(this), other).max(1);
        operate(it, '*', &Rv::Int((int(this) / divisor).abs()), &Rv::Int(other.abs()))
    }),
    row("digits", 0, 1, digits),
    row("bit_length", 0, 0, |_, this, _| {
        let value = int(this);
        let magnitude = if value < 0 { !value } else { value };
        Ok(Rv::Int(i64::from(64 - magnitude.leading_zeros())))
    }),
    row("size", 0, 0, |_, _, _| Ok(Rv::Int(8))),
    row("allbits?", 1, 1, |it, this, args| {
        let mask = it.int(args.at(0))?;
        Ok(Rv::Bool(int(this) & mask == mask))
    }),
    row("anybits?", 1, 1, |it, this, args| Ok(Rv::Bool(int(this) & it.int(args.at(0))? != 0))),
    row("nobits?", 1, 1, |it, this, args| Ok(Rv::Bool(int(this) & it.int(args.at(0))? == 0))),
];

/// Methods of `Float`.
pub(super) static FLOAT: &[Row] = &[
    row("nan?", 0, 0, |_, this, _| Ok(Rv::Bool(as_f64(this).is_nan()))),
    row("to_s", 0, 0, |_, this, _| Ok(Rv::str(super::show::float(as_f64(this))))),
    row("inspect", 0, 0, |_, this, _| Ok(Rv::str(super::show::float(as_f64(this))))),
];

fn int(value: &Rv) -> i64 {
    if let Rv::Int(it) = value { *it } else { 0 }
}

fn as_f64(value: &Rv) -> f64 {
    match value {
        Rv::Int(it) => *it as f64,
        Rv::Float(it) => *it,
        _ => 0.0,
    }
}

/// A hash of a text.
pub(super) fn hash_of(text: &str) -> i64 {
    text.bytes().fold(7_i64, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into())) >> 2
}

fn infinite(_: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let value = as_f64(this);
    Ok(if value.is_infinite() { Rv::Int(if value > 0.0 { 1 } else { -1 }) } else { Rv::Nil })
}

/// An argument as a float, as arithmetic takes it.
pub(super) fn to_float(it: &mut Interp<'_>, value: &Rv) -> R<f64> {
    match value {
        Rv::Int(value) => Ok(*value as f64),
        Rv::Float(value) => Ok(*value),
        Rv::Str(_) => match float(it, &Args::of(vec![value.clone()]))? {
            Rv::Float(value) => Ok(value),
            _ => Ok(0.0),
        },
        Rv::Nil => Err(it.type_error("can't convert nil into Float")),
        other => {
            let name = it.conversion_name(other);
            Err(it.type_error(format!("can't convert {name} into Float")))
        }
    }
}

/// Arithmetic of two numbers.
fn operate(it: &mut Interp<'_>, operator: char, a: &Rv, b: &Rv) -> R {
    match (a, b) {
        (Rv::Int(a), Rv::Int(b)) => integers(it, operator, *a, *b),
        (Rv::Int(_), Rv::Object(_)) if super::big::integer(b).is_some() => {
            super::big::operate(it, operator, a, b)
        }
        (Rv::Int(_) | Rv::Float(_), Rv::Int(_) | Rv::Float(_)) => {
            Ok(Rv::Float(floats(operator, as_f64(a), as_f64(b))))
        }
        _ if it.responds_to(b, "coerce") => {
            let pair = it.send(b, "coerce", std::slice::from_ref(a))?;
            let pair = it.to_vec(&pair)?;
            match pair.as_slice() {
                [a, b] => it.send(a, &operator.to_string(), std::slice::from_ref(b)),
                _ => Err(it.type_error("coerce must return [x, y]")),
            }
        }
        _ => Err(not_coerced(it, a, b)?),
    }
}

/// Ruby's complaint about an operand that is no number.
fn not_coerced(it: &mut Interp<'_>, a: &Rv, b: &Rv) -> R<Box<crate::ruby::object::Flow>> {
    let class = it.class_name(a);
    let shown = match b {
        Rv::Sym(_) => it.inspect(b)?.to_string(),
        other => it.conversion_name(other).to_string(),
    };
    Ok(it.type_error(format!("{shown} can't be coerced into {class}")))
}

fn integers(it: &mut Interp<'_>, operator: char, a: i64, b: i64) -> R {
    if matches!(operator, '/' | '%') && b == 0 {
        return Err(it.raise("ZeroDivisionError", "divided by 0"));
    }
    let result = match operator {
        '+' => a.checked_add(b),
        '-' => a.checked_sub(b),
        '*' => a.checked_mul(b),
        '/' => a.checked_div(b).map(|quotient| {
            if a.checked_rem(b).is_some_and(|rest| rest != 0 && (rest < 0) != (b < 0)) {
                quotient - 1
            } else {
                quotient
            }
        }),
        _ => a.checked_rem(b).map(|rest| if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }),
    };
    match result {
        Some(result) => Ok(Rv::Int(result)),
        None => super::big::operate(it, operator, &Rv::Int(a), &Rv::Int(b)),
    }
}

fn floats(operator: char, a: f64, b: f64) -> f64 {
    match operator {
        '+' => a + b,
        '-' => a - b,
        '*' => a * b,
        '/' => a / b,
        _ => {
            let rest = a % b;
            if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }
        }
    }
}

fn negate(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    match this {
        Rv::Int(value) => integers(it, '-', 0, *value),
        other => Ok(Rv::Float(-as_f64(other))),
    }
}

fn abs(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    match this {
        Rv::Int(value) if *value < 0 => integers(it, '-', 0, *value),
        Rv::Int(value) => Ok(Rv::Int(*value)),
        other => Ok(Rv::Float(as_f64(other).abs())),
    }
}

fn divmod(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let quotient = whole_division(it, this, args)?;
    let rest = operate(it, '%', this, args.at(0))?;
    Ok(Rv::pair(quotient, rest))
}

fn whole_division(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    if as_f64(args.at(0)) == 0.0 && matches!(args.at(0), Rv::Int(_) | Rv::Float(_)) {
        return Err(it.raise("ZeroDivisionError", "divided by 0"));
    }
    match operate(it, '/', this, args.at(0))? {
        Rv::Float(value) => Ok(Rv::Int(value.floor() as i64)),
        other => Ok(other),
    }
}

fn remainder(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    match (this, args.at(0)) {
        (Rv::Int(_), Rv::Int(0)) => Err(it.raise("ZeroDivisionError", "divided by 0")),
        (Rv::Int(a), Rv::Int(b)) => Ok(Rv::Int(a.wrapping_rem(*b))),
        (a, b) => Ok(Rv::Float(as_f64(a) % to_float(it, b)?)),
    }
}

fn power(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    match (this, args.at(0)) {
        (Rv::Int(base), Rv::Int(exponent)) if *exponent >= 0 => {
            let small = u32::try_from(*exponent).ok().and_then(|exponent| base.checked_pow(exponent));
            let result = match small {
                Some(result) => Rv::Int(result),
                None => super::big::raised(it, this, *exponent)?,
            };
            match args.opt(1) {
                Some(modulus) => it.send(&result, "%", std::slice::from_ref(modulus)),
                None => Ok(result),
            }
        }
        (Rv::Int(_), Rv::Int(_)) => Err(it.unsupported_value("a rational number")),
        (base, Rv::Float(exponent)) => Ok(Rv::Float(as_f64(base).powf(*exponent))),
        (Rv::Float(base), Rv::Int(exponent)) => Ok(Rv::Float(base.powf(*exponent as f64))),
        (base, exponent) => Err(not_coerced(it, base, exponent)?),
    }
}

/// Where halves and fractions go.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Half,
    Down,
    Up,
    Zero,
}

fn rounded(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, mode: Mode) -> R {
    let places = match args.plain().first() {
        Some(places) => it.int(places)?,
        None => 0,
    };
    let even = args.keyword("half").and_then(|half| half.name()).is_some_and(|half| half == "even");
    match this {
        Rv::Int(value) if places >= 0 => Ok(Rv::Int(*value)),
        Rv::Int(value) => {
            let Some(unit) = 10_i64.checked_pow(u32::try_from(-places).unwrap_or(u32::MAX)) else {
                return Ok(Rv::Int(0));
            };
            let scaled = *value as f64 / unit as f64;
            Ok(Rv::Int(apply(scaled, mode, even) as i64 * unit))
        }
        other => {
            let value = as_f64(other);
            if places > 0 {
                return Ok(Rv::Float(at_places(value, places, mode, even)));
            }
            if !value.is_finite() {
                let shown = super::show::float(value);
                return Err(it.raise("FloatDomainError", shown));
            }
            if places < 0 {
                let unit = 10_f64.powi(-places as i32);
                return Ok(Rv::Int((apply(value / unit, mode, even) * unit) as i64));
            }
            let whole = apply(value, mode, even);
            if whole.abs() < 9.2e18 {
                return Ok(Rv::Int(whole as i64));
            }
            let digits = format!("{whole:.0}");
            super::big::parse(&digits, 10).map_or(Ok(Rv::Nil), |it_is| it.big(it_is))
        }
    }
}

fn apply(value: f64, mode: Mode, even: bool) -> f64 {
    match mode {
        Mode::Half if even => value.round_ties_even(),
        Mode::Half => value.round(),
        Mode::Down => value.floor(),
        Mode::Up => value.ceil(),
        Mode::Zero => value.trunc(),
    }
}

fn at_places(value: f64, places: i64, mode: Mode, even: bool) -> f64 {
    if places > 17 || !value.is_finite() {
        return value;
    }
    let unit = 10_f64.powi(places as i32);
    match mode {
        Mode::Half if even => (value * unit).round_ties_even() / unit,
        Mode::Half => half_up(value, unit) / unit,
        Mode::Down => {
            let scaled = (value * unit).floor();
            let next = (scaled + 1.0) / unit;
            if next > value { scaled / unit } else { next }
        }
        Mode::Up => {
            let scaled = (value * unit).ceil();
            let next = (scaled - 1.0) / unit;
            if next < value { scaled / unit } else { next }
        }
        Mode::Zero => (value * unit).trunc() / unit,
    }
}

/// `round_half_up` of Ruby's `numeric.c`: the half is judged on the value, not on its product.
fn half_up(value: f64, unit: f64) -> f64 {
    let rounded = (value * unit).round();
    if value > 0.0 && (rounded + 0.5) / unit <= value {
        return rounded + 1.0;
    }
    if value < 0.0 && (rounded - 0.5) / unit >= value {
        return rounded - 1.0;
    }
    rounded
}

fn to_s(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let value = int(this);
    let radix = args.opt(0).map_or(Ok(10), |radix| it.int(radix))?;
    if !(2..=36).contains(&radix) {
        return Err(it.argument_error(format!("invalid radix {radix}")));
    }
    if radix == 10 {
        return Ok(Rv::str(value.to_string()));
    }
    let digits = in_radix(value.unsigned_abs(), radix as u64);
    Ok(Rv::str(if value < 0 { format!("-{digits}") } else { digits }))
}

/// Digits in a radix up to 36.
pub(super) fn in_radix(mut value: u64, radix: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit((value % radix) as u32, radix as u32).unwrap_or('0'));
        value /= radix;
        if value == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

fn times(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "times", args)) };
    for index in 0..int(this) {
        it.step()?;
        it.yield1(block, Rv::Int(index))?;
    }
    Ok(this.clone())
}

fn upto(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "upto", args)) };
    for value in int(this)..=it.int(args.at(0))? {
        it.step()?;
        it.yield1(block, Rv::Int(value))?;
    }
    Ok(this.clone())
}

fn downto(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "downto", args)) };
    for value in (it.int(args.at(0))?..=int(this)).rev() {
        it.step()?;
        it.yield1(block, Rv::Int(value))?;
    }
    Ok(this.clone())
}

/// `1.step(10, 3)` and `1.step(by: 3, to: 10)`.
fn step(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "step", args)) };
    let limit = args.keyword("to").or_else(|| args.plain().first().cloned()).unwrap_or(Rv::Nil);
    let by = args.keyword("by").or_else(|| args.plain().get(1).cloned()).unwrap_or(Rv::Int(1));
    if as_f64(&by) == 0.0 {
        return Err(it.argument_error("step can't be 0"));
    }
    let rising = as_f64(&by) > 0.0;
    if let (Rv::Int(from), Rv::Int(by), Rv::Int(_) | Rv::Nil) = (this, &by, &limit) {
        let mut value = *from;
        while limit.is_nil() || (if rising { value <= int(&limit) } else { value >= int(&limit) }) {
            it.step()?;
            it.yield1(block, Rv::Int(value))?;
            let Some(next) = value.checked_add(*by) else { return Ok(this.clone()) };
            value = next;
        }
        return Ok(this.clone());
    }
    let (from, by) = (as_f64(this), as_f64(&by));
    let to = if limit.is_nil() { f64::INFINITY.copysign(by) } else { to_float(it, &limit)? };
    let count = ((to - from) / by + 1e-9).floor();
    let mut index = 0.0;
    while index <= count {
        it.step()?;
        it.yield1(block, Rv::Float(from + index * by))?;
        index += 1.0;
    }
    Ok(this.clone())
}

fn chr(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let code = int(this);
    match u32::try_from(code).ok().and_then(char::from_u32) {
        Some(letter) => Ok(Rv::str(letter.to_string())),
        None => Err(it.raise("RangeError", format!("{code} out of char range"))),
    }
}

fn shift(it: &mut Interp<'_>, value: i64, by: i64) -> R {
    if by <= 0 {
        return Ok(Rv::Int(value >> by.unsigned_abs().min(63)));
    }
    let factor = u32::try_from(by).ok().and_then(|by| 1_i64.checked_shl(by)).filter(|factor| *factor > 0);
    match factor.and_then(|factor| value.checked_mul(factor)) {
        Some(result) => Ok(Rv::Int(result)),
        None => super::big::shift(it, &value.into(), by),
    }
}

fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a as i64
}

fn digits(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let radix = args.opt(0).map_or(Ok(10), |radix| it.int(radix))?;
    if radix < 2 || int(this) < 0 {
        return Err(it.raise("Math::DomainError", "out of domain"));
    }
    let mut value = int(this);
    let mut made = Vec::new();
    loop {
        made.push(Rv::Int(value % radix));
        value /= radix;
        if value == 0 {
            return Ok(Rv::array(made));
        }
    }
}

/// `Integer(x)`.
pub(super) fn integer(it: &mut Interp<'_>, args: &Args<'_>) -> R {
    let quiet = matches!(args.keyword("exception"), Some(Rv::Bool(false)));
    let given = args.plain();
    let value = given.first().cloned().unwrap_or(Rv::Nil);
    match &value {
        Rv::Int(_) => Ok(value),
        Rv::Float(it_is) if it_is.is_finite() => Ok(Rv::Int(it_is.trunc() as i64)),
        Rv::Float(number) => {
            let shown = super::show::float(*number);
            if quiet { Ok(Rv::Nil) } else { Err(it.raise("FloatDomainError", shown)) }
        }
        Rv::Str(text) => {
            let text = text.text.borrow().clone();
            let radix = given.get(1).map_or(Ok(0), |radix| it.int(radix))?;
            match strict_integer(&text, radix).and_then(|(digits, radix)| super::big::parse(&digits, radix)) {
                Some(number) => it.big(number),
                None if quiet => Ok(Rv::Nil),
                None => {
                    let mut message = crate::value::Str::new("invalid value for Integer(): ");
                    message.push(&it.inspect(&value)?);
                    Err(it.argument_error(message))
                }
            }
        }
        _ if quiet => Ok(Rv::Nil),
        Rv::Nil => Err(it.type_error("can't convert nil into Integer")),
        other if it.responds_to(other, "to_i") => it.send(other, "to_i", &[]),
        other => {
            let name = it.conversion_name(other);
            Err(it.type_error(format!("can't convert {name} into Integer")))
        }
    }
}

/// The digits and the radix of a text that is an integer as a whole.
fn strict_integer(text: &str, radix: i64) -> Option<(String, u32)> {
    let text = text.trim();
    let (negative, body) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = body.to_ascii_lowercase();
    let (digits, found) = if let Some(rest) = lower.strip_prefix("0x") {
        (rest.to_owned(), 16)
    } else if let Some(rest) = lower.strip_prefix("0b") {
        (rest.to_owned(), 2)
    } else if let Some(rest) = lower.strip_prefix("0o") {
        (rest.to_owned(), 8)
    } else if lower.len() > 1 && lower.starts_with('0') && radix == 0 {
        (lower.get(1..).unwrap_or_default().trim_start_matches('_').to_owned(), 8)
    } else {
        (lower.clone(), 10)
    };
    let (digits, radix) = if radix > 0 && found == 10 { (lower, radix as u32) } else { (digits, found) };
    let underscores = digits.starts_with('_') || digits.ends_with('_') || digits.contains("__");
    let digits: String = digits.chars().filter(|digit| *digit != '_').collect();
    if digits.is_empty() || underscores || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let sign = if negative { "-" } else { "" };
    Some((format!("{sign}{digits}"), radix))
}

/// `Float(x)`.
pub(super) fn float(it: &mut Interp<'_>, args: &Args<'_>) -> R {
    let quiet = matches!(args.keyword("exception"), Some(Rv::Bool(false)));
    let value = args.plain().first().cloned().unwrap_or(Rv::Nil);
    match &value {
        Rv::Int(number) => Ok(Rv::Float(*number as f64)),
        Rv::Float(_) => Ok(value),
        Rv::Str(text) => {
            let plain: String = text.text.borrow().trim().chars().filter(|it| *it != '_').collect();
            let shaped = plain.starts_with(|first: char| first.is_ascii_digit() || "+-".contains(first))
                && plain.ends_with(|last: char| last.is_ascii_digit())
                && !plain.contains("inf")
                && !plain.contains("nan");
            match plain.parse().ok().filter(|_| shaped) {
                Some(number) => Ok(Rv::Float(number)),
                None if quiet => Ok(Rv::Nil),
                None => {
                    let mut message = crate::value::Str::new("invalid value for Float(): ");
                    message.push(&it.inspect(&value)?);
                    Err(it.argument_error(message))
                }
            }
        }
        _ if quiet => Ok(Rv::Nil),
        Rv::Nil => Err(it.type_error("can't convert nil into Float")),
        other => {
            let name = it.conversion_name(other);
            Err(it.type_error(format!("can't convert {name} into Float")))
        }
    }
}
