//! The end of a compile: overrides, tags and metaparameters of containers, validation, and the catalog itself.

use super::{
    classes::flattened,
    codes,
    compiler::{Compiler, placed},
    definition::{ResourceType, lower_case},
    resource::{Param, Res, ResourceId, What, parse_reference},
    scope::Var,
};
use crate::{
    catalog::{Catalog, Edge, Parameter, Resource, ResourceRef},
    diag::{Diagnostic, Result},
    maps::{HashMap, HashSet, IndexMap, IndexSet},
    restypes::{self, RELATIONSHIP_PARAMETERS, is_metaparameter},
    source::Location,
    value::{Type, Value},
};
use ecow::EcoString;
use std::{collections::VecDeque, sync::Arc};

impl Compiler<'_> {
    /// Finishes all resources: arrows, late overrides, tags, `Sensitive` values, checks, what containers pass on.
    pub(crate) fn finish(&self) -> Result<()> {
        self.evaluate_relationships()?;
        let declared = self.state.borrow().declared.clone();
        for id in declared {
            let reference = self.with(id, |it| Some(it.reference()));
            let late = reference.and_then(|it| self.state.borrow_mut().overrides.shift_remove(&it));
            for over in late.into_iter().flatten() {
                self.merge(id, over)?;
            }
            self.finish_resource(id)?;
        }
        self.pass_metaparameters_on()
    }

    fn finish_resource(&self, id: ResourceId) -> Result<()> {
        if self.with(id, |it| it.finished) {
            return Ok(());
        }
        self.with_mut(id, |it| it.finished = true);
        self.finish_evaluation(id);
        self.refuse_nesting(id)?;
        let what = self.with(id, |it| Some(it.what.clone()));
        match what {
            Some(What::Builtin(facts)) => self.validate_attributes(id, &facts),
            Some(What::Class(_) | What::Define(_)) if self.with(id, |it| it.checked) => Ok(()),
            Some(What::Class(kind) | What::Define(kind)) => {
                let values = self.with(id, |it| {
                    let vars = it
                        .parameters
                        .iter()
                        .map(|(name, param)| (name.clone(), Var::plain(param.value.clone())));
                    vars.collect::<IndexMap<_, _>>()
                });
                self.validate_parameters(id, &kind, &values)
            }
            Some(What::Node(_) | What::Unknown) | None => Ok(()),
        }?;
        self.with_mut(id, unwrap_sensitive);
        Ok(())
    }

    /// Refuses values that are nested too deep to be written.
    fn refuse_nesting(&self, id: ResourceId) -> Result<()> {
        let state = self.state.borrow();
        let Some(resource) = state.resources.get(id.0) else { return Ok(()) };
        resource.parameters.values().try_for_each(|param| {
            let at = || resource.at.clone().unwrap_or_else(|| super::compiler::start_of(self.nowhere()));
            super::limits::check_size(&param.value, at)
        })
    }

    fn validate_attributes(&self, id: ResourceId, facts: &restypes::TypeFacts) -> Result<()> {
        if self.with(id, |it| it.parameters.keys().all(|name| facts.has_attribute(name))) {
            return Ok(());
        }
        let Some(resource) = self.resource(id) else { return Ok(()) };
        for (name, param) in &resource.parameters {
            if facts.has_attribute(name) {
                continue;
            }
            if let Some(partly) = &facts.partly {
                self.doubt_attribute(&resource, (name, param), partly);
                continue;
            }
            let message = format!("no parameter named `{name}` on `{}`", resource.reference());
            let at = resource.at.clone().or_else(|| param.at.clone());
            let mut found = placed(Diagnostic::error(&codes::UNKNOWN_PARAMETER, message), at);
            if let Some(at) = &param.at {
                found = found.related(at.clone(), "this attribute");
            }
            let known = facts.attributes().map(EcoString::as_str);
            return Err(Box::new(match crate::diag::closest(name, known) {
                Some(close) => found.help(format!("did you mean `{close}`?")),
                None => found,
            }));
        }
        Ok(())
    }

    /// Warns of an attribute that a type may or may not have.
    fn doubt_attribute(
        &self,
        resource: &Res,
        (name, param): (&EcoString, &Param),
        partly: &restypes::Partly,
    ) {
        let message =
            format!("`{name}` of `{}` was not found in its type: {}", resource.reference(), partly.why);
        let found = placed(Diagnostic::warning(&restypes::PARTLY, message), param.at.clone());
        self.warn_once(match &partly.at {
            Some(at) => found.related(at.clone(), "this was not followed"),
            None => found,
        });
    }

    /// Checks the parameters of a class or define instance: names, presence, types.
    pub(crate) fn validate_parameters(
        &self,
        id: ResourceId,
        kind: &Arc<ResourceType>,
        values: &IndexMap<EcoString, Var>,
    ) -> Result<()> {
        let mut problems = Vec::new();
        let add = |code, message: String, name: &str| {
            let resource = self.resource(id);
            let reference = resource.as_ref().map(|it| it.reference().to_string()).unwrap_or_default();
            let place = resource.as_ref().and_then(|it| it.at.clone().or_else(|| it.origin.at.clone()));
            let given = resource.and_then(|it| it.parameters.get(name)?.at.clone());
            let found = Diagnostic::error(code, format!("`{reference}`: {message}"));
            let found = placed(found, place.or_else(|| kind.location()));
            match given {
                Some(given) => found.related(given, "given here"),
                None => found,
            }
        };
        let mut known = 0;
        for parameter in kind.parameters() {
            let name = parameter.name.as_str();
            match values.get(name) {
                Some(var) => {
                    known += 1;
                    if let Some(why) = self.parameter_mismatch(kind, parameter, &var.value)? {
                        problems.push(add(&codes::TYPE_MISMATCH, why, name));
                    }
                }
                None if parameter.value.is_some() => {}
                None => {
                    let message = format!("expects a value for parameter `{name}`");
                    problems.push(add(&codes::MISSING_PARAMETER, message, name));
                }
            }
        }
        for name in values.keys().filter(|_| known < values.len()) {
            let known = name == "name"
                || is_metaparameter(name)
                || kind.parameters().iter().any(|it| it.name == *name);
            if !known {
                let found = add(&codes::UNKNOWN_PARAMETER, format!("has no parameter named `{name}`"), name);
                let names = kind.parameters().iter().map(|it| it.name.as_str());
                problems.push(match crate::diag::closest(name, names) {
                    Some(close) => found.help(format!("did you mean `{close}`?")),
                    None => found,
                });
            }
        }
        let Some(last) = problems.pop() else { return Ok(()) };
        problems.into_iter().for_each(|found| self.sink.push(found));
        Err(Box::new(last))
    }

    /// Passes metaparameters and tags from containers to what they contain, beginning at `Class[main]`; classes
    /// hang on their stage and get them from their container's tags only.
    fn pass_metaparameters_on(&self) -> Result<()> {
        let Some(main) = self.find_resource("class", "main") else { return Ok(()) };
        let mut contained: HashMap<ResourceId, Vec<ResourceId>> = HashMap::default();
        for (source, target) in &self.state.borrow().edges {
            contained.entry(*source).or_default().push(*target);
        }
        let names: Vec<EcoString> = restypes::metaparameters()
            .iter()
            .filter(|name| !RELATIONSHIP_PARAMETERS.contains(&name.as_str()))
            .cloned()
            .collect();
        let mut data: HashMap<ResourceId, IndexMap<EcoString, Param>> = HashMap::default();
        let mut seen = HashSet::default();
        let mut queue = VecDeque::from([main]);
        while let Some(source) = queue.pop_front() {
            if !seen.insert(source) {
                continue;
            }
            let own = data.get(&source).cloned().unwrap_or_else(|| self.metaparameters_of(source, &names));
            let tags = self.with(source, |it| it.tags.clone());
            for target in contained.get(&source).into_iter().flatten() {
                if !own.is_empty() {
                    for (name, param) in &own {
                        if self.with(*target, |it| it.get(name).is_none()) {
                            self.set_parameter(*target, name.clone(), param.clone())?;
                        }
                    }
                    let mut all = own.clone();
                    all.extend(self.metaparameters_of(*target, &names));
                    data.insert(*target, all);
                }
                self.with_mut(*target, |it| it.tags.extend(tags.iter().cloned()));
                queue.push_back(*target);
            }
        }
        Ok(())
    }

    fn metaparameters_of(&self, id: ResourceId, names: &[EcoString]) -> IndexMap<EcoString, Param> {
        self.with(id, |resource| {
            let set = |name: &&EcoString| resource.get(name).is_some();
            let own = names.iter().filter(set);
            own.filter_map(|name| Some((name.clone(), resource.parameters.get(name)?.clone()))).collect()
        })
    }

    /// Fails on overrides and `realize`s whose resources never came.
    pub(crate) fn fail_on_unevaluated(&self) -> Result<()> {
        let overrides: Vec<Res> = self.state.borrow().overrides.values().flatten().cloned().collect();
        if let Some(first) = overrides.first() {
            let names: Vec<String> = overrides.iter().map(|over| format!("`{}`", over.reference())).collect();
            let message = format!("could not find resource(s) {} for overriding", names.join(", "));
            let found = Diagnostic::error(&codes::UNKNOWN_RESOURCE, message);
            return Err(Box::new(placed(found, first.at.clone())));
        }
        self.fail_on_unrealized()
    }

    /// Checks that all relations lead to resources of the catalog; gives every one that does not.
    pub(crate) fn validate_relationships(&self) -> Result<()> {
        let order = self.state.borrow().order.clone();
        for id in order {
            for (name, value, at) in self.with(id, relations) {
                for target in flattened(Some(&value)) {
                    self.validate_target(&target, name, &at);
                }
            }
        }
        Ok(())
    }

    fn validate_target(&self, target: &Value, parameter: &str, at: &Option<Location>) {
        let reference = referred(target);
        if reference.as_ref().is_some_and(|it| self.find_stored(it).is_some()) {
            return;
        }
        let shown = reference.map_or_else(|| target.to_str().to_string(), |it| it.to_string());
        let message = format!("could not find resource `{shown}` in parameter `{parameter}`");
        self.sink.push(placed(Diagnostic::error(&codes::UNKNOWN_RESOURCE, message), at.clone()));
    }

    // -- the catalog ------------------------------------------------------------------------------------------

    /// Makes the catalog of what is there, which is taken out of the compile; virtual resources are left out.
    pub(crate) fn catalog(&self) -> Catalog {
        let mut state = self.state.borrow_mut();
        let resources = std::mem::take(&mut state.resources);
        let real = |id: &ResourceId| resources.get(id.0).filter(|it| !it.is_virtual);
        let edge = |(source, target): &(ResourceId, ResourceId)| {
            Some(Edge { source: real(source)?.reference(), target: real(target)?.reference() })
        };
        let edges = state.edges.iter().filter_map(edge).collect();
        let types = state.order.iter().filter_map(real).filter_map(builtin_type).collect();
        let mut resources: Vec<Option<Res>> = resources.into_iter().map(Some).collect();
        let mut take = |id: &ResourceId| resources.get_mut(id.0)?.take().filter(|it| !it.is_virtual);
        Catalog {
            name: self.request.certname.clone(),
            environment: self.env.paths().name.clone(),
            version: if self.request.catalog_version.is_empty() {
                "0".into()
            } else {
                self.request.catalog_version.clone()
            },
            classes: state.classes.clone(),
            tags: catalog_tags(&state.tags, &state.classes),
            resources: state
                .order
                .iter()
                .filter_map(&mut take)
                .map(|it| (it.reference(), published(it)))
                .collect(),
            edges,
            types,
        }
    }

    /// Returns what the node exports, realized or not, without `Sensitive` parameters.
    pub(crate) fn exports(&self) -> Vec<Resource> {
        let state = self.state.borrow();
        let exported = state.order.iter().filter_map(|id| state.resources.get(id.0)).filter(|it| it.exported);
        exported
            .map(|it| {
                let mut resource = published(it.clone());
                add_namevar_alias(&mut resource, it);
                resource.parameters.retain(|_, param| !param.sensitive && !param.value.is_undef());
                resource
            })
            .collect()
    }
}

/// Returns the relations of a resource that is not virtual, each with the place that gives it.
fn relations(resource: &Res) -> Vec<(&'static str, Value, Option<Location>)> {
    if resource.is_virtual {
        return Vec::new();
    }
    let relation = |name: &'static str| {
        let param = resource.parameters.get(name)?;
        let at = param.at.clone().or_else(|| param.origin.at.clone()).or_else(|| resource.at.clone());
        Some((name, param.value.clone(), at))
    };
    RELATIONSHIP_PARAMETERS.into_iter().filter_map(relation).collect()
}

/// Returns a resource's type and what is known of it.
fn builtin_type(resource: &Res) -> Option<(EcoString, Arc<restypes::TypeFacts>)> {
    Some((resource.type_name.clone(), resource.what.facts()?.clone()))
}

/// Makes the namevar an alias where it differs from the title, as PuppetDB's terminus does (`add_namevar_aliases`).
fn add_namevar_alias(published: &mut Resource, resource: &Res) {
    let facts = resource.what.facts();
    if facts.is_some_and(|facts| facts.namevars.len() > 1) {
        return;
    }
    let mut aliases = flattened(resource.get("alias"));
    if resource.isomorphic() {
        let namevar = facts.and_then(|facts| facts.namevar()).map_or("name", EcoString::as_str);
        let name = published.parameters.get(namevar).map(|param| param.value.clone());
        let is_title = |name: &Value| name.as_str() == Some(resource.title.as_str());
        aliases.extend(name.filter(|name| !is_title(name) && !aliases.contains(name)));
    }
    if !aliases.is_empty() {
        let param = Parameter {
            value: Value::Array(aliases.into()),
            origin: resource.origin.clone(),
            sensitive: false,
        };
        published.parameters.insert("alias".into(), param);
    }
}

fn catalog_tags(tags: &IndexSet<EcoString>, classes: &[EcoString]) -> IndexSet<EcoString> {
    let mut all = tags.clone();
    for class in classes {
        super::resource::add_tag_if_valid(&mut all, class);
    }
    all
}

/// Replaces `Sensitive` values by what they hold and notes their names.
fn unwrap_sensitive(resource: &mut Res) {
    for (name, param) in &mut resource.parameters {
        if let Value::Sensitive(inner) = &param.value {
            resource.sensitive.insert(name.clone());
            param.value = (**inner).clone();
        }
    }
}

/// Returns the resource that a relation's value refers to.
fn referred(value: &Value) -> Option<ResourceRef> {
    match value {
        Value::Type(Type::Resource(Some(kind), Some(title))) => {
            Some(super::resource::stored_reference(kind, title))
        }
        Value::Type(Type::Class(Some(name))) => Some(super::resource::stored_reference("class", name)),
        Value::Str(text) => parse_reference(text),
        _ => None,
    }
}

/// Makes the resource as a catalog shows it (`Puppet::Resource#to_data_hash`): namevars from the title where they
/// differ from it, undef left out.
fn published(resource: Res) -> Resource {
    let reference = resource.reference();
    let facts = resource.what.facts();
    let namevar = match facts {
        Some(facts) => facts.namevar().cloned().unwrap_or_else(|| "name".into()),
        None => "name".into(),
    };
    let capacity = resource.parameters.len() + 1;
    let mut parameters = IndexMap::with_capacity_and_hasher(capacity, crate::maps::Hashes::default());
    let parsed = match facts {
        Some(facts) => facts.parse_title(&resource.title).unwrap_or_default(),
        None => vec![("name".into(), resource.title.clone())],
    };
    for (name, value) in parsed {
        let origin = resource.origin.clone();
        parameters.insert(name, Parameter { value: Value::str(value), origin, sensitive: false });
    }
    for (name, param) in resource.parameters {
        let relation = RELATIONSHIP_PARAMETERS.contains(&name.as_str());
        let Some(value) = published_value(param.value, relation) else { continue };
        let name = if name == "name" { namevar.clone() } else { lower_case(&name) };
        let sensitive = resource.sensitive.contains(&name);
        parameters.insert(name, Parameter { value, origin: param.origin, sensitive });
    }
    let same = |param: &Parameter| {
        !resource.symbolic && param.value.as_str().is_some_and(|text| text == resource.title)
    };
    if parameters.get(&namevar).is_some_and(same) {
        parameters.shift_remove(&namevar);
    }
    Resource {
        reference,
        parameters,
        tags: resource.tags,
        exported: resource.exported && resource.exporter.is_none(),
        is_virtual: resource.is_virtual,
        kind: resource.kind,
        exporter: resource.exporter,
        origin: resource.origin,
    }
}

fn published_value(value: Value, relation: bool) -> Option<Value> {
    match value {
        Value::Undef => None,
        Value::Array(items) if relation => Some(Value::Array(flattened(Some(&Value::Array(items))).into())),
        Value::Array(items) if items.iter().any(is_reference) => {
            Some(Value::Array(super::declare::flat(Value::Array(items)).into()))
        }
        other => Some(other),
    }
}

fn is_reference(value: &Value) -> bool {
    match value {
        Value::Type(Type::Resource(Some(_), Some(_)) | Type::Class(Some(_))) => true,
        Value::Array(items) => items.iter().any(is_reference),
        _ => false,
    }
}
