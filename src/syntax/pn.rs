//! Puppet's own dump of a tree, the PN form as JSON (`Puppet::Pops::Model::PNTransformer`): what Puppet and
//! this parser must agree on.
//!
//! A call is `{"^": [name, arguments…]}`, a map `{"#": [key, value, …]}`, a list an array.

use super::ast::{
    Ast, AttributeOperation, Block, CaseOption, Collector, Expr, ExprKind, HashEntry, If, Lambda,
    NodeDefinition, Parameter, Radix, ResourceBody, ResourceForm, Segment,
};
use std::fmt::Write as _;

/// Writes the tree of a file as one line of JSON.
#[must_use]
pub fn to_json(ast: &Ast) -> String {
    let mut writer = Writer { out: String::new() };
    match &*ast.body.statements {
        [] => writer.call("nop", |_| {}),
        [only] => writer.expr(only),
        statements => writer.call("block", |w| w.rest(statements)),
    }
    writer.out
}

struct Writer {
    out: String,
}

impl Writer {
    fn string(&mut self, text: &str) {
        match serde_json::to_string(text) {
            Ok(quoted) => self.out.push_str(&quoted),
            Err(_) => self.out.push_str("\"\""),
        }
    }

    fn call(&mut self, name: &str, arguments: impl FnOnce(&mut Self)) {
        self.out.push_str("{\"^\":[");
        self.string(name);
        arguments(self);
        self.out.push_str("]}");
    }

    /// Writes one more argument of a call.
    fn then(&mut self, write: impl FnOnce(&mut Self)) {
        self.out.push(',');
        write(self);
    }

    fn rest(&mut self, expressions: &[Expr]) {
        for expr in expressions {
            self.then(|w| w.expr(expr));
        }
    }

    fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T)) {
        self.out.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            write(self, item);
        }
        self.out.push(']');
    }

    fn exprs(&mut self, expressions: &[Expr]) {
        self.list(expressions, Self::expr);
    }

    fn map(&mut self, entries: impl FnOnce(&mut Self)) {
        self.out.push_str("{\"#\":[");
        entries(self);
        self.out.push_str("]}");
    }

    fn key(&mut self, key: &str) {
        if !self.out.ends_with('[') {
            self.out.push(',');
        }
        self.string(key);
        self.out.push(',');
    }

    fn entry(&mut self, key: &str, write: impl FnOnce(&mut Self)) {
        self.key(key);
        write(self);
    }

    fn block_entry(&mut self, key: &str, block: Option<&Block>) {
        let Some(block) = block else { return };
        // a block as the only statement is given as its statements
        match &*block.statements {
            [Expr { kind: ExprKind::Block(inner), .. }] => self.entry(key, |w| w.exprs(&inner.statements)),
            statements => self.entry(key, |w| w.exprs(statements)),
        }
    }

    fn one(&mut self, name: &str, expr: &Expr) {
        self.call(name, |w| w.then(|w| w.expr(expr)));
    }

    fn two(&mut self, name: &str, left: &Expr, right: &Expr) {
        self.call(name, |w| {
            w.then(|w| w.expr(left));
            w.then(|w| w.expr(right));
        });
    }

    fn text_call(&mut self, name: &str, text: &str) {
        self.call(name, |w| w.then(|w| w.string(text)));
    }

    /// Writes an expression. This only dispatches.
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Undef => self.out.push_str("null"),
            ExprKind::Default => self.call("default", |_| {}),
            ExprKind::Boolean(value) => self.out.push_str(if *value { "true" } else { "false" }),
            ExprKind::Integer(value, radix) => self.integer(*value, *radix),
            ExprKind::Float(value) => self.out.push_str(&ruby_float(*value)),
            ExprKind::String(text) => self.string(text),
            ExprKind::Interpolated(segments) => self.segments(segments),
            ExprKind::Heredoc(it) => self.heredoc(&it.syntax, &it.text),
            ExprKind::Regex(source) => self.text_call("regexp", source),
            ExprKind::Name(name) => self.text_call("qn", name),
            ExprKind::TypeRef(name) => self.text_call("qr", name),
            ExprKind::Reserved(word) => self.text_call("reserved", word),
            ExprKind::Variable(name) => self.text_call("var", name),
            ExprKind::Array(values) => self.call("array", |w| w.rest(values)),
            ExprKind::Hash(entries) => self.hash(entries),
            ExprKind::Paren(inner) => self.one("paren", inner),
            ExprKind::Not(inner) => self.one("!", inner),
            ExprKind::Minus(inner) => self.minus(inner),
            ExprKind::Splat(inner) => self.one("unfold", inner),
            ExprKind::Binary(it) => self.two(it.op.as_str(), &it.left, &it.right),
            ExprKind::Assignment(it) => self.two(it.op.as_str(), &it.target, &it.value),
            ExprKind::Relationship(it) => self.two(it.op.as_str(), &it.left, &it.right),
            ExprKind::Access(it) => self.call("access", |w| {
                w.then(|w| w.expr(&it.left));
                w.rest(&it.keys);
            }),
            ExprKind::Call(it) => {
                let name = if it.rvalue { "call" } else { "invoke" };
                self.invocation(name, |w| w.expr(&it.functor), &it.arguments, it.lambda.as_deref());
            }
            ExprKind::MethodCall(it) => {
                let functor = |w: &mut Self| {
                    w.call(".", |w| {
                        w.then(|w| w.expr(&it.receiver));
                        w.then(|w| w.text_call("qn", &it.name));
                    });
                };
                self.invocation("call-method", functor, &it.arguments, it.lambda.as_deref());
            }
            ExprKind::Selector(it) => self.call("?", |w| {
                w.then(|w| w.expr(&it.left));
                w.then(|w| w.list(&it.entries, |w, entry| w.two("=>", &entry.matching, &entry.value)));
            }),
            ExprKind::If(it) => self.conditional("if", it),
            ExprKind::Unless(it) => self.conditional("unless", it),
            ExprKind::Case(it) => self.call("case", |w| {
                w.then(|w| w.expr(&it.test));
                w.then(|w| w.list(&it.options, Self::case_option));
            }),
            ExprKind::Resource(it) => self.map_call("resource", |w| {
                w.entry("type", |w| w.expr(&it.type_name));
                w.entry("bodies", |w| w.list(&it.bodies, Self::resource_body));
                w.form(it.form);
            }),
            ExprKind::ResourceDefaults(it) => self.map_call("resource-defaults", |w| {
                w.entry("type", |w| w.expr(&it.type_ref));
                w.entry("ops", |w| w.list(&it.operations, Self::operation));
                w.form(it.form);
            }),
            ExprKind::ResourceOverride(it) => self.map_call("resource-override", |w| {
                w.entry("resources", |w| w.expr(&it.resources));
                w.entry("ops", |w| w.list(&it.operations, Self::operation));
                w.form(it.form);
            }),
            ExprKind::Collector(it) => self.collector(it),
            ExprKind::Block(it) => self.call("block", |w| w.rest(&it.statements)),
            ExprKind::Class(it) => {
                self.definition(
                    "class",
                    &it.name,
                    it.parent.as_deref(),
                    &it.parameters,
                    it.body.as_ref(),
                    None,
                );
            }
            ExprKind::Define(it) => {
                self.definition("define", &it.name, None, &it.parameters, it.body.as_ref(), None);
            }
            ExprKind::Function(it) => {
                let returns = it.return_type.as_ref();
                self.definition("function", &it.name, None, &it.parameters, it.body.as_ref(), returns);
            }
            ExprKind::Node(it) => self.node(it),
            ExprKind::TypeAlias(it) => self.call("type-alias", |w| {
                w.then(|w| w.string(&it.name));
                w.then(|w| w.expr(&it.type_expr));
            }),
            ExprKind::TypeMapping(it) => self.two("type-mapping", &it.type_expr, &it.mapping),
            ExprKind::TypeDefinition(it) => self.call("type-definition", |w| {
                w.then(|w| w.string(&it.name));
                w.then(|w| match &it.parent {
                    Some(parent) => w.string(parent),
                    None => w.out.push_str("null"),
                });
                w.then(|w| match &it.body {
                    Some(body) => w.call("block", |w| w.rest(&body.statements)),
                    None => w.call("nop", |_| {}),
                });
            }),
            ExprKind::Lambda(it) => self.lambda(it),
            ExprKind::Epp(it) => {
                self.call("epp", |w| w.rest(it.body.as_ref().map_or(&[], |body| &body.statements)));
            }
            ExprKind::RenderText(text) => self.text_call("render-s", text),
            ExprKind::Render(inner) => self.one("render", inner),
        }
    }

    fn integer(&mut self, value: i64, radix: Radix) {
        let base = match radix {
            Radix::Decimal => {
                let _ = write!(self.out, "{value}");
                return;
            }
            Radix::Octal => 8,
            Radix::Hex => 16,
        };
        let _ = write!(self.out, "{{\"^\":[\"int\",{{\"#\":[\"radix\",{base},\"value\",{value}]}}]}}");
    }

    fn minus(&mut self, inner: &Expr) {
        match &inner.kind {
            ExprKind::Integer(value, _) => {
                let _ = write!(self.out, "{}", -value);
            }
            ExprKind::Float(value) => self.out.push_str(&ruby_float(-value)),
            _ => self.one("-", inner),
        }
    }

    fn segments(&mut self, segments: &[Segment]) {
        self.call("concat", |w| {
            for segment in segments {
                w.then(|w| match segment {
                    Segment::Text(_, text) => w.string(text),
                    Segment::Expr(expr) => w.one("str", expr),
                });
            }
        });
    }

    fn heredoc(&mut self, syntax: &str, text: &Expr) {
        self.map_call("heredoc", |w| {
            if !syntax.is_empty() {
                w.entry("syntax", |w| w.string(syntax));
            }
            w.entry("text", |w| w.expr(text));
        });
    }

    fn hash(&mut self, entries: &[HashEntry]) {
        self.call("hash", |w| {
            for entry in entries {
                w.then(|w| w.two("=>", &entry.key, &entry.value));
            }
        });
    }

    fn map_call(&mut self, name: &str, entries: impl FnOnce(&mut Self)) {
        self.call(name, |w| w.then(|w| w.map(entries)));
    }

    fn invocation(
        &mut self,
        name: &str,
        functor: impl FnOnce(&mut Self),
        arguments: &[Expr],
        lambda: Option<&Lambda>,
    ) {
        self.map_call(name, |w| {
            w.entry("functor", functor);
            w.entry("args", |w| w.exprs(arguments));
            if let Some(lambda) = lambda {
                w.entry("block", |w| w.lambda(lambda));
            }
        });
    }

    fn lambda(&mut self, lambda: &Lambda) {
        self.map_call("lambda", |w| {
            w.parameters(&lambda.parameters);
            if let Some(returns) = &lambda.return_type {
                w.entry("returns", |w| w.expr(returns));
            }
            w.block_entry("body", lambda.body.as_ref());
        });
    }

    fn conditional(&mut self, name: &str, it: &If) {
        self.map_call(name, |w| {
            w.entry("test", |w| w.expr(&it.test));
            w.block_entry("then", it.then.as_ref());
            w.block_entry("else", it.otherwise.as_ref());
        });
    }

    fn case_option(&mut self, option: &CaseOption) {
        self.map(|w| {
            w.entry("when", |w| w.exprs(&option.values));
            match &option.then {
                Some(block) => w.entry("then", |w| w.exprs(&block.statements)),
                None => w.entry("then", |w| w.out.push_str("[{\"^\":[\"nop\"]}]")),
            }
        });
    }

    fn resource_body(&mut self, body: &ResourceBody) {
        self.map(|w| {
            w.entry("title", |w| w.expr(&body.title));
            w.entry("ops", |w| w.list(&body.operations, Self::operation));
        });
    }

    fn operation(&mut self, operation: &AttributeOperation) {
        match operation {
            AttributeOperation::Attribute(it) => self.call(if it.append { "+>" } else { "=>" }, |w| {
                w.then(|w| w.string(&it.name));
                w.then(|w| w.expr(&it.value));
            }),
            AttributeOperation::Splat(_, value) => self.one("splat-hash", value),
        }
    }

    fn form(&mut self, form: ResourceForm) {
        match form {
            ResourceForm::Regular => {}
            ResourceForm::Virtual => self.entry("form", |w| w.string("virtual")),
            ResourceForm::Exported => self.entry("form", |w| w.string("exported")),
        }
    }

    fn collector(&mut self, it: &Collector) {
        self.map_call("collect", |w| {
            w.entry("type", |w| w.expr(&it.type_expr));
            w.entry("query", |w| {
                w.call(if it.exported { "exported-query" } else { "virtual-query" }, |w| {
                    if let Some(query) = &it.query {
                        w.then(|w| w.expr(query));
                    }
                });
            });
            if !it.operations.is_empty() {
                w.entry("ops", |w| w.list(&it.operations, Self::operation));
            }
        });
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a definition as Puppet dumps them")]
    fn definition(
        &mut self,
        kind: &str,
        name: &str,
        parent: Option<&str>,
        parameters: &[Parameter],
        body: Option<&Block>,
        returns: Option<&Expr>,
    ) {
        self.map_call(kind, |w| {
            w.entry("name", |w| w.string(name));
            if let Some(parent) = parent {
                w.entry("parent", |w| w.string(parent));
            }
            w.parameters(parameters);
            w.block_entry("body", body);
            if let Some(returns) = returns {
                w.entry("returns", |w| w.expr(returns));
            }
        });
    }

    fn parameters(&mut self, parameters: &[Parameter]) {
        if parameters.is_empty() {
            return;
        }
        self.entry("params", |w| {
            w.map(|w| {
                for parameter in parameters {
                    w.entry(&parameter.name, |w| w.parameter(parameter));
                }
            });
        });
    }

    fn parameter(&mut self, parameter: &Parameter) {
        self.map(|w| {
            if let Some(expr) = &parameter.type_expr {
                w.entry("type", |w| w.expr(expr));
            }
            if parameter.captures_rest {
                w.entry("splat", |w| w.out.push_str("true"));
            }
            if let Some(value) = &parameter.value {
                w.entry("value", |w| w.expr(value));
            }
        });
    }

    fn node(&mut self, it: &NodeDefinition) {
        self.map_call("node", |w| {
            w.entry("matches", |w| w.exprs(&it.matches));
            if let Some(parent) = &it.parent {
                w.entry("parent", |w| w.expr(parent));
            }
            w.block_entry("body", it.body.as_ref());
        });
    }
}

/// Writes a float as Ruby does: with a point always, with an exponent outside of 1e-4…1e16.
fn ruby_float(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        let plain = format!("{value:e}");
        let (mantissa, exponent) = plain.split_once('e').unwrap_or((&plain, "0"));
        let point = if mantissa.contains('.') { "" } else { ".0" };
        let (sign, digits) = exponent.strip_prefix('-').map_or(("+", exponent), |digits| ("-", digits));
        return format!("{mantissa}{point}e{sign}{digits:0>2}");
    }
    let plain = format!("{value}");
    if plain.contains('.') { plain } else { format!("{plain}.0") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        source::SourceFile,
        syntax::{Mode, Options, parse},
    };

    fn dump(text: &str) -> String {
        let parsed = parse(SourceFile::new("a.pp", text), Mode::Manifest, &Options::default());
        to_json(&parsed.ast.unwrap_or_else(|| panic!("{:?}", parsed.diagnostics)))
    }

    /// The expected texts are Puppet's own.
    #[test]
    fn trees_are_dumped_as_puppet_does() {
        assert_eq!(dump(""), r#"{"^":["nop"]}"#);
        assert_eq!(
            dump("$a = /foo\\/b[a]r\\n/\n$b = 1.5e10 + 0x1F\nnotice \"a${b}c\""),
            concat!(
                r#"{"^":["block",{"^":["=",{"^":["var","a"]},{"^":["regexp","foo/b[a]r\\n"]}]},{"^":["=",{"^":["var","b"]},"#,
                r##"{"^":["+",15000000000.0,{"^":["int",{"#":["radix",16,"value",31]}]}]}]},{"^":["invoke",{"#":["functor","##,
                r#"{"^":["qn","notice"]},"args",[{"^":["concat","a",{"^":["str",{"^":["var","b"]}]},"c"]}]]}]}]}"#
            )
        );
    }

    #[test]
    fn floats_are_written_as_in_ruby() {
        assert_eq!(
            [1e20, 1e16, 1e15, 0.0001, 0.000_01, -2.5].map(ruby_float),
            ["1.0e+20", "1.0e+16", "1000000000000000.0", "0.0001", "1.0e-05", "-2.5"]
        );
    }
}
