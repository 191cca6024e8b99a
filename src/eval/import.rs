//! Exported resources of other nodes: from the nodes of this run, or from a PuppetDB.
//!
//! In: what a collector asks. Out: resources added to the catalog in the collector's scope, as
//! `Puppet::Pops::Evaluator::Collectors::ExportedCollector` adds them.

use super::{
    codes,
    collect::Collector,
    compiler::Compiler,
    query::{Asked, Query},
    resource::{Param, Res, ResourceId, What},
};
use crate::{
    catalog::{Resource, read_resources},
    diag::{Diagnostic, Result},
    restypes,
    source::Location,
};
use ecow::EcoString;
use serde_json::Value as Json;
use std::sync::Arc;

impl Compiler<'_> {
    /// Takes in the resources of other nodes that answer a collector's question.
    pub(crate) fn import(&self, collector: &Collector, asked: &Asked) -> Result<Vec<ResourceId>> {
        let at = &collector.guard.at;
        let certname = self.request.certname.as_str();
        if let Some(puppetdb) = self.request.collect_from.clone() {
            asked.query.as_ref().map_or(Ok(()), |query| check_tags(query, at))?;
            let found = puppetdb
                .ask("resources", &asked.in_puppetdb())
                .map_err(|found| found.or_at(|| at.clone()))?;
            let mut found = exports_of(&found)?;
            found.retain(|(exporter, _)| exporter != certname);
            return self.import_all(collector, found.iter());
        }
        let Some(exports) = self.request.exported.clone() else { return Ok(Vec::new()) };
        asked.query.as_ref().map_or(Ok(()), |query| check_tags(query, at))?;
        self.note_question(asked);
        self.import_all(collector, asked.answer(certname, &exports))
    }

    fn note_question(&self, asked: &Asked) {
        let same = |other: &Asked| match (&other.query, &asked.query) {
            (None, None) => other.type_name == asked.type_name,
            (Some(other), Some(own)) => Arc::ptr_eq(other, own),
            (_, _) => false,
        };
        let mut questions = self.asked.borrow_mut();
        if !questions.iter().any(same) {
            questions.push(asked.clone());
        }
    }

    fn import_all<'e>(
        &self,
        collector: &Collector,
        exports: impl Iterator<Item = &'e (EcoString, Resource)>,
    ) -> Result<Vec<ResourceId>> {
        let mut added = Vec::new();
        for (certname, exported) in exports {
            if let Some(existing) = self.find_stored(&exported.reference) {
                let known = self.with(existing, |it| it.exporter.clone());
                if known.as_ref() != Some(certname) {
                    return Err(self.twice(collector, certname, exported, existing));
                }
                continue;
            }
            let resource = self.imported(collector, certname, exported)?;
            added.push(self.add_resource(collector.scope, resource)?);
        }
        Ok(added)
    }

    fn twice(
        &self,
        collector: &Collector,
        certname: &str,
        exported: &Resource,
        existing: ResourceId,
    ) -> Box<Diagnostic> {
        let message = format!(
            "a duplicate resource was found while collecting exported resources, with the type and title `{}`",
            exported.reference
        );
        let mut found = Diagnostic::error(&codes::EXPORTED, message).at(collector.guard.at.clone());
        if let Some(at) = exported.origin.at.clone() {
            found = found.related(at, format!("exported by `{certname}` here"));
        }
        let (first, exporter) = self.with(existing, |it| (it.origin.at.clone(), it.exporter.clone()));
        if let Some(first) = first {
            let label = match exporter {
                Some(other) => format!("and by `{other}` here"),
                None => "declared here first".to_owned(),
            };
            found = found.related(first, label);
        }
        Box::new(found)
    }

    fn imported(&self, collector: &Collector, certname: &EcoString, exported: &Resource) -> Result<Res> {
        let reference = &exported.reference;
        let mut resource =
            self.blank(&reference.type_name.to_lowercase(), &reference.title, collector.scope)?;
        if matches!(resource.what, What::Unknown)
            && restypes::find(&reference.type_name.to_lowercase()).is_none()
        {
            let message = format!("unknown resource type `{}`", reference.type_name);
            let found = Diagnostic::error(&codes::UNKNOWN_TYPE, message).at(collector.guard.at.clone());
            return Err(Box::new(found));
        }
        resource.exporter = Some(certname.clone());
        resource.is_virtual = true;
        resource.origin = exported.origin.clone();
        for (name, param) in &exported.parameters {
            let source = resource.source.clone();
            let (value, origin) = (param.value.clone(), param.origin.clone());
            resource.set(name.clone(), Param { value, source, add: false, at: None, origin })?;
        }
        self.apply_defaults(&mut resource)?;
        Ok(resource)
    }
}

/// Reads a PuppetDB's answer; its order is undefined, ours is by certname, then by place and title.
fn exports_of(answer: &Json) -> Result<Vec<(EcoString, Resource)>> {
    let items = answer.as_array().map(Vec::as_slice).unwrap_or_default();
    let certname = |item: &Json| item.get("certname").and_then(Json::as_str).map(EcoString::from);
    let exporters = items.iter().map(|item| certname(item).unwrap_or_default());
    let mut found: Vec<_> = exporters.zip(read_resources(items)?).collect();
    let place = |it: &Resource| it.origin.at.as_ref().map(|at| (at.source.shared_path(), at.line()));
    found.sort_by_cached_key(|(certname, it)| (certname.clone(), place(it), it.reference.clone()));
    Ok(found)
}

/// Refuses tags that are no text, which PuppetDB's terminus cannot ask for.
fn check_tags(query: &Query, at: &Location) -> Result<()> {
    let refused = |what: &str| {
        let message = format!("a query of exported resources compares `tag` with {what}");
        let help = "compare it with one text at a time, joined by `or`";
        Err(Box::new(Diagnostic::error(&codes::EXPORTED, message).at(at.clone()).help(help)))
    };
    match query {
        Query::And(a, b) | Query::Or(a, b) => check_tags(a, at).and_then(|()| check_tags(b, at)),
        Query::Tagged { list: true, .. } => refused("a list"),
        Query::NotEqual(name, value) if name == "tag" && value.as_str().is_none() => {
            refused("what is no text")
        }
        Query::Tagged { .. } | Query::Equal(..) | Query::NotEqual(..) => Ok(()),
    }
}
