//! PKCS7 `EnvelopedData` (RFC 2315, section 10) with RSA key transport and AES in CBC mode, as hiera-eyaml writes it.

use aes::cipher::{BlockDecryptMut, KeyIvInit, block_padding::Pkcs7};
use rsa::{Pkcs1v15Encrypt, RsaPrivateKey};

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OID: u8 = 0x06;
/// `[0]`, constructed.
const EXPLICIT: u8 = 0xa0;
/// `[0] IMPLICIT OCTET STRING`.
const CONTENT: u8 = 0x80;

/// pkcs7-envelopedData
const ENVELOPED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03];
/// aes128-CBC, aes192-CBC, aes256-CBC differ in the last byte.
const AES: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01];

/// Opens an envelope; gives why it cannot be opened, without any of its bytes.
pub(super) fn open(der: &[u8], key: &RsaPrivateKey) -> Result<Vec<u8>, &'static str> {
    let envelope = parse(der).ok_or("it is no PKCS7 envelope")?;
    let content_key = envelope
        .keys
        .iter()
        .find_map(|encrypted| key.decrypt(Pkcs1v15Encrypt, encrypted).ok())
        .ok_or("it was encrypted for another key")?;
    let plain = match envelope.cipher {
        2 => cbc::Decryptor::<aes::Aes128>::new_from_slices(&content_key, envelope.iv)
            .map(|cipher| cipher.decrypt_padded_vec_mut::<Pkcs7>(envelope.content)),
        22 => cbc::Decryptor::<aes::Aes192>::new_from_slices(&content_key, envelope.iv)
            .map(|cipher| cipher.decrypt_padded_vec_mut::<Pkcs7>(envelope.content)),
        42 => cbc::Decryptor::<aes::Aes256>::new_from_slices(&content_key, envelope.iv)
            .map(|cipher| cipher.decrypt_padded_vec_mut::<Pkcs7>(envelope.content)),
        _ => return Err("its cipher is not AES in CBC mode"),
    };
    plain.ok().and_then(Result::ok).ok_or("its content does not fit its key")
}

struct Envelope<'a> {
    /// The content's key, once for each recipient.
    keys: Vec<&'a [u8]>,
    /// The last byte of the cipher's identifier.
    cipher: u8,
    iv: &'a [u8],
    content: &'a [u8],
}

fn parse(der: &[u8]) -> Option<Envelope<'_>> {
    let (outer, _) = take(der, SEQUENCE)?;
    let (kind, rest) = take(outer, OID)?;
    if kind != ENVELOPED {
        return None;
    }
    let (explicit, _) = take(rest, EXPLICIT)?;
    let (data, _) = take(explicit, SEQUENCE)?;
    let (_version, rest) = take(data, INTEGER)?;
    let (mut recipients, rest) = take(rest, SET)?;
    let mut keys = Vec::new();
    while !recipients.is_empty() {
        let (recipient, others) = take(recipients, SEQUENCE)?;
        keys.push(recipient_key(recipient)?);
        recipients = others;
    }
    let (content_info, _) = take(rest, SEQUENCE)?;
    let (_kind, rest) = take(content_info, OID)?;
    let (algorithm, rest) = take(rest, SEQUENCE)?;
    let (cipher, parameters) = take(algorithm, OID)?;
    let (iv, _) = take(parameters, OCTETS)?;
    let (content, _) = take(rest, CONTENT)?;
    Some(Envelope { keys, cipher: *cipher.strip_prefix(AES)?.first()?, iv, content })
}

/// Version, issuer and serial number, algorithm, encrypted key.
fn recipient_key(recipient: &[u8]) -> Option<&[u8]> {
    let (_version, rest) = take(recipient, INTEGER)?;
    let (_issuer, rest) = take(rest, SEQUENCE)?;
    let (_algorithm, rest) = take(rest, SEQUENCE)?;
    take(rest, OCTETS).map(|(key, _)| key)
}

/// Takes one element of a tag: its content and what follows it.
fn take(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let count = usize::from(*first & 0x7f);
        let (bytes, rest) = rest.split_at_checked(count)?;
        let length =
            (1..=4).contains(&count).then(|| bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)));
        (length?, rest)
    };
    (*found == tag).then(|| rest.split_at_checked(length)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_beyond_the_end_are_refused() {
        assert_eq!(take(&[SEQUENCE, 2, 1, 2, 3], SEQUENCE), Some((&[1, 2][..], &[3][..])));
        assert_eq!(take(&[SEQUENCE, 0x82, 0xff, 0xff, 0], SEQUENCE), None);
        assert_eq!(take(&[SEQUENCE, 9, 0], SEQUENCE), None);
        assert!(parse(&[SEQUENCE, 0]).is_none());
    }
}
