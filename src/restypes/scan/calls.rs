//! Calls: what is called on what.

use super::{
    MAX_SIZE, Scan, span,
    value::{Frame, Method, This, Val},
};
use ecow::EcoString;
use lib_ruby_parser::Node;

/// A call with its block.
pub(super) struct Call<'a> {
    pub(super) node: &'a Node,
    pub(super) name: &'a str,
    pub(super) arguments: Vec<Val<'a>>,
    pub(super) block: Option<&'a Node>,
}

/// The constant that holds Puppet's version.
const PUPPET_VERSION: &str = "Puppet::PUPPETVERSION";

/// The methods that add to a type.
const MAKERS: [&str; 5] = ["newparam", "newproperty", "newmetaparam", "ensurable", "isnamevar"];

impl<'a> Scan<'a> {
    /// Follows a call.
    pub(super) fn call(&mut self, node: &'a Node, block: Option<&'a Node>, frame: &mut Frame<'a>) -> Val<'a> {
        let (receiver, name, arguments): (Option<&'a Node>, &'a str, &'a [Node]) = match node {
            Node::Send(it) => (it.recv.as_deref(), it.method_name.as_str(), it.args.as_slice()),
            Node::CSend(it) => (Some(&*it.recv), it.method_name.as_str(), it.args.as_slice()),
            Node::Index(it) => (Some(&*it.recv), "[]", it.indexes.as_slice()),
            _ => return Val::Unknown,
        };
        let target = receiver.map(|receiver| self.eval(receiver, frame));
        if let (Some(Val::Array(_)), "<<" | "push", Some(Node::Lvar(list))) = (&target, name, receiver) {
            return self.append(&list.name, arguments, frame);
        }
        let mut arguments = self.arguments(arguments, frame);
        let mut block = block;
        if let Some(Val::Block(passed)) = arguments.last()
            && block.is_none()
        {
            block = Some(*passed);
            arguments.pop();
        }
        self.dispatch(target, Call { node, name, arguments, block }, frame)
    }

    fn append(&mut self, list: &str, arguments: &'a [Node], frame: &mut Frame<'a>) -> Val<'a> {
        let added = self.arguments(arguments, frame);
        let grown = frame.locals.get(list).map_or(0, Val::size) + added.iter().map(Val::size).sum::<usize>();
        match frame.locals.get_mut(list) {
            Some(known) if grown > MAX_SIZE => *known = Val::Unknown,
            Some(Val::Array(items)) => items.extend(added),
            _ => {}
        }
        frame.locals.get(list).cloned().unwrap_or(Val::Unknown)
    }

    fn dispatch(&mut self, target: Option<Val<'a>>, call: Call<'a>, frame: &mut Frame<'a>) -> Val<'a> {
        match (target, &frame.this) {
            (Some(Val::Type), _) | (None, This::Type) => self.on_type(call, frame),
            (Some(Val::Const(name)), _) => self.on_constant(&name, call, frame),
            (None, This::Parameter) => {
                frame.namevar |= call.name == "isnamevar";
                Val::Unknown
            }
            (None, This::File(module)) => {
                let module = module.clone();
                self.on_constant(&module, call, frame)
            }
            (Some(Val::Unknown), _) => self.on_unknown(&call),
            (Some(value), _) => self.value_method(value, &call, frame),
        }
    }

    /// A call on something that is not known: what its block would make of the type is in doubt.
    pub(super) fn on_unknown(&mut self, call: &Call<'a>) -> Val<'a> {
        if call.block.is_some_and(|block| self.mentions_makers(block)) {
            self.doubt("attributes are made in a loop over what is not known", call.node);
        }
        Val::Unknown
    }

    /// Tells whether the text of a node names a method that adds to a type.
    pub(super) fn mentions_makers(&self, node: &Node) -> bool {
        let text = self.source.slice(span(node.expression()));
        MAKERS.iter().any(|maker| text.contains(maker))
    }

    fn on_constant(&mut self, module: &EcoString, call: Call<'a>, frame: &mut Frame<'a>) -> Val<'a> {
        let of_types = matches!(module.as_str(), "Puppet::Type" | "Type" | "Puppet");
        match call.name {
            "newtype" if of_types => self.new_type(&call),
            "type" if of_types => {
                let ours =
                    call.arguments.first().and_then(Val::name).is_some_and(|it| it == self.request.name);
                if ours { Val::Type } else { Val::Unknown }
            }
            "type" if module.ends_with("Nagios::Base") => self.nagios_type(&call),
            "register_type" if module.ends_with("ResourceApi") => self.register_type(&call),
            "new" if module == "Regexp" => regexp(&call.arguments),
            "new" if module == "Set" => call.arguments.into_iter().next().unwrap_or(Val::Unknown),
            "version" if module == "Puppet" => Val::Const(PUPPET_VERSION.into()),
            "versioncmp" => compared(&call.arguments),
            "lambda" | "proc" => call.block.map_or(Val::Unknown, Val::Block),
            "new" if module == "Proc" => call.block.map_or(Val::Unknown, Val::Block),
            "require" | "require_relative" | "load" | "raise" => Val::Unknown,
            _ => match self.module_method(module, call.name) {
                Some(method) => self.called(&method, call, This::File(module.clone())),
                None => self.on_unknown_constant(&call, frame),
            },
        }
    }

    fn on_unknown_constant(&mut self, call: &Call<'a>, frame: &mut Frame<'a>) -> Val<'a> {
        let given = call.arguments.iter().any(|it| matches!(it, Val::Type));
        if given && matches!(frame.this, This::Type | This::File(_)) {
            self.doubt(format!("the type is given to `{}`, which was not found", call.name), call.node);
        }
        self.on_unknown(call)
    }

    /// Runs a method that was read.
    pub(super) fn called(&mut self, method: &Method<'a>, call: Call<'a>, this: This) -> Val<'a> {
        let block = call.block.map(Val::Block);
        let arguments = call.arguments.into_iter().chain(block).collect();
        self.run(method, arguments, this)
    }

    pub(super) fn module_method(&self, module: &str, name: &str) -> Option<Method<'a>> {
        let exact = self.module_methods.get(format!("{module}.{name}").as_str());
        let end = format!("::{module}.{name}");
        let by_end = || self.module_methods.iter().find(|(full, _)| full.ends_with(&end)).map(|(_, it)| it);
        let own = || self.mixin(module).iter().find(|method| method.name == name);
        exact.or_else(by_end).or_else(own).cloned()
    }

    /// Returns the methods that a module gives to others.
    pub(super) fn mixin(&self, module: &str) -> &[Method<'a>] {
        let end = format!("::{module}");
        let exact = self.mixins.get(module);
        let found =
            exact.or_else(|| self.mixins.iter().find(|(full, _)| full.ends_with(&end)).map(|(_, it)| it));
        found.map_or(&[], Vec::as_slice)
    }
}

/// Compares Puppet's version with one that every Puppet of today is past.
fn compared<'a>(arguments: &[Val<'a>]) -> Val<'a> {
    let [Val::Const(own), Val::Str(other)] = arguments else { return Val::Unknown };
    let major = other.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if own == PUPPET_VERSION && major.is_some_and(|major| major < 7) { Val::Int(1) } else { Val::Unknown }
}

fn regexp<'a>(arguments: &[Val<'a>]) -> Val<'a> {
    match arguments {
        [Val::Regex(source, options), ..] => Val::Regex(source.clone(), *options),
        [Val::Str(source)] => Val::Regex(source.clone(), 0),
        [Val::Str(source), Val::Int(options)] => {
            Val::Regex(source.clone(), u32::try_from(*options).unwrap_or(0) & 7)
        }
        _ => Val::Unknown,
    }
}
