//! Points and lengths in time.

use super::{Call, arguments::OrFail as _, table::rows};
use crate::{
    diag::Result,
    value::{Value, time},
};

rows! {
    "strftime" "puppet" Four Union [
        "strftime(Timespan $time_object, String $format)",
        "strftime(Timestamp $time_object, String $format, String $timezone?)",
        "strftime(String $format, String $timezone?)",
    ] "Writes a point or a length in time by a format." => strftime;
    "time" "stdlib" Three Union ["time(Any $zone?)"]
        "Gives the seconds since 1970." => |call| match call.arguments.len() {
            0 | 1 => Ok(Value::Int(call.context.world().now())),
            given => Err(call.fail(format!("time(): Wrong number of arguments given {given} for 0 or 1"))),
        };
}

fn offset(call: &Call<'_>, index: usize) -> Result<i64> {
    match call.text(index) {
        "" => Ok(0),
        zone => time::zone_offset(zone).ok_or_else(|| call.fail(format!("Illegal timezone '{zone}'"))),
    }
}

fn strftime(call: &Call<'_>) -> Result<Value> {
    Ok(Value::str(
        match call.arg(0) {
            Value::Timespan(it) => Ok(time::format_timespan(call.text(1), **it)),
            Value::Timestamp(it) => time::strftime(call.text(1), **it, offset(call, 2)?),
            _ => {
                let now = i128::from(call.context.world().now()) * time::SECOND;
                time::strftime(call.text(0), now, offset(call, 1)?)
            }
        }
        .or_fail(call)?,
    ))
}
