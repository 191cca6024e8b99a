//! The register of diagnostic codes, assembled from each stage's table.

use crate::diag::Code;

/// Returns every code, by stage.
#[must_use]
pub fn all_codes() -> Vec<&'static Code> {
    let mut codes: Vec<&'static Code> = Vec::new();
    codes.extend(crate::syntax::CODES);
    codes.extend(super::parse::CODES);
    codes.extend(crate::restypes::CODES);
    codes.extend(crate::inputs::CODES);
    codes.extend(crate::hiera::CODES);
    codes.extend(crate::compile::CODES);
    codes.extend(crate::catalog::CODES);
    codes.extend(crate::ruby::CODES);
    codes.extend(crate::functions::CODES);
    codes.extend(crate::eval::CODES);
    codes.extend(crate::model::CODES);
    codes.extend(crate::options::CODES);
    codes.extend(crate::translate::CODES);
    codes.extend(crate::factor::CODES);
    codes.extend(crate::emit::CODES);
    codes.extend(crate::store::CODES);
    codes.extend(crate::build::CODES);
    codes.extend(crate::diff::CODES);
    codes.extend(crate::verify::CODES);
    codes.extend(crate::check::CODES);
    codes.extend(crate::activate::CODES);
    codes.extend(crate::report::CODES);
    codes.extend(super::explain::CODES);
    codes.extend(super::observe::CODES);
    codes.extend(super::secrets::CODES);
    codes
}

/// Finds a code by its name.
#[must_use]
pub fn find_code(name: &str) -> Option<&'static Code> {
    all_codes().into_iter().find(|code| code.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique() {
        let mut names: Vec<_> = all_codes().iter().map(|code| code.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
