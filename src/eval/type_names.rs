//! Names of types and their definitions: aliases, `Object`s and `TypeSet`s (`Puppet::Pops::Types::TypeParser`,
//! `Puppet::Pops::Loader::TypeDefinitionInstantiator`).
//!
//! In: a name. Out: the type. A definition holds literals only, so it means the same for every node: it is read once
//! and kept in the environment.

use super::{
    codes,
    compiler::Compiler,
    cx::Cx,
    definition::{AliasDefinition, munge},
};
use crate::{
    diag::{Diagnostic, Result},
    source::SourceFile,
    syntax::ast::{Access, AttributeOperation, Expr, ExprKind, HashEntry, ResourceDefaults},
    value::{
        HashMap, Regexp, Type, Value, parameterize, semver,
        types::{Alias, ObjectType, TypeSet, capitalize_segments},
    },
};
use ecow::EcoString;
use std::sync::Arc;

/// The names that a `TypeSet`'s definition adds inside of it.
struct SetScope<'e> {
    name: EcoString,
    types: Vec<(EcoString, &'e Expr)>,
    references: Vec<(EcoString, EcoString)>,
}

/// Reads the literals of one definition.
struct Definer<'s, 'a, 'e> {
    c: &'s Compiler<'a>,
    source: &'e Arc<SourceFile>,
    set: Option<&'e SetScope<'e>>,
}

/// What is wrong with a definition, without a place: Puppet places it where the name is used.
fn refuse(message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(&codes::TYPE_DEFINITION, message))
}

fn worded<T>(found: Result<T, String>) -> Result<T> {
    found.map_err(refuse)
}

impl Compiler<'_> {
    /// Finds a type by its name: an alias, an `Object` or a `TypeSet`, or one in a `TypeSet`.
    pub(crate) fn named_type(&self, name: &str) -> Result<Option<Type>> {
        let key = munge(name);
        if let Some(of) = self.state.borrow().defining.last() {
            self.env.mention(of, &key);
        }
        if let Some((set, member)) = key.rsplit_once("::")
            && self.env.alias(&key, self.world)?.is_none()
        {
            return self.type_in_set(set, member);
        }
        let Some(definition) = self.env.alias(&key, self.world)? else { return Ok(None) };
        let found = self.defined(&key, &definition.definition.name, |alias| {
            Definer { c: self, source: &definition.source, set: None }.define(alias, &definition)
        })?;
        if matches!(found, Type::TypeSet(_)) {
            self.state.borrow_mut().type_sets.insert(key);
        }
        Ok(Some(found))
    }

    /// Finds a type of a set. One that the site manifests define is not known before something names it.
    fn type_in_set(&self, set: &str, member: &str) -> Result<Option<Type>> {
        let Some(definition) = self.env.alias(set, self.world)? else { return Ok(None) };
        let known = definition.module.is_some() || self.state.borrow().type_sets.contains(set);
        if !known {
            return Ok(None);
        }
        let Some(Type::TypeSet(Some(found))) = self.named_type(set)? else { return Ok(None) };
        let named = found.types.iter().find(|(name, _)| name.eq_ignore_ascii_case(member));
        Ok(named.map(|(_, it)| resolved_object(it)))
    }

    /// Gives a type that is made already, or makes it; a name that is being made gives its alias.
    fn defined(
        &self,
        key: &EcoString,
        name: &EcoString,
        make: impl FnOnce(&Arc<Alias>) -> Result<Type>,
    ) -> Result<Type> {
        let alias = self.env.type_alias(key, name);
        if let Some(found) = alias.resolved() {
            self.note_mentions(key)?;
            return Ok(match found {
                Type::Object(_) | Type::TypeSet(_) => found.clone(),
                _ => Type::Alias(alias),
            });
        }
        if self.state.borrow().defining.contains(key) {
            return Ok(Type::Alias(alias));
        }
        self.state.borrow_mut().defining.push(key.clone());
        let made = self.deeper_type(|| make(&alias));
        self.state.borrow_mut().defining.pop();
        let made = made.inspect_err(|_| self.env.forget_type(key))?;
        if matches!(made, Type::Object(_) | Type::TypeSet(_)) {
            alias.resolve_to(made.clone());
            return Ok(made);
        }
        alias.resolve_to(made.normalize().without_itself(&alias));
        let it = Type::Alias(alias);
        if self.state.borrow().defining.is_empty() && !it.is_real() {
            self.env.forget_type(key);
            return Err(refuse(format!("Type alias '{name}' cannot be resolved to a real type")));
        }
        Ok(it)
    }

    /// A type that is made already, maybe by another node: what its definition names is looked at for this one too.
    fn note_mentions(&self, key: &EcoString) -> Result<()> {
        if self.state.borrow_mut().noted_types.insert(key.clone()) {
            for name in self.env.mentions(key) {
                self.named_type(&name)?;
            }
        }
        Ok(())
    }

    fn deeper_type(&self, run: impl FnOnce() -> Result<Type>) -> Result<Type> {
        if self.state.borrow().defining.len() > 60 {
            return Err(refuse("type definitions refer to each other too deeply"));
        }
        run()
    }
}

/// An object goes by itself, not by the alias that stood for it while it was made.
fn resolved_object(it: &Type) -> Type {
    match it.unaliased() {
        found @ (Type::Object(_) | Type::TypeSet(_)) => found,
        _ => it.clone(),
    }
}

impl<'e> Definer<'_, '_, 'e> {
    fn define(&self, alias: &Arc<Alias>, definition: &'e AliasDefinition) -> Result<Type> {
        self.value_of(&alias.name, &definition.definition.type_expr)
    }

    /// The type of a definition's right side, which an `Object` or `TypeSet` takes its name from.
    fn value_of(&self, name: &EcoString, expr: &'e Expr) -> Result<Type> {
        match &expr.kind {
            ExprKind::Access(it) => match (&it.left.kind, &*it.keys) {
                (ExprKind::TypeRef(left), [init]) if left == "Object" => self.object(name, init),
                (ExprKind::TypeRef(left), [init]) if left == "TypeSet" => self.type_set(name, init),
                _ => self.a_type(expr),
            },
            ExprKind::Hash(_) if self.set.is_some() => self.object(name, expr),
            ExprKind::ResourceDefaults(it) => self.object_with_parent(name, it),
            _ => self.a_type(expr),
        }
    }

    fn object(&self, name: &EcoString, init: &'e Expr) -> Result<Type> {
        let Value::Hash(init) = self.literal(init)? else { return Err(self.no_type(init)) };
        Ok(Type::Object(Arc::new(worded(ObjectType::define(Some(name.clone()), &init))?)))
    }

    /// `Parent { … }` as a member of a set.
    fn object_with_parent(&self, name: &EcoString, it: &'e ResourceDefaults) -> Result<Type> {
        let mut init = HashMap::default();
        let own =
            matches!(&it.type_ref.kind, ExprKind::TypeRef(left) if left == "Object" || left == "TypeSet");
        if !own {
            init.insert(Value::str("parent"), self.literal(&it.type_ref)?);
        }
        for operation in &it.operations {
            if let AttributeOperation::Attribute(it) = operation {
                init.insert(Value::str(it.name.clone()), self.literal(&it.value)?);
            }
        }
        Ok(Type::Object(Arc::new(worded(ObjectType::define(Some(name.clone()), &init))?)))
    }

    fn type_set(&self, name: &EcoString, init: &'e Expr) -> Result<Type> {
        let ExprKind::Hash(entries) = &init.kind else { return Err(self.no_type(init)) };
        let section = |wanted: &str| {
            let found = entries.iter().find(|entry| key_text(&entry.key) == Some(wanted));
            found.and_then(|entry| match &entry.value.kind {
                ExprKind::Hash(inner) => Some(&**inner),
                _ => None,
            })
        };
        let types = section("types").unwrap_or_default();
        let named = |entry: &'e HashEntry| Some((key_text(&entry.key)?.into(), &entry.value));
        let mut scope = SetScope {
            name: name.clone(),
            types: types.iter().filter_map(named).collect(),
            references: Vec::new(),
        };
        let mut out = HashMap::default();
        for entry in entries {
            let key = self.literal(&entry.key)?;
            match (key.as_str(), &entry.value.kind) {
                (Some("types"), ExprKind::Hash(_)) => {}
                (Some("references"), ExprKind::Hash(inner)) => {
                    let value = self.named_entries(inner, &mut |value| self.literal(value))?;
                    out.insert(key, value);
                }
                _ => {
                    let value = self.literal(&entry.value)?;
                    out.insert(key, value);
                }
            }
        }
        self.resolve_references(&out, &mut scope)?;
        let inside = Definer { c: self.c, source: self.source, set: Some(&scope) };
        if section("types").is_some() {
            let mut members = HashMap::default();
            for (member, _) in &scope.types {
                let found = inside.member(member)?.unwrap_or(Type::Any);
                members.insert(Value::str(member.clone()), Value::Type(found));
            }
            out.insert(Value::str("types"), Value::Hash(Arc::new(members)));
        }
        Ok(Type::TypeSet(Some(Arc::new(worded(TypeSet::define(name.clone(), &out))?))))
    }

    fn resolve_references(&self, init: &HashMap, scope: &mut SetScope<'_>) -> Result<()> {
        let references = init.get(&Value::str("references")).and_then(Value::as_hash);
        for (alias, reference) in references.into_iter().flatten() {
            let (Some(name), Some(range)) = (reference.get("name"), reference.get("version_range")) else {
                continue;
            };
            let label = format!("TypeSet '{}' reference to TypeSet named '{}'", scope.name, name.to_str());
            let set = match self.c.named_type(&name.to_str())? {
                Some(Type::TypeSet(Some(set))) => set,
                Some(other) => return Err(refuse(format!("{label} resolves to a {}", other.name()))),
                None => return Err(refuse(format!("{label} cannot be resolved"))),
            };
            let version = set.version.clone().unwrap_or_default();
            if !semver::range_includes(&range.to_str(), &version) {
                return Err(refuse(format!(
                    "{label} resolves to an incompatible version. Expected {}, got {version}",
                    range.to_str()
                )));
            }
            scope.references.push((alias.to_str().text().clone(), name.to_str().text().clone()));
        }
        Ok(())
    }

    /// A type of the set that is being defined, by its name there.
    fn member(&self, name: &str) -> Result<Option<Type>> {
        let Some(set) = self.set else { return Ok(None) };
        let own = set.types.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        if let Some((known, expr)) = own {
            let full = ecow::eco_format!("{}::{known}", set.name);
            return self.c.defined(&munge(&full), &full, |alias| self.value_of(&alias.name, expr)).map(Some);
        }
        let (first, rest) = name.split_once("::").unwrap_or((name, ""));
        let reference = set.references.iter().find(|(known, _)| known.eq_ignore_ascii_case(first));
        match reference {
            Some((_, target)) if rest.is_empty() => self.c.named_type(target),
            Some((_, target)) => self.c.named_type(&format!("{target}::{rest}")),
            None => Ok(None),
        }
    }

    fn a_type(&self, expr: &'e Expr) -> Result<Type> {
        match self.literal(expr)? {
            Value::Type(it) => Ok(it),
            _ => Err(self.no_type(expr)),
        }
    }

    fn no_type(&self, expr: &Expr) -> Box<Diagnostic> {
        refuse(format!("The expression <{}> is not a valid type specification.", self.text(expr)))
    }

    fn text(&self, expr: &Expr) -> &str {
        let range = expr.span.start as usize..expr.span.end as usize;
        self.source.text().get(range).unwrap_or_default()
    }

    fn literal(&self, expr: &'e Expr) -> Result<Value> {
        Ok(match &expr.kind {
            ExprKind::Undef => Value::Undef,
            ExprKind::Default => Value::Default,
            ExprKind::Boolean(it) => Value::Bool(*it),
            ExprKind::Integer(it, _) => Value::Int(*it),
            ExprKind::Float(it) => Value::Float(*it),
            ExprKind::String(it) | ExprKind::Name(it) | ExprKind::Reserved(it) => Value::str(it.clone()),
            ExprKind::Regex(source) => Value::Regexp(Arc::new(worded(Regexp::new(source.clone()))?)),
            ExprKind::Heredoc(it) => self.literal(&it.text)?,
            ExprKind::Paren(inner) => self.literal(inner)?,
            ExprKind::Minus(inner) => match self.literal(inner)? {
                Value::Int(it) => Value::Int(it.wrapping_neg()),
                Value::Float(it) => Value::Float(-it),
                _ => return Err(self.no_type(expr)),
            },
            ExprKind::Array(items) => {
                Value::Array(items.iter().map(|item| self.literal(item)).collect::<Result<_>>()?)
            }
            ExprKind::Hash(entries) => {
                let mut out =
                    HashMap::with_capacity_and_hasher(entries.len(), crate::maps::Hashes::default());
                for entry in entries {
                    out.insert(self.literal(&entry.key)?, self.literal(&entry.value)?);
                }
                Value::Hash(Arc::new(out))
            }
            ExprKind::TypeRef(name) => Value::Type(self.name(name)?),
            ExprKind::Access(it) => self.access(it, expr)?,
            _ => return Err(self.no_type(expr)),
        })
    }

    /// A hash whose keys are names, capitalized ones as they are.
    fn named_entries(
        &self,
        entries: &'e [HashEntry],
        value: &mut dyn FnMut(&'e Expr) -> Result<Value>,
    ) -> Result<Value> {
        let mut out = HashMap::default();
        for entry in entries {
            let key =
                key_text(&entry.key).map_or_else(|| self.literal(&entry.key), |it| Ok(Value::str(it)))?;
            out.insert(key, value(&entry.value)?);
        }
        Ok(Value::Hash(Arc::new(out)))
    }

    fn name(&self, name: &EcoString) -> Result<Type> {
        if let Some(found) = Type::by_name(name) {
            return Ok(found);
        }
        if let Some(found) = self.member(name)? {
            return Ok(found);
        }
        if let Some(found) = self.c.named_type(name)? {
            return Ok(found);
        }
        let kind = capitalize_segments(name.strip_prefix("::").unwrap_or(name));
        Ok(match self.c.find_type(&kind)? {
            Some(_) => Type::Resource(Some(kind), None),
            None => Type::Reference(name.clone(), Arc::default()),
        })
    }

    fn access(&self, it: &'e Access, whole: &'e Expr) -> Result<Value> {
        let ExprKind::TypeRef(name) = &it.left.kind else { return Err(self.no_type(whole)) };
        let keys = it.keys.iter().map(|key| self.literal(key)).collect::<Result<Vec<_>>>()?;
        let base = self.name(name)?;
        match &base {
            Type::Reference(text, _) if !text.is_empty() => {
                Ok(Value::Type(Type::Reference(self.text(whole).into(), Arc::default())))
            }
            Type::Alias(_) => Err(refuse(format!("Not a parameterized type <{}>", self.text(&it.left)))),
            _ => worded(parameterize(
                &base,
                &keys,
                &Cx { c: self.c, scope: super::compiler::TOP, source: self.source }.resolver(),
            )),
        }
    }
}

/// The text of a key that is a name or a text.
fn key_text(key: &Expr) -> Option<&str> {
    match &key.kind {
        ExprKind::String(text)
        | ExprKind::Name(text)
        | ExprKind::TypeRef(text)
        | ExprKind::Reserved(text) => Some(text.as_str()),
        _ => None,
    }
}
