//! `String.new` with its formats (`Puppet::Pops::Types::StringConverter`).

use super::{check, containers::Indent};
use crate::{
    diag::Result,
    functions::{
        Call,
        arguments::OrFail as _,
        format::format,
        strings::{capitalize, inspect},
    },
    value::{Str, Type, TypeResolver, Value, literal, quote, quote_double},
};

/// One format such as `%#-8.2s` with what containers add.
#[derive(Clone, Debug)]
pub(super) struct Format {
    text: String,
    pub(super) kind: char,
    left: bool,
    pub(super) alt: bool,
    pub(super) width: Option<usize>,
    precision: Option<usize>,
    delimiters: Option<char>,
    pub(super) separator: Option<String>,
    pub(super) separator2: Option<String>,
    pub(super) inner: Option<Vec<(Type, Format)>>,
}

pub(super) fn new_string(call: &Call<'_>, arguments: &[Value]) -> Result<Value> {
    check(
        call,
        "new_string",
        &["new_string(Any $from, Variant[Default, String[1], Hash] $string_formats?)"],
        arguments,
    )?;
    let from = arguments.first().cloned().unwrap_or_default();
    let formats = arguments.get(1).cloned().unwrap_or(Value::Default);
    string(&from, &formats, call.context).map(Value::str).or_fail(call)
}

/// Converts a value by a format, or by a hash of formats for types.
///
/// # Errors
/// Gives Puppet's message about a bad format.
pub(in crate::functions) fn string(
    from: &Value,
    formats: &Value,
    resolver: &dyn TypeResolver,
) -> std::result::Result<String, String> {
    let given = match formats {
        Value::Str(text) => {
            let of = match from {
                Value::Array(_) => Type::any_array(),
                Value::Hash(_) => Type::any_hash(),
                other => Type::infer_set(other),
            };
            let format = Format::read(text)?;
            // Puppet looks for the format of the type without its parameters, and finds none.
            if matches!(of, Type::Extension(_)) { Vec::new() } else { vec![(of, format)] }
        }
        Value::Hash(_) => read_map(formats)?,
        _ => Vec::new(),
    };
    let converter = Converter { resolver };
    let mut map = given;
    map.extend(defaults());
    converter.text(from, &map, Indent::default())
}

fn read_map(formats: &Value) -> std::result::Result<Vec<(Type, Format)>, String> {
    let mut found = Vec::new();
    for (key, value) in formats.as_hash().into_iter().flatten() {
        let Value::Type(of) = key else {
            return Err("top level keys in the format hash must be data types".into());
        };
        let format = match value {
            Value::Hash(_) => {
                let text = value.get("format").map(Value::to_str).unwrap_or_else(|| Str::new("%s"));
                let mut format = Format::read(&text)?;
                let part = |name: &str| value.get(name).map(|it| it.to_str().as_str().to_owned());
                format.separator = part("separator");
                format.separator2 = part("separator2");
                format.inner = value.get("string_formats").map(read_map).transpose()?;
                format
            }
            other => Format::read(&other.to_str())?,
        };
        found.push((of.clone(), format));
    }
    // The most specific type first.
    found.sort_by_key(|(of, _)| found_rank(of));
    Ok(found)
}

fn found_rank(of: &Type) -> u8 {
    match of {
        Type::Any => 9,
        Type::Scalar | Type::Data | Type::RichData | Type::Collection(..) => 7,
        Type::ScalarData => 6,
        Type::Numeric => 5,
        Type::Variant(_) | Type::Optional(_) => 4,
        _ => 1,
    }
}

fn defaults() -> Vec<(Type, Format)> {
    let format = |text: &str| Format::read(text).ok();
    let rows = [
        (Type::Object(std::sync::Arc::default()), format("%p")),
        (Type::Float(None, None), format("%f")),
        (Type::Numeric, format("%d")),
        (Type::any_array(), format("%a")),
        (Type::any_hash(), format("%h")),
        (Type::Binary, format("%B")),
        (Type::Any, format("%s")),
    ];
    rows.into_iter().filter_map(|(of, format)| format.map(|format| (of, format))).collect()
}

impl Format {
    pub(super) fn read(text: &str) -> std::result::Result<Self, String> {
        let bad = || {
            format!("The format '{text}' is not a valid format on the form '%<flags><width>.<prec><format>'")
        };
        let rest = text.strip_prefix('%').ok_or_else(bad)?;
        let end = rest.find(|c: char| !" \t[+#0{<(|-".contains(c)).ok_or_else(bad)?;
        let (flags, rest) = rest.split_at_checked(end).ok_or_else(bad)?;
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (width, rest) = rest.split_at_checked(digits(rest)).ok_or_else(bad)?;
        let (precision, rest) = match rest.strip_prefix('.') {
            Some(rest) => {
                rest.split_at_checked(digits(rest)).map(|(it, rest)| (Some(it), rest)).ok_or_else(bad)?
            }
            None => (None, rest),
        };
        let mut kinds = rest.chars();
        let kind = kinds.next().filter(char::is_ascii_alphabetic).ok_or_else(bad)?;
        if kinds.next().is_some() {
            return Err(bad());
        }
        if flags.chars().enumerate().any(|(at, c)| flags.chars().skip(at + 1).any(|it| it == c)) {
            return Err(format!("The same flag can only be used once, got '{text}'"));
        }
        let delimiters: Vec<char> = flags.chars().filter(|c| "[{(<|".contains(*c)).collect();
        if delimiters.len() > 1 {
            return Err(format!(
                "Only one of the delimiters [ {{ ( < | can be given in the format flags, got '{text}'"
            ));
        }
        let space = flags.contains(' ').then_some(' ');
        Ok(Self {
            text: text.to_owned(),
            kind,
            left: flags.contains('-'),
            alt: flags.contains('#'),
            width: width.parse().ok(),
            precision: precision.and_then(|it| it.parse().ok()),
            delimiters: delimiters.first().copied().or(space),
            separator: None,
            separator2: None,
            inner: None,
        })
    }

    pub(super) fn delimited(&self, default: (&'static str, &'static str)) -> (&'static str, &'static str) {
        match self.delimiters {
            Some('[') => ("[", "]"),
            Some('{') => ("{", "}"),
            Some('(') => ("(", ")"),
            Some('<') => ("<", ">"),
            Some('|') => ("|", "|"),
            Some(' ') => ("", ""),
            _ => default,
        }
    }

    /// Pads and cuts as a string.
    fn flagged(&self, text: &str) -> String {
        let cut: String = match self.precision {
            Some(precision) => text.chars().take(precision).collect(),
            None => text.to_owned(),
        };
        let missing = " ".repeat(self.width.unwrap_or(0).saturating_sub(cut.chars().count()));
        if self.left { format!("{cut}{missing}") } else { format!("{missing}{cut}") }
    }

    pub(super) fn wrong(&self, kind: &str, allowed: &str) -> String {
        format!(
            "Illegal format '{}' specified for value of {kind} type - expected one of the characters '{allowed}'",
            self.kind
        )
    }

    /// Formats by Ruby with another letter in the format's place.
    fn by_ruby(&self, kind: char, value: &Value) -> std::result::Result<String, String> {
        let mut text = self.text.clone();
        text.pop();
        text.push(kind);
        format(&Str::new(text), std::slice::from_ref(value)).map(|it| it.as_str().to_owned())
    }
}

pub(super) type Map = [(Type, Format)];

pub(super) struct Converter<'a> {
    resolver: &'a dyn TypeResolver,
}

impl Converter<'_> {
    fn find<'f>(&self, value: &Value, map: &'f Map) -> Option<&'f Format> {
        let of = Type::infer_set(value);
        map.iter().find(|(wanted, _)| wanted.assignable(&of, self.resolver)).map(|(_, format)| format)
    }

    pub(super) fn text(
        &self,
        value: &Value,
        map: &Map,
        indent: Indent,
    ) -> std::result::Result<String, String> {
        let fallback = Format::read("%s")?;
        let format = self.find(value, map).unwrap_or(&fallback);
        match value {
            Value::Iterator(it) => self.text(&Value::array(it.items()), map, indent),
            Value::Undef => undef(format),
            Value::Default => match format.kind {
                'd' | 's' | 'p' => Ok(format.flagged(if format.alt { "\"default\"" } else { "default" })),
                'D' => Ok(format.flagged(if format.alt { "\"Default\"" } else { "Default" })),
                _ => Err(format.wrong("Default", "dDsp")),
            },
            Value::Bool(it) => boolean(format, *it),
            Value::Int(it) => integer(format, *it),
            Value::Float(it) => float(format, *it),
            Value::Str(it) => text(format, it),
            Value::Array(items) => self.array(format, items, map, indent),
            Value::Hash(entries) => self.hash(format, entries, map, indent),
            Value::Regexp(it) => match format.kind {
                'p' => Ok(format.flagged(&it.with_delimiters())),
                's' => {
                    Ok(format.flagged(&if format.alt { quote(&it.source) } else { it.source.to_string() }))
                }
                _ => Err(format.wrong("Regexp", "sp")),
            },
            Value::Type(it) => match format.kind {
                's' | 'p' => Ok(format.flagged(&if format.alt && format.kind == 's' {
                    format!("\"{}\"", it.shown())
                } else {
                    it.shown()
                })),
                _ => Err(format.wrong("Type", "sp")),
            },
            Value::Binary(_) => binary(format, value),
            Value::Timestamp(_)
            | Value::Timespan(_)
            | Value::SemVer(_)
            | Value::SemVerRange(_)
            | Value::Uri(_) => {
                let shown = value.to_str();
                Ok(format.flagged(&if format.kind == 'p' {
                    inspect_rich(value)
                } else {
                    shown.as_str().to_owned()
                }))
            }
            Value::Deferred(_) | Value::Object(_) => self.object(format, value, indent),
            Value::Symbol(_) | Value::Sensitive(_) => Ok(format.flagged(&value.to_str())),
        }
    }
}

fn inspect_rich(value: &Value) -> String {
    match value {
        Value::Uri(_) => literal(value),
        Value::Timestamp(_) => format!("Timestamp('{}')", value.to_str()),
        Value::Timespan(_) => format!("Timespan('{}')", value.to_str()),
        other => other.to_str().as_str().to_owned(),
    }
}

fn undef(format: &Format) -> std::result::Result<String, String> {
    let (plain, alt) = match format.kind {
        'n' => ("nil", "null"),
        'u' => ("undef", "undefined"),
        'd' | 'x' | 'X' | 'o' | 'b' | 'B' | 'e' | 'E' | 'f' | 'g' | 'G' | 'a' | 'A' => ("NaN", "NaN"),
        'v' => ("n/a", "n/a"),
        'V' => ("N/A", "N/A"),
        's' => ("", "\"\""),
        'p' => ("undef", "\"undef\""),
        _ => return Err(format.wrong("Undef", "nudxXobBeEfgGaAvVsp")),
    };
    Ok(format.flagged(if format.alt { alt } else { plain }))
}

fn boolean(format: &Format, it: bool) -> std::result::Result<String, String> {
    let pick = |yes: &'static str, no: &'static str| if it { yes } else { no };
    let word = match format.kind {
        't' => pick("true", "false"),
        'T' => pick("True", "False"),
        'y' => pick("yes", "no"),
        'Y' => pick("Yes", "No"),
        's' | 'p' => return Ok(format.flagged(pick("true", "false"))),
        'd' | 'x' | 'X' | 'o' | 'b' | 'B' => return integer(format, i64::from(it)),
        'e' | 'E' | 'f' | 'g' | 'G' | 'a' | 'A' => return float(format, f64::from(u8::from(it))),
        _ => return Err(format.wrong("Boolean", "tTyYdxXobBeEfgGaAsp")),
    };
    Ok(format.flagged(if format.alt { word.get(..1).unwrap_or_default() } else { word }))
}

fn integer(format: &Format, it: i64) -> std::result::Result<String, String> {
    let value = Value::Int(it);
    match format.kind {
        'd' | 'x' | 'X' | 'o' | 'b' | 'B' | 'p' | 'e' | 'E' | 'f' | 'g' | 'G' | 'a' | 'A' => {
            format.by_ruby(format.kind, &value)
        }
        'c' => {
            let c = u32::try_from(it).ok().and_then(char::from_u32).unwrap_or('\u{fffd}').to_string();
            Ok(format.flagged(&if format.alt { format!("\"{c}\"") } else { c }))
        }
        's' => Ok(format.flagged(&if format.alt {
            inspect(&Value::str(it.to_string()))
        } else {
            it.to_string()
        })),
        _ => Err(format.wrong("Integer", "dxXobBeEfgGaAspc")),
    }
}

fn float(format: &Format, it: f64) -> std::result::Result<String, String> {
    let value = Value::Float(it);
    match format.kind {
        'd' | 'x' | 'X' | 'o' | 'b' | 'B' => {
            #[expect(clippy::cast_possible_truncation, reason = "Ruby's to_i")]
            let whole = Value::Int(it as i64);
            format.by_ruby(format.kind, &whole)
        }
        'e' | 'E' | 'f' | 'g' | 'G' | 'a' | 'A' | 'p' => format.by_ruby(format.kind, &value),
        's' => {
            let text = value.to_str();
            Ok(format.flagged(&if format.alt { format!("\"{text}\"") } else { text.as_str().to_owned() }))
        }
        _ => Err(format.wrong("Float", "dxXobBeEfgGaAsp")),
    }
}

fn text(format: &Format, it: &str) -> std::result::Result<String, String> {
    let changed = match format.kind {
        's' => return Ok(format.flagged(it)),
        'p' => return Ok(format.flagged(&if format.alt { quote_double(it) } else { quote(it) })),
        'c' => capitalize(it),
        'C' => it.split("::").map(capitalize).collect::<Vec<_>>().join("::"),
        'u' => it.to_uppercase(),
        'd' => it.to_lowercase(),
        't' => it.trim().to_owned(),
        _ => return Err(format.wrong("String", "cCudspt")),
    };
    Ok(format.flagged(&if format.alt { quote(&changed) } else { changed }))
}

fn binary(format: &Format, value: &Value) -> std::result::Result<String, String> {
    let Value::Binary(bytes) = value else { return Ok(String::new()) };
    let strict = value.to_str();
    let shown = match format.kind {
        's' => String::from_utf8(bytes.to_vec()).map_err(|_| "Binary data is not valid UTF-8".to_owned())?,
        'p' => return Ok(format!("Binary(\"{strict}\")")),
        'B' => strict.as_str().to_owned(),
        'b' => relaxed(&strict),
        'u' => strict.replace('+', "-").replace('/', "_"),
        't' => "Binary".into(),
        'T' => "BINARY".into(),
        _ => return Err(format.wrong("Binary", "bButTsp")),
    };
    Ok(format.flagged(&if format.alt { inspect(&Value::str(shown)) } else { shown }))
}

/// Base64 in lines of 60 characters, as Ruby's `pack('m')`.
fn relaxed(strict: &str) -> String {
    let bytes: Vec<char> = strict.chars().collect();
    bytes.chunks(60).map(|line| line.iter().collect::<String>() + "\n").collect()
}
