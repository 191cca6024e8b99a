//! A plain module without options: imports and settings, printed with the arguments it uses.

use super::{
    hardware::formatted,
    printer::{self, Paths},
};
use crate::{diag::Result, maps::IndexMap, translate::nixos::Expr};
use ecow::EcoString;

/// `lib.mkDefault value`.
pub(super) fn default(value: Expr) -> Expr {
    Expr::Apply(vec!["lib".into(), "mkDefault".into()], vec![value])
}

/// Imports and settings in order.
#[derive(Default)]
pub(super) struct Module {
    imports: Vec<String>,
    root: Node,
}

/// Settings by name.
#[derive(Default)]
struct Node {
    value: Option<Expr>,
    comment: Option<&'static str>,
    children: IndexMap<EcoString, Node>,
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
        self.node(option).value = Some(value);
    }

    /// Sets an option, with a comment above it.
    pub(super) fn set_with(&mut self, option: &[&str], value: Expr, comment: &'static str) {
        let node = self.node(option);
        (node.value, node.comment) = (Some(value), Some(comment));
    }

    fn node(&mut self, option: &[&str]) -> &mut Node {
        let mut node = &mut self.root;
        for name in option {
            node = node.children.entry((*name).into()).or_default();
        }
        node
    }

    /// Returns the settings as text, which tells modules apart.
    pub(super) fn bindings(&self) -> String {
        let mut out = String::new();
        match self.imports.as_slice() {
            [] => {}
            imports => out.push_str(&format!("imports = [ {} ];\n\n", imports.join(" "))),
        }
        for (at, (name, node)) in self.root.children.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            node.print(&printer::name(name), &mut out);
        }
        out
    }

    /// Prints the module below a comment.
    ///
    /// # Errors
    /// Gives a text that nixfmt does not accept: a fault of this program.
    pub(super) fn print(&self, path: &str, comment: &str) -> Result<String> {
        let body = self.bindings();
        let uses = |word: &str| body.contains(&format!(" {word}.")) || body.contains(&format!("({word}"));
        let names: Vec<&str> = ["lib", "modulesPath"].into_iter().filter(|word| uses(word)).collect();
        let arguments = names.iter().map(|name| format!("{name}, ")).collect::<String>();
        formatted(path, &format!("# {comment}\n{{ {arguments}... }}:\n\n{{\n{body}}}\n"))
    }
}

impl Node {
    fn print(&self, path: &str, out: &mut String) {
        if let Some(comment) = self.comment {
            out.push_str(&format!("# {comment}\n"));
        }
        match (&self.value, self.children.len()) {
            (Some(value), _) => out.push_str(&printer::binding(path, value, &Nowhere)),
            (None, 1) => {
                for (name, node) in &self.children {
                    node.print(&format!("{path}.{}", printer::name(name)), out);
                }
            }
            (None, _) => {
                out.push_str(&format!("{path} = {{\n"));
                for (name, node) in &self.children {
                    node.print(&printer::name(name), out);
                }
                out.push_str("};\n");
            }
        }
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
