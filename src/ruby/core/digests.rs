//! `Digest`, and of OpenSSL the digests, `HMAC` and the derivation of keys from passwords.

use super::{Args, Row, carry, row};
use crate::ruby::{
    interp::Interp,
    object::{Class, Data, R, Rv},
};
use base64::Engine;
use sha2::Digest;
use std::rc::Rc;

/// The most rounds a key may be derived with.
const MAX_ROUNDS: i64 = 2_000_000;

macro_rules! classes {
    ($($name:literal),*) => { &[$(($name, DIGESTS)),*, ("OpenSSL::HMAC", HMACS), ("OpenSSL::KDF", KDF),
        ("OpenSSL::PKCS5", PKCS5), ("Zlib", ZLIB)] };
}

/// The class methods.
pub(super) static STATICS: &[(&str, &[Row])] = classes![
    "Digest::MD5",
    "Digest::SHA1",
    "Digest::SHA256",
    "Digest::SHA384",
    "Digest::SHA512",
    "Digest::SHA2",
    "OpenSSL::Digest",
    "OpenSSL::Digest::MD5",
    "OpenSSL::Digest::SHA1",
    "OpenSSL::Digest::SHA256",
    "OpenSSL::Digest::SHA384",
    "OpenSSL::Digest::SHA512"
];

const DIGESTS: &[Row] = &[
    row("digest", 1, 2, |it, this, args| {
        let (algorithm, data) = given(it, this, args)?;
        let made = digest(algorithm, &data);
        Ok(it.bytes(made))
    }),
    row("hexdigest", 1, 2, |it, this, args| {
        let (algorithm, data) = given(it, this, args)?;
        Ok(Rv::str(hex(&digest(algorithm, &data))))
    }),
    row("base64digest", 1, 2, |it, this, args| {
        let (algorithm, data) = given(it, this, args)?;
        Ok(Rv::str(base64(&digest(algorithm, &data))))
    }),
    row("new", 0, 2, |it, this, args| {
        let Rv::Class(class) = this else { return Ok(Rv::Nil) };
        let own = of_class(class);
        let algorithm = match (own, args.opt(0)) {
            (Some(own), _) => own,
            (None, Some(name)) => algorithm(it, name)?,
            (None, None) => Algorithm::Sha256,
        };
        let data = if own.is_some() { args.opt(0) } else { args.opt(1) };
        let data = data.map_or(Ok(Vec::new()), |data| it.byte_string(data))?;
        state(it, class, algorithm, data)
    }),
];

const HMACS: &[Row] = &[
    row("digest", 3, 3, |it, _, args| {
        let made = keyed(it, args)?;
        Ok(it.bytes(made))
    }),
    row("hexdigest", 3, 3, |it, _, args| Ok(Rv::str(hex(&keyed(it, args)?)))),
    row("base64digest", 3, 3, |it, _, args| Ok(Rv::str(base64(&keyed(it, args)?)))),
    row("new", 2, 2, |it, this, args| {
        let Rv::Class(class) = this else { return Ok(Rv::Nil) };
        let algorithm = algorithm(it, args.at(1))?;
        let made = state(it, class, algorithm, Vec::new())?;
        it.byte_string(args.at(0))?;
        it.write_variable(&made, &"@key".into(), args.at(0).clone())?;
        Ok(made)
    }),
];

const KDF: &[Row] = &[row("pbkdf2_hmac", 2, 2, |it, _, args| {
    let option = |name: &str| args.keyword(name).unwrap_or(Rv::Nil);
    derive(it, args.at(0), [&option("salt"), &option("iterations"), &option("length"), &option("hash")])
})];

const PKCS5: &[Row] = &[
    row("pbkdf2_hmac", 5, 5, |it, _, args| {
        derive(it, args.at(0), [args.at(1), args.at(2), args.at(3), args.at(4)])
    }),
    row("pbkdf2_hmac_sha1", 4, 4, |it, _, args| {
        derive(it, args.at(0), [args.at(1), args.at(2), args.at(3), &Rv::str("SHA1")])
    }),
];

const ZLIB: &[Row] = &[row("crc32", 0, 2, |it, _, args| {
    let data = args.opt(0).map_or(Ok(Vec::new()), |data| it.byte_string(data))?;
    let crc = data.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 },
        )
    });
    Ok(Rv::Int((!crc).into()))
})];

/// The methods of a digest that is being made.
pub(super) static DIGEST: &[Row] = &[
    carry("update", 1, 1, update),
    carry("<<", 1, 1, update),
    row("digest", 0, 1, |it, this, args| {
        let made = finished(it, this, args)?;
        Ok(it.bytes(made))
    }),
    row("hexdigest", 0, 1, |it, this, args| Ok(Rv::str(hex(&finished(it, this, args)?)))),
    row("to_s", 0, 0, |it, this, args| Ok(Rv::str(hex(&finished(it, this, args)?)))),
    row("inspect", 0, 0, |it, this, args| Ok(Rv::str(hex(&finished(it, this, args)?)))),
    row("base64digest", 0, 1, |it, this, args| Ok(Rv::str(base64(&finished(it, this, args)?)))),
    row("digest_length", 0, 0, |it, this, _| Ok(Rv::from(digest(noted(it, this), &[]).len()))),
    row("reset", 0, 0, |it, this, _| {
        it.write_variable(this, &"@data".into(), Rv::str(""))?;
        Ok(this.clone())
    }),
    row("name", 0, 0, |it, this, _| Ok(Rv::str(noted(it, this).name()))),
];

/// The functions that are known.
#[derive(Clone, Copy, PartialEq)]
enum Algorithm {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Sha512 => "SHA512",
        }
    }

    fn named(name: &str) -> Option<Self> {
        let plain = name.to_ascii_uppercase().replace('-', "");
        [Self::Md5, Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512]
            .into_iter()
            .find(|it| it.name() == plain)
    }
}

fn of_class(class: &Class) -> Option<Algorithm> {
    let name = class.name.borrow();
    let last = name.rsplit("::").next().unwrap_or_default();
    Algorithm::named(if last == "SHA2" { "SHA256" } else { last })
}

/// A digest's name, class or object as the algorithm it stands for.
fn algorithm(it: &mut Interp<'_>, value: &Rv) -> R<Algorithm> {
    let found = match value {
        Rv::Object(object) if matches!(object.data, Data::None) => Some(noted(it, value)),
        Rv::Class(class) => of_class(class),
        other => Algorithm::named(&it.string(other)?),
    };
    match found {
        Some(found) => Ok(found),
        None => {
            let shown = it.to_s(value)?;
            Err(it.unsupported_method(&format!("the digest `{}`", shown.as_str())))
        }
    }
}

/// What a class method was given: `OpenSSL::Digest.digest(name, data)` or `Digest::MD5.digest(data)`.
fn given(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R<(Algorithm, Vec<u8>)> {
    let own = if let Rv::Class(class) = this { of_class(class) } else { None };
    match own {
        Some(own) => Ok((own, it.byte_string(args.at(0))?)),
        None => Ok((algorithm(it, args.at(0))?, it.byte_string(args.at(1))?)),
    }
}

fn digest(algorithm: Algorithm, data: &[u8]) -> Vec<u8> {
    match algorithm {
        Algorithm::Md5 => md5::Md5::digest(data).to_vec(),
        Algorithm::Sha1 => sha1::Sha1::digest(data).to_vec(),
        Algorithm::Sha256 => sha2::Sha256::digest(data).to_vec(),
        Algorithm::Sha384 => sha2::Sha384::digest(data).to_vec(),
        Algorithm::Sha512 => sha2::Sha512::digest(data).to_vec(),
    }
}

/// RFC 2104.
fn hmac(algorithm: Algorithm, key: &[u8], data: &[u8]) -> Vec<u8> {
    let block = if matches!(algorithm, Algorithm::Sha384 | Algorithm::Sha512) { 128 } else { 64 };
    let mut padded = if key.len() > block { digest(algorithm, key) } else { key.to_vec() };
    padded.resize(block, 0);
    let with = |mask: u8, data: &[u8]| {
        let mut all: Vec<u8> = padded.iter().map(|byte| byte ^ mask).collect();
        all.extend(data);
        digest(algorithm, &all)
    };
    with(0x5c, &with(0x36, data))
}

fn keyed(it: &mut Interp<'_>, args: &Args<'_>) -> R<Vec<u8>> {
    let algorithm = algorithm(it, args.at(0))?;
    let key = it.byte_string(args.at(1))?;
    Ok(hmac(algorithm, &key, &it.byte_string(args.at(2))?))
}

/// PBKDF2 with HMAC, RFC 8018; `[salt, rounds, length, digest]`.
fn derive(it: &mut Interp<'_>, password: &Rv, [salt, rounds, length, hash]: [&Rv; 4]) -> R {
    let (password, salt) = (it.byte_string(password)?, it.byte_string(salt)?);
    let (rounds, length, algorithm) = (it.int(rounds)?, it.count(length)?, algorithm(it, hash)?);
    if rounds > MAX_ROUNDS || length > 1 << 12 {
        return Err(it.limit("more rounds of a key derivation than are allowed"));
    }
    let mut made = Vec::new();
    let mut block = 1_u32;
    while made.len() < length {
        let mut first = salt.clone();
        first.extend(block.to_be_bytes());
        let mut last = hmac(algorithm, &password, &first);
        let mut sum = last.clone();
        for _ in 1..rounds {
            it.step()?;
            last = hmac(algorithm, &password, &last);
            sum.iter_mut().zip(&last).for_each(|(sum, byte)| *sum ^= byte);
        }
        made.extend(sum);
        block += 1;
    }
    made.truncate(length);
    Ok(it.bytes(made))
}

fn state(it: &mut Interp<'_>, class: &Rc<Class>, algorithm: Algorithm, data: Vec<u8>) -> R {
    let made = it.object(class.clone(), Data::None);
    let data = it.bytes(data);
    it.write_variable(&made, &"@algorithm".into(), Rv::sym(algorithm.name()))?;
    it.write_variable(&made, &"@data".into(), data)?;
    Ok(made)
}

fn noted(it: &Interp<'_>, this: &Rv) -> Algorithm {
    let name = it.read_variable(this, &"@algorithm".into()).name().unwrap_or_default();
    Algorithm::named(&name).unwrap_or(Algorithm::Sha256)
}

fn update(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let before = it.read_variable(this, &"@data".into());
    let mut data = it.byte_string(&before)?;
    let more = it.byte_string(args.at(0))?;
    it.charge(data.len() + more.len())?;
    data.extend(more);
    let data = it.bytes(data);
    let secrets = it.secrets(&before, &args.values);
    let data = it.label(data, &secrets)?;
    it.write_variable(this, &"@data".into(), data)?;
    Ok(this.clone())
}

/// The digest of what was taken so far, or of the argument alone.
fn finished(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R<Vec<u8>> {
    let held = it.read_variable(this, &"@data".into());
    let data = it.byte_string(args.opt(0).unwrap_or(&held))?;
    match it.read_variable(this, &"@key".into()) {
        Rv::Nil => Ok(digest(noted(it, this), &data)),
        key => {
            let key = it.byte_string(&key)?;
            Ok(hmac(noted(it, this), &key, &data))
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
