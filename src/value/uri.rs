//! URIs, split as Ruby's `URI.parse` splits them (RFC 3986).

use super::Value;
use ecow::EcoString;

/// The parts of a URI; what is not written is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uri {
    scheme: Option<String>,
    userinfo: Option<String>,
    host: Option<String>,
    port: Option<i64>,
    path: Option<String>,
    query: Option<String>,
    fragment: Option<String>,
    opaque: Option<String>,
}

/// The names of the parts.
pub const PARTS: [&str; 8] = ["scheme", "userinfo", "host", "port", "path", "query", "fragment", "opaque"];

fn allowed(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let fine = match byte {
            b'%' => {
                let hex = |it: Option<u8>| it.is_some_and(|it| it.is_ascii_hexdigit());
                hex(bytes.next()) && hex(bytes.next())
            }
            _ => byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&byte),
        };
        if !fine {
            return false;
        }
    }
    true
}

fn scheme_of(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let letter = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let word = scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    (letter && word).then_some((scheme, rest))
}

fn default_port(scheme: &str) -> Option<i64> {
    Some(match scheme {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "ftp" => 21,
        "ldap" => 389,
        "ldaps" => 636,
        _ => return None,
    })
}

impl Uri {
    /// Splits a URI.
    ///
    /// # Errors
    /// Gives Ruby's words where it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bad = || format!("bad URI(is not URI?): {text:?}");
        if !allowed(text) {
            return Err(bad());
        }
        let mut it = Self::default();
        let (text, fragment) = split_off(text, '#');
        it.fragment = fragment;
        let mut rest = text;
        if let Some((scheme, after)) = scheme_of(text) {
            it.scheme = Some(scheme.to_ascii_lowercase());
            rest = after;
            if !rest.is_empty() && !rest.starts_with('/') {
                it.opaque = Some(rest.to_owned());
                it.port = default_port(&scheme.to_ascii_lowercase());
                return Ok(it);
            }
        }
        let (rest, query) = split_off(rest, '?');
        it.query = query;
        let path = match rest.strip_prefix("//") {
            Some(after) => {
                let end = after.find('/').unwrap_or(after.len());
                let (authority, path) = after.split_at_checked(end).ok_or_else(bad)?;
                it.set_authority(authority).ok_or_else(bad)?;
                path
            }
            None => rest,
        };
        it.path = Some(path.to_owned());
        it.port = it.port.or_else(|| default_port(it.scheme.as_deref()?));
        Ok(it)
    }

    fn set_authority(&mut self, authority: &str) -> Option<()> {
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user.to_owned()), host),
            None => (None, authority),
        };
        self.userinfo = user;
        let colon = host.rfind(':').filter(|at| host.rfind(']').is_none_or(|end| end < *at));
        let (host, port) = match colon {
            Some(at) => (host.get(..at)?, host.get(at + 1..)?),
            None => (host, ""),
        };
        if !port.is_empty() {
            self.port = Some(port.parse().ok()?);
        }
        self.host = Some(host.to_owned());
        Some(())
    }

    /// Returns a part by its name as Ruby's reader gives it; `undef` where it is not there.
    #[must_use]
    pub fn part(&self, name: &str) -> Value {
        let text = |it: &Option<String>| it.as_ref().map_or(Value::Undef, |it| Value::str(it.as_str()));
        match name {
            "scheme" => text(&self.scheme),
            "userinfo" => text(&self.userinfo),
            "host" => text(&self.host),
            "port" => self.port.map_or(Value::Undef, Value::Int),
            "path" => text(&self.path),
            "query" => text(&self.query),
            "fragment" => text(&self.fragment),
            "opaque" => text(&self.opaque),
            _ => Value::Undef,
        }
    }

    /// Returns the parameters of the URI's type: its parts as texts, default ports and what is empty left out.
    #[must_use]
    pub fn parameters(&self) -> Vec<(EcoString, Value)> {
        let mut found = Vec::new();
        let usual = match self.scheme.as_deref() {
            Some("http") => Some(80),
            Some("https") => Some(443),
            _ => None,
        };
        for name in PARTS {
            let value = match (name, self.part(name)) {
                ("port", Value::Int(port)) if Some(port) != usual => Value::str(port.to_string()),
                ("port", _) => continue,
                ("host", Value::Str(it)) if !it.is_empty() => Value::str(it.to_lowercase()),
                ("host" | "path", Value::Str(it)) if it.is_empty() => continue,
                (_, Value::Undef) => continue,
                (_, other) => other,
            };
            found.push((name.into(), value));
        }
        found
    }
}

fn split_off(text: &str, at: char) -> (&str, Option<String>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after.to_owned())),
        None => (text, None),
    }
}

/// Returns the text of a URI as Ruby writes it back: the scheme in lower case.
#[must_use]
pub fn canonical(text: &str) -> EcoString {
    match scheme_of(text) {
        Some((scheme, rest)) => ecow::eco_format!("{}:{rest}", scheme.to_ascii_lowercase()),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_split_as_ruby_splits_them() {
        let it = Uri::parse("http://u:p@Host:8080/p/q?a=b#f").unwrap();
        let parts: Vec<String> = PARTS.iter().map(|name| it.part(name).to_str().to_string()).collect();
        assert_eq!(parts, ["http", "u:p", "Host", "8080", "/p/q", "a=b", "f", ""]);
        assert_eq!(Uri::parse("mailto:a@b").unwrap().part("opaque"), Value::str("a@b"));
        assert_eq!(Uri::parse("https://x").unwrap().part("port"), Value::Int(443));
        assert_eq!(Uri::parse("https://x").unwrap().parameters().len(), 2);
        assert!(Uri::parse("a b").is_err());
        assert_eq!(canonical("HTTP://A/b"), "http://A/b");
    }
}
