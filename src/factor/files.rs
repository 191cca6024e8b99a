//! Files of the output: one copy for each distinct content, under the name of the first host that has it.

use super::{fleet::Fleet, identity::OF_HOSTS};
use crate::{maps::IndexMap, translate::nixos::Artifact};
use ecow::{EcoString, eco_format};
use std::collections::BTreeMap;

/// Where each host's files lie, relative to the output.
#[derive(Default)]
pub(crate) struct Files {
    by_host: BTreeMap<(usize, EcoString), EcoString>,
    /// The files by their place.
    pub(crate) made: BTreeMap<EcoString, Artifact>,
}

impl Files {
    /// Places every file that settings of the fleet refer to.
    pub(crate) fn new(fleet: &Fleet<'_>) -> Self {
        let mut variants: IndexMap<&EcoString, Vec<(usize, &Artifact)>> = IndexMap::default();
        for (host, member) in fleet.members.iter().enumerate() {
            for (key, artifact) in &member.translated.plan.artifacts {
                variants.entry(key).or_default().push((host, artifact));
            }
        }
        let mut files = Self::default();
        for (key, hosts) in variants {
            files.place(fleet, key, &hosts);
        }
        files
    }

    fn place(&mut self, fleet: &Fleet<'_>, key: &EcoString, hosts: &[(usize, &Artifact)]) {
        let mut seen: Vec<(&Artifact, EcoString)> = Vec::new();
        let same = hosts.windows(2).all(|pair| matches!(pair, [one, other] if one.1 == other.1));
        for (host, artifact) in hosts {
            let known = seen.iter().find(|(known, _)| known == artifact).map(|(_, place)| place.clone());
            let place = known.unwrap_or_else(|| {
                let certname = fleet.members.get(*host).map_or("", |member| member.certname.as_str());
                let place = if same { eco_format!("files/{}", safe(key)) } else { variant(certname, key) };
                let place = self.free(place, artifact);
                seen.push((artifact, place.clone()));
                self.made.insert(place.clone(), (*artifact).clone());
                place
            });
            self.by_host.insert((*host, key.clone()), place);
        }
    }

    /// The place, or one beside it where another path's name was made the same.
    fn free(&self, place: EcoString, artifact: &Artifact) -> EcoString {
        let free = |place: &EcoString| self.made.get(place).is_none_or(|known| known == artifact);
        let numbered = (2..).map(|number| eco_format!("{place}-{number}"));
        std::iter::once(place.clone()).chain(numbered).find(free).unwrap_or(place)
    }

    /// Returns where a host's file lies.
    pub(crate) fn of(&self, host: usize, key: &EcoString) -> EcoString {
        self.by_host.get(&(host, key.clone())).cloned().unwrap_or_else(|| eco_format!("files/{}", safe(key)))
    }

    /// Makes a file of a text that differs from host to host.
    pub(crate) fn text(&mut self, certname: &str, key: &str, text: &str) -> EcoString {
        let place = variant(certname, key);
        self.made.insert(place.clone(), Artifact { bytes: text.as_bytes().to_vec(), executable: false });
        place
    }
}

fn variant(certname: &str, key: &str) -> EcoString {
    eco_format!("{OF_HOSTS}/{certname}/{}", safe(key))
}

/// Names that Nix or a file system would not take are made plain.
fn safe(key: &str) -> String {
    let plain = |part: &str| {
        let safe = part.chars().map(|letter| {
            if letter.is_ascii_alphanumeric() || "._-+=".contains(letter) { letter } else { '_' }
        });
        let safe: String = safe.collect();
        // `..` leads away, and git takes a folder `.git` for a repository
        let kept = !safe.chars().all(|letter| letter == '.') && !safe.eq_ignore_ascii_case(".git");
        if kept { safe } else { format!("_{safe}") }
    };
    key.split('/').filter(|part| !part.is_empty()).map(plain).collect::<Vec<_>>().join("/")
}
