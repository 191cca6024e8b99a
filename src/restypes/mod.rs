//! Resource types as facts: parameters, properties, namevars, title patterns, automatic relations.
//!
//! In: `data/restypes.json`, made by `tests/oracle/restypes.rb` from real Puppet, the types vendored with its agent
//! and those of Debian's modules; and the Ruby of a module's own types, which is read and never run. Out: [`TypeFacts`]
//! by name.

mod codes;
#[expect(clippy::wildcard_enum_match_arm, reason = "expressions have many kinds; few matter here")]
mod pcore;
mod relation;
#[expect(clippy::wildcard_enum_match_arm, reason = "Ruby has 120 kinds of nodes; few matter at a time")]
mod scan;
mod table;
mod titles;

pub use codes::CODES;
pub(crate) use codes::{PARTLY, RELATION};
pub use pcore::read_pcore;
pub use relation::{AutoKind, AutoRelation, Rule, Test, Values};
pub use scan::{Library, Request, scan};
pub use table::{find, is_metaparameter, metaparameters, names, recorded_types};
pub use titles::{Namevars, TitlePattern, TitleProblem, Titles};

use crate::source::Location;
use ecow::EcoString;

/// Metaparameters that make relationships.
pub const RELATIONSHIP_PARAMETERS: [&str; 4] = ["require", "subscribe", "before", "notify"];

/// What is known of one resource type.
#[derive(Clone, Debug)]
pub struct TypeFacts {
    /// The module that brings it; `None` for a core type.
    pub module: Option<EcoString>,
    /// The parameters that identify an instance; nearly always one.
    pub namevars: Vec<EcoString>,
    /// The properties.
    pub properties: Vec<EcoString>,
    /// The other parameters.
    pub parameters: Vec<EcoString>,
    /// How titles are taken apart.
    pub titles: Titles,
    /// Whether two instances with the same namevars are the same thing (`exec` is not).
    pub isomorphic: bool,
    /// The automatic relations.
    pub auto: Vec<AutoRelation>,
    /// Whether `name` is an attribute whatever the parameters are; not so of types that are declared in Puppet's own
    /// language.
    pub ruby: bool,
    /// What of it was not understood, where it is so.
    pub partly: Option<Partly>,
}

/// Why a type is not known whole.
#[derive(Clone, Debug)]
pub struct Partly {
    /// What was not understood.
    pub why: EcoString,
    /// Where it is.
    pub at: Option<Location>,
}

impl TypeFacts {
    /// Tells whether an attribute exists; metaparameters do on every type, `name` stands for a namevar.
    #[must_use]
    pub fn has_attribute(&self, name: &str) -> bool {
        (self.ruby && name == "name")
            || is_metaparameter(name)
            || self.properties.iter().chain(&self.parameters).chain(&self.namevars).any(|known| known == name)
    }

    /// Returns all attributes but metaparameters.
    pub fn attributes(&self) -> impl Iterator<Item = &EcoString> {
        self.properties.iter().chain(&self.parameters)
    }

    /// Returns the one namevar, `None` where there are several.
    #[must_use]
    pub fn namevar(&self) -> Option<&EcoString> {
        if let [one] = self.namevars.as_slice() { Some(one) } else { None }
    }

    /// Takes a title apart into namevars (`Puppet::Resource#parse_title`).
    ///
    /// # Errors
    /// Says why it cannot be.
    pub fn parse_title(&self, title: &str) -> Result<Namevars, TitleProblem> {
        self.titles.parse(title)
    }

    /// Takes over what this reading missed from what is known of the same type elsewhere.
    pub(crate) fn complete(&mut self, other: &Self) {
        let missing = |own: &[EcoString], all: &[EcoString]| {
            all.iter().filter(|name| !own.contains(name)).cloned().collect::<Vec<_>>()
        };
        if self.partly.is_some() {
            self.properties.extend(missing(&self.properties, &other.properties));
            self.parameters.extend(missing(&self.parameters, &other.parameters));
            self.namevars.extend(missing(&self.namevars, &other.namevars));
        }
        if matches!(self.titles, Titles::Unread) {
            self.titles = other.titles.clone();
        }
    }
}
