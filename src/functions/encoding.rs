//! JSON, YAML, TOML, base64: texts of values and back.

mod emit;
mod yaml;

use super::{Call, arguments::OrFail as _, strings::inspect_text, table::rows};
use crate::{
    diag::Result,
    hiera::{
        is_broken_hocon, read_hocon,
        yaml::{Psych, Rules, read},
    },
    source::SourceFile,
    value::Value,
};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose},
};

rows! {
    "base64" "stdlib" Three Union ["base64(Any $action, Any $text, Any $method?)"] "Encodes or decodes base64." => base64;
    "load_module_metadata" "stdlib" Three Dropped ["load_module_metadata(Any $module, Any $allow_empty?)"] "Reads a module's metadata.json." => load_module_metadata;
    "loadjson" "stdlib" Three Carried ["loadjson(Any $path, Any $default?)"] "Reads a JSON file." => |call| load(call, modules_json);
    "loadyaml" "stdlib" Three Carried ["loadyaml(Any $path, Any $default?)"] "Reads a YAML file." => |call| load(call, yaml_text);
    "parsehocon" "stdlib" Four Union ["parsehocon(String $hocon_string, Any $default?)"] "Reads HOCON text." => hocon;
    "parsejson" "stdlib" Three Union ["parsejson(Any $text, Any $default?)"] "Reads JSON text." => |call| parse(call, json);
    "parsepson" "stdlib" Four Union ["parsepson(String[1] $pson_string, Any $default?)"] "Reads PSON text." => pson;
    "parseyaml" "stdlib" Three Union ["parseyaml(Any $text, Any $default?)"] "Reads YAML text." => |call| parse(call, yaml_text);
    "to_json" "stdlib" Four Union ["to_json(Any $data)"] "Writes JSON." => |call| Ok(Value::str(emit::json(call.arg(0))));
    "to_json_pretty" "stdlib" Four Union [
        "to_json_pretty(Variant[Hash, Array] $data, Optional[Boolean] $skip_undef?, Struct[{indent => Optional[String], space => Optional[String], space_before => Optional[String], object_nl => Optional[String], array_nl => Optional[String], allow_nan => Optional[Boolean], max_nesting => Optional[Integer[-1, default]]}] $opts?)",
    ] "Writes JSON in lines." => to_json_pretty;
    "to_python" "stdlib" Four Union ["to_python(Any $object)"] "Writes a Python literal." => |call| Ok(Value::str(emit::script(call.arg(0), &emit::PYTHON)));
    "to_ruby" "stdlib" Four Union ["to_ruby(Any $object)"] "Writes a Ruby literal." => |call| Ok(Value::str(emit::script(call.arg(0), &emit::RUBY)));
    "to_toml" "stdlib" Four Union ["to_toml(Hash $data)"] "Writes TOML." => |call| Ok(Value::str(emit::toml(call.arg(0))));
    "to_yaml" "stdlib" Four Union ["to_yaml(Any $data, Hash $options?)"] "Writes YAML." => |call| Ok(Value::str(yaml::document(call.arg(0), yaml::indentation(call.arg(1)))));
}

/// Writes a value as Ruby's `to_yaml` does, with its `---`.
#[must_use]
pub fn yaml(value: &Value) -> String {
    yaml::document(value, 2)
}

/// Whether the module reads JSON by Puppet's own PSON, which Puppet 8 no longer has: stdlib before 9, which has the
/// old `validate_re` still.
fn lacks_pson(call: &Call<'_>) -> Result<bool> {
    Ok(call.context.puppet_version() >= 8 && call.context.has_function("validate_re")?)
}

fn no_pson(call: &Call<'_>) -> Box<crate::diag::Diagnostic> {
    call.fail("uninitialized constant PSON")
}

fn modules_json(call: &Call<'_>, text: &str) -> Result<Value> {
    if lacks_pson(call)? { Err(no_pson(call)) } else { json(call, text) }
}

fn pson(call: &Call<'_>) -> Result<Value> {
    if call.context.puppet_version() < 8 {
        return parse(call, json);
    }
    if lacks_pson(call)? {
        return call.arguments.get(1).cloned().ok_or_else(|| no_pson(call));
    }
    let message = "This method is deprecated. From Puppet 8, PSON is no longer natively supported.";
    call.context.call_function("deprecation", &["parsepson".into(), message.into()], None)
}

fn json(call: &Call<'_>, text: &str) -> Result<Value> {
    let found: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| call.fail(format!("{}(): the text is not JSON: {error}", call.name)))?;
    Ok(from_json(&found))
}

fn from_json(found: &serde_json::Value) -> Value {
    match found {
        serde_json::Value::Null => Value::Undef,
        serde_json::Value::Bool(it) => Value::Bool(*it),
        serde_json::Value::Number(it) => {
            let whole = it.as_i64().map(Value::Int);
            whole.unwrap_or_else(|| Value::Float(it.as_f64().unwrap_or(f64::NAN)))
        }
        serde_json::Value::String(it) => Value::str(it.as_str()),
        serde_json::Value::Array(items) => Value::array(items.iter().map(from_json)),
        serde_json::Value::Object(entries) => {
            Value::hash(entries.iter().map(|(key, item)| (Value::str(key.as_str()), from_json(item))))
        }
    }
}

fn yaml_text(call: &Call<'_>, text: &str) -> Result<Value> {
    let rules = Rules { psych: Psych::of_puppet(call.context.puppet_version()), ..Rules::default() };
    Ok(read(&SourceFile::new("yaml", text), rules)?.value)
}

/// Reads HOCON; the default stands in for broken text, not for substitutions that nothing answers.
fn hocon(call: &Call<'_>) -> Result<Value> {
    let source = SourceFile::new("hocon", call.text(0));
    match (read_hocon(&source), call.arguments.get(1)) {
        (Ok(found), _) => Ok(found),
        (Err(_), Some(default)) if is_broken_hocon(&source) => Ok(default.clone()),
        (Err(found), _) => Err(call.fail(found.message())),
    }
}

type Reader = fn(&Call<'_>, &str) -> Result<Value>;

/// Reads a text; the default stands in for errors and for nothing.
fn parse(call: &Call<'_>, reader: Reader) -> Result<Value> {
    let default = call.arguments.get(1);
    let text = match call.arg(0) {
        Value::Str(_) | Value::Undef => Ok(call.string(0)),
        other => Err(call.fail(format!("no implicit conversion of {} into String", ruby_kind(other)))),
    };
    match (text.and_then(|text| reader(call, &text)), default) {
        (Ok(found), Some(default)) if !found.is_truthy() => Ok(default.clone()),
        (Ok(found), _) => Ok(found),
        (Err(_), Some(default)) if default.is_truthy() => Ok(default.clone()),
        (Err(error), _) => Err(error),
    }
}

/// What Ruby calls a value in the message of a `TypeError`.
fn ruby_kind(value: &Value) -> &'static str {
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds are objects of Puppet's")]
    match value {
        Value::Hash(_) => "Hash",
        Value::Array(_) => "Array",
        Value::Int(_) => "Integer",
        Value::Float(_) => "Float",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        _ => "Object",
    }
}

fn load(call: &Call<'_>, reader: Reader) -> Result<Value> {
    let path = call.string(0);
    if path.starts_with("http://") || path.starts_with("https://") {
        return Err(call.needs_program("reads from the network"));
    }
    let default = call.arguments.get(1).cloned().unwrap_or_default();
    let Some(found) = call.context.find_file(&path)? else {
        call.deprecated(format!("`{}` finds no file `{path}` that may be read", call.name));
        return Ok(default);
    };
    let bytes = call.context.world().read(&found).map_err(|error| call.fail(format!("{path}: {error}")))?;
    let text = String::from_utf8_lossy(&bytes);
    match reader(call, &text) {
        Ok(found) if found.is_truthy() => Ok(found),
        Ok(_) => Ok(default),
        Err(_) if default.is_truthy() => Ok(default),
        Err(error) => Err(error),
    }
}

fn load_module_metadata(call: &Call<'_>) -> Result<Value> {
    let module = call.string(0);
    let Some(folder) = call.context.module_directory(&module)? else {
        return Err(call.fail(format!("Could not find module {module}")));
    };
    match call.context.world().read(&folder.join("metadata.json")) {
        Ok(_) if lacks_pson(call)? => Err(no_pson(call)),
        Ok(bytes) => json(call, &String::from_utf8_lossy(&bytes)),
        Err(_) if call.arg(1).is_truthy() => Ok(Value::hash([])),
        Err(_) => {
            Err(call.fail(format!("load_module_metadata(): No metadata.json file for module {module}")))
        }
    }
}

fn base64(call: &Call<'_>) -> Result<Value> {
    let action = call.string(0);
    if !matches!(action.as_str(), "encode" | "decode") {
        return Err(call.fail("base64(): the first argument must be one of 'encode' or 'decode'"));
    }
    let Value::Str(text) = call.arg(1) else {
        return Err(call.fail("base64(): the second argument must be a string to base64"));
    };
    let method = if call.arguments.len() > 2 { call.text(2) } else { "default" };
    if !matches!(method, "default" | "strict" | "urlsafe") {
        return Err(
            call.fail("base64(): the third argument must be one of 'default', 'strict', or 'urlsafe'")
        );
    }
    if action.as_str() == "encode" {
        let encoded = match method {
            "urlsafe" => general_purpose::URL_SAFE.encode(text.as_bytes()),
            _ => general_purpose::STANDARD.encode(text.as_bytes()),
        };
        return Ok(Value::str(if method == "default" { lines(&encoded) } else { encoded }));
    }
    let bytes = decode(text, method).or_fail(call)?;
    String::from_utf8(bytes)
        .map(Value::str)
        .map_err(|_| call.fail("base64(): the decoded bytes are not UTF-8"))
}

/// Lines of 60 characters, each with its end.
fn lines(encoded: &str) -> String {
    let characters: Vec<char> = encoded.chars().collect();
    characters.chunks(60).map(|line| line.iter().collect::<String>() + "\n").collect()
}

fn decode(text: &str, method: &str) -> std::result::Result<Vec<u8>, String> {
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let invalid = |_| "invalid base64".to_owned();
    match method {
        "strict" => general_purpose::STANDARD.decode(text).map_err(invalid),
        "urlsafe" => GeneralPurpose::new(&alphabet::URL_SAFE, lenient).decode(text).map_err(invalid),
        _ => {
            let known = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
            let bare: String = text.chars().filter(known).collect();
            GeneralPurpose::new(&alphabet::STANDARD, lenient).decode(bare).map_err(invalid)
        }
    }
}

fn to_json_pretty(call: &Call<'_>) -> Result<Value> {
    let data = match (call.arg(0), call.flag(1, false)) {
        (Value::Array(items), true) => Value::array(items.iter().filter(|it| !it.is_undef()).cloned()),
        (Value::Hash(entries), true) => super::iteration::keep(entries, |_, item| !item.is_undef()),
        (data, _) => data.clone(),
    };
    let given = |key: &str, default: &str| {
        call.arg(2)
            .get(key)
            .filter(|it| !it.is_undef())
            .map_or_else(|| default.to_owned(), |it| it.to_str().to_string())
    };
    let style = emit::Pretty {
        indent: given("indent", "  "),
        space: given("space", " "),
        space_before: given("space_before", ""),
        object_nl: given("object_nl", "\n"),
        array_nl: given("array_nl", "\n"),
    };
    Ok(Value::str(format!("{}\n", style.write(&data, 0))))
}

/// A text as JSON writes it.
fn json_text(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| inspect_text(text))
}
