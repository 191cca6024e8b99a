//! The nodes of a run as a compile sees them: by number, each with its data when it is its turn.

use crate::{
    diag::{Diagnostic, Result},
    inputs::{NodeInputs, NodeList, Reader},
};
use ecow::EcoString;

/// A node's name and data.
pub type Node = (EcoString, Result<NodeInputs>);

/// The nodes of a run by number: those whose results are wanted, then others whose exports may be.
pub trait Nodes: Sync {
    /// Returns how many results are wanted.
    fn wanted(&self) -> usize;

    /// Returns how many nodes there are.
    fn count(&self) -> usize;

    /// Returns a node's certname.
    fn certname(&self, index: usize) -> EcoString;

    /// Returns a node's data.
    ///
    /// # Errors
    /// Gives what is wrong with them.
    fn inputs(&self, index: usize) -> Result<NodeInputs>;
}

/// Nodes whose data are read already: those that are wanted, and the others.
pub(super) struct Read<'n>(pub &'n [Node], pub &'n [Node]);

impl Read<'_> {
    fn get(&self, index: usize) -> Option<&Node> {
        let Self(wanted, others) = self;
        wanted.get(index).or_else(|| others.get(index.checked_sub(wanted.len())?))
    }
}

impl Nodes for Read<'_> {
    fn wanted(&self) -> usize {
        self.0.len()
    }

    fn count(&self) -> usize {
        self.0.len() + self.1.len()
    }

    fn certname(&self, index: usize) -> EcoString {
        self.get(index).map(|(name, _)| name.clone()).unwrap_or_default()
    }

    fn inputs(&self, index: usize) -> Result<NodeInputs> {
        let missing = || Err(Box::new(Diagnostic::error(&super::NOT_COMPILED, "there is no such node")));
        self.get(index).map_or_else(missing, |(_, node)| node.clone())
    }
}

/// Nodes whose data are read when they are asked for.
pub struct Listed<'n> {
    list: &'n NodeList,
    /// The certnames by number.
    names: Vec<EcoString>,
    reader: Reader<'n>,
}

impl<'n> Listed<'n> {
    /// Takes the selected nodes of a list, and the others where what they export is of interest.
    #[must_use]
    pub fn new(list: &'n NodeList, with_others: bool, reader: Reader<'n>) -> Self {
        let mut names = list.selected().to_vec();
        if with_others {
            names.extend(list.others());
        }
        Self { list, names, reader }
    }
}

impl Nodes for Listed<'_> {
    fn wanted(&self) -> usize {
        self.list.selected().len()
    }

    fn count(&self) -> usize {
        self.names.len()
    }

    fn certname(&self, index: usize) -> EcoString {
        self.names.get(index).cloned().unwrap_or_default()
    }

    fn inputs(&self, index: usize) -> Result<NodeInputs> {
        self.list.read(&self.certname(index), self.reader)
    }
}
