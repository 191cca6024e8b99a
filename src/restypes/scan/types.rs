//! The words of `Puppet::Type.newtype`.

use super::{
    Scan,
    calls::Call,
    value::{Frame, This, Val},
};
use crate::restypes::{AutoKind, AutoRelation};
use ecow::EcoString;
use lib_ruby_parser::Node;

/// Class methods that Puppet or Ruby bring and that add no attribute.
const HARMLESS: &[&str] = &[
    "desc",
    "doc",
    "feature",
    "features",
    "validate",
    "apply_to",
    "apply_to_all",
    "apply_to_device",
    "apply_to_host",
    "can_apply_to_target",
    "private",
    "public",
    "protected",
    "module_function",
    "private_class_method",
    "private_constant",
    "public_class_method",
    "attr_accessor",
    "attr_reader",
    "attr_writer",
    "alias_method",
    "require",
    "require_relative",
    "load",
    "raise",
    "fail",
    "warn",
    "puts",
    "debug",
    "info",
    "notice",
    "warning",
    "err",
    "deprecation_warning",
    "initvars",
    "lambda",
    "proc",
    "loop",
    "self_refresh=",
    "respond_to?",
    "name",
    "to_s",
    "defined?",
    "instances",
    "title_patterns",
    "freeze",
    "class_variable_set",
    "const_set",
    "instance_variable_set",
    "instance_variable_get",
    "class",
    "puppetversion",
    "nil?",
    "==",
    "!",
    "map_title_patterns",
    "const_get",
    "validattr?",
    "validproperty?",
    "validparameter?",
    "properties",
    "parameters",
    "metaparams",
    "providers",
    "provider",
    "defaultprovider",
    "suitableprovider",
    "unprovide",
    "mk_resource_methods",
    "autoload",
    "using",
    "newstate_doc",
    "propertybyname",
    "attrclass",
    "isomorphic?",
    "undef_method",
    "remove_method",
    "instance_methods",
    "method_defined?",
    "binding",
    "caller",
    "format",
    "_",
    "n_",
    "is_a?",
    "kind_of?",
    "const_missing",
    "hash",
    "object_id",
];

impl<'a> Scan<'a> {
    /// `newtype(:name) do … end`.
    pub(super) fn new_type(&mut self, call: &Call<'a>) -> Val<'a> {
        let named = call.arguments.first().and_then(Val::name).is_some_and(|it| it == self.request.name);
        if !named {
            if call.arguments.first().is_some_and(|it| it.name().is_none()) {
                self.doubt("a type is made under a name that is not known", call.node);
            }
            return Val::Unknown;
        }
        self.made = true;
        if let Some(block) = call.block {
            self.within(block, vec![Val::Type], This::Type);
        }
        Val::Type
    }

    /// Runs a block with another `self`.
    pub(super) fn within(&mut self, block: &'a Node, arguments: Vec<Val<'a>>, this: This) -> Frame<'a> {
        let mut frame = Frame::new(this);
        self.yielded(block, arguments, &mut frame);
        frame
    }

    /// A call on the type's class.
    pub(super) fn on_type(&mut self, call: Call<'a>, frame: &mut Frame<'a>) -> Val<'a> {
        if let Some(kind) = AutoKind::named(call.name) {
            return self.relation(kind, &call);
        }
        match call.name {
            "newparam" | "newproperty" | "newmetaparam" | "newstate" => self.attribute(&call),
            "ensurable" => {
                self.added(call.node);
                self.add_property("ensure".into());
                Val::Unknown
            }
            "provide" => {
                self.provides = true;
                Val::Unknown
            }
            "paramclass" | "attrclass" | "propertybyname" => Val::Unknown,
            "include" | "extend" | "prepend" => {
                let extended = call.name == "extend";
                call.arguments.iter().for_each(|module| self.mix_in(module, extended, call.node));
                Val::Unknown
            }
            "define_method" => {
                self.instance_methods.extend(call.arguments.first().and_then(Val::name).cloned());
                Val::Unknown
            }
            "isomorphic=" => {
                self.isomorphic = call.arguments.first().and_then(Val::truth) != Some(false);
                Val::Unknown
            }
            "class_eval" | "instance_eval" | "class_exec" | "instance_exec" | "tap" | "module_eval" => {
                self.reopened(call, frame)
            }
            "send" | "public_send" | "__send__" => self.sent(call, frame),
            _ => self.own_method(call, frame),
        }
    }

    fn sent(&mut self, call: Call<'a>, frame: &mut Frame<'a>) -> Val<'a> {
        let mut arguments = call.arguments.into_iter();
        let Some(name) = arguments.next().as_ref().and_then(Val::name).cloned() else {
            self.doubt("a method of the type is called by a name that is not known", call.node);
            return Val::Unknown;
        };
        const NAMES: [&str; 8] = [
            "newparam",
            "newproperty",
            "newmetaparam",
            "ensurable",
            "include",
            "extend",
            "autorequire",
            "class_eval",
        ];
        let Some(name) = NAMES.into_iter().find(|known| *known == name) else {
            let arguments = arguments.collect();
            return match self.class_methods.get(&name).cloned() {
                Some(method) => self.run(&method, arguments, This::Type),
                None => Val::Unknown,
            };
        };
        self.on_type(Call { name, arguments: arguments.collect(), ..call }, frame)
    }

    fn reopened(&mut self, call: Call<'a>, frame: &mut Frame<'a>) -> Val<'a> {
        let Some(block) = call.block else {
            self.doubt("Ruby code in a text is run on the type", call.node);
            return Val::Unknown;
        };
        let mut inner = Frame::new(This::Type);
        inner.locals = frame.locals.clone();
        let arguments = if call.arguments.is_empty() { vec![Val::Type] } else { call.arguments };
        self.yielded(block, arguments, &mut inner)
    }

    /// A class method of the type itself, or one of Puppet's.
    fn own_method(&mut self, call: Call<'a>, frame: &mut Frame<'a>) -> Val<'a> {
        if let Some(method) = self.class_methods.get(call.name).cloned() {
            return self.called(&method, call, This::Type);
        }
        if matches!(call.name, "lambda" | "proc")
            && let Some(block) = call.block
        {
            return Val::Block(block);
        }
        if call.name == "name" {
            return Val::Sym(self.request.name.into());
        }
        if HARMLESS.contains(&call.name) {
            return Val::Unknown;
        }
        if matches!(frame.this, This::Type) {
            self.doubt(format!("it calls `{}`, which is not known", call.name), call.node);
        }
        self.on_unknown(&call)
    }

    /// `newparam`, `newproperty` and `newmetaparam`.
    fn attribute(&mut self, call: &Call<'a>) -> Val<'a> {
        let Some(name) = call.arguments.first().and_then(Val::name).cloned() else {
            self.doubt(format!("`{}` with a name that is not known", call.name), call.node);
            return Val::Unknown;
        };
        self.added(call.node);
        let inside = call.block.map(|block| self.parameter_body(block));
        match call.name {
            "newparam" => {
                let option = call.arguments.get(1).and_then(|options| options.get("namevar"));
                let option = option.and_then(Val::truth) == Some(true);
                self.add_param(name, option || inside == Some(true));
            }
            "newmetaparam" => self.metaparameters.push(name),
            _ => self.add_property(name),
        }
        Val::Unknown
    }

    /// Follows the body of a parameter; tells whether it is a namevar.
    fn parameter_body(&mut self, block: &'a Node) -> bool {
        if !self.mentions_makers(block) {
            return false;
        }
        let unsure = std::mem::take(&mut self.unsure);
        let frame = self.within(block, Vec::new(), This::Parameter);
        self.unsure = unsure;
        frame.namevar
    }

    /// Notes a doubt where an attribute is made under a condition that is not known.
    fn added(&mut self, node: &Node) {
        if self.unsure > 0 {
            self.doubt("attributes are made under a condition that is not known", node);
        }
    }

    /// `autorequire(:file) { … }` and its kin.
    fn relation(&mut self, kind: AutoKind, call: &Call<'a>) -> Val<'a> {
        let target = call.arguments.first().and_then(|target| match target {
            Val::Const(name) => name.rsplit("::").next().map(EcoString::from),
            other => other.name().cloned(),
        });
        let target = target.unwrap_or_default().to_lowercase();
        let rule =
            call.block.filter(|_| self.unsure == 0).and_then(|block| super::relations::rule(block, &target));
        // one block a target: a later one replaces an earlier one
        self.auto.retain(|known| known.kind != kind || known.target != target);
        self.auto.push(AutoRelation { kind, target, rule });
        Val::Unknown
    }

    /// `include M` and `extend M`: the hooks of the module run, and `extend` brings class methods.
    fn mix_in(&mut self, module: &Val<'a>, extended: bool, node: &'a Node) {
        let Val::Const(module) = module else {
            self.doubt("a module is mixed in whose name is not known", node);
            return;
        };
        let hook = if extended { "extended" } else { "included" };
        let methods = self.mixin(module).to_vec();
        let hook = self.module_methods.get(format!("{module}.{hook}").as_str()).cloned();
        let hook = hook.or_else(|| {
            let end = format!("::{module}.{}", if extended { "extended" } else { "included" });
            self.module_methods.iter().find(|(full, _)| full.ends_with(&end)).map(|(_, it)| it.clone())
        });
        if methods.is_empty() && hook.is_none() && !is_puppets(module) && !self.is_module(module) {
            self.doubt(format!("the module `{module}` is mixed in, which was not found"), node);
        }
        for method in methods {
            if extended {
                self.class_methods.insert(method.name.clone(), method);
            } else {
                self.instance_methods.insert(method.name);
            }
        }
        if let Some(hook) = hook {
            self.run(&hook, vec![Val::Type], This::Type);
        }
    }

    fn is_module(&self, name: &str) -> bool {
        let inside = format!("{name}.");
        let within = format!("{name}::");
        self.module_methods.keys().any(|full| full.contains(&inside))
            || self.mixins.keys().chain(self.constants.keys()).any(|full| full.contains(&within))
    }
}

/// Tells whether a module comes with Puppet or Ruby; none of them adds attributes.
fn is_puppets(module: &str) -> bool {
    let first = module.split("::").next().unwrap_or_default();
    matches!(
        first,
        "Puppet" | "Enumerable" | "Comparable" | "Kernel" | "FileUtils" | "Facter" | "Forwardable"
    )
}
