//! Arrays.

use super::{array, at_least, exactly};
use crate::{
    diag::Result,
    functions::{
        Call,
        arguments::{OrFail as _, count},
        collections::{class_name, flat, nth},
        iteration::ruby_eq,
        random::to_i,
        strings::{inspect, ruby_text},
        table::rows,
    },
    maps::IndexSet,
    value::{Regexp, Str, Value},
};

rows! {
    "any2array" "stdlib" Three Carried ["any2array(Any $values*)"] "Makes an array of anything." => |call| {
        Ok(match call.arguments {
            [it @ Value::Array(_)] => it.clone(),
            [Value::Str(text)] if text.is_empty() => Value::array([]),
            [Value::Hash(entries)] => Value::array(entries.iter().flat_map(|(key, item)| [key.clone(), item.clone()])),
            several => Value::array(several.iter().cloned()),
        })
    };
    "clamp" "stdlib" Three Union ["clamp(Any $values*)"] "Gives the middle one of three numbers." => clamp;
    "concat" "stdlib" Three Carried ["concat(Any $array, Any $values*)"] "Appends arrays and values to an array." => concat;
    "count" "stdlib" Three Dropped ["count(Any $collection, Any $item?)"] "Counts items that are not empty, or equal to a value." => |call| {
        let wanted = call.arguments.get(1).filter(|it| it.is_truthy());
        if !matches!(call.arg(0), Value::Array(_) | Value::Hash(_)) {
            return count_characters(call, wanted);
        }
        let empty = |it: &&Value| !it.is_undef() && it.as_str() != Some("");
        Ok(count(match wanted {
            Some(wanted) => listed(call.arg(0)).iter().filter(|it| ruby_eq(it, wanted)).count(),
            None => listed(call.arg(0)).iter().filter(empty).count(),
        }))
    };
    "delete" "stdlib" Three Carried ["delete(Any $collection, Any $items)"] "Removes items, entries or parts of a text." => delete;
    "delete_at" "stdlib" Three Carried ["delete_at(Any $array, Any $index)"] "Removes the item at an index." => delete_at;
    "delete_regex" "stdlib" Three Carried ["delete_regex(Any $collection, Any $patterns)"] "Removes what matches." => delete_regex;
    "delete_undef_values" "stdlib" Three Carried ["delete_undef_values(Any $collection)"] "Removes undef." => |call| {
        Ok(match call.arg(0) {
            Value::Array(items) => Value::array(items.iter().filter(|it| !it.is_undef()).cloned()),
            Value::Hash(entries) => crate::functions::iteration::keep(entries, |_, item| !item.is_undef()),
            other => {
                let (shown, kind) = (other.to_str(), class_name(other));
                return Err(call.fail(format!("delete_undef_values(): expected an array or hash, got {shown} type  {kind} ")));
            }
        })
    };
    "difference" "stdlib" Three Carried ["difference(Any $first, Any $second)"] "Gives the items of the first that are not in the second." => |call| {
        at_least(call, 2)?;
        let (first, second) = (array(call, 0, "Requires 2 arrays")?, array(call, 1, "Requires 2 arrays")?);
        Ok(Value::array(first.iter().filter(|it| !second.contains(it)).cloned()))
    };
    "grep" "stdlib" Three Carried ["grep(Any $array, Any $pattern)"] "Keeps the strings that match." => |call| filter(call, true);
    "intersection" "stdlib" Three Carried ["intersection(Any $first, Any $second)"] "Gives the items of both." => |call| {
        at_least(call, 2)?;
        let (Some(first), Some(second)) = (call.arg(0).as_array(), call.arg(1).as_array()) else {
            let (a, b) = (class_name(call.arg(0)), class_name(call.arg(1)));
            return Err(call.fail(format!("intersection(): Requires 2 arrays, got {a} and {b}")));
        };
        let both: IndexSet<Value> = first.iter().filter(|it| second.contains(it)).cloned().collect();
        Ok(Value::array(both))
    };
    "member" "stdlib" Three Dropped ["member(Any $array, Any $items)"] "Tells whether the items are in the array." => member;
    "prefix" "stdlib" Three Carried ["prefix(Any $enumerable, Any $prefix?)"] "Puts a text before each item or key." => |call| affix(call, true);
    "range" "stdlib" Three Union ["range(Any $start, Any $stop?, Any $step?)"] "Gives the values between two." => range;
    "reject" "stdlib" Three Carried ["reject(Any $array, Any $pattern)"] "Drops the strings that match." => |call| filter(call, false);
    "reverse" "stdlib" Three Carried ["reverse(Any $value)"] "Turns an array or a text around." => |call| {
        at_least(call, 1)?;
        Ok(match call.arg(0) {
            Value::Array(items) => Value::array(items.iter().rev().cloned()),
            Value::Str(text) => {
                let mut out = Str::default();
                crate::functions::iteration::characters(text).iter().rev().for_each(|c| c.write_to(&mut out));
                Value::Str(out)
            }
            _ => return Err(call.fail("reverse(): Requires either array or string to work with")),
        })
    };
    "shuffle" "stdlib" Three Carried ["shuffle(Any $value)"] "Shuffles; another order at every compilation." => |call| {
        match call.arg(0) {
            it @ Value::Array(items) if items.len() < 2 => Ok(it.clone()),
            it @ Value::Str(text) if text.chars().count() < 2 => Ok(it.clone()),
            Value::Array(_) | Value::Str(_) => Err(call.needs_program("takes chance: every compilation gives another order")),
            _ => Err(call.fail("shuffle(): Requires either array or string to work with")),
        }
    };
    "suffix" "stdlib" Three Carried ["suffix(Any $enumerable, Any $suffix?)"] "Puts a text after each item or key." => |call| affix(call, false);
    "union" "stdlib" Three Carried ["union(Any $arrays*)"] "Gives the items of all arrays, each once." => |call| {
        if call.arguments.len() < 2 {
            return Err(call.fail(format!("union(): Wrong number of arguments given ({} for < 2)", call.arguments.len())));
        }
        let mut all = IndexSet::default();
        for index in 0..call.arguments.len() {
            all.extend(array(call, index, "Every parameter must be an array")?.iter().cloned());
        }
        Ok(Value::array(all))
    };
    "values_at" "stdlib" Three Carried ["values_at(Any $array, Any $indices)"] "Gives the items at indexes and ranges of indexes." => values_at;
    "zip" "stdlib" Three Carried ["zip(Any $first, Any $second, Any $flatten?)"] "Pairs the items of two arrays." => zip;
}

/// What Ruby's own `count` says of a text and of what has none.
fn count_characters(call: &Call<'_>, wanted: Option<&Value>) -> Result<Value> {
    match (call.arg(0), wanted) {
        (Value::Str(text), Some(Value::Str(set))) => {
            Ok(count(text.chars().filter(|c| super::texts::in_set(set, *c)).count()))
        }
        (Value::Str(_), None) => Err(call.fail("wrong number of arguments (given 0, expected 1+)")),
        (other, _) => Err(call.fail(format!("undefined method `count' for {}", inspect(other)))),
    }
}

fn clamp(call: &Call<'_>) -> Result<Value> {
    let all = flat(call.arguments);
    if all.len() != 3 {
        return Err(call.fail("clamp(): Wrong number of arguments, need three to clamp"));
    }
    for value in &all {
        match value {
            Value::Str(text) if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) => {
                return Err(call.fail(format!("clamp(): Required explicit numeric ({text}:String)")));
            }
            Value::Hash(_) => {
                return Err(call.fail(format!("clamp(): The Hash type is not allowed ({})", inspect(value))));
            }
            _ => {}
        }
    }
    let mut numbers: Vec<i64> = all.iter().map(to_i).collect();
    numbers.sort_unstable();
    Ok(Value::Int(numbers.get(1).copied().unwrap_or(0)))
}

fn concat(call: &Call<'_>) -> Result<Value> {
    if call.arguments.len() < 2 {
        let given = call.arguments.len();
        return Err(call.fail(format!("concat(): Wrong number of arguments given ({given} for < 2)")));
    }
    let mut out = array(call, 0, "Requires array to work with")?.to_vec();
    for argument in call.arguments.iter().skip(1) {
        match argument {
            Value::Array(items) => out.extend(items.iter().cloned()),
            other => out.push(other.clone()),
        }
    }
    Ok(Value::array(out))
}

/// Ruby's `Array(value)`.
fn listed(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.to_vec(),
        Value::Undef => Vec::new(),
        Value::Hash(entries) => entries.iter().map(|(k, v)| Value::array([k.clone(), v.clone()])).collect(),
        other => vec![other.clone()],
    }
}

fn delete(call: &Call<'_>) -> Result<Value> {
    exactly(call, 2)?;
    let mut collection = call.arg(0).clone();
    for item in listed(call.arg(1)) {
        collection = match &collection {
            Value::Array(items) => Value::array(items.iter().filter(|it| !ruby_eq(it, &item)).cloned()),
            Value::Hash(entries) => crate::functions::iteration::keep(entries, |key, _| *key != item),
            Value::Str(text) => {
                let part = item.to_str();
                let mut out = Str::default();
                let mut from = 0;
                for (at, found) in text.match_indices(part.as_str()) {
                    out.push(&text.slice(from..at));
                    from = at + found.len();
                }
                out.push(&text.slice(from..text.len()));
                Value::Str(out)
            }
            other => {
                return Err(call.fail(format!(
                    "delete(): First argument must be an Array, String, or Hash. Given an argument of class {}.",
                    class_name(other)
                )));
            }
        };
    }
    Ok(collection)
}

fn delete_at(call: &Call<'_>) -> Result<Value> {
    at_least(call, 2)?;
    let mut items = array(call, 0, "Requires array to work with")?.to_vec();
    if matches!(call.arg(1), Value::Str(text) if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()))
    {
        return Err(call.fail("delete_at(): You must provide non-negative numeric index"));
    }
    let index = to_i(call.arg(1));
    let size = i64::try_from(items.len()).unwrap_or(i64::MAX);
    if index > size - 1 {
        return Err(call.fail("delete_at(): Given index exceeds size of array given"));
    }
    let index = if index < 0 { index + size } else { index };
    if let Ok(index) = usize::try_from(index)
        && index < items.len()
    {
        items.remove(index);
    }
    Ok(Value::array(items))
}

fn delete_regex(call: &Call<'_>) -> Result<Value> {
    exactly(call, 2)?;
    let mut collection = call.arg(0).clone();
    for pattern in listed(call.arg(1)) {
        let source = match &pattern {
            Value::Regexp(it) => it.source.to_string(),
            other => other.to_str().as_str().to_owned(),
        };
        let regexp = Regexp::new(format!("\\b{source}\\b")).or_fail(call)?;
        let matches = |it: &Value| it.as_str().is_some_and(|text| regexp.is_match(text));
        collection = match &collection {
            Value::Array(items) => Value::array(items.iter().filter(|it| !matches(it)).cloned()),
            Value::Hash(entries) => crate::functions::iteration::keep(entries, |key, _| !matches(key)),
            other => {
                return Err(call.fail(format!(
                    "delete_regex(): First argument must be an Array, Hash, or String. Given an argument of class {}.",
                    class_name(other)
                )));
            }
        };
    }
    Ok(collection)
}

fn filter(call: &Call<'_>, keep: bool) -> Result<Value> {
    exactly(call, 2)?;
    let source = match call.arg(1) {
        Value::Regexp(it) => it.source.clone(),
        other => other.to_str().text().clone(),
    };
    let regexp = Regexp::cached(&source).or_fail(call)?;
    let items = array(call, 0, "Requires array to work with")?;
    let matches = |it: &&Value| it.as_str().is_some_and(|text| regexp.is_match(text)) == keep;
    Ok(Value::array(items.iter().filter(matches).cloned()))
}

fn member(call: &Call<'_>) -> Result<Value> {
    at_least(call, 2)?;
    let items = array(call, 0, "Requires array to work with")?;
    let wanted = match call.arg(1) {
        Value::Array(wanted) => wanted.to_vec(),
        one @ (Value::Str(_) | Value::Int(_)) => vec![one.clone()],
        _ => return Err(call.fail("member(): Item to search for must be a string, fixnum, or array")),
    };
    if wanted.is_empty() {
        return Err(call.fail("member(): You must provide item to search for within array given"));
    }
    Ok(Value::Bool(wanted.iter().all(|it| items.contains(it))))
}

fn affix(call: &Call<'_>, before: bool) -> Result<Value> {
    at_least(call, 1)?;
    let name = call.name;
    let affix = match call.arguments.get(1) {
        None | Some(Value::Undef | Value::Bool(false)) => Str::default(),
        Some(Value::Str(text)) => text.clone(),
        Some(other) => {
            let shown = inspect(other);
            return Err(call.fail(format!("{name}(): expected second argument to be a String, got {shown}")));
        }
    };
    let joined = |item: &Value| {
        let text = ruby_text(item);
        let (mut first, second) = if before { (affix.clone(), text) } else { (text, affix.clone()) };
        first.push(&second);
        Value::Str(first)
    };
    match call.arg(0) {
        Value::Array(items) => Ok(Value::array(items.iter().map(joined))),
        Value::Hash(entries) => {
            Ok(Value::hash(entries.iter().map(|(key, item)| (joined(key), item.clone()))))
        }
        other => {
            let shown = inspect(other);
            Err(call.fail(format!("{name}(): expected first argument to be an Array or a Hash, got {shown}")))
        }
    }
}

/// Splits `a..b`, `a...b`, `a-b`; the flag tells whether the end is left out.
fn range_text(text: &str) -> Option<(&str, &str, bool)> {
    let (start, stop, open) = [("...", true), ("..", false), ("-", false)]
        .into_iter()
        .find_map(|(mark, open)| text.split_once(mark).map(|(start, stop)| (start, stop, open)))?;
    let word = |it: &str| !it.is_empty() && it.chars().all(|c| c.is_alphanumeric() || c == '_');
    (word(start) && word(stop)).then_some((start, stop, open))
}

fn range(call: &Call<'_>) -> Result<Value> {
    let (start, stop, open, step) = if call.arguments.len() > 1 {
        let step = if call.arguments.len() > 2 { to_i(call.arg(2)).abs() } else { 1 };
        if step == 0 {
            return Err(call.fail("range(): 3rd arg (step size) must be a non zero integer (e.g. 1 or -1)"));
        }
        (call.string(0), call.string(1), false, step)
    } else {
        let text = call.string(0);
        let Some((start, stop, open)) = range_text(&text) else {
            let why = if text.is_empty() {
                "Unknown range format"
            } else {
                "Unable to compute range from the value"
            };
            return Err(call.fail(format!("range(): {why}: {text}")));
        };
        (Str::new(start), Str::new(stop), open, 1)
    };
    let step = usize::try_from(step).unwrap_or(1);
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit());
    if digits(&start) {
        let (from, to) = (to_i(&Value::Str(start)), to_i(&Value::Str(stop)));
        let to = if open { to - 1 } else { to };
        return Ok(Value::array((from..=to).step_by(step).take(1_000_000).map(Value::Int)));
    }
    Ok(Value::array(words(&start, &stop, open).into_iter().step_by(step).map(Value::str)))
}

/// Ruby's range of strings: successors from the first to the last, none longer than the last.
fn words(start: &str, stop: &str, open: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = start.to_owned();
    while at.chars().count() <= stop.chars().count() && found.len() < 100_000 {
        if at == stop {
            if !open {
                found.push(at);
            }
            return found;
        }
        found.push(at.clone());
        at = successor(&at);
    }
    found
}

/// Ruby's `String#succ` for letters and digits.
fn successor(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let mut carry = None;
    for slot in chars.iter_mut().rev().filter(|c| c.is_ascii_alphanumeric()) {
        let (next, over) = match *slot {
            'z' => ('a', Some('a')),
            'Z' => ('A', Some('A')),
            '9' => ('0', Some('1')),
            c => (char::from_u32(u32::from(c) + 1).unwrap_or(c), None),
        };
        *slot = next;
        carry = over;
        if carry.is_none() {
            break;
        }
    }
    if let Some(first) = carry {
        let at = chars.iter().position(char::is_ascii_alphanumeric).unwrap_or(0);
        chars.insert(at, first);
    }
    chars.into_iter().collect()
}

fn values_at(call: &Call<'_>) -> Result<Value> {
    at_least(call, 2)?;
    let items = array(call, 0, "Requires array to work with")?;
    let indices = flat(std::slice::from_ref(call.arg(1)));
    if indices.is_empty() {
        return Err(call.fail("values_at(): You must provide at least one positive index to collect"));
    }
    let last = i64::try_from(items.len()).unwrap_or(i64::MAX) - 1;
    let mut found = Vec::new();
    for index in &indices {
        let text = index.to_str();
        let digits = |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit());
        if digits(&text) {
            let at = to_i(index);
            if at > last {
                return Err(call.fail("values_at(): Given index exceeds array size"));
            }
            found.push(nth(items, at));
        } else if let Some((start, stop, open)) = range_text(&text).filter(|(a, b, _)| digits(a) && digits(b))
        {
            let (start, stop) = (to_i(&Value::str(start)), to_i(&Value::str(stop)));
            if start > stop {
                return Err(call
                    .fail("values_at(): Stop index in given indices range is smaller than the start index"));
            }
            if stop > last {
                return Err(call.fail("values_at(): Stop index in given indices range exceeds array size"));
            }
            let stop = if open { stop - 1 } else { stop };
            found.extend((start..=stop).map(|at| nth(items, at)));
        } else {
            return Err(call.fail("values_at(): Unknown format of given index"));
        }
    }
    found.retain(|it| !it.is_undef());
    Ok(Value::array(found))
}

fn zip(call: &Call<'_>) -> Result<Value> {
    at_least(call, 2)?;
    let (a, b) =
        (array(call, 0, "Requires array to work with")?, array(call, 1, "Requires array to work with")?);
    let pair =
        |(index, it): (usize, &Value)| Value::array([it.clone(), b.get(index).cloned().unwrap_or_default()]);
    let pairs: Vec<Value> = a.iter().enumerate().map(pair).collect();
    let flatten = call.arguments.len() > 2 && super::texts::str2bool(call, call.arg(2))?;
    Ok(Value::array(if flatten { flat(&pairs) } else { pairs }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_successors() {
        assert_eq!(words("a", "e", false), ["a", "b", "c", "d", "e"]);
        assert_eq!(words("host08", "host11", true), ["host08", "host09", "host10"]);
        assert_eq!(successor("az"), "ba");
        assert_eq!(successor("Zz"), "AAa");
    }
}
