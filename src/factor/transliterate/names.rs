//! Names of the variables that lambdas bind.

use crate::translate::nixos::Expr;
use ecow::{EcoString, eco_format};

/// Words of Nix, and names that transliterated expressions use freely.
const TAKEN: [&str; 20] = [
    "assert", "builtins", "cfg", "config", "else", "false", "if", "in", "inherit", "let", "lib", "map",
    "null", "or", "pkgs", "rec", "then", "toString", "true", "with",
];

/// Gives a variable a name that hides nothing; `used` are those that are bound around it.
pub(super) fn local(wanted: &str, used: &[EcoString]) -> EcoString {
    let letters = wanted.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' });
    let mut base: String = letters.collect::<String>().trim_start_matches('_').into();
    if !base.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        base.insert(0, 'x');
    }
    let free = |name: &str| !TAKEN.contains(&name) && !used.iter().any(|known| known == name);
    if free(&base) {
        return base.into();
    }
    let numbered = (2..).map(|number| eco_format!("{base}{number}"));
    numbered.take(used.len() + 2).find(|name| free(name)).unwrap_or(base.into())
}

/// The variable as an expression.
pub(super) fn variable(name: &EcoString) -> Expr {
    Expr::Select(vec![name.clone()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hide_nothing() {
        assert_eq!(local("user", &[]), "user");
        assert_eq!(local("user", &["user".into()]), "user2");
        assert_eq!(local("with", &[]), "with2");
        assert_eq!(local("_x-1", &[]), "x_1");
    }
}
