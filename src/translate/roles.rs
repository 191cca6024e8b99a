//! The roles of a host, by which it is tagged for deployment.
//!
//! In: the catalog's classes, the ENC's classes, the trusted extension `pp_role`. Out: short words.

use super::attributes::slug;
use crate::{catalog::Catalog, inputs::NodeInputs, maps::IndexSet, value::Value};
use ecow::EcoString;

/// Returns the roles: classes of a module `role` or `roles`, else those that the ENC names; and `pp_role`.
#[must_use]
pub fn roles(catalog: &Catalog, node: Option<&NodeInputs>) -> Vec<EcoString> {
    let of_module = |class: &&EcoString| class.starts_with("role::") || class.starts_with("roles::");
    let declared = catalog.classes.iter().filter(of_module);
    let mut found: IndexSet<EcoString> = declared.map(|class| word(class)).collect();
    if let Some(node) = node {
        if found.is_empty() {
            let given =
                node.classes.keys().filter(|class| !class.trim_start_matches("::").starts_with("profile::"));
            found.extend(given.map(|class| word(class)));
        }
        let extension = node.trusted.get("extensions").and_then(|it| it.get("pp_role"));
        found.extend(extension.and_then(Value::as_str).map(word));
    }
    found.into_iter().collect()
}

fn word(class: &str) -> EcoString {
    let class = class.trim_start_matches("::").to_lowercase();
    let short = class.strip_prefix("role::").or_else(|| class.strip_prefix("roles::")).unwrap_or(&class);
    slug(&short.replace("::", "-"))
}
