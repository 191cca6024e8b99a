//! The blocks of `autorequire` and its kin, to rules.

use super::eval::{regexp_options, statements};
use crate::maps::HashMap;
use crate::restypes::{Rule, Test};
use ecow::EcoString;
use lib_ruby_parser::{Node, nodes::Send};

/// Reads a block; `None` where it does more than make titles of parameters.
pub(super) fn rule(block: &Node, target: &str) -> Option<Rule> {
    let Node::Block(block) = block else { return None };
    let mut reader = Reader { target, locals: HashMap::default(), depth: 0 };
    match block.body.as_deref() {
        Some(body) => reader.body(statements(body)),
        None => Some(Rule::Nothing),
    }
}

#[derive(Clone)]
struct Reader<'a> {
    target: &'a str,
    locals: HashMap<String, Rule>,
    depth: u32,
}

/// How deep the expressions of a block may nest, and how large a rule may become.
const MAX_DEPTH: u32 = 100;
const MAX_SIZE: usize = 2_000;

impl Reader<'_> {
    /// Reads statements; the value of the last one counts.
    fn body(&mut self, nodes: &[Node]) -> Option<Rule> {
        let [first, rest @ ..] = nodes else { return Some(Rule::Nothing) };
        if nodes.len() > MAX_DEPTH as usize || self.locals.values().any(|rule| rule.size() > MAX_SIZE) {
            return None;
        }
        if let Some((test, value)) = self.early_end(first)? {
            let rest = self.body(rest)?;
            return Some(Rule::If(Box::new(test), Box::new(value), Box::new(rest)));
        }
        let value = self.statement(first)?;
        if rest.is_empty() { Some(value) } else { self.body(rest) }
    }

    /// Reads `next unless x` and `return y if x`; the inner `None` is any other statement.
    #[expect(clippy::option_option, reason = "not readable, and no early end, are two things")]
    fn early_end(&mut self, node: &Node) -> Option<Option<(Test, Rule)>> {
        let (condition, yes, no) = match node {
            Node::If(it) => (&it.cond, it.if_true.as_deref(), it.if_false.as_deref()),
            Node::IfMod(it) => (&it.cond, it.if_true.as_deref(), it.if_false.as_deref()),
            _ => return Some(None),
        };
        let ended = |node: Option<&Node>| match node {
            Some(Node::Next(it)) => Some(it.args.first().cloned()),
            Some(Node::Return(it)) => Some(it.args.first().cloned()),
            _ => None,
        };
        let (value, negated) = match (ended(yes), ended(no)) {
            (Some(value), None) => (value, false),
            (None, Some(value)) => (value, true),
            _ => return Some(None),
        };
        let test = self.test(condition)?;
        let test = if negated { Test::Not(Box::new(test)) } else { test };
        let value = value.map_or(Some(Rule::Nothing), |value| self.value(&value))?;
        Some(Some((test, value)))
    }

    fn statement(&mut self, node: &Node) -> Option<Rule> {
        match node {
            Node::Lvasgn(it) => {
                let value = self.value(it.value.as_deref()?)?;
                self.locals.insert(it.name.clone(), value.clone());
                Some(value)
            }
            Node::OpAsgn(it) if it.operator == "+" => {
                let Node::Lvasgn(target) = it.recv.as_ref() else { return None };
                self.add(&target.name, std::slice::from_ref(&*it.value))
            }
            Node::If(it) => self.branches(&it.cond, it.if_true.as_deref(), it.if_false.as_deref()),
            Node::IfMod(it) => self.branches(&it.cond, it.if_true.as_deref(), it.if_false.as_deref()),
            Node::Begin(it) => self.body(&it.statements),
            Node::Send(it) if matches!(it.method_name.as_str(), "<<" | "push" | "concat" | "unshift") => {
                match it.recv.as_deref() {
                    Some(Node::Lvar(list)) => self.add(&list.name, &it.args),
                    _ => None,
                }
            }
            Node::Send(it) if matches!(it.method_name.as_str(), "flatten!" | "compact!" | "uniq!") => {
                self.value(it.recv.as_deref()?)
            }
            Node::Block(it) => self.each(it),
            other => self.value(other),
        }
    }

    fn add(&mut self, list: &str, added: &[Node]) -> Option<Rule> {
        let old = self.locals.get(list)?.clone();
        let mut all = vec![old];
        for node in added {
            all.push(self.value(node)?);
        }
        self.locals.insert(list.to_owned(), Rule::List(all.clone()));
        Some(Rule::List(all))
    }

    /// Reads both ways; variables that they set differently depend on the condition from then on.
    fn branches(&mut self, condition: &Node, yes: Option<&Node>, no: Option<&Node>) -> Option<Rule> {
        let test = self.test(condition)?;
        let way = |node: Option<&Node>| {
            let mut inner = self.clone();
            let value = node.map_or(Some(Rule::Nothing), |node| inner.body(statements(node)))?;
            Some((value, inner.locals))
        };
        let (yes, then) = way(yes)?;
        let (no, otherwise) = way(no)?;
        let choose = |yes: Rule, no: Rule| {
            if yes == no { yes } else { Rule::If(Box::new(test.clone()), Box::new(yes), Box::new(no)) }
        };
        for (name, value) in then {
            let other = otherwise.get(&name).cloned().unwrap_or(Rule::Nothing);
            self.locals.insert(name, choose(value, other));
        }
        Some(choose(yes, no))
    }

    /// Reads `list.each do |item| … end`: rules work on all values at once.
    fn each(&mut self, block: &lib_ruby_parser::nodes::Block) -> Option<Rule> {
        let Node::Send(call) = block.call.as_ref() else { return None };
        if self.is_catalog(call) {
            return self.all_of_target(call, block.body.as_deref()?);
        }
        let name = match block.args.as_deref()? {
            Node::Args(args) => match args.args.as_slice() {
                [Node::Procarg0(one)] => match one.args.as_slice() {
                    [Node::Arg(arg)] => &arg.name,
                    _ => return None,
                },
                [Node::Arg(arg)] => &arg.name,
                _ => return None,
            },
            _ => return None,
        };
        if let Some(Node::Array(list)) = call.recv.as_deref() {
            return self.unrolled(&call.method_name, name, &list.elements, block.body.as_deref()?);
        }
        let over = self.value(call.recv.as_deref()?)?;
        self.locals.insert(name.clone(), over.clone());
        let made = self.body(statements(block.body.as_deref()?))?;
        match call.method_name.as_str() {
            "each" => Some(over),
            "map" | "collect" => Some(made),
            _ => None,
        }
    }

    /// Reads a loop over a literal list, item by item.
    fn unrolled(&mut self, method: &str, name: &str, items: &[Node], body: &Node) -> Option<Rule> {
        let mut made = Vec::new();
        for item in items {
            let item = self.value(item)?;
            self.locals.insert(name.to_owned(), item);
            made.push(self.body(statements(body))?);
        }
        match method {
            "each" => Some(Rule::Nothing),
            "map" | "collect" => Some(Rule::List(made)),
            _ => None,
        }
    }

    /// Tells whether a call walks the resources of the catalog.
    fn is_catalog(&self, call: &Send) -> bool {
        let Some(Node::Send(of)) = call.recv.as_deref() else { return false };
        let catalog = matches!(of.recv.as_deref(), Some(Node::Send(it)) if it.method_name == "catalog");
        of.method_name == "resources" && catalog
    }

    /// Reads `catalog.resources.select { |r| r.is_a?(Puppet::Type.type(:target)) }`.
    fn all_of_target(&self, call: &Send, body: &Node) -> Option<Rule> {
        let Node::Send(test) = body else { return None };
        let selects = matches!(call.method_name.as_str(), "select" | "find_all" | "filter");
        let [Node::Send(kind)] = test.args.as_slice() else { return None };
        let [Node::Sym(name)] = kind.args.as_slice() else { return None };
        let fits = test.method_name == "is_a?" && kind.method_name == "type";
        (selects && fits && name.name.to_string_lossy() == self.target).then_some(Rule::All)
    }

    /// Reads the name of a parameter: a symbol, or a variable that holds one.
    fn parameter_name(&self, node: &Node) -> Option<EcoString> {
        match node {
            Node::Sym(it) => Some(it.name.to_string_lossy().into()),
            Node::Lvar(it) => match self.locals.get(&it.name)? {
                Rule::Text(name) => Some(name.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    fn values(&mut self, nodes: &[Node]) -> Option<Vec<Rule>> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    fn value(&mut self, node: &Node) -> Option<Rule> {
        self.depth += 1;
        let value = if self.depth > MAX_DEPTH { None } else { self.expression(node) };
        self.depth -= 1;
        value.filter(|rule| rule.size() <= MAX_SIZE)
    }

    fn expression(&mut self, node: &Node) -> Option<Rule> {
        match node {
            Node::Nil(_) => Some(Rule::Nothing),
            Node::Str(it) => Some(Rule::Text(it.value.to_string_lossy().into())),
            Node::Sym(it) => Some(Rule::Text(it.name.to_string_lossy().into())),
            Node::Dstr(it) => self.values(&it.parts).map(Rule::Join),
            Node::Array(it) => self.values(&it.elements).map(Rule::List),
            Node::Splat(it) => self.value(it.value.as_deref()?),
            Node::Lvar(it) => self.locals.get(&it.name).cloned(),
            Node::Begin(it) => self.body(&it.statements),
            Node::If(_) | Node::IfMod(_) => self.statement(node),
            Node::IfTernary(it) => self.branches(&it.cond, Some(&it.if_true), Some(&it.if_false)),
            Node::Or(it) => {
                let left = self.value(&it.lhs)?;
                let test = Box::new(Test::Set(left.clone()));
                Some(Rule::If(test, Box::new(left), Box::new(self.value(&it.rhs)?)))
            }
            Node::And(it) => {
                let test = Box::new(self.test(&it.lhs)?);
                Some(Rule::If(test, Box::new(self.value(&it.rhs)?), Box::new(Rule::Nothing)))
            }
            Node::Index(it) => self.index(&it.recv, &it.indexes),
            Node::Send(it) => self.sent(it.recv.as_deref(), &it.method_name, &it.args),
            Node::CSend(it) => self.sent(Some(&it.recv), &it.method_name, &it.args),
            Node::Block(it) => self.each(it),
            _ => None,
        }
    }

    /// Reads `self[:x]`, `@parameters[:x]` and `list[n]`.
    fn index(&mut self, receiver: &Node, indexes: &[Node]) -> Option<Rule> {
        match (receiver, indexes) {
            (Node::Self_(_), [name @ (Node::Sym(_) | Node::Lvar(_))]) => {
                self.parameter_name(name).map(Rule::Parameter)
            }
            (Node::Ivar(it), [name @ (Node::Sym(_) | Node::Lvar(_))]) if it.name == "@parameters" => {
                self.parameter_name(name).map(Rule::Parameter)
            }
            (list, [Node::Int(at)]) => {
                let at = at.value.parse().ok()?;
                match self.split(list)? {
                    Some((of, separator, limit)) => Some(Rule::Piece(Box::new(of), separator, limit, at)),
                    None => Some(Rule::Item(Box::new(self.value(list)?), at)),
                }
            }
            _ => None,
        }
    }

    /// Reads `x.split('@')`; the inner `None` is any other expression.
    #[expect(clippy::option_option, reason = "not readable, and no split, are two things")]
    fn split(&mut self, node: &Node) -> Option<Option<(Rule, EcoString, usize)>> {
        let Node::Send(it) = node else { return Some(None) };
        if it.method_name != "split" {
            return Some(None);
        }
        let of = self.value(it.recv.as_deref()?)?;
        match it.args.as_slice() {
            [Node::Str(separator)] => Some(Some((of, separator.value.to_string_lossy().into(), 0))),
            [Node::Str(separator), Node::Int(limit)] => {
                Some(Some((of, separator.value.to_string_lossy().into(), limit.value.parse().ok()?)))
            }
            _ => None,
        }
    }

    fn sent(&mut self, receiver: Option<&Node>, name: &str, arguments: &[Node]) -> Option<Rule> {
        match (receiver, name, arguments) {
            (None | Some(Node::Self_(_)), "should" | "value" | "parameter" | "[]", [Node::Sym(it)]) => {
                Some(Rule::Parameter(it.name.to_string_lossy().into()))
            }
            (None | Some(Node::Self_(_)), "name" | "title", []) => Some(Rule::Parameter(name.into())),
            (Some(Node::Send(inner)), "resource", [Node::Sym(kind), wanted])
                if inner.method_name == "catalog" && inner.recv.is_none() =>
            {
                (kind.name.to_string_lossy() == self.target).then(|| self.value(wanted))?
            }
            (Some(Node::Const(file)), "dirname", [path]) if file.name == "File" => {
                Some(Rule::Parent(Box::new(self.value(path)?)))
            }
            (Some(Node::Const(path)), "new", [of]) if path.name == "Pathname" => self.value(of),
            (None, "Array" | "Pathname", [of]) => self.value(of),
            (Some(of), "parent" | "dirname", []) => Some(Rule::Parent(Box::new(self.value(of)?))),
            (
                Some(of),
                "to_s" | "to_sym" | "to_a" | "compact" | "flatten" | "uniq" | "freeze" | "dup" | "should"
                | "value" | "shouldorig" | "sort",
                [],
            ) => self.value(of),
            (Some(of), "+" | "|", [more]) => Some(Rule::List(vec![self.value(of)?, self.value(more)?])),
            (Some(list), "first" | "last", []) => {
                let at = if name == "first" { 0 } else { -1 };
                match self.split(list)? {
                    Some((of, separator, limit)) => Some(Rule::Piece(Box::new(of), separator, limit, at)),
                    None => Some(Rule::Item(Box::new(self.value(list)?), at)),
                }
            }
            _ => None,
        }
    }

    fn test(&mut self, node: &Node) -> Option<Test> {
        self.depth += 1;
        let test = if self.depth > MAX_DEPTH { None } else { self.condition(node) };
        self.depth -= 1;
        test
    }

    fn condition(&mut self, node: &Node) -> Option<Test> {
        match node {
            Node::Begin(it) => match it.statements.as_slice() {
                [one] => self.test(one),
                _ => None,
            },
            Node::And(it) => Some(Test::And(Box::new(self.test(&it.lhs)?), Box::new(self.test(&it.rhs)?))),
            Node::Or(it) => Some(Test::Or(Box::new(self.test(&it.lhs)?), Box::new(self.test(&it.rhs)?))),
            Node::MatchWithLvasgn(_) => None,
            Node::Lvasgn(_) => self.statement(node).map(Test::Set),
            Node::Send(it) => self.test_sent(node, it.recv.as_deref(), &it.method_name, &it.args),
            other => self.value(other).map(Test::Set),
        }
    }

    fn test_sent(
        &mut self,
        node: &Node,
        receiver: Option<&Node>,
        name: &str,
        arguments: &[Node],
    ) -> Option<Test> {
        let not = |test: Test| Test::Not(Box::new(test));
        match (receiver, name, arguments) {
            (Some(of), "!", []) => Some(not(self.test(of)?)),
            (Some(of), "nil?", []) => Some(not(Test::Set(self.value(of)?))),
            (Some(of), "empty?", []) => Some(Test::Empty(self.value(of)?)),
            (Some(of), "absolute?", []) => Some(Test::Absolute(self.value(of)?)),
            (None, "absolute_path?", [of]) => Some(Test::Absolute(self.value(of)?)),
            (Some(Node::Ivar(of)), "include?" | "key?" | "has_key?", [name]) if of.name == "@parameters" => {
                self.parameter_name(name).map(|name| Test::Set(Rule::Parameter(name)))
            }
            (Some(left), "==", [right]) => Some(Test::Equal(self.value(left)?, self.value(right)?)),
            (Some(left), "!=", [right]) => Some(not(Test::Equal(self.value(left)?, self.value(right)?))),
            (Some(left), "=~" | "!~" | "match" | "match?", [Node::Regexp(it)]) => {
                let [Node::Str(source)] = it.parts.as_slice() else { return None };
                let options = it.options.as_deref().map_or(0, regexp_options);
                let test = Test::Matches(self.value(left)?, source.value.to_string_lossy().into(), options);
                Some(if name == "!~" { not(test) } else { test })
            }
            _ => self.value(node).map(Test::Set),
        }
    }
}
