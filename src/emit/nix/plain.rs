//! A plain module without options: imports and settings, printed with the arguments it uses.

use super::{
    host::{self, arguments, blocks},
    printer::Paths,
    tree::Writer,
};
use crate::{
    diag::Result,
    translate::nixos::{Expr, Setting, Topic},
};

/// `lib.mkDefault value`.
pub(super) fn default(value: Expr) -> Expr {
    Expr::apply("lib.mkDefault", vec![value])
}

/// Imports and settings in order.
#[derive(Default)]
pub(super) struct Module {
    imports: Vec<String>,
    settings: Vec<Setting>,
}

impl Module {
    /// Imports a file relative to this one.
    pub(super) fn import(&mut self, path: String) {
        self.imports.push(path);
    }

    /// Imports by an expression.
    pub(super) fn import_path(&mut self, expression: &str) {
        self.imports.push(expression.to_owned());
    }

    pub(super) fn set(&mut self, option: &[&str], value: Expr) {
        self.set_with(option, value, "");
    }

    /// Sets an option, with a comment above it.
    pub(super) fn set_with(&mut self, option: &[&str], value: Expr, comment: &'static str) {
        let option = option.iter().map(|&name| name.into()).collect();
        self.settings.push(Setting { origin: comment.into(), ..Setting::new(Topic::Host, option, value) });
    }

    /// Returns the settings as text, which tells modules apart.
    pub(super) fn bindings(&self) -> String {
        let mut writer = Writer::new(&Nowhere, false);
        for (path, tree) in blocks(self.settings.iter().zip(0..)) {
            writer.gap();
            writer.block(&path, &tree);
        }
        match self.imports.as_slice() {
            [] => writer.out,
            imports => format!("imports = [ {} ];\n\n{}", imports.join(" "), writer.out),
        }
    }

    /// Prints the module below a comment.
    ///
    /// # Errors
    /// Gives a text that nixfmt does not accept: a fault of this program.
    pub(super) fn print(&self, path: &str, comment: &str) -> Result<String> {
        let body = self.bindings();
        host::format(path, &format!("# {comment}\n{}\n\n{{\n{body}}}\n", arguments(&body)))
    }
}

/// No file of the output is referred to.
struct Nowhere;

impl Paths for Nowhere {
    fn file(&self, key: &str) -> String {
        format!("./{key}")
    }

    fn path(&self, path: &str) -> String {
        format!("./{path}")
    }
}
