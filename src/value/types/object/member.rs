//! Members of `Object` types: attributes, type parameters and functions.

use super::{Members, ObjectType, assert_instance};
use crate::value::{
    HashMap, Value,
    types::{NoAliases, Type},
};
use ecow::EcoString;
use std::sync::Arc;

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// An attribute.
    Attribute,
    /// A parameter of the type.
    TypeParameter,
    /// A function.
    Function,
}

/// An attribute, type parameter or function.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The label of the type that defines it.
    pub container: EcoString,
    /// The name.
    pub name: EcoString,
    /// The type of its value.
    pub of: Type,
    /// What it is.
    pub feature: Feature,
    /// `constant`, `derived`, `given_or_derived` or `reference`.
    pub kind: Option<EcoString>,
    /// Whether it must override an inherited one.
    pub overrides: bool,
    /// Whether nothing may override it.
    pub is_final: bool,
    /// The default, or a constant's value.
    pub value: Option<Value>,
}

impl Feature {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Attribute => "attribute",
            Self::TypeParameter => "type_parameter",
            Self::Function => "function",
        }
    }
}

impl Member {
    pub(super) fn new(container: &ObjectType, feature: Feature, name: &EcoString, of: Type) -> Self {
        Self {
            container: container.label(),
            name: name.clone(),
            of,
            feature,
            kind: None,
            overrides: false,
            is_final: false,
            value: None,
        }
    }

    pub(super) fn flags(&mut self, spec: &Value) {
        self.overrides = spec.get("override").is_some_and(Value::is_truthy);
        self.is_final = spec.get("final").is_some_and(Value::is_truthy);
    }

    /// Returns what messages call it: `attribute P[x]`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} {}[{}]", self.feature.word(), self.container, self.name)
    }

    /// Tells whether it is a constant.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.kind.as_deref() == Some("constant")
    }

    pub(super) fn checked(self) -> Result<Self, String> {
        let label = self.label();
        if matches!(self.name.as_str(), "__ptype" | "__pvalue") {
            return Err(format!("The attribute '{}' is reserved and cannot be used", self.name));
        }
        match (&self.value, self.kind.as_deref()) {
            (Some(_), Some(kind @ ("derived" | "given_or_derived"))) => {
                Err(format!("{label} of kind '{kind}' cannot be combined with an attribute value"))
            }
            (None, Some("constant")) => Err(format!("{label} of kind 'constant' requires a value")),
            (Some(Value::Default) | None, _) => Ok(self),
            (Some(value), _) => {
                assert_instance(&format!("{label} value"), &self.of, value)?;
                Ok(self)
            }
        }
    }

    pub(super) fn assert_override(&self, inherited: &Members) -> Result<(), String> {
        let label = self.label();
        let word = self.feature.word();
        let Some(parent) = inherited.get(&self.name) else {
            if self.overrides {
                return Err(format!(
                    "expected {label} to override an inherited {word}, but no such {word} was found"
                ));
            }
            return Ok(());
        };
        let attempt = format!("{label} attempts to override");
        let overridden = parent.label();
        if self.feature != parent.feature {
            return Err(format!("{attempt} {overridden}"));
        }
        if parent.is_final && !(parent.is_constant() && self.is_constant()) {
            return Err(format!("{attempt} final {overridden}"));
        }
        if !self.overrides {
            return Err(format!("{attempt} {overridden} without having override => true"));
        }
        if !parent.of.assignable(&self.of, &NoAliases) {
            return Err(format!("{attempt} {overridden} with a type that does not match"));
        }
        Ok(())
    }

    /// The member as its definition writes it: its type alone where that says all.
    pub(super) fn init(&self) -> Value {
        let of = match (&self.of, self.feature) {
            (Type::Optional(inner), Feature::TypeParameter) => Value::Type((**inner).clone()),
            (of, _) => Value::Type(of.clone()),
        };
        let mut out = HashMap::default();
        let mut put = |key: &str, value: Value| out.insert(Value::str(key), value);
        put("type", of.clone());
        if self.is_final && !self.is_constant() {
            put("final", Value::Bool(true));
        }
        if self.overrides {
            put("override", Value::Bool(true));
        }
        if let Some(kind) = &self.kind {
            put("kind", Value::str(kind.clone()));
        }
        match &self.value {
            Some(Value::Undef) if self.feature == Feature::TypeParameter => {}
            Some(value) => {
                put("value", value.clone());
            }
            None => {}
        }
        if out.len() == 1 { of } else { Value::Hash(Arc::new(out)) }
    }

    pub(super) fn parameter(&self, value: &Value, found: &mut Vec<(EcoString, Value)>) -> Result<(), String> {
        if *value != Value::Default {
            assert_instance(&self.label(), &self.of, value)?;
            found.push((self.name.clone(), value.clone()));
        }
        Ok(())
    }
}
