//! Where the data of a level lies for one node: paths, globs and mapped paths, resolved.

use super::{
    codes,
    config::{Config, Level, Places},
    files::normal,
    search::Search,
};
use crate::{
    diag::{Diagnostic, Result},
    source::World,
    value::Value,
};
use std::path::{Path, PathBuf};

/// A resolved location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// As it was written.
    pub written: String,
    /// The file.
    pub path: PathBuf,
}

impl Search<'_> {
    /// Resolves the locations of a level; `None` for a level without any.
    pub(super) fn places(&self, level: &Level, config: &Config) -> Result<Option<Vec<Place>>> {
        let placed = self.resolve_places(level, config);
        placed.map_err(|found| Box::new(found.or_at(|| level.at.clone())))
    }

    fn resolve_places(&self, level: &Level, config: &Config) -> Result<Option<Vec<Place>>> {
        let datadir = config.folder.join(level.datadir.as_str());
        let datadir = PathBuf::from(self.interpolate_path(&datadir.to_string_lossy())?);
        let path = |written: &ecow::EcoString| {
            let path = datadir.join(self.interpolate_path(written)?);
            Ok(Place { written: written.to_string(), path })
        };
        match &level.places {
            Places::None => Ok(None),
            Places::Paths(paths) => paths.iter().map(path).collect::<Result<Vec<_>>>().map(Some),
            Places::Globs(globs) => {
                let mut all = Vec::new();
                for written in globs {
                    let pattern = datadir.join(self.interpolate_path(written)?);
                    let found = glob(&pattern, self.hiera.files.world);
                    all.extend(found.into_iter().map(|path| Place { written: written.to_string(), path }));
                }
                Ok(Some(all))
            }
            Places::Mapped { variable, name, template } => {
                self.mapped([variable, name, template], &datadir).map(Some)
            }
            Places::Uris(_) => {
                let message = format!("`uri` in the level `{}` is not supported yet", level.name);
                Err(Box::new(Diagnostic::error(&codes::BACKEND, message)))
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
    fn mapped(&self, [variable, name, template]: [&str; 3], datadir: &Path) -> Result<Vec<Place>> {
        let values = match self.scope_variable(variable, "mapped_path[0]")? {
            Value::Array(items) => items.iter().cloned().collect(),
            Value::Undef => Vec::new(),
            Value::Str(text) if text.is_empty() => Vec::new(),
            one => vec![one],
        };
        let place = |value: Value| {
            let path = self.with_local(name, value, || self.interpolate_path(template))?;
            Ok(Place { written: template.to_owned(), path: datadir.join(path) })
        };
        values.into_iter().map(place).collect()
    }
}

/// Files that match a pattern of `*`, `?`, `[…]`, `{a,b}` and `**`, sorted.
fn glob(pattern: &Path, world: &dyn World) -> Vec<PathBuf> {
    let pattern = normal(pattern).to_string_lossy().into_owned();
    let mut found = Vec::new();
    for alternative in braces(&pattern) {
        let parts: Vec<&str> = alternative.split('/').filter(|part| !part.is_empty()).collect();
        let start = PathBuf::from(if alternative.starts_with('/') { "/" } else { "" });
        let mut matched = Vec::new();
        descend(&start, &parts, world, &mut matched);
        found.extend(matched.into_iter().filter(|path| world.is_file(path)));
    }
    found
}

fn descend(folder: &Path, parts: &[&str], world: &dyn World, found: &mut Vec<PathBuf>) {
    let Some((first, rest)) = parts.split_first() else {
        found.push(folder.to_owned());
        return;
    };
    let list = || {
        world.list(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }).unwrap_or_default()
    };
    if *first == "**" && !rest.is_empty() {
        descend(folder, rest, world, found);
        for name in list().into_iter().filter(|name| !name.starts_with('.')) {
            let inside = folder.join(name);
            if world.is_dir(&inside) {
                descend(&inside, parts, world, found);
            }
        }
    } else if first.contains(['*', '?', '[']) {
        let visible = |name: &String| first.starts_with('.') || !name.starts_with('.');
        for name in list().into_iter().filter(visible).filter(|name| matches(first, name)) {
            descend(&folder.join(name), rest, world, found);
        }
    } else {
        descend(&folder.join(first), rest, world, found);
    }
}

/// Expands the first `{a,b}` and what is left of it.
fn braces(pattern: &str) -> Vec<String> {
    let expanded = || {
        let start = pattern.find('{')?;
        let end = start + pattern.get(start..)?.find('}')?;
        let (before, after) = (pattern.get(..start)?, pattern.get(end + 1..)?);
        let inside = pattern.get(start + 1..end)?;
        Some(inside.split(',').flat_map(|one| braces(&format!("{before}{one}{after}"))).collect())
    };
    expanded().unwrap_or_else(|| vec![pattern.to_owned()])
}

/// Matches one name.
fn matches(pattern: &str, name: &str) -> bool {
    let mut rest = pattern.chars();
    let Some(first) = rest.next() else { return name.is_empty() };
    let mut inside = name.chars();
    match first {
        '*' => {
            let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
            let mut tails = ends.filter_map(|at| name.get(at..));
            tails.any(|tail| matches(rest.as_str(), tail))
        }
        '?' => inside.next().is_some() && matches(rest.as_str(), inside.as_str()),
        '[' => match (rest.as_str().split_once(']'), inside.next()) {
            (Some((set, after)), Some(found)) => in_set(set, found) && matches(after, inside.as_str()),
            (_, _) => false,
        },
        _ => inside.next() == Some(first) && matches(rest.as_str(), inside.as_str()),
    }
}

fn in_set(set: &str, found: char) -> bool {
    let (negated, set) = match set.strip_prefix(['!', '^']) {
        Some(rest) => (true, rest),
        None => (false, set),
    };
    let chars: Vec<char> = set.chars().collect();
    let ranges =
        chars.windows(3).any(|window| matches!(window, [from, '-', to] if (*from..=*to).contains(&found)));
    (ranges || chars.contains(&found)) != negated
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemoryWorld;

    #[test]
    fn globs_are_sorted_and_do_not_see_hidden_files() {
        let world = ["/d/b.yaml", "/d/a.yaml", "/d/.h.yaml", "/d/x/c.yaml", "/d/x/y/d.yml"]
            .iter()
            .fold(MemoryWorld::default(), |world, path| world.with(*path, ""));
        let found = |pattern: &str| glob(Path::new(pattern), &world);
        assert_eq!(found("/d/*.yaml"), ["/d/a.yaml", "/d/b.yaml"].map(PathBuf::from));
        assert_eq!(found("/d/**/*.{yaml,yml}").len(), 4);
        assert_eq!(found("/d/[a-a].yaml"), [PathBuf::from("/d/a.yaml")]);
    }
}
