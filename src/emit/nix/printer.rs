//! Prints Nix expressions; nixfmt lays them out afterwards.

use crate::translate::nixos::{Expr, Get, Grouping, Key, Op, Part};
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

/// What stands where an argument, an item of a list or a default may stand without parentheses.
const SELECTION: u8 = 0;
/// A function call.
const CALL: u8 = 1;
/// `-1`.
const NEGATION: u8 = 2;
/// `a ? b`.
const HAS: u8 = 3;
/// `!a`, in between the operators.
const NOT: u8 = 7;
/// `if`, `let`, `with` and lambdas, which reach as far as they can.
const FUNCTION: u8 = 14;

/// How loosely an expression binds, in the levels of Nix's grammar ([`Op::level`]).
fn level(expr: &Expr) -> u8 {
    match expr {
        Expr::Null
        | Expr::Bool(_)
        | Expr::Str(_)
        | Expr::Text(_)
        | Expr::File(_)
        | Expr::Path(_)
        | Expr::Select(_)
        | Expr::Get(_)
        | Expr::List(_)
        | Expr::Attrs(_) => SELECTION,
        Expr::Int(i64::MIN) => Op::Subtract.level(),
        Expr::Int(it) => {
            if *it < 0 {
                NEGATION
            } else {
                SELECTION
            }
        }
        Expr::Float(it) => {
            if it.is_sign_negative() {
                NEGATION
            } else {
                SELECTION
            }
        }
        Expr::Apply(..) | Expr::Call(..) => CALL,
        Expr::Has(..) => HAS,
        Expr::Not(_) => NOT,
        Expr::Binary(op, _) => op.level(),
        Expr::Packages(names) => {
            if names.len() == 1 {
                SELECTION
            } else {
                FUNCTION
            }
        }
        Expr::If(_) | Expr::Let(..) | Expr::Lambda(..) => FUNCTION,
    }
}

fn write_expr(out: &mut String, expr: &Expr, paths: &dyn Paths) {
    match expr {
        Expr::Null => out.push_str("null"),
        Expr::Bool(it) => out.push_str(if *it { "true" } else { "false" }),
        Expr::Int(it) => write_int(out, *it),
        Expr::Float(it) => write_float(out, *it),
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
            write_arguments(out, arguments, paths);
        }
        Expr::Call(function, arguments) => {
            write_within(out, function, CALL, paths);
            write_arguments(out, arguments, paths);
        }
        Expr::Get(it) => write_get(out, it, paths),
        Expr::Has(base, keys) => {
            write_within(out, base, HAS - 1, paths);
            out.push_str(" ? ");
            write_keys(out, keys, paths);
        }
        Expr::If(it) => {
            let [test, then, otherwise] = [&it.test, &it.then, &it.otherwise].map(|it| print(it, paths));
            push(out, format_args!("if {test} then {then} else {otherwise}"));
        }
        Expr::Let(bindings, body) => {
            out.push_str("let\n");
            for (key, value) in bindings {
                out.push_str(&binding(&name(key), value, paths));
            }
            push(out, format_args!("in\n{}", print(body, paths)));
        }
        Expr::Lambda(parameter, body) => push(out, format_args!("{parameter}: {}", print(body, paths))),
        Expr::Not(inner) => {
            out.push('!');
            write_within(out, inner, NOT, paths);
        }
        Expr::Binary(op, sides) => write_binary(out, *op, &sides.0, &sides.1, paths),
    }
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // writing to a String cannot fail
    let _ = out.write_fmt(text);
}

/// The least integer has no literal: its digits alone are too large.
fn write_int(out: &mut String, it: i64) {
    if it == i64::MIN {
        return push(out, format_args!("-{} - 1", i64::MAX));
    }
    push(out, format_args!("{it}"));
}

/// A float in Nix's syntax, which always has a point.
fn write_float(out: &mut String, it: f64) {
    let digits = format!("{it:?}");
    let exponential = digits.split_once('e').filter(|(mantissa, _)| !mantissa.contains('.'));
    match exponential {
        Some((mantissa, exponent)) => push(out, format_args!("{mantissa}.0e{exponent}")),
        None => out.push_str(&digits),
    }
}

/// Prints an expression as an argument of a function.
pub(super) fn argument(expr: &Expr, paths: &dyn Paths) -> String {
    let mut out = String::new();
    write_within(&mut out, expr, SELECTION, paths);
    out
}

/// An expression, in parentheses where it binds more loosely than its place allows.
fn write_within(out: &mut String, expr: &Expr, loosest: u8, paths: &dyn Paths) {
    let wrapped = level(expr) > loosest;
    if wrapped {
        out.push('(');
    }
    write_expr(out, expr, paths);
    if wrapped {
        out.push(')');
    }
}

fn write_arguments(out: &mut String, arguments: &[Expr], paths: &dyn Paths) {
    for argument in arguments {
        out.push(' ');
        write_within(out, argument, SELECTION, paths);
    }
}

fn write_binary(out: &mut String, op: Op, left: &Expr, right: &Expr, paths: &dyn Paths) {
    let (own, tighter) = (op.level(), op.level() - 1);
    let (left_level, right_level) = match op.grouping() {
        Grouping::Left => (own, tighter),
        Grouping::Right => (tighter, own),
        Grouping::None => (tighter, tighter),
    };
    write_within(out, left, left_level, paths);
    push(out, format_args!(" {} ", op.as_str()));
    write_within(out, right, right_level, paths);
}

fn write_get(out: &mut String, get: &Get, paths: &dyn Paths) {
    let flat = matches!(&get.base, Expr::Select(_))
        || matches!(&get.base, Expr::Get(inner) if inner.default.is_none());
    if flat {
        write_expr(out, &get.base, paths);
    } else {
        push(out, format_args!("({})", print(&get.base, paths)));
    }
    out.push('.');
    write_keys(out, &get.keys, paths);
    if let Some(default) = &get.default {
        out.push_str(" or ");
        write_within(out, default, SELECTION, paths);
    }
}

fn write_keys(out: &mut String, keys: &[Key], paths: &dyn Paths) {
    for (at, key) in keys.iter().enumerate() {
        if at > 0 {
            out.push('.');
        }
        match key {
            Key::Name(text) => out.push_str(&name(text)),
            Key::Dynamic(inner) => push(out, format_args!("${{{}}}", print(inner, paths))),
        }
    }
}

fn write_list(out: &mut String, items: &[Expr], paths: &dyn Paths) {
    out.push('[');
    let broken = items.len() > 1;
    for item in items {
        out.push(if broken { '\n' } else { ' ' });
        write_within(out, item, SELECTION, paths);
    }
    out.push_str(if broken { "\n]" } else { " ]" });
}

/// One package as `[ pkgs.a ]`, several as `with pkgs; [ … ]`.
fn write_packages(out: &mut String, names: &[ecow::EcoString]) {
    if let [one] = names
        && !LANGUAGES.iter().any(|(set, _)| one.starts_with(set))
    {
        return push(out, format_args!("[ pkgs.{} ]", path(one.split('.'))));
    }
    let of = |set: &str| names.iter().filter_map(|name| name.strip_prefix(set)).collect::<Vec<_>>();
    out.push_str("with pkgs; [");
    for name in names {
        let library = LANGUAGES.iter().any(|(set, _)| name.starts_with(set));
        let bare = LANGUAGES.iter().any(|(set, shape)| {
            shape.first().is_some_and(|alone| *alone == name.as_str()) && !of(set).is_empty()
        });
        if !library && !bare {
            push(out, format_args!("\n{}", path(name.split('.'))));
        }
    }
    for (set, [_, before, after]) in LANGUAGES {
        let members = of(set);
        if !members.is_empty() {
            push(out, format_args!("\n({before}"));
            members.iter().for_each(|member| push(out, format_args!("\n{}", name(member))));
            push(out, format_args!("\n{after})"));
        }
    }
    out.push_str("\n]");
}

/// Sets of libraries: a program finds those that its interpreter is built with, so that the interpreter alone (the
/// first text) goes into the one with libraries, between the second text and the third.
const LANGUAGES: [(&str, [&str; 3]); 4] = [
    ("perlPackages.", ["perl", "perl.withPackages (ps: with ps; [", "])"]),
    ("python3Packages.", ["python3", "python3.withPackages (ps: with ps; [", "])"]),
    ("rPackages.", ["R", "rWrapper.override { packages = with rPackages; [", "]; }"]),
    ("rubyPackages.", ["ruby", "ruby.withPackages (ps: with ps; [", "])"]),
];

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
    let parts = joined(parts);
    let text: String =
        parts.iter().map(|part| if let Part::Text(text) = part { text.as_str() } else { "x" }).collect();
    let lines = text.trim_end_matches('\n').contains('\n') || (text.ends_with('\n') && text.len() > 1);
    if lines && indentable(&text) { indented(&parts, paths) } else { plain(&parts, paths) }
}

/// Neighbouring texts as one, since escapes depend on what follows.
fn joined(parts: &[Part]) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match (out.last_mut(), part) {
            (Some(Part::Text(before)), Part::Text(text)) => before.push_str(text),
            _ => out.push(part.clone()),
        }
    }
    out
}

/// Whether `''` can hold a text as it is: no carriage returns, which are lost, no indent common to all lines,
/// which would be taken off, and no blank or quote before the closing quotes.
fn indentable(text: &str) -> bool {
    let control = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
    if text.chars().any(control) {
        return false;
    }
    let mut filled = text.lines().filter(|line| !line.trim_matches(' ').is_empty());
    let no_blanks = text.lines().all(|line| line.is_empty() || !line.trim_matches(' ').is_empty());
    !text.ends_with([' ', '\'', '\t'])
        && no_blanks
        && !text.starts_with('\n')
        && filled.any(|line| !line.starts_with(' '))
}

fn indented(parts: &[Part], paths: &dyn Paths) -> String {
    let mut out = String::from("''\n");
    let mut at_start = true;
    for (at, part) in parts.iter().enumerate() {
        match part {
            Part::Text(text) => {
                let before_expr = at + 1 < parts.len();
                for line in text.split_inclusive('\n') {
                    if at_start && line != "\n" {
                        out.push_str("  ");
                    }
                    out.push_str(&escape_indented(line, before_expr && !line.ends_with('\n')));
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

/// Escapes a line of a `''` string; `before_expr` where an antiquotation follows at once.
fn escape_indented(text: &str, before_expr: bool) -> String {
    // `$${` would be read as `$` and an escaped antiquotation, so each `${` is escaped by itself
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (escaped, taken) = if rest.starts_with("''") {
            ("'''", 2)
        } else if rest.starts_with("'$") {
            // before the quotes of an escape a quote would make another escape
            ("''\\'", 1)
        } else if rest.starts_with("${") {
            ("''${", 2)
        } else if rest.starts_with("$$") || (rest == "$" && before_expr) {
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
    for (at, part) in parts.iter().enumerate() {
        match part {
            Part::Text(text) => out.push_str(&escape_plain(text, at + 1 < parts.len())),
            Part::Expr(inner) => push(&mut out, format_args!("${{{}}}", print(inner, paths))),
        }
    }
    out.push('"');
    out
}

/// Escapes a part of a `"` string; `before_expr` where an antiquotation follows at once.
fn escape_plain(text: &str, before_expr: bool) -> String {
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
            '$' if before_expr && letters.peek().is_none() => out.push_str("\\$"),
            _ => out.push(letter),
        }
    }
    out
}

pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", escape_plain(text, false))
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

    /// Printed, laid out by nixfmt twice without a change, as one line.
    fn laid_out(expr: &Expr) -> String {
        let text = nixfmt_rs::format(&print(expr, &Here)).expect("it is Nix");
        assert_eq!(nixfmt_rs::format(&text).expect("it is Nix"), text, "laid out once is laid out");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn parentheses_stand_where_they_must() {
        let (a, b, c) = (Expr::select("a"), Expr::select("cfg.b"), Expr::Int(-1));
        let or = |base: Expr, default| base.select_keys(vec![Key::Name("x y".into())], Some(default));
        let sum = Expr::binary(Op::Add, a.clone(), c.clone());
        let test = Expr::binary(Op::Equal, a.clone(), b.clone());
        let either = Expr::if_else(test.clone(), a.clone(), b.clone());
        let call = |items| Expr::Call(Box::new(a.clone()), items);
        let cases = [
            (Expr::binary(Op::Multiply, sum.clone(), sum.clone()), "(a + -1) * (a + -1)"),
            (Expr::binary(Op::Subtract, sum.clone(), sum.clone()), "a + -1 - (a + -1)"),
            (
                Expr::binary(Op::Concat, Expr::List(vec![]), either.clone()),
                "[ ] ++ (if a == cfg.b then a else cfg.b)",
            ),
            (Expr::binary(Op::And, test.clone(), test.clone().negated()), "a == cfg.b && !(a == cfg.b)"),
            (Expr::binary(Op::Equal, test.clone(), a.clone()), "(a == cfg.b) == a"),
            (
                call(vec![c.clone(), call(vec![b.clone()]), or(a.clone(), b.clone())]),
                r#"a (-1) (a cfg.b) a."x y" or cfg.b"#,
            ),
            (or(or(a.clone(), b.clone()), call(vec![b.clone()])), r#"(a."x y" or cfg.b)."x y" or (a cfg.b)"#),
            (Expr::Call(Box::new(Expr::lambda("i", sum)), vec![b.clone()]), "(i: a + -1) cfg.b"),
            (Expr::Has(Box::new(b), vec![Key::Dynamic(a.clone())]).negated(), "!cfg.b ? ${a}"),
            (
                Expr::Let(vec![("x".into(), a.clone())], Box::new(either)),
                "let x = a; in if a == cfg.b then a else cfg.b",
            ),
            (
                Expr::List(vec![Expr::Float(-1e30), Expr::Int(i64::MIN)]),
                "[ (-1.0e30) (-9223372036854775807 - 1) ]",
            ),
        ];
        for (expr, expected) in cases {
            assert_eq!(laid_out(&expr), expected);
        }
    }

    #[test]
    fn antiquotations_do_not_run_into_the_text_around_them() {
        let a = || Part::Expr(Expr::select("a"));
        let text = |text: &str| Part::Text(text.into());
        let plain = Expr::text(vec![text("x$"), a(), text("'"), a()]);
        assert_eq!(print(&plain, &Here), r#""x\$${a}'${a}""#);
        let lines = Expr::text(vec![text("x"), text("$"), a(), text("\n'${b}'"), text("'$$'\ny")]);
        assert_eq!(print(&lines, &Here), "''\n  x''$${a}\n  ''\\'''${b}'''''$$'\n  y''");
        assert_eq!(shown("a\nb'"), r#""a\nb'""#);
    }

    #[test]
    fn names_are_quoted_where_they_must_be() {
        assert_eq!(path(["a", "b.c", "in", "1x", "d-e"]), r#"a."b.c"."in"."1x".d-e"#);
    }
}
