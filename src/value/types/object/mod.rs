//! `Object` types: in, the hash of a definition; out, its members, checked as Puppet checks them
//! (`Puppet::Pops::Types::PObjectType`).

mod builtin;
mod instance;
mod member;
mod shape;

pub use builtin::{deferred_type, error_type, lookup_context_type};
pub use instance::{Extension, Instance};
pub use member::{Feature, Member};

use super::{NoAliases, Type, describe_mismatch, parse_type};
use crate::maps::IndexMap;
use crate::value::{HashMap, Value};
use ecow::EcoString;
use std::{
    hash::{Hash, Hasher},
    sync::{Arc, LazyLock},
};

/// Members by name, in the order of the definition.
pub type Members = IndexMap<EcoString, Member>;

/// An `Object` type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectType {
    /// The name it was defined under.
    pub name: Option<EcoString>,
    /// The type it inherits from.
    pub parent: Option<Type>,
    /// What it can be parameterized with.
    pub type_parameters: Members,
    /// Its own attributes, constants among them.
    pub attributes: Members,
    /// Its own functions.
    pub functions: Members,
    /// The names of the attributes that decide equality, where the definition says so.
    pub equality: Option<Vec<EcoString>>,
    /// Whether instances of other types are never equal.
    pub equality_includes_type: bool,
    /// `checks`, which nothing reads.
    pub checks: Option<Value>,
}

impl Eq for ObjectType {}

impl Hash for ObjectType {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.attributes.len().hash(state);
    }
}

const MEMBER_NAME: &str = r"Pattern[/\A[a-z_]\w*\z/]";

fn definition_type(text: &str) -> Type {
    let text = text.replace("MemberName", MEMBER_NAME);
    parse_type(&text, &NoAliases).unwrap_or(Type::Any)
}

static OBJECT: LazyLock<Type> = LazyLock::new(|| {
    definition_type(
        r"Struct[{Optional[name] => Pattern[/\A[A-Z][\w]*(?:::[A-Z][\w]*)*\z/], Optional[parent] => Type,
        Optional[type_parameters] => Hash[MemberName, NotUndef], Optional[attributes] => Hash[MemberName, NotUndef],
        Optional[constants] => Hash[MemberName, Any],
        Optional[functions] => Hash[Variant[MemberName, Enum['[]']], NotUndef],
        Optional[equality] => Variant[MemberName, Array[MemberName]], Optional[equality_include_type] => Boolean,
        Optional[checks] => Any, Optional[annotations] => Hash}]",
    )
});

static ATTRIBUTE: LazyLock<Type> = LazyLock::new(|| {
    definition_type(
        "Struct[{type => Type, Optional[final] => Boolean, Optional[override] => Boolean,
        Optional[kind] => Enum[constant, derived, given_or_derived, reference], value => Any,
        Optional[annotations] => Hash}]",
    )
});

static FUNCTION: LazyLock<Type> = LazyLock::new(|| {
    definition_type(
        "Struct[{type => Type[Callable], Optional[final] => Boolean, Optional[override] => Boolean,
        Optional[annotations] => Hash}]",
    )
});

/// Fails as Puppet's `TypeAsserter` does where the value is no instance.
pub(in crate::value::types) fn assert_instance(
    subject: &str,
    expected: &Type,
    value: &Value,
) -> Result<(), String> {
    if expected.instance(value, &NoAliases) {
        return Ok(());
    }
    let subject = format!("{subject} has wrong type,");
    Err(describe_mismatch(&subject, expected, &Type::infer_set(value), &NoAliases))
}

fn entries<'a>(init: &'a HashMap, key: &str) -> impl Iterator<Item = (EcoString, &'a Value)> {
    let found = init.get(&Value::str(key)).and_then(Value::as_hash);
    found.into_iter().flatten().map(|(name, spec)| (name.to_str().text().clone(), spec))
}

impl ObjectType {
    /// Makes the type of a definition; the name it is defined under wins over one in the hash.
    ///
    /// # Errors
    /// Gives Puppet's message about what is wrong with the definition.
    pub fn define(name: Option<EcoString>, init: &HashMap) -> Result<Self, String> {
        let whole = Value::Hash(Arc::new(init.clone()));
        assert_instance("object initializer", &OBJECT, &whole)?;
        let own_name = || whole.get("name").and_then(Value::as_str).map(EcoString::from);
        let mut it = Self { name: name.or_else(own_name), equality_includes_type: true, ..Self::default() };
        if let Some(Value::Type(parent)) = whole.get("parent") {
            it.parent = Some(it.resolved_parent(parent)?);
        }
        it.add_type_parameters(init)?;
        it.add_attributes(init)?;
        it.add_functions(init)?;
        if let Some(Value::Bool(flag)) = whole.get("equality_include_type") {
            it.equality_includes_type = *flag;
        }
        it.set_equality(whole.get("equality"))?;
        it.checks = whole.get("checks").cloned();
        Ok(it)
    }

    fn resolved_parent(&self, parent: &Type) -> Result<Type, String> {
        match parent.unaliased() {
            Type::Reference(text, _) => Err(format!("reference to unresolved type '{text}'")),
            Type::Alias(_) => Err(format!("The Object type '{}' inherits from itself", self.label())),
            other => Ok(other),
        }
    }

    /// Returns the type it inherits from, where that is an `Object` type.
    #[must_use]
    pub fn parent(&self) -> Option<&Arc<Self>> {
        match &self.parent {
            Some(Type::Object(it)) => Some(it),
            _ => None,
        }
    }

    /// Returns its name, `Object` where it has none.
    #[must_use]
    pub fn label(&self) -> EcoString {
        self.name.clone().unwrap_or_else(|| "Object".into())
    }

    /// Tells whether it is `Object` itself, which every object is an instance of.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.name.is_none()
            && self.parent.is_none()
            && self.attributes.is_empty()
            && self.functions.is_empty()
            && self.type_parameters.is_empty()
    }

    pub(super) fn collected(&self, pick: fn(&Self) -> &Members) -> Members {
        let mut all = self.parent().map(|parent| parent.collected(pick)).unwrap_or_default();
        all.extend(pick(self).iter().map(|(name, it)| (name.clone(), it.clone())));
        all
    }

    /// Returns all attributes, inherited ones first.
    #[must_use]
    pub fn all_attributes(&self) -> Members {
        self.collected(|it| &it.attributes)
    }

    /// Returns all type parameters, inherited ones first.
    #[must_use]
    pub fn all_type_parameters(&self) -> Members {
        self.collected(|it| &it.type_parameters)
    }

    /// Finds an attribute or function by its name, inherited ones too.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Member> {
        let own = self.attributes.get(name).or_else(|| self.functions.get(name));
        own.or_else(|| self.parent()?.member(name))
    }

    /// Tells whether the other type is this one or inherits from it.
    #[must_use]
    pub fn takes(&self, other: &Self) -> bool {
        self.is_default() || self == other || other.parent().is_some_and(|parent| self.takes(parent))
    }

    fn label_of(&self, feature: Feature, name: &str) -> String {
        format!("{} {}[{name}]", feature.word(), self.label())
    }

    fn add_type_parameters(&mut self, init: &HashMap) -> Result<(), String> {
        let inherited = self.parent().map(|it| it.all_type_parameters()).unwrap_or_default();
        for (name, spec) in entries(init, "type_parameters") {
            let (of, value) = match spec {
                Value::Hash(_) => (spec.get("type"), spec.get("value").cloned()),
                other => (Some(other), None),
            };
            let Some(Value::Type(of)) = of else {
                let subject = format!("type_parameter {}[{name}]", self.label());
                assert_instance(&subject, &any_type(), spec)?;
                continue;
            };
            let of = if matches!(of, Type::Optional(_)) { of.clone() } else { of.clone().optional() };
            let mut member = Member::new(self, Feature::TypeParameter, &name, of);
            member.value = value;
            member.assert_override(&inherited)?;
            self.type_parameters.insert(name, member);
        }
        Ok(())
    }

    fn add_attributes(&mut self, init: &HashMap) -> Result<(), String> {
        let inherited = self.parent().map(|it| it.all_members()).unwrap_or_default();
        for (name, spec) in entries(init, "attributes") {
            let clash = entries(init, "constants").any(|(constant, _)| constant == name);
            if clash {
                let label = self.label();
                return Err(format!(
                    "attribute {label}[{name}] is defined as both a constant and an attribute"
                ));
            }
            let member = self.attribute(&name, spec)?;
            member.assert_override(&inherited)?;
            self.attributes.insert(name, member);
        }
        for (name, value) in entries(init, "constants") {
            let of = Type::infer(value).generalize();
            let mut member = Member::new(self, Feature::Attribute, &name, of);
            member.kind = Some("constant".into());
            member.is_final = true;
            member.overrides = inherited.contains_key(&name);
            member.value = Some(value.clone());
            member.assert_override(&inherited)?;
            self.attributes.insert(name, member);
        }
        Ok(())
    }

    fn all_members(&self) -> Members {
        let mut all = self.parent().map(|parent| parent.all_members()).unwrap_or_default();
        let own = self.attributes.iter().chain(&self.functions);
        all.extend(own.map(|(name, it)| (name.clone(), it.clone())));
        all
    }

    fn attribute(&self, name: &EcoString, spec: &Value) -> Result<Member, String> {
        let label = self.label_of(Feature::Attribute, name);
        let Value::Hash(_) = spec else {
            assert_instance(&label, &any_type(), spec)?;
            let Value::Type(of) = spec else { return Err(label) };
            let mut member = Member::new(self, Feature::Attribute, name, of.clone());
            member.value = matches!(of, Type::Optional(_)).then_some(Value::Undef);
            return member.checked();
        };
        assert_instance(&format!("initializer for {label}"), &ATTRIBUTE, spec)?;
        let Some(Value::Type(of)) = spec.get("type") else { return Err(label) };
        let mut member = Member::new(self, Feature::Attribute, name, of.clone());
        member.flags(spec);
        member.kind = spec.get("kind").and_then(Value::as_str).map(EcoString::from);
        member.value = spec.get("value").cloned();
        if member.is_constant() {
            if matches!(spec.get("final"), Some(Value::Bool(false))) {
                return Err(format!("{label} of kind 'constant' cannot be combined with final => false"));
            }
            member.is_final = true;
        }
        member.checked()
    }

    fn add_functions(&mut self, init: &HashMap) -> Result<(), String> {
        let inherited = self.parent().map(|it| it.all_members()).unwrap_or_default();
        for (name, spec) in entries(init, "functions") {
            let label = self.label_of(Feature::Function, &name);
            let of = match spec {
                Value::Hash(_) => {
                    assert_instance(&format!("initializer for function '{name}'"), &FUNCTION, spec)?;
                    spec.get("type")
                }
                other => {
                    let callable = Type::Type(Arc::new(Type::Callable(None)));
                    assert_instance(&label, &callable, other)?;
                    Some(other)
                }
            };
            let Some(Value::Type(of)) = of else { return Err(label) };
            let mut member = Member::new(self, Feature::Function, &name, of.clone());
            member.flags(spec);
            if self.attributes.contains_key(&name) {
                return Err(format!("{label} conflicts with attribute with the same name"));
            }
            member.assert_override(&inherited)?;
            self.functions.insert(name, member);
        }
        Ok(())
    }

    fn set_equality(&mut self, spec: Option<&Value>) -> Result<(), String> {
        let names: Vec<EcoString> = match spec {
            None | Some(Value::Undef) => return Ok(()),
            Some(Value::Array(items)) => items.iter().map(|it| it.to_str().text().clone()).collect(),
            Some(single) => vec![single.to_str().text().clone()],
        };
        if !names.is_empty() && !self.equality_includes_type {
            let why =
                "equality_include_type = false cannot be combined with non empty equality specification";
            return Err(why.into());
        }
        for name in &names {
            self.check_equality(name)?;
        }
        self.equality = Some(names);
        Ok(())
    }

    fn check_equality(&self, name: &EcoString) -> Result<(), String> {
        let label = self.label();
        let inherited = self.parent().and_then(|parent| parent.member(name));
        if let (Some(parent), Some(member)) = (self.parent(), inherited)
            && member.feature == Feature::Attribute
            && parent.equality_attributes().contains(name)
        {
            return Err(format!(
                "{label} equality is referencing {} which is included in equality of {}",
                member.label(),
                member.container
            ));
        }
        let own = || self.attributes.get(name).or_else(|| self.functions.get(name));
        let Some(member) = inherited.or_else(own) else {
            return Err(format!("{label} equality is referencing non existent attribute '{name}'"));
        };
        if member.feature != Feature::Attribute {
            return Err(format!(
                "{label} equality is referencing {}. Only attribute references are allowed",
                member.label()
            ));
        }
        if member.is_constant() {
            return Err(format!(
                "{label} equality is referencing constant {}. Reference to constant is not allowed in equality",
                member.label()
            ));
        }
        Ok(())
    }
}

fn any_type() -> Type {
    Type::Type(Arc::new(Type::Any))
}
