//! `notice` and its kind, `fail`.

use super::{Call, codes, table::rows};
use crate::{
    diag::{Diagnostic, Result},
    syntax::Strict,
    value::Value,
};

rows! {
    "alert" "puppet" Four Dropped ["alert(Any $values*)"] "Logs an alert." => |call| log(call, true);
    "crit" "puppet" Four Dropped ["crit(Any $values*)"] "Logs a critical message." => |call| log(call, true);
    "debug" "puppet" Four Dropped ["debug(Any $values*)"] "Logs for debugging." => |_| Ok(Value::Undef);
    "deprecation" "stdlib" Four Dropped ["deprecation(String $key, String $message, Boolean $use_strict_setting?)"]
        "Warns of a deprecated use; fails where `strict` is `error`." => deprecation;
    "emerg" "puppet" Four Dropped ["emerg(Any $values*)"] "Logs an emergency." => |call| log(call, true);
    "err" "puppet" Four Dropped ["err(Any $values*)"] "Logs an error." => |call| log(call, true);
    "fail" "puppet" Three Dropped ["fail(Any $values*)"] "Ends the compilation with an error." => fail;
    "info" "puppet" Four Dropped ["info(Any $values*)"] "Logs an information." => |call| log(call, false);
    "notice" "puppet" Four Dropped ["notice(Any $values*)"] "Logs a notice." => |call| log(call, false);
    "warning" "puppet" Four Dropped ["warning(Any $values*)"] "Logs a warning." => |call| log(call, true);
}

/// Warns, or does as `strict` says unless the last argument is `false`.
fn deprecation(call: &Call<'_>) -> Result<Value> {
    let (key, message) = (call.text(0), call.text(1));
    match call.context.strict() {
        Strict::Error if call.flag(2, true) => Err(call.fail(format!("deprecation. {key}. {message}"))),
        Strict::Off if call.flag(2, true) => Ok(Value::Undef),
        Strict::Off | Strict::Warning | Strict::Error => {
            call.deprecated(message);
            Ok(Value::Undef)
        }
    }
}

fn joined(arguments: &[Value]) -> String {
    let mut text = crate::value::Str::default();
    for (index, argument) in arguments.iter().enumerate() {
        if index > 0 {
            text.push_str(" ");
        }
        argument.write_to(&mut text);
    }
    shown(&text)
}

/// The text with its secret bytes replaced: a message must not tell them.
pub(super) fn shown(text: &crate::value::Str) -> String {
    let Some(labels) = text.labels() else { return text.as_str().to_owned() };
    let mut out = String::new();
    let mut from = 0;
    for found in labels.ranges() {
        out.push_str(text.get(from..found.range.start).unwrap_or_default());
        out.push_str("[redacted]");
        from = found.range.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

fn log(call: &Call<'_>, warns: bool) -> Result<Value> {
    let message = joined(call.arguments);
    let note = if warns {
        Diagnostic::warning(&codes::LOGGED, message)
    } else {
        Diagnostic::advice(&codes::LOGGED, message)
    };
    call.context.report(note.label(call.name).at(call.at.clone()));
    Ok(Value::Undef)
}

fn fail(call: &Call<'_>) -> Result<Value> {
    let words: Vec<String> = call.arguments.iter().map(|it| shown(&super::strings::ruby_text(it))).collect();
    Err(Box::new(Diagnostic::error(&codes::FAIL, words.join(" "))))
}
