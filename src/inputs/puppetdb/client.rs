//! The HTTP client: one agent for all threads, with the client's certificate.

use super::{
    super::{Reader, codes},
    LONGEST_ADDRESS, PuppetDbSettings,
};
use crate::diag::{Code, Diagnostic, Result};
use serde_json::{Value as Json, json};
use std::{io::Read, path::Path, time::Duration};
use ureq::{
    Agent, Body, Error,
    http::Response,
    tls::{ClientCert, PemItem, PrivateKey, TlsConfig, parse_pem},
};

/// The most bytes an answer may have.
const LARGEST_ANSWER: u64 = 1 << 30;

pub(super) struct Client {
    agent: Agent,
    /// Without a slash at its end.
    base: String,
}

impl Client {
    pub(super) fn new(settings: &PuppetDbSettings, reader: Reader<'_>) -> Result<Self> {
        let config = Agent::config_builder()
            .tls_config(tls(settings, reader)?)
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_global(Some(Duration::from_secs(300)))
            .user_agent(concat!("migrate/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { agent: config.into(), base: settings.location.trim_end_matches('/').to_owned() })
    }

    pub(super) fn ask(&self, endpoint: &str, query: &Json) -> Result<Json> {
        let slash = if endpoint.is_empty() { "" } else { "/" };
        let address = format!("{}/pdb/query/v4{slash}{endpoint}", self.base);
        let text = query.to_string();
        let sent = if endpoint.is_empty() || text.len() > LONGEST_ADDRESS {
            let body = json!({ "query": query }).to_string();
            self.agent
                .post(&address)
                .header("Accept", "application/json")
                .content_type("application/json")
                .send(body)
        } else {
            self.agent.get(&address).header("Accept", "application/json").query("query", &text).call()
        };
        let response = sent.map_err(|found| self.failed(&found))?;
        self.read(endpoint, response)
    }

    fn read(&self, endpoint: &str, mut response: Response<Body>) -> Result<Json> {
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(LARGEST_ANSWER).reader();
        if status != 200 {
            return Err(self.refused(endpoint, status, body));
        }
        serde_json::from_reader(std::io::BufReader::new(body)).map_err(|found| {
            let message = if found.is_io() {
                format!("the answer of `{}` broke off: {found}", self.base)
            } else {
                format!(
                    "the answer of `{}` is no JSON: line {}, column {}",
                    self.base,
                    found.line(),
                    found.column()
                )
            };
            let help = "is this the address of a PuppetDB, without a path: `https://HOST:8081`?";
            diagnostic(&codes::PUPPETDB_ANSWER, message, help)
        })
    }

    fn refused(&self, endpoint: &str, status: u16, body: impl Read) -> Box<Diagnostic> {
        let base = &self.base;
        match status {
            401 | 403 => diagnostic(
                &codes::PUPPETDB_REFUSED,
                format!("`{base}` refuses the question: status {status}"),
                "give a certificate that the server lets in (`--puppetdb-cert`, `--puppetdb-key`); its name must be \
                 in the server's `certificate-allowlist` where there is one",
            ),
            404 => diagnostic(
                &codes::PUPPETDB_ANSWER,
                format!("`{base}` has no `/pdb/query/v4/{endpoint}`: status 404"),
                "is this the address of a PuppetDB, without a path: `https://HOST:8081`?",
            ),
            400 => {
                // what is wrong with a query, in the server's words; no data of it is in there
                let why = first_line(body);
                let message = format!("`{base}` does not understand the query: status 400");
                let help = if why.is_empty() {
                    "see PuppetDB's documentation of the endpoint".to_owned()
                } else {
                    why
                };
                diagnostic(&codes::PUPPETDB_QUERY, message, &help)
            }
            _ => diagnostic(
                &codes::PUPPETDB_ANSWER,
                format!("`{base}` failed to answer: status {status}"),
                "the reason is in the server's log; `curl BASE/status/v1/services` tells how it is",
            ),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all other failures are alike here")]
    fn failed(&self, found: &Error) -> Box<Diagnostic> {
        let base = &self.base;
        let certificate = |why: &dyn std::fmt::Display| {
            diagnostic(
                &codes::PUPPETDB_CERTIFICATE,
                format!("no secure connection to `{base}`: {why}"),
                "give Puppet's authority by `--puppetdb-ca` and a certificate it signed by `--puppetdb-cert` and \
                 `--puppetdb-key`; the address has to be a name in the server's certificate",
            )
        };
        match found {
            Error::Tls(why) => certificate(why),
            Error::Rustls(why) => certificate(why),
            Error::Io(why) if why.kind() == std::io::ErrorKind::InvalidData => certificate(why),
            Error::BadUri(_) | Error::Http(_) => diagnostic(
                &codes::FLAG,
                format!("`--puppetdb {base}` cannot be understood"),
                "write `https://HOST:8081`, or the path of a recorded answer file",
            ),
            other => diagnostic(
                &codes::PUPPETDB_UNREACHABLE,
                format!("`{base}` cannot be reached: {other}"),
                "does the server run, and may this machine reach its port (8081 with TLS)? A recorded answer file \
                 can stand for it",
            ),
        }
    }
}

fn diagnostic(code: &'static Code, message: String, help: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(code, message).help(help))
}

fn first_line(body: impl Read) -> String {
    let mut text = String::new();
    let _ = body.take(2000).read_to_string(&mut text);
    text.lines().next().unwrap_or_default().chars().take(300).collect()
}

fn tls(settings: &PuppetDbSettings, reader: Reader<'_>) -> Result<TlsConfig> {
    let mut builder = TlsConfig::builder();
    if let Some(path) = &settings.ca {
        let found = items(path, reader)?.into_iter().filter_map(certificate);
        builder = builder.root_certs(some(found, path, "certificate", reader)?.into());
    }
    match (&settings.cert, &settings.key) {
        (Some(cert), Some(key)) => {
            let chain =
                some(items(cert, reader)?.into_iter().filter_map(certificate), cert, "certificate", reader)?;
            let keys = items(key, reader)?.into_iter().filter_map(private_key);
            let mut keys = some(keys, key, "private key", reader)?;
            let key = keys.swap_remove(0);
            builder = builder.client_cert(Some(ClientCert::new_with_certs(&chain, key)));
        }
        (None, None) => {}
        (_, _) => {
            let message = "`--puppetdb-cert` and `--puppetdb-key` belong together".to_owned();
            return Err(diagnostic(&codes::FLAG, message, "give both, or neither"));
        }
    }
    Ok(builder.build())
}

fn certificate(item: PemItem<'static>) -> Option<ureq::tls::Certificate<'static>> {
    if let PemItem::Certificate(it) = item { Some(it) } else { None }
}

fn private_key(item: PemItem<'static>) -> Option<PrivateKey<'static>> {
    if let PemItem::PrivateKey(it) = item { Some(it) } else { None }
}

fn items(path: &Path, reader: Reader<'_>) -> Result<Vec<PemItem<'static>>> {
    let source = reader.text(path)?;
    Ok(parse_pem(source.text().as_bytes()).filter_map(std::result::Result::ok).collect())
}

fn some<T>(found: impl Iterator<Item = T>, path: &Path, what: &str, reader: Reader<'_>) -> Result<Vec<T>> {
    let found: Vec<T> = found.collect();
    if found.is_empty() {
        let message = format!("`{}` holds no {what} in PEM", reader.shown(path));
        let help = "Puppet keeps them below `puppet config print ssldir`: `certs/ca.pem`, `certs/NAME.pem`, \
                    `private_keys/NAME.pem`";
        return Err(diagnostic(&codes::PUPPETDB_CERTIFICATE, message, help));
    }
    Ok(found)
}
