//! What is assigned to.

use super::{Lower, calls::name};
use crate::{
    diag::Result,
    ruby::{
        code,
        tree::{Attribute, Target},
    },
};
use lib_ruby_parser as rb;
use lib_ruby_parser::Node as N;

impl Lower<'_> {
    pub(super) fn targets(&mut self, nodes: &[rb::Node]) -> Result<Vec<Target>> {
        nodes.iter().map(|node| self.target(node)).collect()
    }

    /// Lowers the left side of an assignment, or a parameter that takes an argument apart.
    pub(super) fn target(&mut self, node: &rb::Node) -> Result<Target> {
        match node {
            N::Lvasgn(it) => Ok(Target::Local(self.slot(&it.name))),
            N::Lvar(it) => Ok(Target::Local(self.slot(&it.name))),
            N::Arg(it) => Ok(Target::Local(self.declare(&it.name))),
            N::Ivasgn(it) => Ok(Target::Instance(it.name.as_str().into())),
            N::Ivar(it) => Ok(Target::Instance(it.name.as_str().into())),
            N::Gvasgn(it) => Ok(Target::Global(it.name.as_str().into())),
            N::Gvar(it) => Ok(Target::Global(it.name.as_str().into())),
            N::Cvasgn(it) => Ok(Target::ClassVar(it.name.as_str().into())),
            N::Cvar(it) => Ok(Target::ClassVar(it.name.as_str().into())),
            N::Casgn(it) => Ok(Target::Const(Box::new(self.const_path(it.scope.as_deref(), &it.name)?))),
            N::Const(it) => Ok(Target::Const(Box::new(self.const_path(it.scope.as_deref(), &it.name)?))),
            N::Index(it) => Ok(Target::Index(self.boxed(&it.recv)?, self.nodes(&it.indexes)?)),
            N::IndexAsgn(it) => Ok(Target::Index(self.boxed(&it.recv)?, self.nodes(&it.indexes)?)),
            N::Send(it) => self.attribute(it.recv.as_deref(), &it.method_name, false, node),
            N::CSend(it) => self.attribute(Some(&it.recv), &it.method_name, true, node),
            N::Splat(it) => Ok(Target::Splat(self.splat_target(it.value.as_deref())?)),
            N::Restarg(it) => {
                Ok(Target::Splat(it.name.as_deref().map(|name| Box::new(Target::Local(self.declare(name))))))
            }
            N::Mlhs(it) => Ok(Target::Nested(self.targets(&it.items)?)),
            other => {
                Err(self.fail(other.expression(), &code::UNSUPPORTED_SYNTAX, "this cannot be assigned to"))
            }
        }
    }

    fn splat_target(&mut self, value: Option<&rb::Node>) -> Result<Option<Box<Target>>> {
        value.map(|value| self.target(value).map(Box::new)).transpose()
    }

    fn attribute(
        &mut self,
        receiver: Option<&rb::Node>,
        method: &str,
        safe: bool,
        node: &rb::Node,
    ) -> Result<Target> {
        let Some(receiver) = receiver else {
            return Err(self.fail(
                node.expression(),
                &code::UNSUPPORTED_SYNTAX,
                "this cannot be assigned to",
            ));
        };
        let reader = method.strip_suffix('=').unwrap_or(method);
        let attribute = Attribute { reader: name(reader), writer: name(&format!("{reader}=")), safe };
        Ok(Target::Attribute(self.boxed(receiver)?, Box::new(attribute)))
    }
}
