//! Prints Nix expressions; nixfmt lays them out afterwards.

use crate::translate::nixos::{Expr, Part};
use std::fmt::Write;

/// Turns keys of files and paths of the output into Nix paths relative to the file that is printed.
pub(super) trait Paths {
    /// The path of a file of the output by its key.
    fn file(&self, key: &str) -> String;

    /// A path given relative to the output's root.
    fn path(&self, path: &str) -> String;
}

/// Words that cannot be attribute names without quotes.
const KEYWORDS: [&str; 11] =
    ["assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with", "__curPos"];

/// Prints an attribute's name, quoted where it must be.
pub(super) fn name(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_');
    let plain = first && letters.all(|letter| letter.is_ascii_alphanumeric() || "_-'".contains(letter));
    if plain && !KEYWORDS.contains(&text) { text.to_owned() } else { quoted(text) }
}

/// Prints an attribute path.
pub(super) fn path<'t>(parts: impl IntoIterator<Item = &'t str>) -> String {
    parts.into_iter().map(name).collect::<Vec<_>>().join(".")
}

/// Prints an expression.
pub(super) fn print(expr: &Expr, paths: &dyn Paths) -> String {
    let mut out = String::new();
    write_expr(&mut out, expr, paths);
    out
}

fn write_expr(out: &mut String, expr: &Expr, paths: &dyn Paths) {
    match expr {
        Expr::Null => out.push_str("null"),
        Expr::Bool(it) => out.push_str(if *it { "true" } else { "false" }),
        Expr::Int(it) => push(out, format_args!("{it}")),
        Expr::Float(it) => push(out, format_args!("{it:?}")),
        Expr::Str(text) => out.push_str(&string(&[Part::Text(text.clone())], paths)),
        Expr::Text(parts) => out.push_str(&string(parts, paths)),
        Expr::File(key) => out.push_str(&paths.file(key)),
        Expr::Path(text) => out.push_str(&paths.path(text)),
        Expr::Select(parts) => out.push_str(&path(parts.iter().map(|part| part.as_str()))),
        Expr::List(items) => write_list(out, items, paths),
        Expr::Packages(names) => write_packages(out, names),
        Expr::Attrs(entries) => write_attrs(out, entries, paths),
        Expr::Apply(function, arguments) => {
            out.push_str(&path(function.iter().map(|part| part.as_str())));
            for argument in arguments {
                out.push(' ');
                write_argument(out, argument, paths);
            }
        }
    }
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // writing to a String cannot fail
    let _ = out.write_fmt(text);
}

/// An item of a list or an argument: what is more than one token is put in parentheses.
fn write_argument(out: &mut String, expr: &Expr, paths: &dyn Paths) {
    let wrapped = match expr {
        Expr::Apply(..) | Expr::Packages(_) => true,
        Expr::Int(it) => *it < 0,
        Expr::Float(it) => *it < 0.0,
        Expr::Null
        | Expr::Bool(_)
        | Expr::Str(_)
        | Expr::Text(_)
        | Expr::File(_)
        | Expr::Path(_)
        | Expr::Select(_)
        | Expr::List(_)
        | Expr::Attrs(_) => false,
    };
    if wrapped {
        out.push('(');
    }
    write_expr(out, expr, paths);
    if wrapped {
        out.push(')');
    }
}

fn write_list(out: &mut String, items: &[Expr], paths: &dyn Paths) {
    out.push('[');
    let broken = items.len() > 1;
    for item in items {
        out.push(if broken { '\n' } else { ' ' });
        write_argument(out, item, paths);
    }
    out.push_str(if broken { "\n]" } else { " ]" });
}

/// One package as `[ pkgs.a ]`, several as `with pkgs; [ … ]`.
fn write_packages(out: &mut String, names: &[ecow::EcoString]) {
    if let [one] = names {
        return push(out, format_args!("[ pkgs.{} ]", path(one.split('.'))));
    }
    out.push_str("with pkgs; [");
    for package in names {
        push(out, format_args!("\n{}", path(package.split('.'))));
    }
    out.push_str("\n]");
}

fn write_attrs(out: &mut String, entries: &[(ecow::EcoString, Expr)], paths: &dyn Paths) {
    if entries.is_empty() {
        return out.push_str("{ }");
    }
    if let [(key, value)] = entries
        && matches!(value, Expr::Str(_) | Expr::Int(_) | Expr::Bool(_) | Expr::Select(_))
    {
        let one = binding(&name(key), value, paths);
        return push(out, format_args!("{{ {} }}", one.trim_end()));
    }
    out.push_str("{\n");
    for (key, value) in entries {
        out.push_str(&binding(&name(key), value, paths));
    }
    out.push('}');
}

/// Prints `path = value;`; a set with one entry makes the path longer.
pub(super) fn binding(path: &str, value: &Expr, paths: &dyn Paths) -> String {
    if let Expr::Attrs(entries) = value
        && let [(key, inner)] = entries.as_slice()
    {
        return binding(&format!("{path}.{}", name(key)), inner, paths);
    }
    format!("{path} = {};\n", print(value, paths))
}

/// Prints a string: with `"` on one line, with `''` over several.
fn string(parts: &[Part], paths: &dyn Paths) -> String {
    let text: String =
        parts.iter().map(|part| if let Part::Text(text) = part { text.as_str() } else { "x" }).collect();
    let lines = text.trim_end_matches('\n').contains('\n') || (text.ends_with('\n') && text.len() > 1);
    if lines && indentable(&text) { indented(parts, paths) } else { plain(parts, paths) }
}

/// Whether `''` can hold a text as it is: no carriage returns, which are lost, and no indent common to all lines,
/// which would be taken off.
fn indentable(text: &str) -> bool {
    let control = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
    if text.chars().any(control) {
        return false;
    }
    let mut filled = text.lines().filter(|line| !line.trim_matches(' ').is_empty());
    let blank_ends_ok = text.lines().all(|line| !line.is_empty() && line.trim_matches(' ').is_empty())
        || text.lines().all(|line| line.is_empty() || !line.trim_matches(' ').is_empty());
    text.ends_with('\n')
        && blank_ends_ok
        && !text.starts_with('\n')
        && filled.any(|line| !line.starts_with(' '))
}

fn indented(parts: &[Part], paths: &dyn Paths) -> String {
    let mut out = String::from("''\n");
    let mut at_start = true;
    for part in parts {
        match part {
            Part::Text(text) => {
                for line in text.split_inclusive('\n') {
                    if at_start && line != "\n" {
                        out.push_str("  ");
                    }
                    out.push_str(&escape_indented(line));
                    at_start = line.ends_with('\n');
                }
            }
            Part::Expr(inner) => {
                if at_start {
                    out.push_str("  ");
                }
                push(&mut out, format_args!("${{{}}}", print(inner, paths)));
                at_start = false;
            }
        }
    }
    out.push_str("''");
    out
}

fn escape_indented(text: &str) -> String {
    // `$${` would be read as `$` and an escaped antiquotation, so each `${` is escaped by itself
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (escaped, taken) = if rest.starts_with("''") {
            ("'''", 2)
        } else if rest.starts_with("${") {
            ("''${", 2)
        } else if rest.starts_with("$$") {
            ("''$", 1)
        } else {
            let len = rest.chars().next().map_or(1, char::len_utf8);
            (rest.get(..len).unwrap_or_default(), len)
        };
        out.push_str(escaped);
        rest = rest.get(taken..).unwrap_or_default();
    }
    out
}

fn plain(parts: &[Part], paths: &dyn Paths) -> String {
    let mut out = String::from("\"");
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(&escape_plain(text)),
            Part::Expr(inner) => push(&mut out, format_args!("${{{}}}", print(inner, paths))),
        }
    }
    out.push('"');
    out
}

fn escape_plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' if matches!(letters.peek(), Some('{' | '$')) => out.push_str("\\$"),
            _ => out.push(letter),
        }
    }
    out
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escape_plain(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Here;

    impl Paths for Here {
        fn file(&self, key: &str) -> String {
            format!("./{key}")
        }

        fn path(&self, path: &str) -> String {
            format!("./{path}")
        }
    }

    fn shown(text: &str) -> String {
        print(&Expr::str(text), &Here)
    }

    #[test]
    fn strings_are_escaped() {
        assert_eq!(shown("a\"b\\${c}$$d"), r#""a\"b\\\${c}\$$d""#);
        assert_eq!(shown("a '' ${b}\nc\n"), "''\n  a ''' ''${b}\n  c\n''");
        assert_eq!(shown("a\r\nb\n"), r#""a\r\nb\n""#);
        assert_eq!(shown("  a\n  b\n"), r#""  a\n  b\n""#);
    }

    #[test]
    fn names_are_quoted_where_they_must_be() {
        assert_eq!(path(["a", "b.c", "in", "1x", "d-e"]), r#"a."b.c"."in"."1x".d-e"#);
    }
}
