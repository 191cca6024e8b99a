//! A small HTTP server that answers as it is told, with TLS where asked, and keeps what it was asked.

use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use serde_json::Value as Json;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

/// The certificate that a server shows, by its name below `fixtures/puppetdb/tls`.
pub struct Tls {
    pub name: &'static str,
    /// Whether clients have to show one too.
    pub client: bool,
}

type Requests = Arc<Mutex<Vec<(String, Json)>>>;

/// A server on loopback, until the test ends.
pub struct Server {
    at: SocketAddr,
    secure: bool,
    requests: Requests,
}

impl Server {
    /// Gives the same answer to everything.
    pub fn answering(status: u16, body: impl Into<String>) -> Self {
        Self::with(None, status, body)
    }

    pub fn with(tls: Option<Tls>, status: u16, body: impl Into<String>) -> Self {
        let body = body.into();
        Self::running(tls, move |_, _| (status, body.clone()))
    }

    /// Answers by path and query.
    pub fn running(tls: Option<Tls>, answer: impl Fn(&str, &Json) -> (u16, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let secure = tls.is_some();
        let config = tls.map(|tls| Arc::new(config(&tls)));
        let requests = Requests::default();
        let seen = requests.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
                let _ = match &config {
                    None => serve(stream, &answer, &seen),
                    Some(config) => secured(stream, config, &answer, &seen),
                };
            }
        });
        Self { at, secure, requests }
    }

    pub fn address(&self) -> String {
        let (scheme, host) = if self.secure { ("https", "localhost") } else { ("http", "127.0.0.1") };
        format!("{scheme}://{host}:{}", self.at.port())
    }

    /// Paths and queries so far.
    pub fn requests(&self) -> Vec<(String, Json)> {
        self.requests.lock().unwrap().clone()
    }
}

fn config(tls: &Tls) -> ServerConfig {
    let file = |name: String| super::project("fixtures/puppetdb/tls").join(name);
    let certificates = |name: &str| -> Vec<CertificateDer<'static>> {
        CertificateDer::pem_file_iter(file(format!("{name}.pem"))).unwrap().map(Result::unwrap).collect()
    };
    let key = PrivateKeyDer::from_pem_file(file(format!("{}.key", tls.name))).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
    let builder = if tls.client {
        let mut roots = RootCertStore::empty();
        certificates("ca").into_iter().for_each(|it| roots.add(it).unwrap());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        builder.with_client_cert_verifier(verifier)
    } else {
        builder.with_no_client_auth()
    };
    builder.with_single_cert(certificates(tls.name), key).unwrap()
}

type Answer = dyn Fn(&str, &Json) -> (u16, String);

fn secured(
    stream: TcpStream,
    config: &Arc<ServerConfig>,
    answer: &Answer,
    seen: &Requests,
) -> std::io::Result<()> {
    let connection = ServerConnection::new(config.clone()).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    let result = serve(&mut stream, answer, seen);
    stream.conn.send_close_notify();
    let _ = stream.flush();
    result
}

/// Answers one request and closes.
fn serve(stream: impl Read + Write, answer: &Answer, seen: &Requests) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut first = String::new();
    stream.read_line(&mut first)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    let target = first.split(' ').nth(1).unwrap_or_default();
    let (path, text) = target.split_once("?query=").unwrap_or((target, ""));
    let query = if body.is_empty() {
        serde_json::from_str(&decoded(text)).unwrap_or_default()
    } else {
        serde_json::from_slice::<Json>(&body).unwrap()["query"].clone()
    };
    seen.lock().unwrap().push((path.to_owned(), query.clone()));
    let (status, text) = answer(path, &query);
    let head =
        format!("HTTP/1.1 {status} Told\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", text.len());
    stream.get_mut().write_all(head.as_bytes())?;
    stream.get_mut().write_all(text.as_bytes())?;
    stream.get_mut().flush()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            }
            b'+' => bytes.push(b' '),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}
