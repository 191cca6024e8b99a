//! `Digest`.

use super::{Args, Row, row};
use crate::ruby::{
    interp::Interp,
    object::{R, Rv},
};
use base64::Engine;
use sha2::Digest;

macro_rules! digest {
    ($name:literal, $hasher:ty) => {
        (
            $name,
            &[
                row("hexdigest", 1, 1, |it, _, args| {
                    let text = it.string(args.at(0))?;
                    Ok(Rv::str(hex(&<$hasher>::digest(text.as_bytes()))))
                }),
                row("base64digest", 1, 1, |it, _, args| {
                    let text = it.string(args.at(0))?;
                    Ok(Rv::str(
                        base64::engine::general_purpose::STANDARD.encode(<$hasher>::digest(text.as_bytes())),
                    ))
                }),
                row("digest", 1, 1, raw),
                row("new", 0, 0, raw),
            ],
        )
    };
}

/// The digests' class methods.
pub(super) static STATICS: &[(&str, &[Row])] = &[
    digest!("Digest::MD5", md5::Md5),
    digest!("Digest::SHA1", sha1::Sha1),
    digest!("Digest::SHA256", sha2::Sha256),
    digest!("Digest::SHA384", sha2::Sha384),
    digest!("Digest::SHA512", sha2::Sha512),
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn raw(it: &mut Interp<'_>, _: &Rv, _: &Args<'_>) -> R {
    Err(it.unsupported_value("a digest as bytes"))
}
