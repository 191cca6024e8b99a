//! Globs of paths, as Ruby's `Dir.glob` expands them.

use super::files::normal;
use crate::source::World;
use std::path::{Path, PathBuf};

/// Files that match a pattern of `*`, `?`, `[…]`, `{a,b}` and `**`, sorted.
pub(super) fn glob(pattern: &Path, world: &dyn World) -> Vec<PathBuf> {
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
