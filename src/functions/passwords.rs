//! `pw_hash`: crypt(3) with MD5, SHA-256 and SHA-512.

use super::{Call, digests::hexadecimal, table::rows};
use crate::{diag::Result, value::Value};
use md5::{Digest, Md5};
use sha2::{Sha256, Sha512};

rows! {
    "pw_hash" "stdlib" Three Union ["pw_hash(Any $password, Any $type, Any $salt)"] "Gives the crypt of a password." => pw_hash;
    "str2saltedpbkdf2" "stdlib" Three Union ["str2saltedpbkdf2(Any $password, Any $salt, Any $iterations)"] "Gives a PBKDF2 digest as macOS wants it." => pbkdf2;
    "str2saltedsha512" "stdlib" Three Union ["str2saltedsha512(Any $password)"] "Gives a SHA-512 with a random salt." =>
        |call| match call.arg(0) {
            Value::Str(_) => Err(call.needs_program("takes a random salt: every compilation gives another answer")),
            other => {
                let kind = super::collections::class_name(other);
                Err(call.fail(format!("str2saltedsha512(): Requires a String argument, you passed: {kind}")))
            }
        };
}

const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

fn unwrapped(value: &Value) -> Value {
    if let Value::Sensitive(inner) = value { (**inner).clone() } else { value.clone() }
}

fn pw_hash(call: &Call<'_>) -> Result<Value> {
    let given = call.arguments.len();
    if given != 3 {
        return Err(call.fail(format!("pw_hash(): wrong number of arguments ({given} for 3)")));
    }
    let arguments: Vec<Value> = call.arguments.iter().map(unwrapped).collect();
    let text = |index: usize| arguments.get(index).and_then(Value::as_str);
    let Some(password) = text(0) else { return Err(call.fail("pw_hash(): first argument must be a string")) };
    let Some(kind) = text(1) else { return Err(call.fail("pw_hash(): second argument must be a string")) };
    let code = match kind.to_lowercase().as_str() {
        "md5" => "1",
        "sha-256" => "5",
        "sha-512" => "6",
        "bcrypt" | "bcrypt-a" | "bcrypt-x" | "bcrypt-y" => {
            return Err(call.unsupported("is not done with bcrypt here"));
        }
        _ => return Err(call.fail(format!("pw_hash(): {kind} is not a valid hash type"))),
    };
    let Some(salt) = text(2) else { return Err(call.fail("pw_hash(): third argument must be a string")) };
    if salt.is_empty() {
        return Err(call.fail("pw_hash(): third argument must not be empty"));
    }
    if !salt.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/')) {
        return Err(call.fail("pw_hash(): characters in salt must be in the set [a-zA-Z0-9./]"));
    }
    if password.is_empty() {
        return Ok(Value::Undef);
    }
    let (password, salt) = (password.as_bytes(), salt.as_bytes());
    Ok(Value::str(match code {
        "1" => md5_crypt(password, cut(salt, 8)),
        "5" => sha_crypt::<Sha256>(password, cut(salt, 16), &SHA_256),
        _ => sha_crypt::<Sha512>(password, cut(salt, 16), &SHA_512),
    }))
}

fn cut(salt: &[u8], most: usize) -> &[u8] {
    salt.get(..most).unwrap_or(salt)
}

fn at(bytes: &[u8], index: usize) -> u32 {
    bytes.get(index).map_or(0, |byte| u32::from(*byte))
}

/// Writes 24 bits as characters, the lowest six first.
fn encode(mut bits: u32, count: usize, out: &mut String) {
    for _ in 0..count {
        let index = usize::try_from(bits & 63).unwrap_or(0);
        out.extend(ALPHABET.get(index).map(|byte| char::from(*byte)));
        bits >>= 6;
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn md5_crypt(password: &[u8], salt: &[u8]) -> String {
    let alternate = Md5::digest([password, salt, password].concat());
    let mut start = [password, b"$1$", salt].concat();
    start.extend(alternate.iter().cycle().take(password.len()));
    let mut length = password.len();
    while length > 0 {
        start.push(if length & 1 == 1 { 0 } else { password.first().copied().unwrap_or(0) });
        length >>= 1;
    }
    let mut found = Md5::digest(&start).to_vec();
    for round in 0..1000 {
        let mut next: Vec<u8> = Vec::new();
        next.extend_from_slice(if round & 1 == 1 { password } else { &found });
        if round % 3 != 0 {
            next.extend_from_slice(salt);
        }
        if round % 7 != 0 {
            next.extend_from_slice(password);
        }
        next.extend_from_slice(if round & 1 == 1 { &found } else { password });
        found = Md5::digest(&next).to_vec();
    }
    let mut out = format!("$1${}$", text(salt));
    for [a, b, c] in [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]] {
        encode(at(&found, a) << 16 | at(&found, b) << 8 | at(&found, c), 4, &mut out);
    }
    encode(at(&found, 11), 2, &mut out);
    out
}

/// The order in which SHA crypt writes its bytes.
struct Order {
    prefix: &'static str,
    triples: &'static [[usize; 3]],
    /// The last bytes, high to low, and how many characters they take.
    last: (&'static [usize], usize),
}

const SHA_256: Order = Order {
    prefix: "$5$",
    triples: &[
        [0, 10, 20],
        [21, 1, 11],
        [12, 22, 2],
        [3, 13, 23],
        [24, 4, 14],
        [15, 25, 5],
        [6, 16, 26],
        [27, 7, 17],
        [18, 28, 8],
        [9, 19, 29],
    ],
    last: (&[31, 30], 3),
};

const SHA_512: Order = Order {
    prefix: "$6$",
    triples: &[
        [0, 21, 42],
        [22, 43, 1],
        [44, 2, 23],
        [3, 24, 45],
        [25, 46, 4],
        [47, 5, 26],
        [6, 27, 48],
        [28, 49, 7],
        [50, 8, 29],
        [9, 30, 51],
        [31, 52, 10],
        [53, 11, 32],
        [12, 33, 54],
        [34, 55, 13],
        [56, 14, 35],
        [15, 36, 57],
        [37, 58, 16],
        [59, 17, 38],
        [18, 39, 60],
        [40, 61, 19],
        [62, 20, 41],
    ],
    last: (&[63], 2),
};

/// SHA crypt with its default of 5000 rounds (Drepper's specification).
fn sha_crypt<D: Digest>(password: &[u8], salt: &[u8], order: &Order) -> String {
    let repeated =
        |bytes: &[u8], length: usize| bytes.iter().copied().cycle().take(length).collect::<Vec<u8>>();
    let alternate = D::digest([password, salt, password].concat());
    let mut start = [password, salt].concat();
    start.extend(repeated(&alternate, password.len()));
    let mut length = password.len();
    while length > 0 {
        start.extend_from_slice(if length & 1 == 1 { &alternate } else { password });
        length >>= 1;
    }
    let mut found = D::digest(&start).to_vec();
    let of_password = repeated(&D::digest(password.repeat(password.len())), password.len());
    let times = usize::try_from(16 + at(&found, 0)).unwrap_or(16);
    let of_salt = repeated(&D::digest(salt.repeat(times)), salt.len());
    for round in 0..5000 {
        let mut next: Vec<u8> = Vec::new();
        next.extend_from_slice(if round & 1 == 1 { &of_password } else { &found });
        if round % 3 != 0 {
            next.extend_from_slice(&of_salt);
        }
        if round % 7 != 0 {
            next.extend_from_slice(&of_password);
        }
        next.extend_from_slice(if round & 1 == 1 { &found } else { &of_password });
        found = D::digest(&next).to_vec();
    }
    let mut out = format!("{}{}$", order.prefix, text(salt));
    for [a, b, c] in order.triples {
        encode(at(&found, *a) << 16 | at(&found, *b) << 8 | at(&found, *c), 4, &mut out);
    }
    let last = order.last.0.iter().fold(0, |bits, index| bits << 8 | at(&found, *index));
    encode(last, order.last.1, &mut out);
    out
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut block = if key.len() > 128 { Sha512::digest(key).to_vec() } else { key.to_vec() };
    block.resize(128, 0);
    let padded = |with: u8| block.iter().map(|byte| byte ^ with).collect::<Vec<u8>>();
    let inner = Sha512::digest([padded(0x36), parts.concat()].concat());
    Sha512::digest([padded(0x5c), inner.to_vec()].concat()).to_vec()
}

fn pbkdf2(call: &Call<'_>) -> Result<Value> {
    let given = call.arguments.len();
    if given != 3 {
        return Err(call.fail(format!("str2saltedpbkdf2(): wrong number of arguments ({given} for 3)")));
    }
    let arguments: Vec<Value> = call.arguments.iter().map(unwrapped).collect();
    let complaint = |what: &str| call.fail(format!("str2saltedpbkdf2(): {what}"));
    let Some(Value::Str(password)) = arguments.first() else {
        return Err(complaint("first argument must be a string"));
    };
    let Some(Value::Str(salt)) = arguments.get(1) else {
        return Err(complaint("second argument must be a string"));
    };
    if salt.len() < 8 {
        return Err(complaint("second argument must be at least 8 bytes long"));
    }
    let Some(Value::Int(iterations)) = arguments.get(2) else {
        return Err(complaint("third argument must be an integer"));
    };
    if !(40_001..70_000).contains(iterations) {
        return Err(call.fail("str2saltedpbkdf2(): third argument must be between 40,000 and 70,000"));
    }
    let mut key = Vec::new();
    for block in [1_u8, 2] {
        let mut last = hmac(password.as_bytes(), &[salt.as_bytes(), &[0, 0, 0, block]]);
        let mut sum = last.clone();
        for _ in 1..*iterations {
            last = hmac(password.as_bytes(), &[&last]);
            sum.iter_mut().zip(&last).for_each(|(sum, byte)| *sum ^= byte);
        }
        key.extend(sum);
    }
    Ok(Value::hash([
        ("password_hex".into(), Value::str(hexadecimal(&key))),
        ("salt_hex".into(), Value::str(hexadecimal(salt.as_bytes()))),
        ("iterations".into(), Value::Int(*iterations)),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crypt_agrees_with_the_c_library() {
        assert_eq!(md5_crypt(b"password", b"salt"), "$1$salt$qJH7.N4xYta3aEG/dfqo/0");
        assert_eq!(
            sha_crypt::<Sha256>(b"password", b"salt", &SHA_256),
            "$5$salt$Gcm6FsVtF/Qa77ZKD.iwsJlCVPY0XSMgLJL0Hnww/c1"
        );
        assert_eq!(
            sha_crypt::<Sha512>(b"password", b"salt", &SHA_512),
            "$6$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDCy.g."
        );
    }
}
