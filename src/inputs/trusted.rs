//! `$trusted`, as `Puppet::Context::TrustedInformation` builds it.

use crate::value::Value;

/// Builds `$trusted` from the certname and, where given, `authenticated`, `extensions` and `external`.
#[must_use]
pub fn trusted(certname: &str, given: &Value) -> Value {
    let or = |name: &str, default: Value| given.get(name).cloned().unwrap_or(default);
    let empty = || Value::hash([]);
    let (hostname, domain) = match certname.split_once('.') {
        Some((hostname, domain)) => (hostname, Value::str(domain)),
        None => (certname, Value::Undef),
    };
    Value::hash([
        ("authenticated".into(), or("authenticated", "remote".into())),
        ("certname".into(), or("certname", certname.into())),
        ("extensions".into(), or("extensions", empty())),
        ("hostname".into(), hostname.into()),
        ("domain".into(), domain),
        ("external".into(), or("external", empty())),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_split_at_the_first_dot() {
        let built = trusted("web01.example.net", &Value::Undef);
        assert_eq!(built.get("domain"), Some(&"example.net".into()));
        assert_eq!(built.get("authenticated"), Some(&"remote".into()));
        assert!(trusted("web01", &Value::Undef).get("domain").unwrap().is_undef());
    }
}
