//! `migrate explain`: from the Puppet line and Hiera key to the output line; or what a diagnostic code means.

use super::{
    Session, Status,
    conversion::convert,
    find_code,
    inputs::SourceArguments,
    session::{Outcome, Stop},
};
use crate::{
    catalog::{Catalog, Resource},
    diag::{Code, Diagnostic},
    emit::Output,
    source::{Origin, Read},
    translate::{Entry, Translated, Verdict},
};
use clap::Args;
use std::{fmt::Write as _, path::PathBuf};

/// A resource that no node has, or a code that is none.
pub(super) const UNKNOWN: Code = Code {
    name: "explain::unknown",
    title: "neither a resource of a catalog nor a code",
    explanation: "Name a resource as the catalog does (`File[/etc/motd]`), or a code as a diagnostic prints it \
                  (`eval::unknown-function`).",
};

/// All codes of this command.
pub(super) const CODES: &[Code] = &[UNKNOWN];

/// Explain where a resource comes from and what it becomes, or what a diagnostic code means
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A resource such as `File[/etc/motd]`, or a code such as `eval::unknown-function`
    #[arg(value_name = "RESOURCE|CODE")]
    what: String,
    /// The control repo: a Puppet environment
    #[arg(default_value = ".", value_name = "REPO")]
    repo: PathBuf,
    #[command(flatten)]
    sources: SourceArguments,
}

impl Explain {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        if !self.what.contains('[') {
            return self.code(session);
        }
        // what a line of the output looks like depends on all hosts
        let conversion = convert(&self.repo, &self.sources.of_all_nodes(), session)?;
        let output = conversion.emit()?;
        let selected = |certname: &str| self.sources.selects(certname);
        let catalogs = conversion.catalogs().zip(&conversion.hosts).filter(|(it, _)| selected(&it.name));
        let mut found = false;
        for (catalog, host) in catalogs {
            if let Some(resource) = self.resource(catalog) {
                let text = Chain { resource, host, output: &output }.text();
                write!(session.out, "{}{text}", if found { "\n" } else { "" })?;
                found = true;
            }
        }
        let failed = conversion.compiled.iter().filter(|node| node.catalog.is_none());
        for node in failed.filter(|node| selected(&node.certname)) {
            writeln!(session.err, "not compiled: {}", node.certname)?;
        }
        if found { Ok(Status::Done) } else { Err(self.unknown()) }
    }

    fn code(&self, session: &mut Session<'_>) -> Outcome {
        let code = find_code(&self.what).ok_or_else(|| self.unknown())?;
        writeln!(session.out, "{}: {}\n\n{}", code.name, code.title, code.explanation)?;
        Ok(Status::Done)
    }

    fn resource<'a>(&self, catalog: &'a Catalog) -> Option<&'a Resource> {
        catalog.resources.values().find(|resource| resource.reference.to_string() == self.what)
    }

    fn unknown(&self) -> Stop {
        let message = format!("`{}` is neither a resource of these nodes nor a code", self.what);
        let help = "`migrate compile --format summary` says what compiles; titles are case-sensitive";
        Stop::Diagnostics(vec![Diagnostic::error(&UNKNOWN, message).help(help)])
    }
}

/// One resource on one host.
struct Chain<'a> {
    resource: &'a Resource,
    host: &'a Translated,
    output: &'a Output,
}

impl Chain<'_> {
    fn text(&self) -> String {
        let mut out = String::new();
        let host = &self.host.config.host.certname;
        line(&mut out, 0, &self.resource.reference.to_string(), &format!("on {host}"));
        self.origin(&self.resource.origin, 2, &mut out);
        let entry = self.host.ledger.entries.iter().find(|entry| entry.resource == self.resource.reference);
        match entry {
            Some(entry) => self.entry(entry, &mut out),
            None => line(&mut out, 2, "becomes", "nothing by itself: it is accounted by what it contains"),
        }
        out
    }

    fn origin(&self, origin: &Origin, indent: usize, out: &mut String) {
        if let Some(at) = &origin.at {
            line(out, indent, "declared", &at.to_string());
        }
        for frame in origin.frames.iter().rev() {
            let place =
                frame.declared_at.as_ref().map(|at| format!(", declared at {at}")).unwrap_or_default();
            line(out, indent, "in", &format!("{}{place}", frame.container));
        }
        for guard in origin.guards.iter() {
            line(out, indent, "because", &format!("{}: {}", guard.at, guard.branch));
        }
        if !origin.iteration.is_empty() {
            line(out, indent, "for", &origin.iteration.join(" / "));
        }
        reads(&origin.reads, indent, out);
    }

    fn entry(&self, entry: &Entry, out: &mut String) {
        line(out, 2, "becomes", &verdict(&entry.verdict));
        if let Some(consumer) = &entry.consumer {
            line(out, 2, "read by", consumer);
        }
        for (name, parameter) in &self.resource.parameters {
            let at = parameter.origin.at.as_ref().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(out, "  {name} => {at}");
            reads(&parameter.origin.reads, 4, out);
            if let Some(own) = entry.attributes.get(name).filter(|own| **own != entry.verdict) {
                line(out, 4, "becomes", &verdict(own));
            }
        }
        for item in &entry.items {
            line(out, 2, "item", &item.to_string());
            let key = (self.host.config.host.certname.clone(), item.clone());
            for place in self.output.places.get(&key).into_iter().flatten() {
                line(out, 2, "written to", &format!("{}:{}", place.file, place.line));
            }
        }
    }
}

fn verdict(verdict: &Verdict) -> String {
    let flags: Vec<&str> = verdict.flags.iter().map(|flag| flag.word()).collect();
    let flags = if flags.is_empty() { String::new() } else { format!(" [{}]", flags.join(", ")) };
    format!("{}{flags}, by rule `{}`: {}", verdict.class.word(), verdict.rule, verdict.reason)
}

fn line(out: &mut String, indent: usize, word: &str, text: &str) {
    // writing to a string cannot fail
    let _ = writeln!(out, "{:indent$}{word:10} {text}", "");
}

fn reads(reads: &[Read], indent: usize, out: &mut String) {
    for read in reads {
        line(out, indent, "read", &describe(read));
        if let Read::Parameter { from, .. } = read {
            self::reads(from, indent + 2, out);
        }
    }
}

fn describe(read: &Read) -> String {
    match read {
        Read::Fact(path) => format!("fact `{path}`"),
        Read::NodeVariable(name) => format!("node variable `${name}`, from the ENC"),
        Read::Trusted(path) => format!("trusted data `{path}`"),
        Read::Parameter { of, name, .. } => format!("parameter `{name}` of `{of}`"),
        Read::Hiera { key, file, line: 0 } => format!("Hiera key `{key}` in {file}"),
        Read::Hiera { key, file, line } => format!("Hiera key `{key}` in {file}:{line}"),
        Read::Function(name) => format!("function `{name}`, whose answer depends on the host"),
    }
}
