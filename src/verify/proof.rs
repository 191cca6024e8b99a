//! Verdicts as data and as text.

use ecow::EcoString;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;
use std::{fmt::Write, path::PathBuf};

/// The schema of the JSON form.
pub const SCHEMA: &str = "migrate/verify/v1";

/// What an evaluation says of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every witness has the value that is wanted.
    Proved,
    /// A witness has another one.
    Refuted,
    /// No value of the evaluated configuration is a witness, or one cannot be compared.
    Unprovable,
    /// Nothing is claimed: a human must decide, or it was dropped.
    NotClaimed,
}

/// One option that was asked for.
#[derive(Clone, Debug, Serialize)]
pub struct Witness {
    /// The option's path.
    pub option: EcoString,
    /// `rule` where a rule of the translation says what is wanted, `model` where the desired state itself does.
    pub by: &'static str,
    /// What it says.
    pub verdict: Verdict,
    /// What is wanted, where it is not so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Json>,
    /// What the host has, where that is not what is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub got: Option<Json>,
    /// Where within the value, or why it cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// One leaf resource.
#[derive(Clone, Debug, Serialize)]
pub struct ResourceProof {
    /// The resource, such as `File[/etc/motd]`.
    pub resource: EcoString,
    /// Where it was declared.
    pub place: EcoString,
    /// Its class in the report.
    pub class: EcoString,
    /// What the evaluation says.
    pub verdict: Verdict,
    /// What was asked for.
    pub witnesses: Vec<Witness>,
}

/// One host.
#[derive(Clone, Debug, Serialize)]
pub struct HostProof {
    /// The certname.
    pub certname: EcoString,
    /// The name in the flake.
    pub attribute: EcoString,
    /// Its share of the time, in seconds.
    #[serde(serialize_with = "rounded")]
    pub seconds: f64,
    /// Its share of the most memory that its process had, in KiB; 0 where that is not known.
    #[serde(rename = "peak_kib")]
    pub peak: u64,
    /// Every leaf resource.
    pub resources: Vec<ResourceProof>,
    /// Why it does not evaluate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// What NixOS or the site asserts in vain: the host cannot be built before that is settled.
    pub assertions: Vec<String>,
    /// What NixOS warns of.
    pub warnings: Vec<String>,
}

/// A file that is not Nix.
#[derive(Clone, Debug, Serialize)]
pub struct Broken {
    /// The file.
    pub file: PathBuf,
    /// What Nix says.
    pub message: String,
}

/// Verdicts on a converted folder.
#[derive(Clone, Debug, Serialize)]
pub struct Proof {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Resources by verdict, over all hosts.
    pub total: Counts,
    /// Files that do not parse; where there are some, no host was evaluated.
    pub broken: Vec<Broken>,
    /// The hosts by certname.
    pub hosts: Vec<HostProof>,
}

/// Resources by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the words of the verdicts")]
pub struct Counts {
    pub proved: usize,
    pub refuted: usize,
    pub unprovable: usize,
    pub not_claimed: usize,
}

impl Counts {
    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Proved => self.proved += 1,
            Verdict::Refuted => self.refuted += 1,
            Verdict::Unprovable => self.unprovable += 1,
            Verdict::NotClaimed => self.not_claimed += 1,
        }
    }
}

fn rounded<S: Serializer>(seconds: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((seconds * 100.0).round() / 100.0)
}

impl Proof {
    pub(super) fn new(hosts: Vec<HostProof>, broken: Vec<(PathBuf, String)>) -> Self {
        let mut total = Counts::default();
        let verdicts = hosts.iter().flat_map(|host| &host.resources).map(|resource| resource.verdict);
        verdicts.for_each(|verdict| total.add(verdict));
        let broken = broken.into_iter().map(|(file, message)| Broken { file, message }).collect();
        Self { schema: SCHEMA, total, broken, hosts }
    }

    /// Tells whether something is not as it was claimed, or a host cannot be built.
    #[must_use]
    pub fn has_objections(&self) -> bool {
        let unfit = |host: &HostProof| host.failure.is_some() || !host.assertions.is_empty();
        self.total.refuted > 0 || !self.broken.is_empty() || self.hosts.iter().any(unfit)
    }

    /// Lays it out for people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        for broken in &self.broken {
            // writing to a String cannot fail
            let _ = writeln!(out, "{} is not Nix: {}", broken.file.display(), broken.message);
        }
        let width = self.hosts.iter().map(|host| host.certname.chars().count()).max().unwrap_or(4).max(5);
        let _ = writeln!(out, "{:width$}  proved  refuted  unprovable  not claimed  seconds     MB", "host");
        for host in &self.hosts {
            let mut counts = Counts::default();
            host.resources.iter().for_each(|resource| counts.add(resource.verdict));
            let _ = writeln!(
                out,
                "{}{:9.1}{:7}",
                row(&host.certname, width, counts),
                host.seconds,
                host.peak / 1024
            );
        }
        let _ = writeln!(out, "{}", row("total", width, self.total));
        self.hosts.iter().for_each(|host| host.write(&mut out));
        out
    }
}

fn row(name: &str, width: usize, counts: Counts) -> String {
    let Counts { proved, refuted, unprovable, not_claimed } = counts;
    format!("{name:width$}{proved:8}{refuted:9}{unprovable:12}{not_claimed:13}")
}

impl HostProof {
    fn write(&self, out: &mut String) {
        let refuted: Vec<_> = self.resources.iter().filter(|it| it.verdict == Verdict::Refuted).collect();
        if refuted.is_empty()
            && self.failure.is_none()
            && self.assertions.is_empty()
            && self.warnings.is_empty()
        {
            return;
        }
        let _ = writeln!(out, "\n{}", self.certname);
        for (what, lines) in [("asserted in vain", &self.assertions), ("warned", &self.warnings)] {
            for line in lines {
                let _ = writeln!(out, "  {what}: {}", line.replace('\n', "\n    "));
            }
        }
        if let Some(failure) = &self.failure {
            let _ = writeln!(out, "  does not evaluate: {}", failure.replace('\n', "\n    "));
        }
        for resource in refuted {
            let _ = writeln!(out, "  refuted: {} ({})", resource.resource, resource.place);
            for witness in resource.witnesses.iter().filter(|it| it.verdict == Verdict::Refuted) {
                witness.write(out);
            }
        }
    }
}

impl Witness {
    fn write(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "    {}{}",
            self.option,
            self.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default()
        );
        if let (Some(wanted), Some(got)) = (&self.wanted, &self.got) {
            let (wanted, got) = apart(wanted, got);
            let _ = writeln!(out, "      wanted {wanted}\n      has    {got}");
        }
    }
}

/// Shows two values from where they differ, and not more than a line of each.
fn apart(wanted: &Json, got: &Json) -> (String, String) {
    let (wanted, got) = (wanted.to_string(), got.to_string());
    let same = wanted.chars().zip(got.chars()).take_while(|(a, b)| a == b).count();
    let from = same.saturating_sub(30);
    let cut = |text: &str| {
        let shown: String = text.chars().skip(from).take(120).collect();
        let more = text.chars().count() > from + 120;
        format!("{}{shown}{}", if from > 0 { "…" } else { "" }, if more { "…" } else { "" })
    };
    (cut(&wanted), cut(&got))
}
