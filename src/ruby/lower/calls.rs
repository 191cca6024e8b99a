//! Calls, blocks and assignments.

use super::{Lower, Passed};
use crate::{
    diag::Result,
    ruby::{
        core,
        tree::{Block, BlockArg, Call, Kind, Name, Node, Super, Target},
    },
};
use ecow::EcoString;
use lib_ruby_parser as rb;
use lib_ruby_parser::Node as N;
use std::sync::Arc;

type Made = Result<Kind>;

/// Makes a name with its builtin rows.
pub(crate) fn name(text: &str) -> Name {
    Name { text: text.into(), rows: core::rows(text) }
}

/// The pieces of a call as the parser gives them.
struct Sent<'a> {
    receiver: Option<&'a rb::Node>,
    name: &'a str,
    arguments: &'a [rb::Node],
    safe: bool,
    bare: bool,
    name_at: &'a rb::Loc,
}

impl Lower<'_> {
    pub(super) fn call_or_assignment(&mut self, node: &rb::Node) -> Made {
        match node {
            N::Send(_) | N::CSend(_) | N::Index(_) => self.call(node, BlockArg::None),
            N::Block(it) => {
                let block = self.block(it.args.as_deref(), it.body.as_deref(), true)?;
                self.with_block(&it.call, block)
            }
            N::Numblock(it) => self.numbered_block(it),
            N::Super(_) | N::ZSuper(_) => self.call_super(node, BlockArg::None),
            N::Yield(it) => Ok(Kind::Yield(self.nodes(&it.args)?)),
            N::Lvasgn(_) | N::Ivasgn(_) | N::Gvasgn(_) | N::Cvasgn(_) | N::Casgn(_) | N::IndexAsgn(_) => {
                self.assign(node)
            }
            N::Masgn(it) => self.multiple(it),
            N::OpAsgn(it) => {
                let target = self.target(&it.recv)?;
                let operator = it.operator.strip_suffix('=').unwrap_or(&it.operator);
                Ok(Kind::OpAssign(target, operator.into(), self.boxed(&it.value)?))
            }
            N::OrAsgn(it) => Ok(Kind::OrAssign(self.target(&it.recv)?, self.boxed(&it.value)?)),
            N::AndAsgn(it) => Ok(Kind::AndAssign(self.target(&it.recv)?, self.boxed(&it.value)?)),
            N::MatchWithLvasgn(it) => self.match_assign(it),
            N::Cbase(_) => Ok(Kind::Unsupported("`::` alone")),
            other => Ok(Kind::Unsupported(unsupported(other))),
        }
    }

    fn call(&mut self, node: &rb::Node, block: BlockArg) -> Made {
        match node {
            N::Send(it) => {
                let name_at = it.selector_l.as_ref().unwrap_or(&it.expression_l);
                let bare = it.recv.is_none() && it.args.is_empty() && it.begin_l.is_none();
                let receiver = it.recv.as_deref();
                let sent =
                    Sent { receiver, name: &it.method_name, arguments: &it.args, safe: false, bare, name_at };
                self.send(&sent, block)
            }
            N::CSend(it) => {
                let name_at = it.selector_l.as_ref().unwrap_or(&it.expression_l);
                let (receiver, name) = (Some(it.recv.as_ref()), it.method_name.as_str());
                self.send(
                    &Sent { receiver, name, arguments: &it.args, safe: true, bare: false, name_at },
                    block,
                )
            }
            N::Index(it) => {
                let (receiver, arguments) = (Some(it.recv.as_ref()), it.indexes.as_slice());
                let name_at = &it.expression_l;
                self.send(&Sent { receiver, name: "[]", arguments, safe: false, bare: false, name_at }, block)
            }
            _ => Ok(Kind::Unsupported("a block on something that is no call")),
        }
    }

    fn send(&mut self, sent: &Sent<'_>, block: BlockArg) -> Made {
        // the parser does not know the variables that named groups make
        if sent.bare
            && matches!(block, BlockArg::None)
            && let Some(slot) = self.find(sent.name)
        {
            return Ok(Kind::Local(slot));
        }
        if let (Some(regexp @ N::Regexp(it)), "=~", [text]) = (sent.receiver, sent.name, sent.arguments) {
            let names = names_of(it);
            if !names.is_empty() {
                return self.match_named(regexp, text, names);
            }
        }
        let receiver = self.maybe(sent.receiver)?;
        let (arguments, passed) = self.arguments(sent.arguments)?;
        let plain = arguments.iter().all(|argument| {
            !matches!(argument.kind, Kind::Splat(_) | Kind::Keywords(_) | Kind::Unsupported(_))
        });
        let block = if matches!(block, BlockArg::None) { passed } else { block };
        let name_span = self.span(sent.name_at);
        let name = name(sent.name);
        let call =
            Call { receiver, name, arguments, block, safe: sent.safe, plain, bare: sent.bare, name_span };
        Ok(Kind::Call(Box::new(call)))
    }

    /// Splits the `&block` from the arguments.
    pub(super) fn arguments(&mut self, nodes: &[rb::Node]) -> Result<(Vec<Node>, BlockArg)> {
        let mut arguments = Vec::new();
        let mut block = BlockArg::None;
        for node in nodes {
            match node {
                N::BlockPass(it) => {
                    block = match it.value.as_deref() {
                        Some(value) => BlockArg::Pass(self.node(value)?),
                        None => BlockArg::Forward,
                    }
                }
                other => arguments.push(self.node(other)?),
            }
        }
        Ok((arguments, block))
    }

    fn with_block(&mut self, call: &rb::Node, block: Arc<Block>) -> Made {
        match call {
            N::Lambda(_) => Ok(Kind::Lambda(block)),
            N::Super(_) | N::ZSuper(_) => self.call_super(call, BlockArg::Literal(block)),
            other => self.call(other, BlockArg::Literal(block)),
        }
    }

    fn call_super(&mut self, node: &rb::Node, block: BlockArg) -> Made {
        let (arguments, passed) = match node {
            N::Super(it) => {
                let (arguments, passed) = self.arguments(&it.args)?;
                (Some(arguments), passed)
            }
            _ => (self.passed_on(node), BlockArg::None),
        };
        let block = if matches!(block, BlockArg::None) { passed } else { block };
        Ok(Kind::Super(Box::new(Super { arguments, block })))
    }

    /// The arguments of `super` without any: the method's parameters as they are now.
    fn passed_on(&mut self, node: &rb::Node) -> Option<Vec<Node>> {
        let params = self.methods.last().cloned()?;
        let span = self.span(node.expression());
        let mut arguments = Vec::new();
        let mut pairs = Vec::new();
        for param in params {
            let mut local = |name: &str| Node { span, kind: Kind::Local(self.slot(name)) };
            match param {
                Passed::Plain(name) => arguments.push(local(&name)),
                Passed::Rest(name) => {
                    let kind = Kind::Splat(Box::new(local(&name)));
                    arguments.push(Node { span, kind });
                }
                Passed::Keyword(name) => {
                    let key = Node { span, kind: Kind::Sym(name.clone()) };
                    let kind = Kind::Pair(Box::new(key), Box::new(local(&name)));
                    pairs.push(Node { span, kind });
                }
                Passed::Keywords(name) => {
                    let kind = Kind::DoubleSplat(Box::new(local(&name)));
                    pairs.push(Node { span, kind });
                }
            }
        }
        if !pairs.is_empty() {
            arguments.push(Node { span, kind: Kind::Keywords(pairs) });
        }
        Some(arguments)
    }

    fn assign(&mut self, node: &rb::Node) -> Made {
        // the value comes first for slots' sake: `x = x` sees the new x as nil either way
        let target = self.target(node)?;
        let value = match node {
            N::Lvasgn(it) => it.value.as_deref(),
            N::Ivasgn(it) => it.value.as_deref(),
            N::Gvasgn(it) => it.value.as_deref(),
            N::Cvasgn(it) => it.value.as_deref(),
            N::Casgn(it) => it.value.as_deref(),
            N::IndexAsgn(it) => it.value.as_deref(),
            _ => None,
        };
        let Some(value) = value else { return Ok(Kind::Unsupported("an assignment without a value")) };
        Ok(Kind::Assign(target, self.boxed(value)?))
    }

    fn multiple(&mut self, it: &rb::nodes::Masgn) -> Made {
        let targets = match it.lhs.as_ref() {
            N::Mlhs(list) => self.targets(&list.items)?,
            single => vec![self.target(single)?],
        };
        Ok(Kind::MultiAssign(targets, self.boxed(&it.rhs)?))
    }

    fn match_assign(&mut self, it: &rb::nodes::MatchWithLvasgn) -> Made {
        let names = match it.re.as_ref() {
            N::Regexp(regexp) => names_of(regexp),
            _ => Vec::new(),
        };
        self.match_named(&it.re, &it.value, names)
    }

    fn match_named(&mut self, regexp: &rb::Node, text: &rb::Node, names: Vec<EcoString>) -> Made {
        let named = names.into_iter().map(|name| (name.clone(), self.slot(&name))).collect();
        Ok(Kind::MatchAssign(self.boxed(regexp)?, self.boxed(text)?, named))
    }

    fn numbered_block(&mut self, it: &rb::nodes::Numblock) -> Made {
        self.open(true);
        let slots: Vec<_> = (1..=it.numargs).map(|index| self.declare(&format!("_{index}"))).collect();
        let body = self.node(&it.body);
        let count = self.close();
        let params = crate::ruby::tree::Params {
            required: slots.into_iter().map(Target::Local).collect(),
            ..Default::default()
        };
        let block = Block { params, slots: count, body: Some(body?), source: self.source.clone() };
        self.with_block(&it.call, Arc::new(block))
    }
}

/// The named groups of an expression that is written without interpolation.
fn names_of(regexp: &rb::nodes::Regexp) -> Vec<EcoString> {
    let literal = regexp.parts.iter().all(|part| matches!(part, N::Str(_)));
    let texts = regexp.parts.iter().filter_map(|part| match part {
        N::Str(text) if literal => Some(text.value.to_string_lossy()),
        _ => None,
    });
    texts.flat_map(|text| group_names(&text)).collect()
}

/// The names of `(?<name>…)` groups.
fn group_names(source: &str) -> Vec<EcoString> {
    let starts = source.match_indices("(?<").filter_map(|(at, _)| source.get(at + 3..));
    starts
        .filter(|rest| rest.starts_with(|first: char| first.is_alphabetic() || first == '_'))
        .filter_map(|rest| rest.split_once('>').map(|(name, _)| name.into()))
        .collect()
}

fn unsupported(node: &rb::Node) -> &'static str {
    match node {
        N::CaseMatch(_) | N::MatchPattern(_) | N::MatchPatternP(_) => "pattern matching with `in`",
        N::EFlipFlop(_) | N::IFlipFlop(_) => "a flip-flop",
        N::MatchCurrentLine(_) => "a match against the last line read",
        N::Complex(_) | N::Rational(_) => "a complex or rational number",
        N::Preexe(_) | N::Postexe(_) => "`BEGIN` and `END`",
        N::ForwardedArgs(_) | N::ForwardArg(_) => "argument forwarding with `...`",
        N::Encoding(_) => "`__ENCODING__`",
        _ => "this construct",
    }
}
