//! Instances of `Object` types, and the types with values for their parameters.

use super::{Feature, Member, ObjectType};
use crate::value::{HashMap, Value, types::Type};
use ecow::EcoString;
use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

/// An instance of an `Object` type: the values of its attributes by name.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The type.
    pub of: Arc<ObjectType>,
    /// The attributes' values.
    pub attributes: HashMap,
}

/// A parameterized `Object` type: the type and the values of its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Extension {
    /// The type.
    pub base: Arc<ObjectType>,
    /// The parameters that are set, in the order of the definition.
    pub parameters: Vec<(EcoString, Value)>,
}

impl Instance {
    /// Makes an instance from the arguments of `new`, which fit already; defaults fill what is left out.
    #[must_use]
    pub fn from_arguments(of: &Arc<ObjectType>, arguments: &[Value]) -> Self {
        Self::filled(of, |index, _| arguments.get(index))
    }

    /// Makes an instance from a hash of attributes, which fits already.
    #[must_use]
    pub fn from_hash(of: &Arc<ObjectType>, given: &HashMap) -> Self {
        Self::filled(of, |_, name| given.get(&Value::str(name)))
    }

    fn filled<'a>(of: &Arc<ObjectType>, given: impl Fn(usize, &str) -> Option<&'a Value>) -> Self {
        let constructor = of.constructor();
        let value_of = |name: &EcoString| {
            let (index, member) = constructor.iter().enumerate().find(|(_, it)| it.name == *name)?;
            let value = given(index, name).cloned().or_else(|| member.value.clone());
            Some((Value::str(name.clone()), value.unwrap_or_default()))
        };
        let attributes = of.all_attributes().keys().filter_map(value_of).collect();
        Self { of: of.clone(), attributes }
    }

    /// Makes an instance of a type of which only the name is known.
    #[must_use]
    pub fn nameless(name: EcoString, attributes: HashMap) -> Self {
        let mut of = ObjectType { name: Some(name), equality_includes_type: true, ..ObjectType::default() };
        for key in attributes.keys() {
            let name = key.to_str().text().clone();
            let member = Member::new(&of, Feature::Attribute, &name, Type::Any);
            of.attributes.insert(name, member);
        }
        Self { of: Arc::new(of), attributes }
    }

    /// Returns the value of an attribute.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.attributes.get(&Value::str(name))
    }

    /// Returns the type, parameterized by the attributes of the same names where the type has parameters.
    #[must_use]
    pub fn type_of(&self) -> Type {
        let known = self.of.all_type_parameters();
        if known.is_empty() {
            return Type::Object(self.of.clone());
        }
        let parameters = known.into_keys().map(|name| {
            let value = self.get(&name).cloned().unwrap_or_default();
            (name, value)
        });
        Type::Extension(Arc::new(Extension { base: self.of.clone(), parameters: parameters.collect() }))
    }

    /// Returns the attributes that differ from their defaults, in the order of the definition.
    pub fn shown(&self) -> impl Iterator<Item = (&Value, &Value)> {
        self.attributes.iter().filter(|(name, value)| {
            let member = name.as_str().and_then(|name| self.of.member(name));
            member.and_then(|it| it.value.as_ref()) != Some(*value)
        })
    }

    /// Returns the attributes in the order of `new`, without those at the end that are at their defaults, as they are
    /// serialized.
    #[must_use]
    pub fn serialized(&self) -> Vec<(EcoString, Value)> {
        let mut found: Vec<(Member, Value)> = self
            .of
            .constructor()
            .into_iter()
            .map(|it| {
                let value = self.get(&it.name).cloned().unwrap_or_default();
                (it, value)
            })
            .collect();
        while found.last().is_some_and(|(member, value)| member.value.as_ref() == Some(value)) {
            found.pop();
        }
        found.into_iter().map(|(member, value)| (member.name, value)).collect()
    }
}

impl PartialEq for Instance {
    fn eq(&self, other: &Self) -> bool {
        let same_type = self.of.label() == other.of.label();
        let comparable = same_type || !self.of.equality_includes_type;
        comparable && self.of.equality_attributes().iter().all(|name| self.get(name) == other.get(name))
    }
}

impl Eq for Instance {}

impl Hash for Instance {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.attributes.len().hash(state);
    }
}

impl Extension {
    /// Returns the parameters by position; those that are not set are `default`, unless only they follow.
    #[must_use]
    pub fn arguments(&self) -> Vec<Value> {
        let known = self.base.all_type_parameters();
        if known.len() > 2 {
            let named = self.parameters.iter().map(|(name, value)| (Value::str(name.clone()), value.clone()));
            return vec![Value::hash(named)];
        }
        let value = |name: &EcoString| self.parameter(name).cloned().unwrap_or(Value::Default);
        let mut found: Vec<Value> = known.keys().map(value).collect();
        while found.last() == Some(&Value::Default) {
            found.pop();
        }
        found
    }

    /// Returns the value of a parameter that is set.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}
