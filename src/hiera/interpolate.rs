//! `%{…}` in values, paths and options (`puppet/pops/lookup/interpolation.rb`).

use super::{
    codes,
    explain::{Origin, Step},
    key,
    search::Search,
};
use crate::{
    diag::{Diagnostic, Result},
    syntax::Strict,
    value::{Str, Value},
};
use std::{borrow::Cow, fmt::Write as _};

/// Whether `lookup`, `alias` and their kind may be used: in data they may, in paths and options they may not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Methods {
    Allowed,
    Forbidden,
}

/// What is written between the braces.
#[derive(Debug, PartialEq, Eq)]
enum Expression<'a> {
    Empty,
    Variable(&'a str),
    Method(&'a str, &'a str),
}

impl Search<'_> {
    /// Resolves all interpolations inside of a value, in the keys of hashes too.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
    pub(super) fn interpolate(&self, value: &Value, methods: Methods) -> Result<Value> {
        match value {
            Value::Str(text) if text.contains("%{") => self.interpolate_text(text, methods),
            Value::Array(items) => {
                let items = items.iter().map(|item| self.interpolate(item, methods));
                Ok(Value::Array(items.collect::<Result<ecow::EcoVec<_>>>()?))
            }
            Value::Hash(entries) => {
                let pair = |(key, value): (&Value, &Value)| {
                    Ok((self.interpolate(key, methods)?, self.interpolate(value, methods)?))
                };
                Ok(Value::hash(entries.iter().map(pair).collect::<Result<Vec<_>>>()?))
            }
            other => Ok(other.clone()),
        }
    }

    /// Resolves the interpolations of a path or an option, to text.
    pub(super) fn interpolate_path(&self, text: &str) -> Result<String> {
        let value = self.interpolate(&Value::str(text), Methods::Forbidden)?;
        Ok(ruby_text(&value).into_owned())
    }

    fn interpolate_text(&self, text: &Str, methods: Methods) -> Result<Value> {
        self.step(|| Step::Interpolate(text.text().clone()), || self.replace_all(text, methods))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
    fn replace_all(&self, text: &Str, methods: Methods) -> Result<Value> {
        let mut result = Str::default();
        let mut done = 0;
        while let Some((start, end)) = next_braces(text, done) {
            result.push(&text.slice(done..start));
            let inside = text.get(start + 2..end - 1).unwrap_or_default();
            let expression = parse(inside.trim());
            if let Expression::Method(name, key) = &expression {
                self.check_method(name, methods, text)?;
                if *name == "alias" {
                    let whole = start == 0 && end == text.len();
                    return if whole { self.nested_value(key) } else { Err(not_whole(text)) };
                }
            }
            match self.expression(&expression, text, methods)? {
                Value::Str(found) => result.push(&found),
                Value::Undef => {}
                other => result.push_str(&ruby_text(&other)),
            }
            done = end;
        }
        result.push(&text.slice(done..text.len()));
        Ok(Value::Str(result))
    }

    fn check_method(&self, name: &str, methods: Methods, text: &str) -> Result<()> {
        if methods == Methods::Forbidden {
            return Err(wrong(&format!("`{text}`: interpolation by `{name}()` is not allowed here")));
        }
        if matches!(name, "lookup" | "hiera" | "alias" | "scope" | "literal") {
            return Ok(());
        }
        Err(wrong(&format!("`{text}`: `{name}` is no method of interpolation")))
    }

    fn expression(&self, expression: &Expression<'_>, text: &str, methods: Methods) -> Result<Value> {
        let (name, value) = match expression {
            Expression::Empty => return Ok(Value::Undef),
            Expression::Variable(name) | Expression::Method("scope", name) => {
                let value = self.scope_variable(name, text)?;
                if is_final(&value) {
                    return Ok(value);
                }
                (ecow::eco_format!("scope:{name}"), value)
            }
            Expression::Method("literal", literal) => ((*literal).into(), Value::str(*literal)),
            Expression::Method(_, key) => ((*key).into(), self.nested_value(key)?),
        };
        self.guarded(&name, || self.interpolate(&value, methods))
    }

    /// `lookup('key', undef, undef, '')` from within data.
    fn nested_value(&self, key: &str) -> Result<Value> {
        let name = Value::str(key);
        if let Some(value) = self.overrides.and_then(|it| it.get(&name)) {
            return Ok(value.clone());
        }
        let found = self.nested().lookup(key, None)?;
        let default =
            || self.defaults.and_then(|it| it.get(&name)).cloned().unwrap_or_else(|| Value::str(""));
        Ok(found.map_or_else(default, |found| found.value))
    }

    /// A variable with what follows its dots; `undef` where the dots lead nowhere.
    pub(super) fn scope_variable(&self, expression: &str, text: &str) -> Result<Value> {
        let mut segments = key::split(expression)
            .ok_or_else(|| wrong(&format!("`{expression}` cannot be understood in `{text}`")))?
            .into_iter();
        let Some(Value::Str(root)) = segments.next() else {
            return Err(wrong(&format!("`{expression}` names no variable in `{text}`")));
        };
        let rest: Vec<Value> = segments.collect();
        let found = self.step(|| Step::Scope("Global Scope".into()), || self.root_variable(&root, text))?;
        let value = match found {
            value if value.is_undef() || rest.is_empty() => value,
            value => self.sub_lookup(expression, &rest, value)?.unwrap_or_default(),
        };
        self.note(expression, &root, &rest, &value);
        Ok(value)
    }

    fn root_variable(&self, root: &Str, text: &str) -> Result<Value> {
        let name = Value::Str(root.clone());
        let explain =
            |value: &Value, origin| self.node.explain(|way| way.found(root.text().clone(), value, origin));
        if let Some(value) = self.overrides.and_then(|it| it.get(&name)) {
            explain(value, Origin::Overrides);
            return Ok(value.clone());
        }
        if let Some(value) = self.variable(root) {
            explain(&value, Origin::Data);
            return Ok(value);
        }
        let default = self.defaults.and_then(|it| it.get(&name));
        if default.is_none() || self.hiera.settings.puppet_version < 8 {
            self.not_set(root, text)?;
        }
        if let Some(value) = default {
            explain(value, Origin::Defaults);
            return Ok(value.clone());
        }
        if is_built_in(root) {
            explain(&Value::Undef, Origin::Data);
        }
        Ok(Value::Undef)
    }

    /// What `strict` decides about a variable that is not set: nothing, a warning or an error.
    fn not_set(&self, name: &str, text: &str) -> Result<()> {
        let bare = name.strip_prefix("::").unwrap_or(name);
        let numeric = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
        if numeric || is_built_in(bare) {
            return Ok(());
        }
        let message = format!("the variable `{name}` in `{text}` is not set");
        match self.hiera.settings.strict {
            Strict::Off => Ok(()),
            Strict::Error if !self.lenient.get() || self.old_scope => {
                *self.missing.borrow_mut() = Some(name.into());
                Err(wrong(&message))
            }
            Strict::Warning | Strict::Error => {
                let warning = Diagnostic::warning(&codes::INTERPOLATION, message);
                self.node.warn_once(&ecow::eco_format!("variable {name}"), warning, self.host);
                Ok(())
            }
        }
    }

    /// Follows segments into a value, explained; `None` where one leads nowhere.
    pub(super) fn sub_lookup(&self, key: &str, segments: &[Value], value: Value) -> Result<Option<Value>> {
        if !self.node.is_explaining() {
            return key::dig(key, segments, value);
        }
        let names: Vec<Cow<'_, str>> = segments.iter().map(ruby_text).collect();
        self.step(
            || Step::SubKey(names.join(".").into()),
            || {
                let mut value = value;
                for (segment, name) in segments.iter().zip(&names) {
                    let next = self.step(
                        || Step::Segment,
                        || {
                            let next = key::dig(key, std::slice::from_ref(segment), value)?;
                            self.node.explain(|way| match &next {
                                Some(next) => way.found(name.as_ref(), next, Origin::Data),
                                None => way.not_found(name.as_ref()),
                            });
                            Ok::<_, Box<Diagnostic>>(next)
                        },
                    )?;
                    let Some(next) = next else { return Ok(None) };
                    value = next;
                }
                Ok(Some(value))
            },
        )
    }
}

/// Variables that are there even where they have no value.
fn is_built_in(name: &str) -> bool {
    matches!(name, "module_name" | "caller_module_name")
}

/// Tells whether there is nothing in a value to interpolate.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are looked into")]
fn is_final(value: &Value) -> bool {
    match value {
        Value::Str(text) => !text.contains("%{"),
        Value::Undef | Value::Int(_) | Value::Bool(_) => true,
        _ => false,
    }
}

fn wrong(message: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(&codes::INTERPOLATION, message))
}

fn not_whole(text: &str) -> Box<Diagnostic> {
    wrong(&format!("`{text}`: `alias` must be the whole text"))
}

/// `%\{([^\}]*)\}`: the range of the next interpolation.
fn next_braces(text: &str, from: usize) -> Option<(usize, usize)> {
    let start = from + text.get(from..)?.find("%{")?;
    let end = start + text.get(start..)?.find('}')? + 1;
    Some((start, end))
}

/// `^(\w+)\((?:["]([^"]+)["]|[']([^']+)['])\)$`, or else a variable.
fn parse(expression: &str) -> Expression<'_> {
    if matches!(expression, "" | "::" | "\"\"" | "''" | "\"::\"" | "'::'") {
        return Expression::Empty;
    }
    method(expression).map_or(Expression::Variable(expression), |(name, key)| Expression::Method(name, key))
}

fn method(expression: &str) -> Option<(&str, &str)> {
    let (name, rest) = expression.split_once('(')?;
    let inside = rest.strip_suffix(')')?;
    let quote = inside.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let key = inside.strip_prefix(quote)?.strip_suffix(quote)?;
    let word = !name.is_empty() && name.chars().all(|found| found.is_alphanumeric() || found == '_');
    (word && !key.is_empty() && !key.contains(quote)).then_some((name, key))
}

/// Ruby's `to_s`.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
pub(super) fn ruby_text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Undef => Cow::Borrowed(""),
        Value::Str(text) => Cow::Borrowed(text.as_str()),
        Value::Symbol(text) => Cow::Borrowed(text.as_str()),
        other => Cow::Owned(inspect(other)),
    }
}

/// Returns what Ruby's `inspect` gives for a value.
#[must_use]
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
pub fn inspect(value: &Value) -> String {
    match value {
        Value::Undef => "nil".into(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Float(it) => ruby_float(*it),
        Value::Str(text) => quoted(text),
        Value::Symbol(text) => format!(":{text}"),
        Value::Array(items) => format!("[{}]", items.iter().map(inspect).collect::<Vec<_>>().join(", ")),
        Value::Hash(entries) => {
            let pair = |(key, value): (&Value, &Value)| format!("{}=>{}", inspect(key), inspect(value));
            format!("{{{}}}", entries.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        other => format!("{other:?}"),
    }
}

/// `Float#to_s`: plain between 1e-4 and 1e16, else with an exponent.
fn ruby_float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity".into() } else { "-Infinity".into() };
    }
    let size = number.abs();
    if size == 0.0 || (1e-4..1e16).contains(&size) {
        let text = number.to_string();
        return if text.contains('.') { text } else { format!("{text}.0") };
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = if digits.contains('.') { digits.to_owned() } else { format!("{digits}.0") };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut chars = text.chars().peekable();
    while let Some(found) = chars.next() {
        match found {
            '"' | '\\' => quoted.extend(['\\', found]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            '\x1b' => quoted.push_str("\\e"),
            '#' if matches!(chars.peek(), Some('{' | '$' | '@')) => quoted.push_str("\\#"),
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_variables_or_methods() {
        assert_eq!(parse("lookup('a.b')"), Expression::Method("lookup", "a.b"));
        assert_eq!(parse("facts.'a b'"), Expression::Variable("facts.'a b'"));
        assert_eq!(parse("::"), Expression::Empty);
        assert_eq!(parse("lookup('')"), Expression::Variable("lookup('')"));
    }

    #[test]
    fn values_become_text_as_in_ruby() {
        let value = Value::array([Value::str("a\"b"), Value::Int(1), Value::Float(1e20), Value::Undef]);
        assert_eq!(ruby_text(&value), "[\"a\\\"b\", 1, 1.0e+20, nil]");
        assert_eq!(ruby_text(&Value::hash([("a".into(), Value::Float(1.0))])), "{\"a\"=>1.0}");
    }
}
