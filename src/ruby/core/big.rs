//! Integers beyond 64 bits: objects of the class `Integer` with a shape of their own.

use super::{Args, Row, row};
use crate::ruby::{
    interp::Interp,
    object::{Data, R, Rv},
};
use num_bigint_dig::{BigInt, Sign};

/// The most bits an integer may have.
const MAX_BITS: usize = 1 << 18;

/// The methods of big integers.
pub(super) static BIG: &[Row] = &[
    row("+", 1, 1, |it, this, args| operate(it, '+', this, args.at(0))),
    row("-", 1, 1, |it, this, args| operate(it, '-', this, args.at(0))),
    row("*", 1, 1, |it, this, args| operate(it, '*', this, args.at(0))),
    row("/", 1, 1, |it, this, args| operate(it, '/', this, args.at(0))),
    row("div", 1, 1, |it, this, args| operate(it, '/', this, args.at(0))),
    row("%", 1, 1, |it, this, args| operate(it, '%', this, args.at(0))),
    row("modulo", 1, 1, |it, this, args| operate(it, '%', this, args.at(0))),
    row("&", 1, 1, |it, this, args| operate(it, '&', this, args.at(0))),
    row("|", 1, 1, |it, this, args| operate(it, '|', this, args.at(0))),
    row("^", 1, 1, |it, this, args| operate(it, '^', this, args.at(0))),
    row("**", 1, 1, power),
    row("pow", 1, 1, power),
    row("divmod", 1, 1, |it, this, args| {
        let quotient = operate(it, '/', this, args.at(0))?;
        Ok(Rv::pair(quotient, operate(it, '%', this, args.at(0))?))
    }),
    row("<<", 1, 1, |it, this, args| {
        let by = it.int(args.at(0))?;
        shift(it, &value(this), by)
    }),
    row(">>", 1, 1, |it, this, args| {
        let by = it.int(args.at(0))?;
        shift(it, &value(this), by.saturating_neg())
    }),
    row("[]", 1, 1, |it, this, args| {
        let by = it.int(args.at(0))?;
        let moved = shift(it, &value(this), by.saturating_neg())?;
        operate(it, '&', &moved, &Rv::Int(1))
    }),
    row("~", 0, 0, |it, this, _| {
        let negated = -value(this);
        it.big(negated - BigInt::from(1))
    }),
    row("-@", 0, 0, |it, this, _| it.big(-value(this))),
    row("+@", 0, 0, |_, this, _| Ok(this.clone())),
    row("abs", 0, 0, |it, this, _| it.big(magnitude(value(this)))),
    row("magnitude", 0, 0, |it, this, _| it.big(magnitude(value(this)))),
    row("succ", 0, 0, |it, this, _| operate(it, '+', this, &Rv::Int(1))),
    row("next", 0, 0, |it, this, _| operate(it, '+', this, &Rv::Int(1))),
    row("pred", 0, 0, |it, this, _| operate(it, '-', this, &Rv::Int(1))),
    row("to_s", 0, 1, to_s),
    row("inspect", 0, 1, to_s),
    row("to_i", 0, 0, |_, this, _| Ok(this.clone())),
    row("to_int", 0, 0, |_, this, _| Ok(this.clone())),
    row("round", 0, -1, |_, this, _| Ok(this.clone())),
    row("floor", 0, 1, |_, this, _| Ok(this.clone())),
    row("ceil", 0, 1, |_, this, _| Ok(this.clone())),
    row("truncate", 0, 1, |_, this, _| Ok(this.clone())),
    row("to_f", 0, 0, |_, this, _| Ok(Rv::Float(float(this)))),
    row("fdiv", 1, 1, |it, this, args| Ok(Rv::Float(float(this) / super::number::to_float(it, args.at(0))?))),
    row("coerce", 1, 1, |it, this, args| match args.at(0) {
        Rv::Int(other) => Ok(Rv::pair(it.held(BigInt::from(*other)), this.clone())),
        other => Ok(Rv::pair(Rv::Float(super::number::to_float(it, other)?), Rv::Float(float(this)))),
    }),
    row("==", 1, 1, |it, this, args| it.equal(this, args.at(0)).map(Rv::Bool)),
    row("===", 1, 1, |it, this, args| it.equal(this, args.at(0)).map(Rv::Bool)),
    row("<=>", 1, 1, |_, this, args| {
        Ok(match args.at(0) {
            Rv::Float(other) => float(this).partial_cmp(other).map_or(Rv::Nil, |it| Rv::Int(it as i64)),
            other => integer(other).map_or(Rv::Nil, |other| Rv::Int(value(this).cmp(&other) as i64)),
        })
    }),
    row("zero?", 0, 0, |_, _, _| Ok(Rv::Bool(false))),
    row("nonzero?", 0, 0, |_, this, _| Ok(this.clone())),
    row("positive?", 0, 0, |_, this, _| Ok(Rv::Bool(value(this).sign() == Sign::Plus))),
    row("negative?", 0, 0, |_, this, _| Ok(Rv::Bool(value(this).sign() == Sign::Minus))),
    row("integer?", 0, 0, |_, _, _| Ok(Rv::Bool(true))),
    row("finite?", 0, 0, |_, _, _| Ok(Rv::Bool(true))),
    row("even?", 0, 0, |it, this, _| {
        let rest = operate(it, '%', this, &Rv::Int(2))?;
        Ok(Rv::Bool(matches!(rest, Rv::Int(0))))
    }),
    row("odd?", 0, 0, |it, this, _| {
        let rest = operate(it, '%', this, &Rv::Int(2))?;
        Ok(Rv::Bool(!matches!(rest, Rv::Int(0))))
    }),
    row("bit_length", 0, 0, |_, this, _| Ok(Rv::from(value(this).bits()))),
    row("hash", 0, 0, |_, this, _| Ok(Rv::Int(super::number::hash_of(&value(this).to_string())))),
    row("digits", 0, 0, |_, this, _| {
        let written = magnitude(value(this)).to_string();
        Ok(Rv::array(written.bytes().rev().map(|digit| Rv::Int((digit - b'0').into())).collect()))
    }),
];

/// The integer of a value of either size.
pub(super) fn integer(value: &Rv) -> Option<BigInt> {
    match value {
        Rv::Int(it) => Some(BigInt::from(*it)),
        Rv::Object(object) => match &object.data {
            Data::Big(it) => Some(it.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn value(this: &Rv) -> BigInt {
    integer(this).unwrap_or_default()
}

fn magnitude(value: BigInt) -> BigInt {
    if value.sign() == Sign::Minus { -value } else { value }
}

/// A big integer as a float, rounded as its decimal digits are read.
pub(super) fn float(this: &Rv) -> f64 {
    value(this).to_string().parse().unwrap_or(f64::INFINITY)
}

/// Arithmetic of two integers of which one is big, or whose result may be.
pub(super) fn operate(it: &mut Interp<'_>, operator: char, a: &Rv, b: &Rv) -> R {
    let Some(left) = integer(a) else { return Err(it.no_conversion(a, "Integer")) };
    if let Rv::Float(right) = b {
        return it.send(&Rv::Float(float(a)), &operator.to_string(), &[Rv::Float(*right)]);
    }
    let Some(right) = integer(b) else {
        let shown = it.conversion_name(b);
        return Err(it.type_error(format!("{shown} can't be coerced into Integer")));
    };
    if matches!(operator, '/' | '%') && right.sign() == Sign::NoSign {
        return Err(it.raise("ZeroDivisionError", "divided by 0"));
    }
    if left.bits() + right.bits() > MAX_BITS {
        return Err(it.limit("integers of more than 262,144 bits"));
    }
    it.charge(left.bits() / 8 + right.bits() / 8)?;
    let made = match operator {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        '&' => left & right,
        '|' => left | right,
        '^' => left ^ right,
        '/' => floored(&left, &right).0,
        _ => floored(&left, &right).1,
    };
    it.big(made)
}

/// Quotient and rest, the quotient rounded down as Ruby does.
fn floored(a: &BigInt, b: &BigInt) -> (BigInt, BigInt) {
    let (quotient, rest) = (a / b, a % b);
    let opposite = rest.sign() != Sign::NoSign && rest.sign() != b.sign();
    if opposite { (quotient - BigInt::from(1), rest + b) } else { (quotient, rest) }
}

fn power(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    match args.at(0) {
        Rv::Int(exponent) if *exponent >= 0 => raised(it, this, *exponent),
        Rv::Int(_) => Err(it.unsupported_value("a rational number")),
        other => Ok(Rv::Float(float(this).powf(super::number::to_float(it, other)?))),
    }
}

/// An integer to the power of one that is not negative.
pub(super) fn raised(it: &mut Interp<'_>, base: &Rv, exponent: i64) -> R {
    let mut base = value(base);
    let exponent = usize::try_from(exponent).unwrap_or(usize::MAX);
    if base.bits().saturating_mul(exponent) > MAX_BITS {
        return Err(it.limit("integers of more than 262,144 bits"));
    }
    it.charge(base.bits().saturating_mul(exponent) / 4)?;
    let (mut made, mut left) = (BigInt::from(1), exponent);
    while left > 0 {
        if left % 2 == 1 {
            made = &made * &base;
        }
        left /= 2;
        if left > 0 {
            base = &base * &base;
        }
    }
    it.big(made)
}

/// Bits to the left, or to the right where `by` is negative.
pub(super) fn shift(it: &mut Interp<'_>, value: &BigInt, by: i64) -> R {
    let count = usize::try_from(by.unsigned_abs()).unwrap_or(usize::MAX);
    if by < 0 {
        return it.big(value >> count.min(MAX_BITS + 1));
    }
    if value.bits().saturating_add(count) > MAX_BITS && value.sign() != Sign::NoSign {
        return Err(it.limit("integers of more than 262,144 bits"));
    }
    it.charge(count / 8)?;
    it.big(value << count.min(MAX_BITS))
}

fn to_s(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let radix = args.opt(0).map_or(Ok(10), |radix| it.int(radix))?;
    if !(2..=36).contains(&radix) {
        return Err(it.argument_error(format!("invalid radix {radix}")));
    }
    Ok(Rv::str(value(this).to_str_radix(radix as u32)))
}

/// Reads digits that are known to be some.
pub(super) fn parse(digits: &str, radix: u32) -> Option<BigInt> {
    BigInt::parse_bytes(digits.as_bytes(), radix)
}

/// An integer as it is written in code.
pub(crate) fn literal(it: &mut Interp<'_>, digits: &str, radix: u32) -> R {
    match parse(digits, radix) {
        Some(value) => it.big(value),
        None => Err(it.unsupported_value("this integer")),
    }
}

impl Interp<'_> {
    /// An integer: a plain one where it fits into 64 bits.
    pub(crate) fn big(&mut self, value: BigInt) -> R {
        if value.bits() < 65
            && let Ok(small) = value.to_string().parse()
        {
            return Ok(Rv::Int(small));
        }
        Ok(self.held(value))
    }

    /// A big integer even where a plain one would do.
    fn held(&self, value: BigInt) -> Rv {
        self.object(self.world.class("Big Integer"), Data::Big(value))
    }
}
