//! Packages.

use crate::model::{ItemId, ItemKind, Package, PackageState};
use crate::translate::{
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule = Rule {
    name: "package",
    doc: "packages of the host's package manager, and of pip, gem and npm",
    claims: claims_type!("Package"),
    apply,
};

/// Providers that are the host's own package manager.
const OWN: [&str; 8] = ["apt", "aptitude", "dpkg", "yum", "dnf", "rpm", "zypper", "apk"];

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let name = attributes.name("name");
    let mut state = match attributes.string("ensure").as_deref() {
        None | Some("present" | "installed") => PackageState::Installed,
        Some("latest") => PackageState::Latest,
        Some("absent") => PackageState::Absent,
        Some("purged") => PackageState::Purged,
        Some("held") => PackageState::Held,
        Some(version) => PackageState::Version(version.into()),
    };
    if attributes.string("mark").as_deref() == Some("hold") && state == PackageState::Installed {
        state = PackageState::Held;
    }
    let provider = attributes.string("provider").filter(|name| !OWN.contains(&name.as_str()));
    attributes.satisfied(
        &["configfiles", "allowcdrom", "adminfile", "responsefile", "install_options", "uninstall_options"],
        "steers the package manager only",
    );
    attributes.satisfied(
        &["reinstall_on_refresh", "package_settings", "flavor", "allow_virtual", "enable_only", "command"],
        "steers the package manager only",
    );
    build.config.packages.push(Package { name: name.clone(), state, provider, from: build.from.clone() });
    Outcome::item(ItemId::new(ItemKind::Package, name))
}
