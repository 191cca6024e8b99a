//! A PuppetDB: asked through its HTTP query API, or read from a file of recorded answers.
//!
//! In: [`PuppetDbSettings`]. Out: answers as JSON; each question is asked once a run and its answer shared. No
//! socket is opened unless the settings name a URL and something is asked. Answers may hold secrets: no message
//! quotes them.

mod client;
mod recorded;

use super::{Reader, codes};
use crate::{
    diag::{Diagnostic, Result},
    value::Value,
};
use client::Client;
use recorded::Recorded;
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// How long query texts may be that go into an address; longer ones are posted.
const LONGEST_ADDRESS: usize = 4000;

/// Where a PuppetDB is, and who asks it.
#[derive(Clone, Debug, Default)]
pub struct PuppetDbSettings {
    /// `--puppetdb`: `https://…`, `http://…`, or the path of recorded answers.
    pub location: String,
    /// The certificates of the authority that signed the server's, in PEM; the public ones where it is not given.
    pub ca: Option<PathBuf>,
    /// The client's certificate, in PEM.
    pub cert: Option<PathBuf>,
    /// The client's private key, in PEM.
    pub key: Option<PathBuf>,
}

enum Source {
    Live(Client),
    Recorded(Recorded),
}

type Slot = Arc<OnceLock<Result<Arc<Json>>>>;

/// A PuppetDB, with the answers it gave so far.
pub struct PuppetDb {
    source: Source,
    answers: Mutex<BTreeMap<(String, String), (Json, Slot)>>,
}

impl std::fmt::Debug for PuppetDb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PuppetDb").finish_non_exhaustive()
    }
}

impl PuppetDb {
    /// Opens a PuppetDB; nothing is asked yet.
    ///
    /// # Errors
    /// Gives certificates and recorded answers that cannot be read.
    pub fn open(settings: &PuppetDbSettings, reader: Reader<'_>) -> Result<Self> {
        let source = if is_address(&settings.location) {
            Source::Live(Client::new(settings, reader)?)
        } else {
            Source::Recorded(Recorded::read(settings.location.as_ref(), reader)?)
        };
        Ok(Self { source, answers: Mutex::default() })
    }

    /// Tells whether a server answers, whose next answer may be another.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self.source, Source::Live(_))
    }

    /// Asks an endpoint below `/pdb/query/v4` (`nodes`, `facts`, `resources`, …; empty for the root, which takes PQL);
    /// threads that ask the same wait for one answer.
    ///
    /// # Errors
    /// Gives a server that cannot be reached or refuses, an answer that is no JSON, a question that was not recorded.
    pub fn ask(&self, endpoint: &str, query: &Json) -> Result<Arc<Json>> {
        let key = (endpoint.to_owned(), query.to_string());
        let slot = {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            answers.entry(key).or_insert_with(|| (query.clone(), Slot::default())).1.clone()
        };
        slot.get_or_init(|| self.answer(endpoint, query).map(Arc::new)).clone()
    }

    /// Asks likewise; gives the answer as a value.
    ///
    /// # Errors
    /// As [`PuppetDb::ask`], and integers beyond 64 bits.
    pub fn values(&self, endpoint: &str, query: &Json) -> Result<Value> {
        let answer = self.ask(endpoint, query)?;
        super::json::value((*answer).clone()).map_err(|number| {
            let message = format!("the PuppetDB's answer has a number beyond 64 bits: `{number}`");
            Box::new(Diagnostic::error(&codes::PUPPETDB_ANSWER, message))
        })
    }

    fn answer(&self, endpoint: &str, query: &Json) -> Result<Json> {
        match &self.source {
            Source::Live(client) => client.ask(endpoint, query),
            Source::Recorded(recorded) => recorded.answer(endpoint, query),
        }
    }

    /// Returns the names of the active nodes, sorted.
    ///
    /// # Errors
    /// As [`PuppetDb::ask`].
    pub fn nodes(&self) -> Result<Vec<String>> {
        let answer = self.ask("nodes", &json!(["extract", ["certname"], ["=", "node_state", "active"]]))?;
        let name = |node: &Json| node.get("certname").and_then(Json::as_str).map(str::to_owned);
        let mut names: Vec<String> = items(&answer, "nodes")?.iter().filter_map(name).collect();
        names.sort();
        Ok(names)
    }

    /// Returns the facts of a node by name, and its trusted data where the server stored them.
    ///
    /// # Errors
    /// As [`PuppetDb::ask`], and a node without facts.
    pub fn facts(&self, certname: &str) -> Result<(Value, Option<Value>)> {
        let answer =
            self.ask("facts", &json!(["extract", ["name", "value"], ["=", "certname", certname]]))?;
        let mut facts = Vec::new();
        let mut trusted = None;
        for item in items(&answer, "facts")? {
            let name = item.get("name").and_then(Json::as_str);
            let (Some(name), Some(value)) = (name, item.get("value")) else { continue };
            let value = super::json::value(value.clone()).map_err(|number| {
                let message =
                    format!("the fact `{name}` of `{certname}` has a number beyond 64 bits: `{number}`");
                Box::new(Diagnostic::error(&codes::PUPPETDB_ANSWER, message))
            })?;
            if name == "trusted" {
                trusted = Some(value);
            } else {
                facts.push((Value::str(name), value));
            }
        }
        if facts.is_empty() {
            let message = format!("the PuppetDB has no facts of `{certname}`");
            let help = "let its agent run once, or give `--facts`";
            return Err(Box::new(Diagnostic::error(&codes::NO_FACTS, message).help(help)));
        }
        facts.sort_by(|(left, _), (right, _)| left.as_str().cmp(&right.as_str()));
        Ok((Value::hash(facts), trusted))
    }

    /// Returns all that was asked and answered, as a file that stands for this PuppetDB later.
    #[must_use]
    pub fn record(&self) -> String {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let answered = |((endpoint, _), (query, slot)): (&(String, String), &(Json, Slot))| {
            let answer = slot.get()?.as_ref().ok()?;
            Some((endpoint.clone(), query.clone(), answer.clone()))
        };
        recorded::write(answers.iter().filter_map(answered))
    }
}

/// Tells whether `--puppetdb` names a server and not a file.
#[must_use]
pub fn is_address(location: &str) -> bool {
    location.starts_with("https://") || location.starts_with("http://")
}

fn items<'a>(answer: &'a Json, endpoint: &str) -> Result<&'a Vec<Json>> {
    answer.as_array().ok_or_else(|| {
        let message = format!("the PuppetDB's answer about `{endpoint}` is no list");
        Box::new(Diagnostic::error(&codes::PUPPETDB_ANSWER, message))
    })
}
