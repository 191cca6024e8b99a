//! Expressions and statements: what they are known to be, and what they do to the type.

use super::{
    MAX_DEPTH, MAX_SIZE, MAX_STEPS, Scan,
    value::{Frame, Method, This, Val},
};
use ecow::EcoString;
use lib_ruby_parser::Node;

impl<'a> Scan<'a> {
    /// Follows a node; what it is not known to be is `Unknown`.
    pub(super) fn eval(&mut self, node: &'a Node, frame: &mut Frame<'a>) -> Val<'a> {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.depth > MAX_DEPTH {
            self.doubt("it is too long or nests too deep", node);
            return Val::Unknown;
        }
        if frame.returned.is_some() || frame.next {
            return Val::Nil;
        }
        self.depth += 1;
        let value = self.literal(node, frame);
        self.depth -= 1;
        if matches!(node, Node::Lvar(_) | Node::Self_(_)) || value.size() <= MAX_SIZE {
            return value;
        }
        self.doubt("a value grows too large", node);
        Val::Unknown
    }

    fn literal(&mut self, node: &'a Node, frame: &mut Frame<'a>) -> Val<'a> {
        match node {
            Node::Nil(_) => Val::Nil,
            Node::True(_) => Val::Bool(true),
            Node::False(_) => Val::Bool(false),
            Node::Int(it) => it.value.replace('_', "").parse().map_or(Val::Unknown, Val::Int),
            Node::Str(it) => Val::Str(it.value.to_string_lossy().into()),
            Node::Sym(it) => Val::Sym(it.name.to_string_lossy().into()),
            Node::Dstr(it) => self.joined(&it.parts, frame).map_or(Val::Unknown, Val::Str),
            Node::Heredoc(it) => self.joined(&it.parts, frame).map_or(Val::Unknown, Val::Str),
            Node::Dsym(it) => self.joined(&it.parts, frame).map_or(Val::Unknown, Val::Sym),
            Node::Regexp(it) => {
                let options = it.options.as_deref().map_or(0, regexp_options);
                self.joined(&it.parts, frame).map_or(Val::Unknown, |source| Val::Regex(source, options))
            }
            Node::Array(it) => Val::Array(self.arguments(&it.elements, frame)),
            Node::Hash(it) => self.hash(&it.pairs, frame),
            Node::Kwargs(it) => self.hash(&it.pairs, frame),
            Node::Lvar(it) => frame.locals.get(&it.name).cloned().unwrap_or(Val::Unknown),
            Node::Self_(_) => match &frame.this {
                This::Type => Val::Type,
                This::File(module) => Val::Const(module.clone()),
                This::Parameter => Val::Unknown,
            },
            Node::Const(_) => self.constant(node, frame),
            _ => self.flow(node, frame),
        }
    }

    fn joined(&mut self, parts: &'a [Node], frame: &mut Frame<'a>) -> Option<EcoString> {
        parts.iter().map(|part| self.eval(part, frame).text()).collect()
    }

    /// Evaluates arguments; `*x` gives its items.
    pub(super) fn arguments(&mut self, nodes: &'a [Node], frame: &mut Frame<'a>) -> Vec<Val<'a>> {
        let mut found = Vec::new();
        for node in nodes {
            match node {
                Node::Splat(it) => match it.value.as_deref().map(|value| self.eval(value, frame)) {
                    Some(Val::Array(items)) => found.extend(items),
                    Some(value) => found.push(value),
                    None => {}
                },
                Node::BlockPass(it) => {
                    let value = it.value.as_deref().map(|value| self.eval(value, frame));
                    found.extend(value.filter(|value| matches!(value, Val::Block(_))));
                }
                other => found.push(self.eval(other, frame)),
            }
        }
        found
    }

    fn hash(&mut self, pairs: &'a [Node], frame: &mut Frame<'a>) -> Val<'a> {
        let mut found = Vec::new();
        for pair in pairs {
            match pair {
                Node::Pair(it) => {
                    let key = self.eval(&it.key, frame);
                    found.push((key, self.eval(&it.value, frame)));
                }
                Node::Kwsplat(it) => match self.eval(&it.value, frame) {
                    Val::Hash(pairs) => found.extend(pairs),
                    _ => return Val::Unknown,
                },
                _ => return Val::Unknown,
            }
        }
        Val::Hash(found)
    }

    fn constant(&mut self, node: &'a Node, frame: &mut Frame<'a>) -> Val<'a> {
        let Some(name) = constant_name(node) else { return Val::Unknown };
        let Some((full, value)) = self.find_constant(&name, frame) else { return Val::Const(name) };
        if !self.open_constants.insert(full.clone()) {
            return Val::Unknown;
        }
        let found = self.eval(value, &mut Frame::new(This::File(EcoString::new())));
        self.open_constants.remove(&full);
        found
    }

    fn find_constant(&self, name: &str, frame: &Frame<'a>) -> Option<(EcoString, &'a Node)> {
        let exact = |name: &str| self.constants.get_key_value(name).map(|(name, node)| (name.clone(), *node));
        if let This::File(module) = &frame.this
            && let Some(found) = exact(&qualified(module, name))
        {
            return Some(found);
        }
        exact(name).or_else(|| {
            let end = format!("::{name}");
            let mut all = self.constants.iter().filter(|(full, _)| full.ends_with(&end));
            let (full, node) = all.next()?;
            all.next().is_none().then(|| (full.clone(), *node))
        })
    }

    fn flow(&mut self, node: &'a Node, frame: &mut Frame<'a>) -> Val<'a> {
        match node {
            Node::Begin(it) => self.sequence(&it.statements, frame),
            Node::KwBegin(it) => self.sequence(&it.statements, frame),
            Node::Lvasgn(it) => {
                let value = it.value.as_deref().map_or(Val::Nil, |value| self.eval(value, frame));
                frame.locals.insert(it.name.clone(), value.clone());
                value
            }
            Node::Ivasgn(it) => {
                let value = it.value.as_deref().map_or(Val::Nil, |value| self.eval(value, frame));
                if it.name == "@isomorphic" && matches!(frame.this, This::Type) {
                    self.isomorphic = value.truth() != Some(false);
                }
                value
            }
            Node::OpAsgn(it) => {
                let value = self.eval(&it.value, frame);
                if let Node::Lvasgn(target) = it.recv.as_ref() {
                    let old = frame.locals.get(&target.name).cloned().unwrap_or(Val::Unknown);
                    let grown = old.size() + value.size() > MAX_SIZE;
                    let new = match it.operator.as_str() {
                        "+" if !grown => super::methods::plus(&old, &value),
                        _ => Val::Unknown,
                    };
                    frame.locals.insert(target.name.clone(), new);
                }
                Val::Unknown
            }
            Node::If(it) => self.branch(&it.cond, [it.if_true.as_deref(), it.if_false.as_deref()], frame),
            Node::IfMod(it) => self.branch(&it.cond, [it.if_true.as_deref(), it.if_false.as_deref()], frame),
            Node::IfTernary(it) => self.branch(&it.cond, [Some(&it.if_true), Some(&it.if_false)], frame),
            Node::And(it) => match self.eval(&it.lhs, frame).truth() {
                Some(true) => self.eval(&it.rhs, frame),
                Some(false) => Val::Bool(false),
                None => self.unsurely(&it.rhs, frame),
            },
            Node::Or(it) => {
                let left = self.eval(&it.lhs, frame);
                match left.truth() {
                    Some(true) => left,
                    Some(false) => self.eval(&it.rhs, frame),
                    None => self.unsurely(&it.rhs, frame),
                }
            }
            Node::Case(it) => {
                for when in &it.when_bodies {
                    if let Node::When(when) = when
                        && let Some(body) = when.body.as_deref()
                    {
                        self.unsurely(body, frame);
                    }
                }
                it.else_body.as_deref().map_or(Val::Unknown, |body| self.unsurely(body, frame))
            }
            Node::Return(it) => {
                let value = it.args.first().map_or(Val::Nil, |value| self.eval(value, frame));
                frame.returned = Some(if self.unsure > 0 { Val::Unknown } else { value.clone() });
                value
            }
            Node::Next(_) => {
                if self.unsure > 0 {
                    frame.perhaps_next = true
                } else {
                    frame.next = true
                }
                Val::Nil
            }
            Node::Rescue(it) => it.body.as_deref().map_or(Val::Nil, |body| self.eval(body, frame)),
            Node::Ensure(it) => it.body.as_deref().map_or(Val::Nil, |body| self.eval(body, frame)),
            Node::Module(it) => self.body_of(&it.name, it.body.as_deref(), frame),
            Node::Class(it) => self.body_of(&it.name, it.body.as_deref(), frame),
            _ => self.definition(node, frame),
        }
    }

    fn definition(&mut self, node: &'a Node, frame: &mut Frame<'a>) -> Val<'a> {
        match node {
            Node::Def(it) if matches!(frame.this, This::Type) => {
                self.instance_methods.insert(it.name.as_str().into());
                Val::Sym(it.name.as_str().into())
            }
            Node::Defs(it) if matches!(frame.this, This::Type) => {
                let method = self.method(&it.name, it.args.as_deref(), it.body.as_deref());
                self.class_methods.insert(method.name.clone(), method);
                Val::Sym(it.name.as_str().into())
            }
            Node::SClass(it) if matches!(frame.this, This::Type) => {
                for node in it.body.as_deref().map(statements).unwrap_or_default() {
                    if let Node::Def(it) = node {
                        let method = self.method(&it.name, it.args.as_deref(), it.body.as_deref());
                        self.class_methods.insert(method.name.clone(), method);
                    }
                }
                Val::Nil
            }
            Node::Send(_) | Node::CSend(_) | Node::Index(_) => self.call(node, None, frame),
            Node::Block(it) if matches!(*it.call, Node::Lambda(_)) => Val::Block(node),
            Node::Block(it) => self.call(&it.call, Some(node), frame),
            Node::Numblock(it) => self.call(&it.call, Some(node), frame),
            Node::Super(_) | Node::ZSuper(_) => Val::Unknown,
            _ => Val::Unknown,
        }
    }

    pub(super) fn method(
        &self,
        name: &str,
        parameters: Option<&'a Node>,
        body: Option<&'a Node>,
    ) -> Method<'a> {
        Method { name: name.into(), parameters, body, source: self.source.clone() }
    }

    fn sequence(&mut self, statements: &'a [Node], frame: &mut Frame<'a>) -> Val<'a> {
        let mut last = Val::Nil;
        for statement in statements {
            last = self.eval(statement, frame);
        }
        last
    }

    /// Follows one branch where the condition is known, else both with doubts.
    fn branch(&mut self, condition: &'a Node, ways: [Option<&'a Node>; 2], frame: &mut Frame<'a>) -> Val<'a> {
        let [yes, no] = ways;
        match self.eval(condition, frame).truth() {
            Some(true) => yes.map_or(Val::Nil, |node| self.eval(node, frame)),
            Some(false) => no.map_or(Val::Nil, |node| self.eval(node, frame)),
            None => {
                for node in [yes, no].into_iter().flatten() {
                    self.unsurely(node, frame);
                }
                Val::Unknown
            }
        }
    }

    /// Follows what may or may not be done: variables that it sets are not known afterwards.
    pub(super) fn unsurely(&mut self, node: &'a Node, frame: &mut Frame<'a>) -> Val<'a> {
        let before = frame.locals.clone();
        self.unsure += 1;
        self.eval(node, frame);
        self.unsure -= 1;
        for (name, value) in &mut frame.locals {
            let kept = before.get(name).and_then(|old| old.same(value)) == Some(true);
            if !kept {
                *value = Val::Unknown;
            }
        }
        Val::Unknown
    }

    fn body_of(&mut self, name: &'a Node, body: Option<&'a Node>, frame: &mut Frame<'a>) -> Val<'a> {
        let outer = if let This::File(module) = &frame.this { module.clone() } else { EcoString::new() };
        let name = qualified(&outer, &constant_name(name).unwrap_or_default());
        if let (Some(body), This::File(_)) = (body, &frame.this) {
            self.eval(body, &mut Frame::new(This::File(name)));
        }
        Val::Nil
    }

    // -- what files define ------------------------------------------------------------------------------------

    /// Notes the constants and methods of modules.
    pub(super) fn collect(&mut self, node: &'a Node, module: &str) {
        match node {
            Node::Begin(it) => it.statements.iter().for_each(|node| self.collect(node, module)),
            Node::Module(it) => {
                let name = qualified(module, &constant_name(&it.name).unwrap_or_default());
                it.body.iter().for_each(|body| self.collect(body, &name));
            }
            Node::Class(it) => {
                let name = qualified(module, &constant_name(&it.name).unwrap_or_default());
                it.body.iter().for_each(|body| self.collect(body, &name));
            }
            Node::Casgn(it) => {
                if let Some(value) = it.value.as_deref() {
                    self.constants.insert(qualified(module, &it.name), value);
                }
            }
            Node::Defs(it) => {
                let method = self.method(&it.name, it.args.as_deref(), it.body.as_deref());
                self.module_methods.insert(format!("{module}.{}", it.name).into(), method);
            }
            Node::SClass(it) => {
                for node in it.body.as_deref().map(statements).unwrap_or_default() {
                    if let Node::Def(it) = node {
                        let method = self.method(&it.name, it.args.as_deref(), it.body.as_deref());
                        self.module_methods.insert(format!("{module}.{}", it.name).into(), method);
                    }
                }
            }
            Node::Def(it) => {
                let method = self.method(&it.name, it.args.as_deref(), it.body.as_deref());
                self.mixins.entry(module.into()).or_default().push(method);
            }
            Node::Block(it) if module == "Nagios::Base" => self.collect_nagios(it),
            Node::Block(it) => {
                // constants and helpers within the body of `newtype`
                if let Some(body) = it.body.as_deref() {
                    let constants = statements(body).iter().filter(|node| matches!(node, Node::Casgn(_)));
                    constants.for_each(|node| self.collect(node, module));
                }
            }
            _ => {}
        }
    }
}

/// Returns the statements of a body.
pub(super) fn statements(body: &Node) -> &[Node] {
    match body {
        Node::Begin(it) => &it.statements,
        other => std::slice::from_ref(other),
    }
}

fn qualified(module: &str, name: &str) -> EcoString {
    if module.is_empty() { name.into() } else { format!("{module}::{name}").into() }
}

fn constant_name(node: &Node) -> Option<EcoString> {
    match node {
        Node::Const(it) => match it.scope.as_deref() {
            None | Some(Node::Cbase(_)) => Some(it.name.as_str().into()),
            Some(scope) => Some(qualified(&constant_name(scope)?, &it.name)),
        },
        _ => None,
    }
}

/// Returns the options of a regular expression as Ruby numbers them.
pub(super) fn regexp_options(node: &Node) -> u32 {
    let letters = if let Node::RegOpt(it) = node { it.options.as_deref().unwrap_or_default() } else { "" };
    let bit = |letter| match letter {
        'i' => 1,
        'x' => 2,
        'm' => 4,
        _ => 0,
    };
    letters.chars().map(bit).fold(0, |all, one| all | one)
}
