//! eyaml: values with `ENC[PKCS7,…]` in them, decrypted or made opaque, always labelled as secrets.

mod envelope;

use super::codes;
use crate::{
    diag::{Diagnostic, Result},
    source::World,
    value::{Labels, Secret, Str, Value, holds_a_secret, names_a_secret},
};
use base64::Engine;
use ecow::EcoString;
use rsa::{RsaPrivateKey, pkcs1::DecodeRsaPrivateKey, pkcs8::DecodePrivateKey};
use std::{path::Path, sync::Arc};

/// A private key for eyaml.
pub struct Keys(RsaPrivateKey);

impl Keys {
    /// Reads `private_key.pkcs7.pem` of a folder.
    ///
    /// # Errors
    /// Gives a file that is not there or is no RSA key in PEM.
    pub fn read(folder: &Path, world: &dyn World) -> Result<Self> {
        let path = folder.join("private_key.pkcs7.pem");
        let wrong = |why: String| {
            let message = format!("the private key `{}` {why}", path.display());
            let help = "`--eyaml-keys` names a folder with `private_key.pkcs7.pem`";
            Box::new(Diagnostic::error(&codes::EYAML, message).help(help))
        };
        let bytes = world.read(&path).map_err(|found| wrong(format!("cannot be read: {found}")))?;
        let text = String::from_utf8_lossy(&bytes);
        let key = RsaPrivateKey::from_pkcs8_pem(&text).or_else(|_| RsaPrivateKey::from_pkcs1_pem(&text));
        key.map(Self).map_err(|_| wrong("is no RSA key in PEM without a passphrase".into()))
    }
}

/// Never shows the key.
impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

/// One `ENC[…]`.
#[derive(Debug, PartialEq, Eq)]
struct Token<'a> {
    start: usize,
    end: usize,
    scheme: &'a str,
    cipher: &'a str,
}

/// Decrypts all encrypted texts inside of a value; without keys they become opaque secrets.
pub(super) fn decrypt(value: &Value, keys: Option<&Keys>, file: &str, key: &str) -> Result<Value> {
    walk(value, key, &|text, id| decrypt_text(text, keys, &Place { file, key, id }))
}

/// Labels ciphertext that a plain data function gives as it stands, and texts in clear whose keys are names of secrets;
/// no byte changes.
pub(super) fn label_secrets(value: &Value, file: &str) -> Value {
    let Some(entries) = value.as_hash() else { return value.clone() };
    let label = |(key, value): (&Value, &Value)| {
        let name = key.as_str().unwrap_or_default();
        let labelled = walk(value, name, &|text, id| Ok(label_text(text, &Place { file, key: name, id })));
        (key.clone(), labelled.unwrap_or_else(|_| value.clone()))
    };
    Value::hash(entries.iter().map(label))
}

/// Tells quickly whether a file of data can have something to label.
pub(super) fn may_hold_secrets(text: &str) -> bool {
    const WORDS: [&str; 9] =
        ["ENC[", "passw", "passphrase", "secret", "token", "api_key", "apikey", "private_key", "psk"];
    WORDS.iter().any(|word| text.contains(word)) || text.contains("credentials")
}

/// Where a secret stands.
struct Place<'a> {
    file: &'a str,
    key: &'a str,
    /// The key and the way inside of its value, with dots.
    id: &'a str,
}

impl Place<'_> {
    fn secret(&self, index: usize, opaque: bool) -> Arc<Secret> {
        let id = if index == 0 { self.id.into() } else { ecow::eco_format!("{}.{index}", self.id) };
        let (key, file) = (Some(EcoString::from(self.key)), Some(EcoString::from(self.file)));
        Arc::new(Secret { id, key, file, opaque, derived: false })
    }
}

/// Changes every text inside of a value.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
fn walk(value: &Value, id: &str, change: &dyn Fn(&Str, &str) -> Result<Str>) -> Result<Value> {
    match value {
        Value::Str(text) => change(text, id).map(Value::Str),
        Value::Array(items) => {
            let items = items.iter().enumerate().map(|(at, item)| walk(item, &format!("{id}.{at}"), change));
            Ok(Value::Array(items.collect::<Result<ecow::EcoVec<_>>>()?))
        }
        Value::Hash(entries) => {
            let entry = |(key, inside): (&Value, &Value)| {
                let id = format!("{id}.{}", super::interpolate::ruby_text(key));
                Ok((key.clone(), walk(inside, &id, change)?))
            };
            Ok(Value::hash(entries.iter().map(entry).collect::<Result<Vec<_>>>()?))
        }
        other => Ok(other.clone()),
    }
}

fn decrypt_text(text: &Str, keys: Option<&Keys>, place: &Place<'_>) -> Result<Str> {
    if !is_encrypted(text) {
        return Ok(text.clone());
    }
    let mut plain = Str::default();
    let mut done = 0;
    for (index, token) in tokens(text).into_iter().enumerate() {
        plain.push_str(text.get(done..token.start).unwrap_or_default());
        plain.push(&match keys {
            Some(keys) => Str::secret(opened(&token, keys, place)?, place.secret(index, false)),
            None => {
                let secret = place.secret(index, true);
                Str::secret(ecow::eco_format!("<secret {}>", secret.id), secret)
            }
        });
        done = token.end;
    }
    plain.push_str(text.get(done..).unwrap_or_default());
    let end =
        ["\r\n", "\n", "\r"].iter().find_map(|end| plain.strip_suffix(end)).map_or(plain.len(), str::len);
    Ok(if end == plain.len() { plain } else { plain.slice(0..end) })
}

fn label_text(text: &Str, place: &Place<'_>) -> Str {
    let mut labels = Labels::default();
    for (index, token) in tokens(text).iter().enumerate() {
        let one = Labels::whole(token.end - token.start, place.secret(index, false));
        labels.append(&one, token.start);
    }
    if labels.is_empty() && is_secret_by_name(text, place.id) {
        labels = Labels::whole(text.len(), place.secret(0, false));
    }
    if labels.is_empty() { text.clone() } else { Str::with_labels(text.text().clone(), labels) }
}

/// A text in clear under a key such as `profile::db::password`; what is interpolated is somebody else's text.
fn is_secret_by_name(text: &str, id: &str) -> bool {
    let number = |part: &&str| part.chars().all(|letter| letter.is_ascii_digit());
    let name = id.rsplit('.').find(|part| !number(part)).unwrap_or_default();
    text.len() > 1 && !text.contains("%{") && names_a_secret(name) && holds_a_secret(text)
}

/// `/.*ENC\[.*?\]/`: opening and closing on one line.
fn is_encrypted(text: &str) -> bool {
    text.lines().any(|line| line.split_once("ENC[").is_some_and(|(_, rest)| rest.contains(']')))
}

/// `ENC\[(\w+,)?([a-zA-Z0-9+/ =\n]+?)\]`
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("ENC[")).map(|at| from + at) {
        from = start + 4;
        let Some(inside) = text.get(from..).and_then(|rest| rest.split_once(']')).map(|(inside, _)| inside)
        else {
            break;
        };
        let (scheme, cipher) = inside.split_once(',').unwrap_or(("PKCS7", inside));
        let base64 =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b' ' | b'=' | b'\n');
        let word = !scheme.is_empty() && scheme.chars().all(|found| found.is_alphanumeric() || found == '_');
        if word && !cipher.is_empty() && cipher.bytes().all(base64) {
            let end = from + inside.len() + 1;
            tokens.push(Token { start, end, scheme, cipher });
            from = end;
        }
    }
    tokens
}

fn opened(token: &Token<'_>, keys: &Keys, place: &Place<'_>) -> Result<String> {
    let wrong = |why: &str| {
        let message =
            format!("the encrypted value of `{}` in `{}` cannot be decrypted: {why}", place.id, place.file);
        Box::new(Diagnostic::error(&codes::EYAML, message))
    };
    if token.scheme != "PKCS7" {
        return Err(wrong(&format!("the scheme `{}` is not supported", token.scheme)));
    }
    let clean: String = token.cipher.chars().filter(|found| !found.is_whitespace()).collect();
    let bytes =
        base64::engine::general_purpose::STANDARD.decode(clean).map_err(|_| wrong("it is no base64"))?;
    let plain = envelope::open(&bytes, &keys.0).map_err(wrong)?;
    String::from_utf8(plain).map_err(|_| wrong("its plaintext is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_among_text() {
        let found = tokens("user:ENC[PKCS7,ab+/ c=]x ENC[nothing here!] ENC[AAAA]");
        let shown: Vec<_> = found.iter().map(|token| (token.scheme, token.cipher)).collect();
        assert_eq!(shown, [("PKCS7", "ab+/ c="), ("PKCS7", "AAAA")]);
    }

    #[test]
    fn without_keys_a_secret_is_a_labelled_placeholder_of_its_own() {
        let value =
            Value::hash([("password".into(), "ENC[PKCS7,AAAA]".into()), ("user".into(), "me".into())]);
        let found = decrypt(&value, None, "data/x.eyaml", "db::users").unwrap();
        let Some(Value::Str(text)) = found.get("password") else { panic!() };
        let secret = &text.labels().unwrap().ranges()[0].secret;
        assert!(secret.opaque);
        assert_eq!(secret.id, "db::users.password");
        assert_eq!(secret.file.as_deref(), Some("data/x.eyaml"));
        assert_eq!(found.get("user"), Some(&"me".into()));
    }

    #[test]
    fn ciphertext_in_plain_data_keeps_its_bytes_and_gets_a_label() {
        let value = Value::hash([("k".into(), "a ENC[PKCS7,AAAA] b".into())]);
        let labelled = label_secrets(&value, "f");
        assert_eq!(labelled, value);
        let Some(Value::Str(text)) = labelled.get("k") else { panic!() };
        assert_eq!(text.labels().unwrap().ranges()[0].range, 2..17);
    }
}
