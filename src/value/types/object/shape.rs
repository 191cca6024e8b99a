//! What follows from an `Object` type's definition: what decides equality, what `new` takes, the definition as a hash.

use super::{Extension, Member, ObjectType};
use crate::value::{
    HashMap, Value,
    types::{Arity, NoAliases, Parameter, Signature, Type},
};
use ecow::EcoString;
use std::sync::Arc;

impl ObjectType {
    /// Returns the names of the attributes that decide equality, inherited ones first.
    #[must_use]
    pub fn equality_attributes(&self) -> Vec<EcoString> {
        let mut all = self.parent().map(|parent| parent.equality_attributes()).unwrap_or_default();
        match &self.equality {
            Some(names) => all.extend(names.iter().cloned()),
            None => {
                let own = self.attributes.iter().filter(|(_, it)| !it.is_constant());
                all.extend(own.map(|(name, _)| name.clone()));
            }
        }
        all
    }

    /// Returns the attributes that `new` takes, in the order of its arguments: those without a default first.
    #[must_use]
    pub fn constructor(&self) -> Vec<Member> {
        let given = |it: &Member| !matches!(it.kind.as_deref(), Some("constant" | "derived"));
        let all: Vec<Member> = self.all_attributes().into_values().filter(given).collect();
        let (required, optional): (Vec<Member>, Vec<Member>) =
            all.into_iter().partition(|it| it.value.is_none());
        required.into_iter().chain(optional).collect()
    }

    /// Returns the type of the hash that `new` takes.
    #[must_use]
    pub fn init_hash_type(&self) -> Type {
        let given = |it: &Member| !matches!(it.kind.as_deref(), Some("constant" | "derived"));
        let all = self.all_attributes().into_values().filter(given);
        Type::Struct(all.map(|it| (it.name, it.value.is_some(), it.of)).collect())
    }

    /// Returns the two ways to make an instance: from a hash, and from the values in order.
    #[must_use]
    pub fn constructors(&self) -> [Signature; 2] {
        let hash = Parameter { name: "hash".into(), of: self.init_hash_type(), arity: Arity::Required };
        let parameter = |it: Member| Parameter {
            arity: if it.value.is_some() { Arity::Optional } else { Arity::Required },
            name: it.name,
            of: it.of,
        };
        let by_order = self.constructor().into_iter().map(parameter).collect();
        let signature = |parameters| Signature { parameters, block: None, returns: None };
        [signature(vec![hash]), signature(by_order)]
    }

    /// Returns the definition as a hash that makes the type again; constants apart from attributes, and what is only
    /// a type without its hash (`_pcore_init_hash`).
    #[must_use]
    pub fn init_hash(&self, with_name: bool) -> HashMap {
        let mut out = HashMap::default();
        let mut put = |key: &str, value: Value| out.insert(Value::str(key), value);
        if let (true, Some(name)) = (with_name, &self.name) {
            put("name", Value::str(name.clone()));
        }
        if let Some(parent) = &self.parent {
            put("parent", Value::Type(parent.clone()));
        }
        let shown = |members: &mut dyn Iterator<Item = &Member>| {
            Value::hash(members.map(|it| (Value::str(it.name.clone()), it.init())))
        };
        if !self.type_parameters.is_empty() {
            put("type_parameters", shown(&mut self.type_parameters.values()));
        }
        let plain = |it: &&Member| {
            it.is_constant()
                && it.value.as_ref().is_some_and(|value| it.of.same(&Type::infer(value).generalize()))
        };
        let mut others = self.attributes.values().filter(|it| !plain(it)).peekable();
        if others.peek().is_some() {
            put("attributes", shown(&mut others));
        }
        let constant = |it: &Member| (Value::str(it.name.clone()), it.value.clone().unwrap_or_default());
        let mut constants = self.attributes.values().filter(plain).map(constant).peekable();
        if constants.peek().is_some() {
            put("constants", Value::hash(constants));
        }
        if !self.functions.is_empty() {
            put("functions", shown(&mut self.functions.values()));
        }
        if let Some(names) = &self.equality {
            put("equality", Value::array(names.iter().cloned().map(Value::str)));
        }
        if let Some(checks) = &self.checks {
            put("checks", checks.clone());
        }
        out
    }

    /// Parameterizes the type: by position, or by name with one hash.
    ///
    /// # Errors
    /// Gives Puppet's message about parameters that it does not have or that do not fit.
    pub fn parameterize(self: &Arc<Self>, arguments: &[Value]) -> Result<Extension, String> {
        let known = self.all_type_parameters();
        let label = self.label();
        let Some(first) = known.values().next() else {
            return Err(format!("The {label}-Type cannot be parameterized using []"));
        };
        let mut parameters = Vec::new();
        match arguments {
            [Value::Hash(named)] if !first.of.instance(&Value::Hash(named.clone()), &NoAliases) => {
                for (name, value) in named.iter() {
                    let name = name.to_str();
                    let Some(member) = known.get(name.as_str()) else {
                        return Err(format!("'{name}' is not a known type parameter for {label}-Type"));
                    };
                    member.parameter(value, &mut parameters)?;
                }
            }
            _ => {
                for (member, value) in known.values().zip(arguments) {
                    member.parameter(value, &mut parameters)?;
                }
            }
        }
        if parameters.is_empty() {
            return Err(format!("The {label}-Type cannot be parameterized using an empty parameter list"));
        }
        Ok(Extension { base: self.clone(), parameters })
    }
}
