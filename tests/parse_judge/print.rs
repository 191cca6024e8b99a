//! A printer of trees: what is parsed, printed and parsed again must be the same tree. Heredocs are printed as
//! strings, so they are compared as their text.

use crate::Case;
use migrate::{
    source::SourceFile,
    syntax::{
        self, Ast, Mode, Options,
        ast::{
            AttributeOperation, Block, Expr, ExprKind, HashEntry, If, Lambda, Parameter, Radix, ResourceForm,
            Segment,
        },
    },
};
use std::sync::Arc;

/// Parses, prints and parses again; returns 1 if the text was accepted at all.
pub fn round_trip(case: &Case) -> usize {
    let Some(first) = parse(&case.path, &case.text) else { return 0 };
    let printed = statements(&first.body.statements);
    let second = again(case, &printed);
    let (mut before, mut after) = (syntax::pn::to_json(&first), syntax::pn::to_json(&second));
    if case.text.contains("@(") {
        // heredocs became strings: the next round must keep them
        before = after;
        after = syntax::pn::to_json(&again(case, &statements(&second.body.statements)));
    }
    assert_eq!(before, after, "{} ({}) became:\n{printed}", case.path, case.what);
    1
}

fn again(case: &Case, printed: &str) -> Arc<Ast> {
    let parsed = parse(&case.path, printed);
    parsed.unwrap_or_else(|| panic!("{} ({}): the printed text is refused:\n{printed}", case.path, case.what))
}

fn parse(path: &str, text: &str) -> Option<Arc<Ast>> {
    let parsed = syntax::parse(SourceFile::new(path, text), Mode::Manifest, &Options::default());
    if parsed.has_errors() { None } else { parsed.ast }
}

fn statements(statements: &[Expr]) -> String {
    statements.iter().map(expr).collect::<Vec<_>>().join(";\n")
}

fn block(block: Option<&Block>) -> String {
    format!("{{\n{}\n}}", block.map(|block| statements(&block.statements)).unwrap_or_default())
}

fn list(expressions: &[Expr]) -> String {
    expressions.iter().map(expr).collect::<Vec<_>>().join(", ")
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn expr(it: &Expr) -> String {
    match &it.kind {
        ExprKind::Undef => "undef".into(),
        ExprKind::Default => "default".into(),
        ExprKind::Boolean(value) => value.to_string(),
        ExprKind::Integer(value, Radix::Decimal) => value.to_string(),
        ExprKind::Integer(value, Radix::Octal) => format!("0{value:o}"),
        ExprKind::Integer(value, Radix::Hex) => format!("0x{value:X}"),
        ExprKind::Float(value) => format!("{value:?}"),
        ExprKind::String(text) => quoted(text),
        ExprKind::Interpolated(segments) => interpolated(segments),
        ExprKind::Heredoc(it) => expr(&it.text),
        ExprKind::Regex(source) => format!("/{}/", source.as_str().replace('/', "\\/")),
        ExprKind::Name(name) | ExprKind::TypeRef(name) | ExprKind::Reserved(name) => name.to_string(),
        ExprKind::Variable(name) => format!("${name}"),
        ExprKind::Array(values) => format!("[{}]", list(values)),
        ExprKind::Hash(entries) => hash(entries),
        ExprKind::Paren(it) => format!("({})", expr(it)),
        ExprKind::Not(it) => format!("!{}", expr(it)),
        ExprKind::Minus(it) => format!("-{}", expr(it)),
        ExprKind::Splat(it) => format!("*{}", expr(it)),
        ExprKind::Binary(it) => format!("{} {} {}", expr(&it.left), it.op.as_str(), expr(&it.right)),
        ExprKind::Assignment(it) => format!("{} {} {}", expr(&it.target), it.op.as_str(), expr(&it.value)),
        ExprKind::Relationship(it) => format!("{} {} {}", expr(&it.left), it.op.as_str(), expr(&it.right)),
        ExprKind::Access(it) => format!("{}[{}]", expr(&it.left), list(&it.keys)),
        ExprKind::Call(it) => {
            format!("{}({}){}", expr(&it.functor), list(&it.arguments), lambda(it.lambda.as_deref()))
        }
        ExprKind::MethodCall(it) => {
            let lambda = lambda(it.lambda.as_deref());
            format!("{}.{}({}){lambda}", expr(&it.receiver), it.name, list(&it.arguments))
        }
        ExprKind::Selector(it) => {
            let entries =
                it.entries.iter().map(|entry| format!("{} => {}", expr(&entry.matching), expr(&entry.value)));
            format!("{} ? {{ {} }}", expr(&it.left), entries.collect::<Vec<_>>().join(", "))
        }
        ExprKind::If(it) => conditional("if", it),
        ExprKind::Unless(it) => conditional("unless", it),
        ExprKind::Case(it) => {
            let option = |option: &syntax::ast::CaseOption| {
                format!("{}: {}", list(&option.values), block(option.then.as_ref()))
            };
            format!("case {} {{\n{}\n}}", expr(&it.test), it.options.iter().map(option).collect::<String>())
        }
        ExprKind::Resource(it) => {
            let body = |body: &syntax::ast::ResourceBody| {
                format!("{}: {}", expr(&body.title), operations(&body.operations))
            };
            let bodies: Vec<_> = it.bodies.iter().map(body).collect();
            format!("{}{} {{ {} }}", form(it.form), expr(&it.type_name), bodies.join("; "))
        }
        ExprKind::ResourceDefaults(it) => {
            format!("{}{} {{ {} }}", form(it.form), expr(&it.type_ref), operations(&it.operations))
        }
        ExprKind::ResourceOverride(it) => {
            format!("{}{} {{ {} }}", form(it.form), expr(&it.resources), operations(&it.operations))
        }
        ExprKind::Collector(it) => {
            let query = it.query.as_ref().map(expr).unwrap_or_default();
            let (open, close) = if it.exported { ("<<|", "|>>") } else { ("<|", "|>") };
            let operations = operations(&it.operations);
            let braces = if operations.is_empty() { operations } else { format!(" {{ {operations} }}") };
            format!("{} {open} {query} {close}{braces}", expr(&it.type_expr))
        }
        ExprKind::Block(it) => statements(&it.statements),
        ExprKind::Class(it) => {
            let parent = it.parent.as_ref().map(|parent| format!(" inherits {parent}")).unwrap_or_default();
            // nested names are already joined, so only the last part is printed inside of a class
            format!(
                "class {}{}{parent} {}",
                last(&it.name),
                parameters(&it.parameters),
                block(it.body.as_ref())
            )
        }
        ExprKind::Define(it) => {
            format!("define {}{} {}", last(&it.name), parameters(&it.parameters), block(it.body.as_ref()))
        }
        ExprKind::Function(it) => {
            let returns = returns(it.return_type.as_ref());
            format!("function {}{}{returns} {}", it.name, parameters(&it.parameters), block(it.body.as_ref()))
        }
        ExprKind::Node(it) => format!("node {} {}", list(&it.matches), block(it.body.as_ref())),
        ExprKind::TypeAlias(it) => format!("type {} = {}", it.name, expr(&it.type_expr)),
        ExprKind::TypeMapping(it) => format!("type {} = {}", expr(&it.type_expr), expr(&it.mapping)),
        ExprKind::TypeDefinition(_)
        | ExprKind::Lambda(_)
        | ExprKind::Epp(_)
        | ExprKind::RenderText(_)
        | ExprKind::Render(_) => panic!("not in manifests"),
    }
}

/// Nested definitions carry their full name. Ours are nested only in `definitions.pp`, where the outer name is one part.
fn last(name: &str) -> &str {
    match name {
        "site::inner" => "inner",
        "site::inner::thing" => "thing",
        other => other,
    }
}

fn interpolated(segments: &[Segment]) -> String {
    let part = |segment: &Segment| match segment {
        Segment::Text(_, text) => {
            text.as_str().replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$")
        }
        Segment::Expr(it) => format!("${{{}}}", expr(it)),
    };
    format!("\"{}\"", segments.iter().map(part).collect::<String>())
}

fn hash(entries: &[HashEntry]) -> String {
    let entry = |entry: &HashEntry| format!("{} => {}", expr(&entry.key), expr(&entry.value));
    format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
}

fn conditional(word: &str, it: &If) -> String {
    let otherwise =
        it.otherwise.as_ref().map(|other| format!(" else {}", block(Some(other)))).unwrap_or_default();
    format!("{word} {} {}{otherwise}", expr(&it.test), block(it.then.as_ref()))
}

fn operations(operations: &[AttributeOperation]) -> String {
    let one = |operation: &AttributeOperation| match operation {
        AttributeOperation::Attribute(it) => {
            format!("{} {} {}", it.name, if it.append { "+>" } else { "=>" }, expr(&it.value))
        }
        AttributeOperation::Splat(_, value) => format!("* => {}", expr(value)),
    };
    operations.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn form(form: ResourceForm) -> &'static str {
    match form {
        ResourceForm::Regular => "",
        ResourceForm::Virtual => "@",
        ResourceForm::Exported => "@@",
    }
}

fn parameter(it: &Parameter) -> String {
    let kind = it.type_expr.as_ref().map(|it| format!("{} ", expr(it))).unwrap_or_default();
    let value = it.value.as_ref().map(|value| format!(" = {}", expr(value))).unwrap_or_default();
    format!("{kind}{}${}{value}", if it.captures_rest { "*" } else { "" }, it.name)
}

fn parameters(parameters: &[Parameter]) -> String {
    match parameters {
        [] => String::new(),
        some => format!("({})", some.iter().map(parameter).collect::<Vec<_>>().join(",\n")),
    }
}

fn returns(it: Option<&Expr>) -> String {
    it.map(|it| format!(" >> {}", expr(it))).unwrap_or_default()
}

fn lambda(it: Option<&Lambda>) -> String {
    let Some(it) = it else { return String::new() };
    let parameters = it.parameters.iter().map(parameter).collect::<Vec<_>>().join(", ");
    format!(" |{parameters}|{} {}", returns(it.return_type.as_ref()), block(it.body.as_ref()))
}
