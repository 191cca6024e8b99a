//! A parsed piece of Ruby that can be run many times, by any thread.

use super::{
    Host,
    interp::{Interp, Limits},
    live::Run,
    lower,
    object::{Data, Rv},
    tree::Unit,
};
use crate::{
    diag::Result,
    source::SourceFile,
    value::{Str, Value},
};
use std::sync::Arc;

/// Ruby code that was parsed once.
#[derive(Clone, Debug)]
pub struct Script {
    unit: Arc<Unit>,
}

impl Script {
    /// Parses code that stands in a file as it is.
    ///
    /// # Errors
    /// Gives the parser's first error.
    pub fn parse(source: &Arc<SourceFile>) -> Result<Self> {
        Self::parse_mapped(source.text().to_owned(), source, &Vec::new())
    }

    /// Parses code that was made of pieces of a file; the map gives (offset in the code, offset in the file), sorted.
    ///
    /// # Errors
    /// Gives the parser's first error, at its place in the file.
    pub fn parse_mapped(code: String, source: &Arc<SourceFile>, map: &Vec<(u32, u32)>) -> Result<Self> {
        let unit = lower::parse(code, source, map)?;
        Ok(Self { unit: Arc::new(unit) })
    }

    /// Returns the tree.
    pub(crate) fn unit(&self) -> &Unit {
        &self.unit
    }

    /// Runs the code as a template's: `self` has the scope's variables as instance variables.
    ///
    /// # Errors
    /// Gives an exception that nothing rescued, or what the interpreter refuses.
    pub fn render(&self, host: &dyn Host) -> Result<Str> {
        self.render_within(host, Limits::default())
    }

    /// The same with limits of the caller's.
    ///
    /// # Errors
    /// Gives an exception that nothing rescued, or what the interpreter refuses.
    pub fn render_within(&self, host: &dyn Host, limits: Limits) -> Result<Str> {
        let _run = Run::enter();
        let mut interp = Interp::new(host, self.unit.source.clone());
        interp.limits = limits;
        let class = interp.world.class("Puppet::Parser::TemplateWrapper");
        let this = interp.object(class.clone(), Data::None);
        let ended = interp.run(&self.unit, this, class);
        let text = ended.and_then(|value| interp.to_s(&value));
        match text.and_then(|text| interp.tell_changes().map(|()| text)) {
            Ok(text) => Ok(text),
            Err(flow) => Err(interp.diagnostic(*flow)),
        }
    }

    /// Runs the code with a plain `self` and gives the value of its last expression.
    ///
    /// # Errors
    /// Gives an exception that nothing rescued, or what the interpreter refuses.
    pub fn run(&self, host: &dyn Host) -> Result<Value> {
        let mut interp = Interp::new(host, self.unit.source.clone());
        let class = interp.world.object.clone();
        let this: Rv = interp.object(class.clone(), Data::None);
        let ended = interp.run(&self.unit, this, class);
        match ended.and_then(|value| interp.to_puppet(&value)) {
            Ok(value) => Ok(value),
            Err(flow) => Err(interp.diagnostic(*flow)),
        }
    }
}
