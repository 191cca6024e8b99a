//! Packages by name: what a legacy host's package or program is in nixpkgs.
//!
//! In: `data/packages.tsv` (checked by hand), `data/packages-by-name.txt` (names that both sides share) and
//! `data/programs.tsv`. Out: [`NameMap`], which answers for `translate` and says how sure it is.

mod by_name;

use crate::maps::HashMap;
use crate::translate::nixos::{Confidence, PackageAnswer, PackageNames};
use ecow::{EcoString, eco_format};
use std::sync::LazyLock;

static PACKAGES: LazyLock<HashMap<&'static str, PackageAnswer>> = LazyLock::new(|| {
    let rows = include_str!("../../data/packages.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(row).collect()
});

static PROGRAMS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let rows = include_str!("../../data/programs.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| line.split_once('\t')).collect()
});

fn row(line: &'static str) -> Option<(&'static str, PackageAnswer)> {
    let mut columns = line.split('\t');
    let (name, kind, value) = (columns.next()?, columns.next()?, columns.next()?);
    let answer = match kind {
        "attr" => PackageAnswer::Attribute(value.into(), Confidence::Checked),
        "base" => PackageAnswer::Base(value.into()),
        "enable" => PackageAnswer::Service(value.into()),
        "module" => PackageAnswer::Module(value.into()),
        "drop" => PackageAnswer::Dropped(value.into()),
        _ => return None,
    };
    Some((name, answer))
}

/// The map that is part of the program.
#[derive(Clone, Copy, Debug, Default)]
pub struct NameMap;

impl PackageNames for NameMap {
    fn nixos(&self, name: &str) -> Option<PackageAnswer> {
        let bare = name.split([':', '=', '/']).next().unwrap_or(name);
        PACKAGES.get(bare).cloned().or_else(|| by_suffix(bare)).or_else(|| by_kind(bare))
    }

    fn language(&self, provider: &str, name: &str) -> Option<PackageAnswer> {
        let set = match provider {
            "pip" | "pip2" | "pip3" | "pipx" => "python3Packages",
            "gem" | "puppet_gem" | "puppetserver_gem" => "rubyPackages",
            "npm" => "nodePackages",
            "cpan" | "cpanm" => return Some(perl(name)),
            _ => return None,
        };
        if provider.starts_with("puppet") {
            return Some(PackageAnswer::Dropped("Puppet's agent is retired".into()));
        }
        let found = by_name::member(set, name);
        let found = found.map(|found| PackageAnswer::Attribute(found, Confidence::SameName));
        found.or_else(|| PACKAGES.get(name).cloned()).or_else(|| by_kind(name))
    }

    fn program(&self, name: &str) -> Option<EcoString> {
        PROGRAMS.get(name).map(|&attribute| attribute.into())
    }
}

/// Parts of packages that have no meaning where a package is one folder.
fn by_suffix(name: &str) -> Option<PackageAnswer> {
    let part = |reason: &str| Some(PackageAnswer::Dropped(reason.into()));
    let kernel = ["linux-image", "linux-headers", "kernel-devel", "kernel-headers"];
    match name {
        _ if kernel.iter().any(|start| name.starts_with(start)) => {
            Some(PackageAnswer::Base("the kernel is part of the system (boot.kernelPackages)".into()))
        }
        _ if name.ends_with("-dev") || name.ends_with("-devel") => part("headers are inputs of builds"),
        _ if name.ends_with("-doc") || name.ends_with("-docs") => part("documentation of a package"),
        _ if name.ends_with("-dbg") || name.ends_with("-dbgsym") || name.ends_with("-debuginfo") => {
            part("symbols of a package")
        }
        _ if name.starts_with("firmware-") || name.starts_with("linux-firmware") => {
            Some(PackageAnswer::Base("hardware.enableRedistributableFirmware".into()))
        }
        _ if name.ends_with("-archive-keyring") => part("keys of apt's sources"),
        _ if name.starts_with("golang-github-") || name.starts_with("golang-golang-") => {
            part("sources of Go are inputs of builds")
        }
        _ if name.starts_with("task-") => part("a collection of Debian's installer"),
        _ => None,
    }
}

/// Libraries of languages by the rules that distributions name them by, then names that both sides share.
fn by_kind(name: &str) -> Option<PackageAnswer> {
    let same = |attribute| PackageAnswer::Attribute(attribute, Confidence::SameName);
    for (start, set) in [
        ("python3-", "python3Packages"),
        ("python-", "python3Packages"),
        ("ruby-", "rubyPackages"),
        ("rubygem-", "rubyPackages"),
        ("node-", "nodePackages"),
        ("nodejs-", "nodePackages"),
    ] {
        if let Some(found) = name.strip_prefix(start).and_then(|rest| by_name::member(set, rest)) {
            return Some(same(found));
        }
    }
    let debian = name.strip_prefix("lib").and_then(|rest| rest.strip_suffix("-perl"));
    if let Some(module) = debian.or_else(|| name.strip_prefix("perl-")) {
        return Some(perl(module));
    }
    if let Some(library) = name.strip_prefix("r-cran-") {
        let attribute = eco_format!("rPackages.{}", library.replace(['.', '-'], "_"));
        return Some(PackageAnswer::Attribute(attribute, Confidence::Convention));
    }
    by_name::member("pkgs", name).map(same)
}

/// Perl's modules are named after their parts, each with a capital: nixpkgs joins them, Debian writes them small.
fn perl(module: &str) -> PackageAnswer {
    const WORDS: [(&str, &str); 32] = [
        ("api", "API"),
        ("cgi", "CGI"),
        ("crypt", "Crypt"),
        ("css", "CSS"),
        ("csv", "CSV"),
        ("db", "DB"),
        ("dbd", "DBD"),
        ("dbi", "DBI"),
        ("dns", "DNS"),
        ("fcgi", "FCGI"),
        ("gd", "GD"),
        ("html", "HTML"),
        ("http", "HTTP"),
        ("imagemagick", "ImageMagick"),
        ("io", "IO"),
        ("ip", "IP"),
        ("json", "JSON"),
        ("ldap", "LDAP"),
        ("lwp", "LWP"),
        ("md5", "MD5"),
        ("mime", "MIME"),
        ("pod", "Pod"),
        ("smtp", "SMTP"),
        ("snmp", "SNMP"),
        ("socket6", "Socket6"),
        ("soap", "SOAP"),
        ("sql", "SQL"),
        ("ssl", "SSL"),
        ("ssleay", "SSLeay"),
        ("uri", "URI"),
        ("www", "WWW"),
        ("xml", "XML"),
    ];
    let parts = module.split(['-', ':']).filter(|part| !part.is_empty());
    let word = |part: &str| match WORDS.iter().find(|(small, _)| *small == part) {
        Some((_, word)) => (*word).to_owned(),
        None => {
            let mut letters = part.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        }
    };
    let joined: String = parts.map(word).collect();
    PackageAnswer::Attribute(eco_format!("perlPackages.{joined}"), Confidence::Convention)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_tables_is_read() {
        let rows = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(PACKAGES.len(), rows(include_str!("../../data/packages.tsv")));
        assert_eq!(PROGRAMS.len(), rows(include_str!("../../data/programs.tsv")));
    }

    #[test]
    fn names_by_kind() {
        let checked = |name: &str| PackageAnswer::Attribute(name.into(), Confidence::Checked);
        let same = |name: &str| PackageAnswer::Attribute(name.into(), Confidence::SameName);
        let named = |name: &str| PackageAnswer::Attribute(name.into(), Confidence::Convention);
        assert_eq!(NameMap.nixos("dnsutils"), Some(checked("dig")));
        assert_eq!(NameMap.nixos("vim:amd64"), Some(checked("vim")));
        assert_eq!(NameMap.nixos("python3-paramiko"), Some(same("python3Packages.paramiko")));
        assert_eq!(
            NameMap.nixos("python3-prometheus-client"),
            Some(same("python3Packages.prometheus-client"))
        );
        assert_eq!(NameMap.nixos("libwww-mechanize-perl"), Some(named("perlPackages.WWWMechanize")));
        assert_eq!(NameMap.nixos("memcached"), Some(PackageAnswer::Service("services.memcached".into())));
        assert!(matches!(NameMap.nixos("libssl-dev"), Some(PackageAnswer::Dropped(_))));
        assert_eq!(NameMap.nixos("acme-internal-tool"), None);
        assert_eq!(NameMap.program("psql").as_deref(), Some("postgresql"));
    }

    #[test]
    fn packages_of_languages() {
        let same = |name: &str| Some(PackageAnswer::Attribute(name.into(), Confidence::SameName));
        assert_eq!(NameMap.language("pip3", "Flask_SQLAlchemy"), same("python3Packages.flask-sqlalchemy"));
        assert_eq!(NameMap.language("gem", "nokogiri"), same("rubyPackages.nokogiri"));
        assert_eq!(NameMap.language("pip3", "acme-internal-tool"), None);
        assert!(matches!(NameMap.language("puppet_gem", "hiera-eyaml"), Some(PackageAnswer::Dropped(_))));
        let named = PackageAnswer::Attribute("perlPackages.JSONXS".into(), Confidence::Convention);
        assert_eq!(NameMap.language("cpan", "JSON::XS"), Some(named));
    }
}
