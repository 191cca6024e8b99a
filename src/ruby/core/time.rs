//! `Time` in UTC, from the host's clock: an input like any other.

use super::{Args, Row, row};
use crate::{
    ruby::{
        interp::Interp,
        object::{Class, Data, R, Rv},
    },
    value::time,
};

/// Nanoseconds in a second.
const SECOND: i128 = 1_000_000_000;

/// The methods of times and dates.
pub(super) static TIME: &[Row] = &[
    row("to_i", 0, 0, |_, this, _| Ok(Rv::Int(seconds(this)))),
    row("tv_sec", 0, 0, |_, this, _| Ok(Rv::Int(seconds(this)))),
    row("to_f", 0, 0, |_, this, _| Ok(Rv::Float(nanos(this) as f64 / 1e9))),
    row("year", 0, 0, |_, this, _| Ok(Rv::Int(parts(this).year))),
    row("month", 0, 0, |_, this, _| Ok(Rv::Int(parts(this).month))),
    row("mon", 0, 0, |_, this, _| Ok(Rv::Int(parts(this).month))),
    row("day", 0, 0, |_, this, _| Ok(Rv::Int(parts(this).day))),
    row("mday", 0, 0, |_, this, _| Ok(Rv::Int(parts(this).day))),
    row("hour", 0, 0, |_, this, _| Ok(Rv::Int(parts(this).hour))),
    row("min", 0, 0, |_, this, _| Ok(Rv::Int(parts(this).minute))),
    row("sec", 0, 0, |_, this, _| Ok(Rv::Int(parts(this).second))),
    row("nsec", 0, 0, |_, this, _| Ok(Rv::Int(nanos(this).rem_euclid(SECOND) as i64))),
    row("usec", 0, 0, |_, this, _| Ok(Rv::Int(nanos(this).rem_euclid(SECOND) as i64 / 1000))),
    row("wday", 0, 0, |_, this, _| Ok(Rv::Int(parts(this).weekday))),
    row("yday", 0, 0, |_, this, _| Ok(Rv::Int(parts(this).yearday))),
    row("utc", 0, 0, |_, this, _| Ok(this.clone())),
    row("getutc", 0, 0, |_, this, _| Ok(this.clone())),
    row("gmtime", 0, 0, |_, this, _| Ok(this.clone())),
    row("localtime", 0, 1, |_, this, _| Ok(this.clone())),
    row("getlocal", 0, 1, |_, this, _| Ok(this.clone())),
    row("utc?", 0, 0, |_, _, _| Ok(Rv::Bool(true))),
    row("zone", 0, 0, |_, _, _| Ok(Rv::str("UTC"))),
    row("utc_offset", 0, 0, |_, _, _| Ok(Rv::Int(0))),
    row("strftime", 1, 1, |it, this, args| {
        let pattern = it.string(args.at(0))?;
        let text = time::strftime(&pattern, nanos(this), 0);
        Ok(Rv::str(text.map_err(|why| it.raise("Errno::ERANGE", why))?))
    }),
    row("iso8601", 0, 1, |_, this, _| Ok(Rv::str(time::written("%Y-%m-%dT%H:%M:%SZ", nanos(this), 0)))),
    row("xmlschema", 0, 1, |_, this, _| Ok(Rv::str(time::written("%Y-%m-%dT%H:%M:%SZ", nanos(this), 0)))),
    row("+", 1, 1, |it, this, args| shifted(it, this, args.at(0), 1)),
    row("-", 1, 1, |it, this, args| match args.at(0) {
        Rv::Object(_) => Ok(Rv::Float((nanos(this) - nanos(args.at(0))) as f64 / 1e9)),
        by => shifted(it, this, by, -1),
    }),
    row("to_time", 0, 0, |_, this, _| Ok(this.clone())),
    row("to_date", 0, 0, |it, this, _| {
        let class = it.world.class("Date");
        let day = nanos(this).div_euclid(86400 * SECOND) * 86400 * SECOND;
        Ok(it.object(class, Data::Time(day, 0)))
    }),
    row("==", 1, 1, |_, this, args| Ok(Rv::Bool(crate::ruby::object::eql(this, args.at(0), 0)))),
    row("<=>", 1, 1, |it, this, args| {
        Ok(it.compare(this, args.at(0))?.map_or(Rv::Nil, |o| Rv::Int(o as i64)))
    }),
];

/// `Time.now` and its kin.
pub(super) static STATICS: &[(&str, &[Row])] = &[
    (
        "Time",
        &[
            row("now", 0, -1, |it, _, _| Ok(now(it, "Time"))),
            row("new", 0, 0, |it, _, _| Ok(now(it, "Time"))),
            row("at", 1, 2, at),
            row("utc", 1, 7, made),
            row("gm", 1, 7, made),
            row("mktime", 1, 7, made),
            row("local", 1, 7, made),
            row("parse", 1, 2, |it, _, _| Err(it.unsupported_method("`Time.parse`"))),
        ],
    ),
    ("Date", &[row("today", 0, 0, |it, _, _| Ok(now(it, "Date")))]),
    ("DateTime", &[row("now", 0, 0, |it, _, _| Ok(now(it, "DateTime")))]),
    ("Process", &[row("clock_gettime", 1, 2, |it, _, _| Ok(Rv::Float(it.host.now() as f64)))]),
];

fn nanos(value: &Rv) -> i128 {
    match value {
        Rv::Object(object) => match &object.data {
            Data::Time(nanos, _) => *nanos,
            _ => 0,
        },
        _ => 0,
    }
}

fn seconds(value: &Rv) -> i64 {
    nanos(value).div_euclid(SECOND) as i64
}

fn now(it: &mut Interp<'_>, class: &str) -> Rv {
    let nanos = i128::from(it.host.now()) * SECOND;
    let class = it.world.class(class);
    it.object(class, Data::Time(nanos, 0))
}

fn at(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let value = super::number::to_float(it, args.at(0))?;
    let nanos = match args.at(0) {
        Rv::Int(whole) => i128::from(*whole) * SECOND,
        _ => (value * 1e9) as i128,
    };
    let class = it.world.class("Time");
    Ok(it.object(class, Data::Time(nanos, 0)))
}

fn made(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let mut given = [0_i64, 1, 1, 0, 0, 0];
    for (place, value) in given.iter_mut().zip(&args.values) {
        *place = it.int(value)?;
    }
    let [year, month, day, hour, minute, second] = given;
    let days = days_of(year, month, day);
    let seconds = days * 86400 + hour * 3600 + minute * 60 + second;
    let class = it.world.class("Time");
    Ok(it.object(class, Data::Time(i128::from(seconds) * SECOND, 0)))
}

fn shifted(it: &mut Interp<'_>, this: &Rv, by: &Rv, sign: i128) -> R {
    let class = it.class_of(this);
    let unit = if class.name.borrow().starts_with("Date") { 86400 * SECOND } else { SECOND };
    let by = match by {
        Rv::Int(whole) => i128::from(*whole) * unit,
        other => (super::number::to_float(it, other)? * unit as f64) as i128,
    };
    Ok(it.object(class, Data::Time(nanos(this) + sign * by, 0)))
}

/// A point in time taken apart.
struct Parts {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    weekday: i64,
    yearday: i64,
}

fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = (month + 9) % 12;
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn split(nanos: i128) -> Parts {
    let seconds = nanos.div_euclid(SECOND) as i64;
    let (days, rest) = (seconds.div_euclid(86400), seconds.rem_euclid(86400));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Parts {
        year,
        month,
        day,
        hour: rest / 3600,
        minute: rest / 60 % 60,
        second: rest % 60,
        weekday: (days + 4).rem_euclid(7),
        yearday: days - days_of(year, 1, 1) + 1,
    }
}

fn parts(value: &Rv) -> Parts {
    split(nanos(value))
}

/// `Time#to_s`.
pub(super) fn to_s(nanos: i128, _: i32, class: &Class) -> String {
    match class.name.borrow().as_str() {
        "Date" => time::written("%Y-%m-%d", nanos, 0),
        "DateTime" => time::written("%Y-%m-%dT%H:%M:%S+00:00", nanos, 0),
        _ => time::written("%Y-%m-%d %H:%M:%S UTC", nanos, 0),
    }
}

/// `Time#inspect`.
pub(super) fn inspect(nanos: i128, offset: i32, class: &Class) -> String {
    to_s(nanos, offset, class)
}
