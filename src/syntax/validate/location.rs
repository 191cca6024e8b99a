//! Where a file lies in a module, and so what it may define.

use super::Checker;
use crate::syntax::{
    Options,
    ast::{Expr, ExprKind},
    codes,
};
use std::path::{Component, Path, PathBuf};

/// What a file's place says about its definitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Anything may be defined.
    Free,
    /// The file of a module outside of its `manifests`, `functions`, `types` and `plans`.
    Stray,
    /// Names must begin with this, in lower case.
    Namespace(String),
}

/// Finds out what a file may define (`namespace_for_file`).
pub(super) fn place(path: &str, options: &Options) -> Place {
    if !path.ends_with(".pp") {
        return Place::Free;
    }
    let path = clean(Path::new(path));
    if options.manifest.as_ref().is_some_and(|manifest| is_within(&path, &clean(manifest))) {
        return Place::Free;
    }
    let relative = options.module_path.iter().find_map(|dir| path.strip_prefix(clean(dir)).ok());
    match relative {
        Some(relative) => namespace(relative),
        None => Place::Free,
    }
}

/// Puppet compares the beginning of the text.
fn is_within(path: &Path, manifest: &Path) -> bool {
    path.to_string_lossy().starts_with(&*manifest.to_string_lossy())
}

fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if cleaned.pop() => {}
            Component::ParentDir | Component::Normal(_) | Component::RootDir | Component::Prefix(_) => {
                cleaned.push(component);
            }
        }
    }
    cleaned
}

fn namespace(relative: &Path) -> Place {
    let relative = relative.to_string_lossy().to_lowercase();
    let parts: Vec<&str> = relative.split('/').collect();
    let [module, dir, inner @ .., file] = parts.as_slice() else { return Place::Stray };
    if !matches!(*dir, "manifests" | "functions" | "types" | "plans") {
        return Place::Stray;
    }
    let mut names = vec![*module];
    names.extend(inner);
    if !(inner.is_empty() && *file == "init.pp") {
        names.push(file.strip_suffix(".pp").unwrap_or(file));
    }
    Place::Namespace(names.join("::"))
}

impl Checker<'_> {
    /// Checks that a module's file has nothing but definitions at its top.
    pub(super) fn top_constructs(&mut self) {
        if self.place == Place::Free {
            return;
        }
        let ast = self.ast;
        let statements = match &*ast.body.statements {
            [Expr { kind: ExprKind::Block(block), .. }] => &block.statements,
            _ => &ast.body.statements,
        };
        for statement in statements {
            if !is_definition(statement) {
                let message = "only definitions may stand at the top of a module's file";
                self.report(&codes::TOP_CONSTRUCT, statement.anchor(), message);
            }
        }
    }

    /// Checks that a definition's name fits its file.
    pub(super) fn file_namespace(&mut self, name: &str, expr: &Expr) {
        let fits = match &self.place {
            Place::Free => true,
            Place::Stray => false,
            Place::Namespace(namespace) => name.to_lowercase().starts_with(namespace.as_str()),
        };
        if !fits {
            let message = format!("`{name}` does not belong into the file `{}`", self.ast.source.path());
            self.report(&codes::LOCATION, expr.span, message);
        }
    }
}

fn is_definition(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Class(_)
            | ExprKind::Define(_)
            | ExprKind::Function(_)
            | ExprKind::TypeAlias(_)
            | ExprKind::TypeMapping(_)
            | ExprKind::TypeDefinition(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_s_path_gives_the_namespace() {
        let options = Options {
            module_path: vec![PathBuf::from("/site/../m")],
            manifest: Some(PathBuf::from("/m/x/manifests/site.pp")),
            ..Options::default()
        };
        let place = |path: &str| place(path, &options);
        assert_eq!(place("/m/ntp/manifests/init.pp"), Place::Namespace("ntp".into()));
        assert_eq!(place("/m/ntp/manifests/a/B.pp"), Place::Namespace("ntp::a::b".into()));
        assert_eq!(place("/m/ntp/examples/a.pp"), Place::Stray);
        assert_eq!(place("/m/x/manifests/site.pp"), Place::Free);
        assert_eq!(place("/other/a.pp"), Place::Free);
        assert_eq!(place("/m/ntp/templates/a.epp"), Place::Free);
    }
}
