//! Parameters of methods and blocks.

use super::{Lower, Passed};
use crate::{
    diag::Result,
    ruby::{
        code,
        tree::{Block, Keyword, Params, Target},
    },
};
use lib_ruby_parser as rb;
use lib_ruby_parser::Node as N;
use std::sync::Arc;

impl Lower<'_> {
    /// Lowers a block (`open`: it sees the variables around it) or a method.
    pub(super) fn block(
        &mut self,
        arguments: Option<&rb::Node>,
        body: Option<&rb::Node>,
        open: bool,
    ) -> Result<Arc<Block>> {
        self.open(open);
        let made = self.params(arguments, open).and_then(|params| Ok((params, self.maybe(body)?)));
        let slots = self.close();
        let (params, body) = made?;
        Ok(Arc::new(Block { params, slots, body, source: self.source.clone() }))
    }

    fn params(&mut self, arguments: Option<&rb::Node>, block: bool) -> Result<Params> {
        let mut params = Params::default();
        let nodes = match arguments {
            None => return Ok(params),
            Some(N::Args(it)) => it.args.as_slice(),
            Some(other) => std::slice::from_ref(other),
        };
        params.excess_comma = block && matches!(nodes, [N::Arg(_)]);
        for node in nodes {
            self.param(node, &mut params)?;
        }
        Ok(params)
    }

    fn param(&mut self, node: &rb::Node, params: &mut Params) -> Result<()> {
        match node {
            N::Arg(_) | N::Mlhs(_) => {
                let target = self.target(node)?;
                let late = params.rest.is_some() || !params.optional.is_empty();
                if late { params.post.push(target) } else { params.required.push(target) }
            }
            N::Procarg0(it) => match it.args.as_slice() {
                [only] => {
                    let target = self.target(only)?;
                    params.required.push(target);
                }
                several => {
                    let targets = self.targets(several)?;
                    params.required.push(Target::Nested(targets));
                }
            },
            N::Optarg(it) => {
                let slot = self.declare(&it.name);
                let default = self.node(&it.default)?;
                params.optional.push((slot, default));
            }
            N::Restarg(it) => params.rest = Some(it.name.as_deref().map(|name| self.declare(name))),
            N::Blockarg(it) => params.block = it.name.as_deref().map(|name| self.declare(name)),
            N::Shadowarg(it) => {
                self.declare(&it.name);
            }
            _ => return self.keyword(node, params),
        }
        Ok(())
    }

    fn keyword(&mut self, node: &rb::Node, params: &mut Params) -> Result<()> {
        match node {
            N::Kwarg(it) => {
                let slot = self.declare(&it.name);
                params.keywords.push(Keyword {
                    name: it.name.as_str().into(),
                    slot,
                    default: None,
                    required: true,
                });
            }
            N::Kwoptarg(it) => {
                let slot = self.declare(&it.name);
                let default = Some(self.node(&it.default)?);
                params.keywords.push(Keyword {
                    name: it.name.as_str().into(),
                    slot,
                    default,
                    required: false,
                });
            }
            N::Kwrestarg(it) => params.keyword_rest = Some(it.name.as_deref().map(|name| self.declare(name))),
            N::Kwnilarg(_) => {}
            other => {
                let message = "this kind of parameter is not supported";
                return Err(self.fail(other.expression(), &code::UNSUPPORTED_SYNTAX, message));
            }
        }
        Ok(())
    }
}

/// What a method's parameters are called, for `super` without arguments.
pub(super) fn passed(arguments: Option<&rb::Node>) -> Vec<Passed> {
    let nodes = match arguments {
        Some(N::Args(it)) => it.args.as_slice(),
        _ => &[],
    };
    let one = |node: &rb::Node| match node {
        N::Arg(it) => Some(Passed::Plain(it.name.as_str().into())),
        N::Optarg(it) => Some(Passed::Plain(it.name.as_str().into())),
        N::Restarg(it) => it.name.as_deref().map(|name| Passed::Rest(name.into())),
        N::Kwarg(it) => Some(Passed::Keyword(it.name.as_str().into())),
        N::Kwoptarg(it) => Some(Passed::Keyword(it.name.as_str().into())),
        N::Kwrestarg(it) => it.name.as_deref().map(|name| Passed::Keywords(name.into())),
        _ => None,
    };
    nodes.iter().filter_map(one).collect()
}
