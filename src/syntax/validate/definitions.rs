//! Checks of definitions, parameters and lambdas.

use super::{Checker, Container, names};
use crate::{
    maps::HashSet,
    source::Span,
    syntax::{
        ast::{
            ClassDefinition, DefineDefinition, Expr, ExprKind, FunctionDefinition, Lambda, NodeDefinition,
            Parameter, Segment, TypeAlias, TypeDefinition, TypeMapping,
        },
        codes,
    },
};

/// Which definitions may not even stand in a class.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// In a class too.
    Top,
    /// Nowhere else.
    AbsoluteTop,
}

impl Checker<'_> {
    /// Checks that a definition stands where definitions may.
    fn top(&mut self, level: Level, expr: &Expr) {
        let mut above = self.path.iter().rev().copied().peekable();
        while let Some(container) = above.next() {
            match container {
                Container::Program | Container::Class => return,
                Container::Block => {
                    if level == Level::AbsoluteTop && above.peek() != Some(&Container::Program) {
                        let message = "this can only be defined at the top of a file";
                        return self.report(&codes::NOT_TOP_LEVEL, expr.span, message);
                    }
                }
                Container::Lambda | Container::Amending | Container::Other => {
                    let message = "classes, defines, nodes, functions and types are only defined at the top or in a class";
                    return self.report(&codes::NOT_TOP_LEVEL, expr.span, message);
                }
            }
        }
    }

    fn named(&mut self, level: Level, name: &str, expr: &Expr) {
        self.top(level, expr);
        if !names::is_definition(name) {
            self.report(
                &codes::DEFINITION_NAME,
                expr.span,
                format!("`{name}` is no valid name of a definition"),
            );
        }
        self.file_namespace(name, expr);
        self.reserved_type(name, expr);
        self.future_word(name, expr.span);
    }

    fn reserved_type(&mut self, name: &str, expr: &Expr) {
        if names::is_reserved_type(name) {
            self.report(&codes::RESERVED_TYPE, expr.span, format!("`{name}` is the name of a built-in type"));
        }
    }

    fn future_word(&mut self, name: &str, span: Span) {
        if name == "plan" {
            let message = format!("`{name}` will become a reserved word");
            self.push(crate::diag::Diagnostic::warning(&codes::FUTURE_WORD, message), span);
        }
    }

    pub(super) fn check_class(&mut self, it: &ClassDefinition, expr: &Expr) {
        self.named(Level::Top, &it.name, expr);
        self.no_capture(&it.parameters);
        self.unique(&it.parameters);
        self.reserved_parameters(&it.parameters);
        self.ends_with_effect(it.body.as_ref());
    }

    pub(super) fn check_define(&mut self, it: &DefineDefinition, expr: &Expr) {
        self.named(Level::Top, &it.name, expr);
        self.no_capture(&it.parameters);
        self.unique(&it.parameters);
        self.reserved_parameters(&it.parameters);
        self.ends_with_effect(it.body.as_ref());
    }

    pub(super) fn check_function(&mut self, it: &FunctionDefinition, expr: &Expr) {
        self.named(Level::AbsoluteTop, &it.name, expr);
        self.type_reference(it.return_type.as_ref());
        self.unique(&it.parameters);
    }

    pub(super) fn check_node(&mut self, it: &NodeDefinition, expr: &Expr) {
        it.matches.iter().for_each(|host| self.host(host));
        self.top(Level::Top, expr);
        self.ends_with_effect(it.body.as_ref());
        if let Some(parent) = &it.parent {
            self.report(&codes::NODE_INHERITANCE, parent.span, "nodes cannot inherit");
        }
    }

    fn host(&mut self, host: &Expr) {
        match &host.kind {
            ExprKind::String(name) if !names::is_host(name) => {
                self.report(&codes::HOST_NAME, host.span, format!("`{name}` is no valid name of a host"));
            }
            ExprKind::Interpolated(segments) => {
                let first = segments.iter().find_map(|segment| match segment {
                    Segment::Expr(expr) => Some(expr.anchor()),
                    Segment::Text(..) => None,
                });
                let message = "the name of a node cannot be interpolated";
                self.report(&codes::HOST_NAME, first.unwrap_or(host.span), message);
            }
            ExprKind::Heredoc(_) => {
                self.report(&codes::EXPRESSION, host.span, "the name of a node cannot be a heredoc");
            }
            _ => {}
        }
    }

    pub(super) fn check_type_alias(&mut self, it: &TypeAlias, expr: &Expr) {
        self.top(Level::AbsoluteTop, expr);
        if !names::is_type(&it.name) {
            self.report(
                &codes::DEFINITION_NAME,
                expr.span,
                format!("`{}` is no valid name of a type", it.name),
            );
        }
        self.reserved_type(&it.name, expr);
        self.type_reference(Some(&it.type_expr));
    }

    /// Only `Runtime[…]` can be mapped.
    pub(super) fn check_type_mapping(&mut self, it: &TypeMapping, expr: &Expr) {
        self.top(Level::Top, expr);
        let (runtime, by_pattern) = match &it.type_expr.kind {
            ExprKind::Access(access) => {
                let runtime = matches!(&access.left.kind, ExprKind::TypeRef(name) if name == "Runtime");
                let [_, second] = &*access.keys else { return self.mapping_sides(runtime, false, it, expr) };
                (runtime, is_replacement(second))
            }
            _ => (false, false),
        };
        self.mapping_sides(runtime, by_pattern, it, expr);
    }

    fn mapping_sides(&mut self, runtime: bool, by_pattern: bool, it: &TypeMapping, expr: &Expr) {
        let fits = match &it.mapping {
            right if is_replacement(right) => by_pattern,
            right if is_type_reference(right) => !by_pattern,
            _ => false,
        };
        if !runtime {
            self.report(&codes::UNSUPPORTED, expr.span, "only `Runtime` types can be mapped");
        } else if !fits {
            self.report(&codes::TYPE_MAPPING, expr.span, "the two sides of the type mapping do not fit");
        }
    }

    pub(super) fn check_type_definition(&mut self, it: &TypeDefinition, expr: &Expr) {
        self.top(Level::AbsoluteTop, expr);
        self.reserved_type(&it.name, expr);
        self.report(
            &codes::UNSUPPORTED,
            expr.span,
            "types cannot be defined this way, only as `type Name = …`",
        );
    }

    pub(super) fn check_lambda(&mut self, it: &Lambda) {
        let last = it.parameters.len().saturating_sub(1);
        for parameter in it.parameters.iter().take(last).filter(|parameter| parameter.captures_rest) {
            let message = format!("`*${}` is not the last parameter", parameter.name);
            self.report(&codes::CAPTURE, parameter.name_span, message);
        }
        self.type_reference(it.return_type.as_ref());
    }

    pub(super) fn check_template_parameters(&mut self, it: &Lambda) {
        self.no_capture(&it.parameters);
        self.unique(&it.parameters);
    }

    fn type_reference(&mut self, expr: Option<&Expr>) {
        let Some(expr) = expr else { return };
        let name = match &expr.kind {
            ExprKind::Access(access) => &access.left.kind,
            other => other,
        };
        match name {
            ExprKind::TypeRef(name) => self.future_word(&name.to_lowercase(), expr.span),
            _ => self.report(&codes::EXPRESSION, expr.anchor(), "this is no reference to a type"),
        }
    }

    fn no_capture(&mut self, parameters: &[Parameter]) {
        for parameter in parameters.iter().filter(|parameter| parameter.captures_rest) {
            let message = format!("`*${}` is only for functions and lambdas", parameter.name);
            self.report(&codes::CAPTURE, parameter.name_span, message);
        }
    }

    fn unique(&mut self, parameters: &[Parameter]) {
        let mut seen = HashSet::default();
        for parameter in parameters {
            if !seen.insert(&parameter.name) {
                let message = format!("the parameter `${}` is there twice", parameter.name);
                self.report(&codes::DUPLICATE_PARAMETER, parameter.name_span, message);
            }
        }
    }

    fn reserved_parameters(&mut self, parameters: &[Parameter]) {
        for parameter in
            parameters.iter().filter(|parameter| matches!(parameter.name.as_str(), "name" | "title"))
        {
            let message =
                format!("the parameter `${}` is given by Puppet and cannot be declared", parameter.name);
            self.report(&codes::RESERVED_PARAMETER, parameter.name_span, message);
        }
    }

    pub(super) fn check_parameter(&mut self, parameter: &Parameter) {
        let name = &parameter.name;
        if names::is_numeric_parameter(name) || !names::is_parameter(name) {
            let message = format!("`${name}` is no valid name of a parameter");
            self.report(&codes::PARAMETER_NAME, parameter.name_span, message);
        }
        if let Some(value) = &parameter.value {
            self.no_assignment(value);
        }
    }
}

/// `[/pattern/, 'replacement']`
fn is_replacement(expr: &Expr) -> bool {
    let ExprKind::Array(values) = &expr.kind else { return false };
    matches!(&**values, [Expr { kind: ExprKind::Regex(_), .. }, Expr { kind: ExprKind::String(_), .. }])
}

fn is_type_reference(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::TypeRef(_) => true,
        ExprKind::Access(access) => matches!(access.left.kind, ExprKind::TypeRef(_)),
        _ => false,
    }
}
