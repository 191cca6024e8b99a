//! Which Ruby functions the modules have, and whether a native builtin may stand in for a module's own.
//!
//! A native was ported from one kind of file: `newfunction` (3.x) or `create_function` (4.x). A module of another
//! version may have the function in the other kind, as a forwarder to a `stdlib::` name, or not at all; then the
//! module's own file runs, or the function is unknown, as in Puppet.

use super::environment::Environment;
use crate::{
    functions::{Function, Generation},
    maps::HashSet,
    source::{RecordingWorld, World},
};
use ecow::EcoString;
use std::{
    path::Path,
    sync::{Arc, PoisonError},
};

/// The names of a module's Ruby functions.
#[derive(Debug, Default)]
pub(crate) struct RubyFunctions {
    modern: HashSet<EcoString>,
    old: HashSet<EcoString>,
}

/// What a native builtin of a module is to the module that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Native {
    /// It stands in for the module's own.
    Same,
    /// Likewise; the module warns of its use first (a 4.x file that forwards to the 3.x one).
    Deprecated,
    /// The module has it as a forwarder to its `stdlib::` name, which warns first.
    Forwarded,
    /// The module has none, or one that is written otherwise: the module's own is looked for.
    Other,
}

impl RubyFunctions {
    /// Lists a module's functions.
    fn list(module: &Path, name: &str, world: &dyn World) -> Self {
        let mut found = Self::default();
        let lib = module.join("lib/puppet");
        found.modern.extend(stems(&lib.join("functions"), world));
        let inside = stems(&lib.join("functions").join(name), world);
        found.modern.extend(inside.map(|stem| EcoString::from(format!("{name}::{stem}"))));
        found.old.extend(stems(&lib.join("parser/functions"), world));
        found
    }

    fn native(&self, function: &Function) -> Native {
        let forwards = || self.modern.contains(format!("{}::{}", function.module, function.name).as_str());
        match (function.generation, self.modern.contains(function.name), self.old.contains(function.name)) {
            (_, true, _) if !function.name.contains("::") && forwards() => Native::Forwarded,
            (Generation::Four, true, _) | (Generation::Three, false, true) => Native::Same,
            (Generation::Three, true, true) => Native::Deprecated,
            (Generation::Four, false, _) | (Generation::Three, _, false) => Native::Other,
        }
    }
}

fn stems(folder: &Path, world: &dyn World) -> impl Iterator<Item = EcoString> + use<> {
    let names = world.list(folder).unwrap_or_default();
    names.into_iter().filter_map(|name| name.strip_suffix(".rb").map(EcoString::from))
}

impl Environment {
    /// Returns the Ruby functions of a module that is on the module path.
    pub(crate) fn ruby_functions(&self, module: &str, world: &dyn World) -> Option<Arc<RubyFunctions>> {
        let folder = self.modules().get(module)?;
        let mut known = self.ruby_functions.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains_key(module) {
            let recording = RecordingWorld::new(world);
            let found = Arc::new(RubyFunctions::list(folder, module, &recording));
            known.insert(module.into(), (found, recording.recorded().into()));
        }
        let (found, asked) = known.get(module)?;
        world.note(asked);
        Some(found.clone())
    }

    /// Tells what a builtin that was ported from a module is to the module as it is on the module path.
    pub(crate) fn native(&self, function: &Function, world: &dyn World) -> Native {
        match self.ruby_functions(function.module, world) {
            Some(functions) => functions.native(function),
            None => Native::Other,
        }
    }

    /// Returns the names of all functions that can be called, for "did you mean": those of Puppet and the modules'.
    pub(crate) fn function_names(&self, world: &dyn World) -> Vec<EcoString> {
        let own = crate::functions::functions().iter().filter(|it| it.module == "puppet");
        let mut names: Vec<EcoString> = own.map(|it| it.name.into()).collect();
        for module in self.modules().keys() {
            if let Some(functions) = self.ruby_functions(module, world) {
                names.extend(functions.modern.iter().chain(&functions.old).cloned());
            }
        }
        names.sort_unstable();
        names.dedup();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{functions::find, source::MemoryWorld};

    fn native(name: &str, files: &[&str]) -> Native {
        let lib = |file: &&str| format!("/stdlib/lib/puppet/{file}.rb");
        let world = files.iter().map(lib).fold(MemoryWorld::default(), |world, file| world.with(file, ""));
        RubyFunctions::list(Path::new("/stdlib"), "stdlib", &world).native(find(name).unwrap())
    }

    #[test]
    fn a_native_stands_in_for_the_file_it_was_ported_from() {
        assert_eq!(native("pick", &["parser/functions/pick"]), Native::Same);
        assert_eq!(
            native("is_array", &["parser/functions/is_array", "functions/is_array"]),
            Native::Deprecated
        );
        assert_eq!(native("is_array", &["parser/functions/pick"]), Native::Other);
        assert_eq!(native("seeded_rand", &["functions/seeded_rand"]), Native::Other);
        assert_eq!(native("to_yaml", &["functions/to_yaml"]), Native::Same);
        assert_eq!(native("to_yaml", &["functions/to_yaml", "functions/stdlib/to_yaml"]), Native::Forwarded);
        assert_eq!(
            native("stdlib::to_yaml", &["functions/to_yaml", "functions/stdlib/to_yaml"]),
            Native::Same
        );
    }
}
