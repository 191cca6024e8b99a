//! Literals, control flow and definitions.

use super::Lower;
use crate::{
    diag::Result,
    ruby::{
        code,
        tree::{
            Case, ClassDef, ClassForm, ConstPath, ConstScope, Def, For, Handler, Kind, Node, Rescue, While,
        },
    },
    value::Str,
};
use ecow::EcoString;
use lib_ruby_parser as rb;
use lib_ruby_parser::Node as N;
use std::sync::Arc;

type Made = Result<Kind>;

impl Lower<'_> {
    /// Dispatches on the kind of node.
    pub(super) fn kind(&mut self, node: &rb::Node) -> Made {
        match node {
            N::Nil(_) | N::EmptyElse(_) => Ok(Kind::Nil),
            N::True(_) => Ok(Kind::True),
            N::False(_) => Ok(Kind::False),
            N::Self_(_) => Ok(Kind::SelfRef),
            N::Int(it) => self.integer(it),
            N::Float(it) => self.float(it),
            N::Str(it) => self.text_of(&it.value, &it.expression_l).map(|text| Kind::Str(Str::new(text))),
            N::Dstr(it) => self.text(&it.parts),
            N::Heredoc(it) => self.text(&it.parts),
            N::Sym(it) => self.text_of(&it.name, &it.expression_l).map(Kind::Sym),
            N::Dsym(it) => Ok(Kind::TextSym(self.nodes(&it.parts)?)),
            N::Regexp(it) => self.regexp(it),
            N::Array(it) => Ok(Kind::Array(self.nodes(&it.elements)?)),
            N::Hash(it) => Ok(Kind::Hash(self.nodes(&it.pairs)?)),
            N::Kwargs(it) => Ok(Kind::Keywords(self.nodes(&it.pairs)?)),
            N::Pair(it) => Ok(Kind::Pair(self.boxed(&it.key)?, self.boxed(&it.value)?)),
            N::Splat(it) => self.splat(it.value.as_deref()),
            N::Kwsplat(it) => Ok(Kind::DoubleSplat(self.boxed(&it.value)?)),
            N::Irange(it) => self.range(it.left.as_deref(), it.right.as_deref(), false),
            N::Erange(it) => self.range(it.left.as_deref(), it.right.as_deref(), true),
            N::Lvar(it) => Ok(Kind::Local(self.slot(&it.name))),
            N::Ivar(it) => Ok(Kind::Instance(it.name.as_str().into())),
            N::Gvar(it) => Ok(Kind::Global(it.name.as_str().into())),
            N::Cvar(it) => Ok(Kind::ClassVar(it.name.as_str().into())),
            N::Const(it) => Ok(Kind::Const(Box::new(self.const_path(it.scope.as_deref(), &it.name)?))),
            N::NthRef(it) => Ok(Kind::Group(it.name.parse().unwrap_or(0))),
            N::BackRef(it) => Ok(Kind::BackRef(it.name.chars().last().unwrap_or('&'))),
            N::File(_) => Ok(Kind::Str(Str::new(self.source.path()))),
            N::Line(it) => Ok(Kind::Int(i64::from(self.source.line(self.span(&it.expression_l).start)))),
            N::Xstr(_) | N::XHeredoc(_) => Ok(Kind::Refused("a command in backticks")),
            N::Begin(it) => self.sequence(&it.statements),
            N::KwBegin(it) => self.sequence(&it.statements),
            _ => self.flow(node),
        }
    }

    fn flow(&mut self, node: &rb::Node) -> Made {
        match node {
            N::If(it) => self.condition(&it.cond, it.if_true.as_deref(), it.if_false.as_deref()),
            N::IfMod(it) => self.condition(&it.cond, it.if_true.as_deref(), it.if_false.as_deref()),
            N::IfTernary(it) => self.condition(&it.cond, Some(&it.if_true), Some(&it.if_false)),
            N::And(it) => Ok(Kind::And(self.boxed(&it.lhs)?, self.boxed(&it.rhs)?)),
            N::Or(it) => Ok(Kind::Or(self.boxed(&it.lhs)?, self.boxed(&it.rhs)?)),
            N::While(it) => self.repeat(&it.cond, it.body.as_deref(), (false, false)),
            N::Until(it) => self.repeat(&it.cond, it.body.as_deref(), (true, false)),
            N::WhilePost(it) => self.repeat(&it.cond, Some(&it.body), (false, true)),
            N::UntilPost(it) => self.repeat(&it.cond, Some(&it.body), (true, true)),
            N::For(it) => self.for_loop(it),
            N::Case(it) => self.case(it),
            N::Rescue(it) => self.rescue(it),
            N::Ensure(it) => Ok(Kind::Ensure(
                self.maybe_boxed(it.body.as_deref())?,
                self.maybe_boxed(it.ensure.as_deref())?,
            )),
            N::Return(it) => Ok(Kind::Return(self.result(&it.args)?)),
            N::Next(it) => Ok(Kind::Next(self.result(&it.args)?)),
            N::Break(it) => Ok(Kind::Break(self.result(&it.args)?, self.in_loop())),
            N::Redo(_) => Ok(Kind::Redo),
            N::Retry(_) => Ok(Kind::Retry),
            N::Defined(it) => Ok(Kind::Defined(self.boxed(&it.value)?)),
            N::CaseMatch(it) => self.case_in(it),
            N::MatchPattern(it) => self.match_pattern(&it.value, &it.pattern, true),
            N::MatchPatternP(it) => self.match_pattern(&it.value, &it.pattern, false),
            N::Def(it) => {
                self.note_def(&it.name, &it.expression_l);
                Ok(Kind::Def(None, self.method(&it.name, it.args.as_deref(), it.body.as_deref())?))
            }
            N::Defs(it) => {
                self.note_def(&it.name, &it.expression_l);
                let on = self.boxed(&it.definee)?;
                Ok(Kind::Def(Some(on), self.method(&it.name, it.args.as_deref(), it.body.as_deref())?))
            }
            N::Class(_) | N::Module(_) | N::SClass(_) => self.class(node),
            N::Alias(it) => Ok(Kind::Alias(symbol(&it.to), symbol(&it.from))),
            N::Undef(it) => Ok(Kind::UndefMethods(it.names.iter().map(symbol).collect())),
            _ => self.call_or_assignment(node),
        }
    }

    fn integer(&self, it: &rb::nodes::Int) -> Made {
        let digits: String = it.value.chars().filter(|digit| *digit != '_').collect();
        let (sign, digits) = match digits.strip_prefix('-') {
            Some(rest) => ("-", rest.to_owned()),
            None => ("", digits.trim_start_matches('+').to_owned()),
        };
        let lower = digits.to_lowercase();
        let radix_of = |prefix: &str, radix| lower.strip_prefix(prefix).map(|rest| (rest.to_owned(), radix));
        let octal = || (lower.len() > 1).then(|| radix_of("0", 8)).flatten();
        let (digits, radix) = radix_of("0x", 16)
            .or_else(|| radix_of("0b", 2))
            .or_else(|| radix_of("0o", 8))
            .or_else(|| radix_of("0d", 10))
            .or_else(octal)
            .unwrap_or((lower.clone(), 10));
        match i64::from_str_radix(&format!("{sign}{digits}"), radix) {
            Ok(value) => Ok(Kind::Int(value)),
            Err(_) => Ok(Kind::BigInt(format!("{sign}{digits}").into(), radix)),
        }
    }

    fn float(&self, it: &rb::nodes::Float) -> Made {
        let digits: String = it.value.chars().filter(|digit| *digit != '_').collect();
        let no_number =
            |_| self.fail(&it.expression_l, &code::SYNTAX, format!("`{}` is no number", it.value));
        digits.parse().map(Kind::Float).map_err(no_number)
    }

    pub(super) fn text_of(&self, bytes: &rb::Bytes, at: &rb::Loc) -> Result<EcoString> {
        bytes.as_str_lossy().map(EcoString::from).map_err(|_| {
            self.fail(at, &code::UNSUPPORTED_VALUE, "a string literal holds bytes that are not UTF-8")
        })
    }

    fn text(&mut self, parts: &[rb::Node]) -> Made {
        let parts = self.nodes(parts)?;
        match parts.as_slice() {
            [] => Ok(Kind::Str(Str::default())),
            _ => Ok(Kind::Text(parts)),
        }
    }

    fn regexp(&mut self, it: &rb::nodes::Regexp) -> Made {
        let letters = match it.options.as_deref() {
            Some(N::RegOpt(options)) => options.options.as_deref().unwrap_or_default(),
            _ => "",
        };
        let bit = |letter| match letter {
            'i' => 1,
            'x' => 2,
            'm' => 4,
            _ => 0,
        };
        let options = letters.chars().map(bit).fold(0, |all, one| all | one);
        Ok(Kind::Regexp(self.nodes(&it.parts)?, options))
    }

    fn splat(&mut self, value: Option<&rb::Node>) -> Made {
        match value {
            Some(value) => Ok(Kind::Splat(self.boxed(value)?)),
            None => Ok(Kind::Unsupported("an anonymous splat argument")),
        }
    }

    fn range(&mut self, from: Option<&rb::Node>, to: Option<&rb::Node>, exclusive: bool) -> Made {
        Ok(Kind::Range(self.maybe_boxed(from)?, self.maybe_boxed(to)?, exclusive))
    }

    pub(super) fn const_path(&mut self, scope: Option<&rb::Node>, name: &str) -> Result<ConstPath> {
        let scope = match scope {
            None => ConstScope::Lexical,
            Some(N::Cbase(_)) => ConstScope::Top,
            Some(scope) => ConstScope::In(self.node(scope)?),
        };
        Ok(ConstPath { scope, name: name.into() })
    }

    fn sequence(&mut self, statements: &[rb::Node]) -> Made {
        let mut statements = self.nodes(statements)?;
        match statements.len() {
            0 => Ok(Kind::Nil),
            1 => Ok(statements.pop().map_or(Kind::Nil, |only| only.kind)),
            _ => Ok(Kind::Seq(statements)),
        }
    }

    fn condition(&mut self, test: &rb::Node, yes: Option<&rb::Node>, no: Option<&rb::Node>) -> Made {
        Ok(Kind::If(self.boxed(test)?, self.maybe_boxed(yes)?, self.maybe_boxed(no)?))
    }

    fn repeat(&mut self, test: &rb::Node, body: Option<&rb::Node>, form: (bool, bool)) -> Made {
        let condition = self.node(test)?;
        let body = self.looping(|this| this.maybe(body))?;
        Ok(Kind::While(Box::new(While { condition, body, until: form.0, body_first: form.1 })))
    }

    fn for_loop(&mut self, it: &rb::nodes::For) -> Made {
        let target = match it.iterator.as_ref() {
            N::Mlhs(list) => crate::ruby::tree::Target::Nested(self.targets(&list.items)?),
            single => self.target(single)?,
        };
        let over = self.node(&it.iteratee)?;
        let body = self.looping(|this| this.maybe(it.body.as_deref()))?;
        Ok(Kind::For(Box::new(For { target, over, body })))
    }

    fn case(&mut self, it: &rb::nodes::Case) -> Made {
        let subject = self.maybe(it.expr.as_deref())?;
        let mut whens = Vec::new();
        for body in &it.when_bodies {
            let N::When(when) = body else { continue };
            whens.push((self.nodes(&when.patterns)?, self.maybe(when.body.as_deref())?));
        }
        let otherwise = self.maybe(it.else_body.as_deref())?;
        Ok(Kind::Case(Box::new(Case { subject, whens, otherwise })))
    }

    fn rescue(&mut self, it: &rb::nodes::Rescue) -> Made {
        let body = self.maybe(it.body.as_deref())?;
        let mut handlers = Vec::new();
        for handler in &it.rescue_bodies {
            let N::RescueBody(handler) = handler else { continue };
            let classes = match handler.exc_list.as_deref() {
                Some(N::Array(list)) => self.nodes(&list.elements)?,
                Some(other) => vec![self.node(other)?],
                None => Vec::new(),
            };
            let target = handler.exc_var.as_deref().map(|target| self.target(target)).transpose()?;
            handlers.push(Handler { classes, target, body: self.maybe(handler.body.as_deref())? });
        }
        let otherwise = self.maybe(it.else_.as_deref())?;
        Ok(Kind::Rescue(Box::new(Rescue { body, handlers, otherwise })))
    }

    /// The value of `return`, `next` and `break`: none, one, or an array of several.
    fn result(&mut self, arguments: &[rb::Node]) -> Result<Option<Box<Node>>> {
        match arguments {
            [] => Ok(None),
            [only] if !matches!(only, N::Splat(_) | N::Kwargs(_)) => self.boxed(only).map(Some),
            [N::Kwargs(it)] => {
                let kind = Kind::Hash(self.nodes(&it.pairs)?);
                Ok(Some(Box::new(Node { span: self.span(&it.expression_l), kind })))
            }
            [first, ..] => {
                let span = self.span(first.expression());
                let kind = Kind::Array(self.nodes(arguments)?);
                Ok(Some(Box::new(Node { span, kind })))
            }
        }
    }

    fn note_def(&mut self, name: &str, at: &rb::Loc) {
        if self.first_def.is_none() {
            self.first_def = Some((name.into(), self.span(at)));
        }
    }

    fn method(
        &mut self,
        name: &str,
        arguments: Option<&rb::Node>,
        body: Option<&rb::Node>,
    ) -> Result<Arc<Def>> {
        self.methods.push(super::params::passed(arguments));
        let block = self.block(arguments, body, false);
        self.methods.pop();
        let block = block?;
        Ok(Arc::new(Def { name: name.into(), block }))
    }

    fn class(&mut self, node: &rb::Node) -> Made {
        let (form, body) = match node {
            N::Class(it) => {
                let name = self.class_name(&it.name)?;
                (ClassForm::Class(name, self.maybe(it.superclass.as_deref())?), it.body.as_deref())
            }
            N::Module(it) => (ClassForm::Module(self.class_name(&it.name)?), it.body.as_deref()),
            N::SClass(it) => (ClassForm::Singleton(self.node(&it.expr)?), it.body.as_deref()),
            _ => return Ok(Kind::Nil),
        };
        self.open(false);
        let body = self.maybe(body);
        let slots = self.close();
        Ok(Kind::Class(Box::new(ClassDef { form, body: body?, slots })))
    }

    fn class_name(&mut self, name: &rb::Node) -> Result<ConstPath> {
        match name {
            N::Const(it) => self.const_path(it.scope.as_deref(), &it.name),
            other => {
                Err(self.fail(other.expression(), &code::SYNTAX, "a class needs a constant as its name"))
            }
        }
    }
}

/// The name in `alias a b` and `undef a`.
fn symbol(node: &rb::Node) -> EcoString {
    match node {
        N::Sym(it) => it.name.to_string_lossy().into(),
        N::Gvar(it) => it.name.as_str().into(),
        _ => EcoString::new(),
    }
}
