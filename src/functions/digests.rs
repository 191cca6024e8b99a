//! Digests of texts.

use super::{Call, collections::class_name, table::rows};
use crate::{diag::Result, value::Value};
use md5::Digest;

rows! {
    "digest" "puppet" Three Union ["digest(Any $text)"]
        "Gives the digest of a text by the configured algorithm (SHA-256; MD5 before Puppet 7)." => |call| hex::<sha2::Sha256>(call);
    "md5" "puppet" Three Union ["md5(Any $text)"] "Gives the MD5 of a text." => |call| hex::<md5::Md5>(call);
    "sha1" "puppet" Three Union ["sha1(Any $text)"] "Gives the SHA-1 of a text." => |call| hex::<sha1::Sha1>(call);
    "sha256" "puppet" Three Union ["sha256(Any $text)"] "Gives the SHA-256 of a text." => |call| hex::<sha2::Sha256>(call);
}

/// Writes bytes as hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hex<D: Digest>(call: &Call<'_>) -> Result<Value> {
    let Value::Str(text) = call.arg(0) else {
        let kind = match call.arg(0) {
            Value::Bool(it) => it.to_string(),
            other => class_name(other).to_owned(),
        };
        return Err(call.fail(format!("no implicit conversion of {kind} into String")));
    };
    Ok(Value::str(hexadecimal(&D::digest(text.as_bytes()))))
}
