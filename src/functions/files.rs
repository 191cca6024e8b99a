//! Files of modules, and templates.

use super::{Call, Template, collections::flat, table::rows};
use crate::{
    diag::Result,
    value::{Str, Value},
};
use std::sync::Arc;

rows! {
    "binary_file" "puppet" Four Union ["binary_file(String $path)"]
        "Reads a file of a module as bytes." => binary_file;
    "epp" "puppet" Four Carried ["epp(String $path, Hash[Pattern[/^\\w+$/], Any] $parameters?)"]
        "Renders an EPP template of a module." => |call| {
            let path = call.string(0);
            render(call, Template::Epp(&path), Some(call.arg(1)))
        };
    "file" "puppet" Three Carried ["file(Any $paths+)"]
        "Reads the first file that is there." => file;
    "find_file" "puppet" Four Dropped ["find_file(String $paths*)", "find_file(Array[String] $paths_array*)"]
        "Finds the first file that is there." => find_file;
    "find_template" "puppet" Four Dropped ["find_template(String $paths*)", "find_template(Array[String] $paths_array*)"]
        "Finds the first template that is there." => find_template;
    "inline_epp" "puppet" Four Carried ["inline_epp(String $template, Hash[Pattern[/^\\w+$/], Any] $parameters?)"]
        "Renders EPP text." => |call| {
            let text = call.string(0);
            render(call, Template::InlineEpp(&text), Some(call.arg(1)))
        };
    "inline_template" "puppet" Three Carried ["inline_template(Any $texts+)"]
        "Renders ERB texts, one after the other." => |call| all(call, |text| Template::InlineErb(text));
    "module_directory" "puppet" Four Dropped ["module_directory(String $names*)", "module_directory(Array[String] $names)"]
        "Gives the folder of the first module that is there." => module_directory;
    "template" "puppet" Three Carried ["template(Any $paths+)"]
        "Renders ERB templates of modules, one after the other." => |call| all(call, |text| Template::Erb(text));
    "glob" "stdlib" Three Dropped ["glob(Any $pattern)"]
        "Lists the files that match." => |call| match call.arg(0) {
            Value::Str(_) | Value::Array(_) => Err(call.needs_program("lists files of the compiling host")),
            _ => Err(call.fail("glob(): Requires either array or string to work")),
        };
    "get_module_path" "stdlib" Three Dropped ["get_module_path(Any $module)"]
        "Gives the folder of a module." => |call| {
            let name = call.string(0);
            match call.context.module_directory(&name)? {
                Some(path) => Ok(Value::str(path.to_string_lossy().into_owned())),
                None => Err(call.fail(format!("Could not find module {name}"))),
            }
        };
}

/// Renders; parameters that are `Sensitive` make the result so.
fn render(call: &Call<'_>, template: Template<'_>, parameters: Option<&Value>) -> Result<Value> {
    let parameters = parameters.filter(|it| !it.is_undef());
    let sensitive = parameters
        .and_then(Value::as_hash)
        .is_some_and(|it| it.values().any(|value| matches!(value, Value::Sensitive(_))));
    let text = Value::Str(call.context.render(template, parameters)?);
    Ok(if sensitive { Value::Sensitive(Arc::new(text)) } else { text })
}

fn all<'a>(call: &Call<'a>, template: impl Fn(&Str) -> Template<'_>) -> Result<Value> {
    let mut out = Str::default();
    for argument in call.arguments {
        out.push(&call.context.render(template(&argument.to_str()), None)?);
    }
    Ok(Value::Str(out))
}

fn read(call: &Call<'_>, path: &std::path::Path) -> Result<Arc<[u8]>> {
    call.context
        .world()
        .read(path)
        .map_err(|error| call.fail(format!("{}(): {}: {error}", call.name, path.display())))
}

fn binary_file(call: &Call<'_>) -> Result<Value> {
    match call.context.find_file(call.text(0))? {
        Some(path) => read(call, &path).map(Value::Binary),
        None => Err(call.fail(format!("binary_file(): The given file '{}' does not exist", call.text(0)))),
    }
}

fn file(call: &Call<'_>) -> Result<Value> {
    for name in call.arguments {
        if let Some(path) = call.context.find_file(&name.to_str())? {
            let bytes = read(call, &path)?;
            let text = String::from_utf8(bytes.to_vec());
            return text.map(Value::str).map_err(|_| {
                call.fail(format!("file(): `{}` is not UTF-8 and cannot be kept as a string", path.display()))
            });
        }
    }
    let names: Vec<String> = call.arguments.iter().map(|it| it.to_str().as_str().to_owned()).collect();
    Err(call.fail(format!("Could not find any files from {}", names.join(", "))))
}

fn find_file(call: &Call<'_>) -> Result<Value> {
    for name in flat(call.arguments) {
        if let Some(path) = call.context.find_file(&name.to_str())? {
            return Ok(Value::str(path.to_string_lossy().into_owned()));
        }
    }
    Ok(Value::Undef)
}

fn find_template(call: &Call<'_>) -> Result<Value> {
    for name in flat(call.arguments) {
        let name = name.to_str();
        let Some((module, rest)) = name.split_once('/') else { continue };
        let Some(folder) = call.context.module_directory(module)? else { continue };
        let path = folder.join("templates").join(rest);
        let inside = !path.components().any(|part| part == std::path::Component::ParentDir);
        if inside && call.context.world().is_file(&path) {
            return Ok(Value::str(path.to_string_lossy().into_owned()));
        }
    }
    Ok(Value::Undef)
}

fn module_directory(call: &Call<'_>) -> Result<Value> {
    for name in flat(call.arguments) {
        if let Some(path) = call.context.module_directory(&name.to_str())? {
            return Ok(Value::str(path.to_string_lossy().into_owned()));
        }
    }
    Ok(Value::Undef)
}
