//! Chaining arrows (`Puppet::Pops::Evaluator::RelationshipOperator`, `Puppet::Parser::Relationship`).

use super::{
    codes,
    collect::Collector,
    compiler::Compiler,
    cx::{Cx, bare},
    declare::flat,
    resource::{Param, stored_reference},
};
use crate::{
    catalog::ResourceRef,
    diag::{Diagnostic, Result},
    source::{Location, Origin},
    syntax::ast::{Expr, ExprKind, Relationship as Arrow, RelationshipOp},
    value::{Type, Value, types::parse_type},
};
use std::{rc::Rc, sync::Arc};

/// One end of an arrow.
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    Resource(ResourceRef),
    Collector(Rc<Collector>),
}

/// An arrow, kept until all resources are there.
#[derive(Debug)]
pub(crate) struct Relationship {
    pub source: Operand,
    pub target: Operand,
    /// `before` or `notify`.
    pub parameter: &'static str,
    pub at: Location,
    pub origin: Arc<Origin>,
}

impl Cx<'_, '_> {
    /// Evaluates an arrow; gives its right side, or the left one where the right is empty.
    pub(crate) fn relationship(&self, it: &Arrow) -> Result<Vec<Operand>> {
        let left = self.operands(&it.left)?;
        let right = self.operands(&it.right)?;
        let (source, target) = match it.op {
            RelationshipOp::Before | RelationshipOp::Notify => (&left, &right),
            RelationshipOp::After | RelationshipOp::Subscribe => (&right, &left),
        };
        let parameter = match it.op {
            RelationshipOp::Before | RelationshipOp::After => "before",
            RelationshipOp::Notify | RelationshipOp::Subscribe => "notify",
        };
        let at = self.at(it.op_span);
        let origin = self.c.recorder.origin(Some(at.clone()), self.c.scope_frames(self.scope), None);
        for source in source {
            for target in target {
                let (source, target, at, origin) =
                    (source.clone(), target.clone(), at.clone(), origin.clone());
                let relationship = Relationship { source, target, parameter, at, origin };
                self.c.state.borrow_mut().relationships.push(relationship);
            }
        }
        match right.as_slice() {
            [] => return Ok(left),
            [Operand::Collector(collector)] => {
                collector.alternative.replace(Some(left));
            }
            _ => {}
        }
        Ok(right)
    }

    fn operands(&self, expr: &Expr) -> Result<Vec<Operand>> {
        let expr = bare(expr);
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "every other expression gives references as its value"
        )]
        let mut found = match &expr.kind {
            ExprKind::Relationship(it) => self.relationship(it)?,
            ExprKind::Collector(it) => vec![Operand::Collector(self.collector(it, expr)?)],
            ExprKind::Array(items) => {
                let mut all = Vec::new();
                for item in items {
                    all.extend(self.operands(item)?);
                }
                all
            }
            _ => {
                let value = self.eval(expr)?;
                flat(value).iter().map(|value| self.operand(value, expr)).collect::<Result<Vec<_>>>()?
            }
        };
        let mut unique: Vec<Operand> = Vec::new();
        found.retain(|operand| {
            let known = unique.iter().any(|other| other.same(operand));
            unique.push(operand.clone());
            !known
        });
        Ok(found)
    }

    fn operand(&self, value: &Value, expr: &Expr) -> Result<Operand> {
        let parsed = match value {
            Value::Str(text) => parse_type(text, &self.resolver())
                .map(Value::Type)
                .map_err(|why| self.error(&codes::ARGUMENTS, why, expr.span))?,
            other => other.clone(),
        };
        match parsed {
            Value::Type(Type::Resource(Some(kind), Some(title))) => {
                Ok(Operand::Resource(stored_reference(&kind, &title)))
            }
            Value::Type(Type::Class(Some(name))) => Ok(Operand::Resource(stored_reference("class", &name))),
            other => {
                let message = format!(
                    "illegal relationship operand, can not form a relationship with `{}`",
                    other.to_str()
                );
                Err(self.error(&codes::ARGUMENTS, message, expr.span))
            }
        }
    }
}

impl Operand {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Resource(a), Self::Resource(b)) => a == b,
            (Self::Collector(a), Self::Collector(b)) => Rc::ptr_eq(a, b),
            (Self::Resource(_), Self::Collector(_)) | (Self::Collector(_), Self::Resource(_)) => false,
        }
    }

    /// Returns the resources of this end; a collector on the left that found nothing stands for what is left of it.
    fn resources(&self, left: bool) -> Vec<ResourceRef> {
        match self {
            Self::Resource(it) => vec![it.clone()],
            Self::Collector(collector) => {
                let collected: Vec<ResourceRef> = collector.collected.borrow().keys().cloned().collect();
                if !collected.is_empty() || !left {
                    return collected;
                }
                let alternative = collector.alternative.borrow();
                alternative.iter().flatten().flat_map(|operand| operand.resources(true)).collect()
            }
        }
    }
}

impl Compiler<'_> {
    /// Turns arrows into `before` and `notify` parameters of their sources.
    pub(crate) fn evaluate_relationships(&self) -> Result<()> {
        let relationships = std::mem::take(&mut self.state.borrow_mut().relationships);
        for arrow in &relationships {
            for source in arrow.source.resources(true) {
                for target in arrow.target.resources(false) {
                    self.relate(&source, &target, arrow)?;
                }
            }
        }
        Ok(())
    }

    fn relate(&self, source: &ResourceRef, target: &ResourceRef, arrow: &Relationship) -> Result<()> {
        let missing = |message: String| {
            Err(Box::new(Diagnostic::error(&codes::UNKNOWN_RESOURCE, message).at(arrow.at.clone())))
        };
        let Some(id) = self.find_stored(source) else {
            return missing(format!("could not find resource `{source}` for relationship on `{target}`"));
        };
        if self.find_stored(target).is_none() {
            return missing(format!("could not find resource `{target}` for relationship from `{source}`"));
        }
        self.with_mut(id, |resource| {
            let old = resource.parameters.get(arrow.parameter);
            let mut items = match old.map(|param| &param.value) {
                Some(Value::Array(items)) => items.clone(),
                None | Some(Value::Undef) => Default::default(),
                Some(single) => [single.clone()].into_iter().collect(),
            };
            items.push(Value::str(target.to_string()));
            let source = old.map_or_else(|| resource.source.clone(), |param| param.source.clone());
            let at = old.and_then(|param| param.at.clone());
            let param =
                Param { value: Value::Array(items), source, add: false, at, origin: arrow.origin.clone() };
            resource.checked = false;
            resource.parameters.insert(arrow.parameter.into(), param);
        });
        Ok(())
    }
}
