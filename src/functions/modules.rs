//! Ruby functions of other modules, as native builtins.

use super::{Call, random::to_i, table::rows};
use crate::{
    diag::Result,
    value::{Regexp, Value},
};

rows! {
    "ipaddresses" "ssh" Three Union ["ipaddresses(Any $arguments*)"] "Gives the addresses of all interfaces but loopback." => ipaddresses;
    "memcached::max_memory" "memcached" Four Union ["memcached::max_memory(Any $arg)"] "Gives a size in MB, of a number or a share of the memory." => max_memory;
}

fn ipaddresses(call: &Call<'_>) -> Result<Value> {
    let fact = |name: &str| call.context.variable(name).filter(|it| !it.is_undef());
    let Some(interfaces) = fact("interfaces") else { return Ok(Value::Bool(false)) };
    let interfaces = interfaces.to_str();
    let names = interfaces.split(',').filter(|name| !name.is_empty() && !name.contains("lo"));
    let addresses = names.flat_map(|name| {
        ["ipaddress", "ipaddress6"].into_iter().filter_map(move |kind| fact(&format!("{kind}_{name}")))
    });
    Ok(Value::array(addresses))
}

fn max_memory(call: &Call<'_>) -> Result<Value> {
    let given = call.arg(0);
    let share = given.to_str();
    if given.is_truthy() && !share.ends_with('%') {
        return Ok(Value::Int(to_i(given)));
    }
    let size = call.context.fact("memorysize").unwrap_or_default().to_str();
    let regexp = Regexp::cached(&"([0-9.e+-]*)\\s*([^bB]?)".into()).map_err(|why| call.fail(why))?;
    let groups = regexp.captures(&size).map_err(|why| call.fail(why))?.unwrap_or_default();
    let part = |index: usize| groups.get(index).map(Value::to_str).unwrap_or_default();
    let shift = match part(2).as_str() {
        "" => 0,
        "k" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        "E" => 50,
        other => return Err(call.fail(format!("memcached_max_memory(): Unknown prefix {other}"))),
    };
    let bytes = (to_f(&part(1)) * 2_f64.powi(shift)).trunc();
    let share = if given.is_truthy() { to_f(share.trim_end_matches('%')) } else { 95.0 };
    super::numbers::integer(call, ((bytes / 1_048_576.0).floor() * (share / 100.0)).floor())
}

/// `to_f` of a Ruby text: 0 where it is no number.
fn to_f(text: &str) -> f64 {
    text.parse().unwrap_or(0.0)
}
