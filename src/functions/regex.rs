//! Regular expressions: `match` and `regsubst`.

use super::{Call, arguments::OrFail as _, collections::flat, table::rows};
use crate::{
    diag::Result,
    value::{Groups, Regexp, Str, Type, Value},
};
use std::sync::Arc;

rows! {
    "match" "puppet" Four Carried ["match(String $string, Any $pattern)", "match(Array[String] $string, Any $pattern)"]
        "Gives the match and its groups, undef where there is none." => match_;
    "regsubst" "puppet" Four Carried [
        "8 regsubst(Variant[Array[Variant[String, Sensitive[String]]], Sensitive[Array[Variant[String, Sensitive[String]]]], Variant[String, Sensitive[String]]] $target, String $pattern, Variant[String, Hash[String, String]] $replacement, Optional[Pattern[/^[GEIM]*$/]] $flags?, Enum['N', 'E', 'S', 'U'] $encoding?)",
        "7 regsubst(Variant[Array[String], String] $target, String $pattern, Variant[String, Hash[String, String]] $replacement, Optional[Pattern[/^[GEIM]*$/]] $flags?, Enum['N', 'E', 'S', 'U'] $encoding?)",
        "8 regsubst(Variant[Array[Variant[String, Sensitive[String]]], Sensitive[Array[Variant[String, Sensitive[String]]]], Variant[String, Sensitive[String]]] $target, Variant[Regexp, Type[Regexp]] $pattern, Variant[String, Hash[String, String]] $replacement, Pattern[/^G?$/] $flags?)",
        "7 regsubst(Variant[Array[String], String] $target, Variant[Regexp, Type[Regexp]] $pattern, Variant[String, Hash[String, String]] $replacement, Pattern[/^G?$/] $flags?)",
    ] "Replaces matches." => regsubst;
}

fn match_(call: &Call<'_>) -> Result<Value> {
    if let Value::Str(text) = call.arg(0) {
        return match_one(call, text, call.arg(1));
    }
    let each = |item: &Value| match_one(call, &item.to_str(), call.arg(1));
    call.items(0).iter().map(each).collect::<Result<Vec<_>>>().map(Value::array)
}

fn match_one(call: &Call<'_>, text: &Str, pattern: &Value) -> Result<Value> {
    let groups = |regexp: &Regexp| {
        regexp.captures(text).map(|found| found.map(Value::array).unwrap_or_default()).or_fail(call)
    };
    let first = |all: Vec<Value>| -> Result<Value> {
        for it in all {
            let found = match_one(call, text, &it)?;
            if !found.is_undef() {
                return Ok(found);
            }
        }
        Ok(Value::Undef)
    };
    match pattern {
        Value::Str(source) => groups(&*Regexp::cached(source.text()).or_fail(call)?),
        Value::Regexp(it) => groups(it),
        Value::Array(all) => first(flat(all)),
        Value::Type(Type::Regexp(Some(source))) => groups(&*Regexp::cached(source).or_fail(call)?),
        Value::Type(Type::Regexp(None)) => Err(call.fail("Given Regexp Type has no regular expression")),
        Value::Type(Type::Pattern(sources)) => first(sources.iter().cloned().map(Value::str).collect()),
        Value::Type(Type::Variant(types)) => first(types.iter().cloned().map(Value::Type).collect()),
        Value::Type(Type::Alias(alias)) => match alias.resolved().cloned() {
            Some(found) => match_one(call, text, &Value::Type(found)),
            None => Err(call.fail(format!("Reference to unresolved type {}", alias.name))),
        },
        other => Err(call.fail(format!(
            "match() expects pattern of T, where T is String, Regexp, Regexp[r], Pattern[p], or Array[T]. Got {}",
            super::collections::class_name(other)
        ))),
    }
}

fn regsubst(call: &Call<'_>) -> Result<Value> {
    let flags = call.text(3);
    let regexp = match call.arg(1) {
        Value::Str(source) => {
            let options: String = flags.chars().filter_map(|flag| "IMEG".find(flag).map(|_| flag)).collect();
            let options = options.replace('E', "x").replace('G', "").to_lowercase();
            if options.is_empty() {
                Regexp::cached(source.text()).or_fail(call)?
            } else {
                Arc::new(Regexp::with_flags(source, &options).or_fail(call)?)
            }
        }
        Value::Regexp(it) => it.clone(),
        Value::Type(Type::Regexp(source)) => {
            Regexp::cached(&source.clone().unwrap_or_default()).or_fail(call)?
        }
        other => return Err(call.fail(format!("regsubst(): cannot match by {}", Type::infer(other)))),
    };
    substitute_value(call, call.arg(0), &regexp, flags.contains('G'))
}

fn substitute_value(call: &Call<'_>, target: &Value, regexp: &Regexp, all: bool) -> Result<Value> {
    match target {
        Value::Str(text) => substitute(text, regexp, call.arg(2), all).map(Value::Str).or_fail(call),
        Value::Sensitive(inner) => {
            Ok(Value::Sensitive(Arc::new(substitute_value(call, inner, regexp, all)?)))
        }
        Value::Array(items) => {
            let each = |item| substitute_value(call, item, regexp, all);
            items.iter().map(each).collect::<Result<Vec<_>>>().map(Value::array)
        }
        other => Ok(other.clone()),
    }
}

/// Replaces the first match or all, labels carried: those of the kept text, of the groups and of the replacement.
pub(super) fn substitute(text: &Str, regexp: &Regexp, replacement: &Value, all: bool) -> Result<Str, String> {
    let matches = if all { regexp.find_all(text)? } else { regexp.find_at(text, 0)?.into_iter().collect() };
    let mut out = Str::default();
    let mut from = 0;
    for groups in &matches {
        let Some(whole) = groups.first().cloned().flatten() else { continue };
        out.push(&text.slice(from..whole.start));
        match replacement {
            Value::Hash(entries) => {
                let found = entries.get(&Value::Str(text.slice(whole.clone()))).map(Value::to_str);
                out.push(&found.unwrap_or_default());
            }
            other => expand(&other.to_str(), text, (groups, regexp), &mut out),
        }
        from = whole.end;
    }
    out.push(&text.slice(from..text.len()));
    Ok(out)
}

/// Writes a replacement with `\1`, `\0`, `\&`, `\k<name>`, `` \` ``, `\'` and `\\`.
fn expand(template: &Str, text: &Str, (groups, regexp): (&Groups, &Regexp), out: &mut Str) {
    let mut at = 0;
    let group = |index: usize| {
        groups.get(index).cloned().flatten().map(|range| text.slice(range)).unwrap_or_default()
    };
    let whole = groups.first().cloned().flatten().unwrap_or(0..0);
    while let Some(found) = template.get(at..).and_then(|rest| rest.find('\\')) {
        out.push(&template.slice(at..at + found));
        let rest = template.get(at + found + 1..).unwrap_or_default();
        at += found + 2;
        match rest.chars().next() {
            Some(digit) if digit.is_ascii_digit() => {
                out.push(&group(digit.to_digit(10).and_then(|it| usize::try_from(it).ok()).unwrap_or(0)));
            }
            Some('&') => out.push(&group(0)),
            Some('`') => out.push(&text.slice(0..whole.start)),
            Some('\'') => out.push(&text.slice(whole.end..text.len())),
            Some('\\') => out.push_str("\\"),
            Some('k') if rest.starts_with("k<") => {
                let name = rest.get(2..).and_then(|it| it.split_once('>')).map_or("", |(name, _)| name);
                let index = regexp.names().iter().find(|(known, _)| known == name).map(|(_, index)| *index);
                out.push(&group(index.and_then(|it| usize::try_from(it).ok()).unwrap_or(usize::MAX)));
                at += name.len() + 2;
            }
            Some(other) => {
                out.push_str("\\");
                at -= 1;
                out.push(&template.slice(at..at + other.len_utf8()));
                at += other.len_utf8();
            }
            None => out.push_str("\\"),
        }
    }
    out.push(&template.slice(at.min(template.len())..template.len()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Secret;

    fn replaced(text: &str, source: &str, with: &str) -> String {
        let regexp = Regexp::new(source).unwrap();
        substitute(&Str::new(text), &regexp, &with.into(), true).unwrap().as_str().to_owned()
    }

    #[test]
    fn replacements_follow_ruby() {
        assert_eq!(replaced("a-b", "(\\w)-(\\w)", "\\2-\\1"), "b-a");
        assert_eq!(replaced("abc", "b", "[\\0\\&\\\\]"), "a[bb\\]c");
        assert_eq!(replaced("john", "(?<first>j)", "\\k<first>\\k<first>"), "jjohn");
        assert_eq!(replaced("abc", "x*", "-"), "-a-b-c-");
        assert_eq!(replaced("abc", "b", "\\q\\"), "a\\q\\c");
    }

    #[test]
    fn labels_move_with_the_bytes() {
        let secret = Secret { id: "s".into(), key: None, file: None, opaque: false, derived: false };
        let mut text = Str::new("user:");
        text.push(&Str::secret("hunter2", Arc::new(secret)));
        let found = substitute(&text, &Regexp::new(":").unwrap(), &" = ".into(), false).unwrap();
        assert_eq!(found.as_str(), "user = hunter2");
        assert_eq!(found.labels().unwrap().ranges()[0].range, 7..14);
    }
}
