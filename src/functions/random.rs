//! Numbers that look random but are the same every time (Ruby's Mersenne twister).

use super::{Call, table::rows};
use crate::{
    diag::Result,
    value::{Str, Value},
};
use md5::{Digest as _, Md5};
use sha2::Sha256;

rows! {
    "fqdn_rand" "puppet" Three Union ["fqdn_rand(Any $max, Any $seed?, Any $downcase?)"]
        "Gives a number below the maximum that depends on the host and the seed." => fqdn_rand;
    "fqdn_rand_string" "stdlib" Three Union ["fqdn_rand_string(Any $length, Any $charset?, Any $seed*)"]
        "Gives a random string that depends on the host and the seed." => fqdn_rand_string;
    "fqdn_rotate" "stdlib" Three Union ["fqdn_rotate(Any $value, Any $seed*)"]
        "Rotates an array or a string by a number that depends on the host." => fqdn_rotate;
    "fqdn_uuid" "stdlib" Three Union ["fqdn_uuid(Any $fqdn)"]
        "Gives the UUID (version 5) of a host name." => fqdn_uuid;
    "seeded_rand" "stdlib" Three Union ["seeded_rand(Any $max, Any $seed)"]
        "Gives a number below the maximum that depends on the seed." => seeded_rand;
    "seeded_rand_string" "stdlib" Four Union ["seeded_rand_string(Integer[1] $length, String $seed, String[2] $charset?)"]
        "Gives a random string that depends on the seed." => seeded_rand_string;
}

/// The Mersenne twister as Ruby seeds and reads it.
pub(super) struct Twister {
    state: Vec<u32>,
    at: usize,
}

const SIZE: usize = 624;

impl Twister {
    /// Seeds with a number of any size, its 32-bit words from the lowest.
    pub(super) fn new(words: &[u32]) -> Self {
        let words = match words.iter().rposition(|word| *word != 0) {
            Some(last) => words.get(..=last).unwrap_or(words),
            None => &[0],
        };
        match words {
            [only] => Self::from_word(*only),
            // Ruby leaves out a highest word of 1, which it takes for a guard of leading zeros.
            [init @ .., 1] if init.len() > 1 => Self::from_words(init),
            [only, 1] => Self::from_word(*only),
            words => Self::from_words(words),
        }
    }

    fn from_word(seed: u32) -> Self {
        let mut state = vec![seed];
        let mut last = seed;
        for index in 1..624_u32 {
            last = 1_812_433_253_u32.wrapping_mul(last ^ (last >> 30)).wrapping_add(index);
            state.push(last);
        }
        Self { state, at: SIZE }
    }

    fn from_words(key: &[u32]) -> Self {
        let mut it = Self::from_word(19_650_218);
        let (mut i, mut j) = (1_usize, 0_usize);
        for _ in 0..SIZE.max(key.len()) {
            let before = it.get(i - 1);
            let mixed = it.get(i) ^ (before ^ (before >> 30)).wrapping_mul(1_664_525);
            let word = key.get(j).copied().unwrap_or(0);
            it.set(i, mixed.wrapping_add(word).wrapping_add(u32::try_from(j).unwrap_or(0)));
            i += 1;
            j = (j + 1) % key.len().max(1);
            it.wrap(&mut i);
        }
        for _ in 0..SIZE - 1 {
            let before = it.get(i - 1);
            let mixed = it.get(i) ^ (before ^ (before >> 30)).wrapping_mul(1_566_083_941);
            it.set(i, mixed.wrapping_sub(u32::try_from(i).unwrap_or(0)));
            i += 1;
            it.wrap(&mut i);
        }
        it.set(0, 0x8000_0000);
        it
    }

    fn wrap(&mut self, i: &mut usize) {
        if *i >= SIZE {
            self.set(0, self.get(SIZE - 1));
            *i = 1;
        }
    }

    fn get(&self, index: usize) -> u32 {
        self.state.get(index).copied().unwrap_or(0)
    }

    fn set(&mut self, index: usize, word: u32) {
        if let Some(slot) = self.state.get_mut(index) {
            *slot = word;
        }
    }

    fn refill(&mut self) {
        for index in 0..SIZE {
            let joined = (self.get(index) & 0x8000_0000) | (self.get((index + 1) % SIZE) & 0x7fff_ffff);
            let twist = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            self.set(index, self.get((index + 397) % SIZE) ^ (joined >> 1) ^ twist);
        }
        self.at = 0;
    }

    fn next(&mut self) -> u32 {
        if self.at >= SIZE {
            self.refill();
        }
        let mut word = self.get(self.at);
        self.at += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// Gives a number below `max` (`Random#rand`), 0 where `max` is 0 or 1.
    pub(super) fn below(&mut self, max: u64) -> u64 {
        let Some(limit) = max.checked_sub(1).filter(|limit| *limit > 0) else { return 0 };
        let mask = u64::MAX >> limit.leading_zeros();
        'retry: loop {
            let mut found = 0_u64;
            for shift in [32, 0] {
                if (mask >> shift) & 0xffff_ffff != 0 {
                    found |= u64::from(self.next()) << shift;
                    found &= mask;
                    if limit < found {
                        continue 'retry;
                    }
                }
            }
            return found;
        }
    }
}

/// The 32-bit words of a big-endian number, lowest first.
fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.rchunks(4).map(|chunk| chunk.iter().fold(0, |word, byte| (word << 8) | u32::from(*byte))).collect()
}

/// A generator seeded with the MD5 of a text, as a number.
fn seeded(text: &str) -> Twister {
    Twister::new(&words(&Md5::digest(text.as_bytes())))
}

fn fqdn(call: &Call<'_>) -> String {
    let networking = call.context.fact("networking");
    let found = networking.as_ref().and_then(|it| it.get("fqdn")).map(Value::to_str);
    found.unwrap_or_default().as_str().to_owned()
}

/// `to_i` of a Ruby value: leading digits of a text.
pub(super) fn to_i(value: &Value) -> i64 {
    match value {
        Value::Int(it) => *it,
        #[expect(clippy::cast_possible_truncation, reason = "Ruby's to_i")]
        Value::Float(it) => *it as i64,
        other => {
            let text = other.to_str();
            let text = text.trim_start();
            let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
            let end = digits.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(digits.len());
            digits.get(..end).and_then(|it| it.parse::<i64>().ok()).unwrap_or(0) * sign
        }
    }
}

/// Joins as `[...].join(':')`.
fn seed_text(parts: &[Value]) -> String {
    let mut out = Str::default();
    super::strings::join_into(parts, &Str::new(":"), &mut out);
    out.as_str().to_owned()
}

fn number_below(call: &Call<'_>, seed: &str, max: i64) -> Result<Value> {
    match u64::try_from(max) {
        Ok(max) if max > 0 => Ok(Value::Int(i64::try_from(seeded(seed).below(max)).unwrap_or(0))),
        _ => Err(call.fail(format!("invalid argument - {max}"))),
    }
}

fn fqdn_rand(call: &Call<'_>) -> Result<Value> {
    let max = to_i(call.arg(0));
    let host = fqdn(call);
    let host = if call.arg(2).is_truthy() { host.to_lowercase() } else { host };
    number_below(call, &seed_text(&[Value::str(host), Value::Int(max), call.arg(1).clone()]), max)
}

fn seeded_rand(call: &Call<'_>) -> Result<Value> {
    let max = to_i(call.arg(0));
    if max < 1 {
        return Err(call.fail("seeded_rand(): first argument must be a positive integer"));
    }
    let Value::Str(seed) = call.arg(1) else {
        return Err(call.fail("seeded_rand(): second argument must be a string"));
    };
    // The seed is the text's MD5, over the text alone.
    number_below(call, seed, max)
}

fn random_text(generator: &mut Twister, length: i64, charset: &str) -> String {
    let characters: Vec<char> = charset.chars().collect();
    let size = u64::try_from(characters.len()).unwrap_or(1);
    let pick = |_| {
        let index = usize::try_from(generator.below(size)).unwrap_or(0);
        characters.get(index).copied().unwrap_or('0')
    };
    (0..length).map(pick).collect()
}

const ALPHANUMERIC: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

fn fqdn_rand_string(call: &Call<'_>) -> Result<Value> {
    let length = to_i(call.arg(0));
    if length < 1 {
        return Err(call.fail("fqdn_rand_string(): first argument must be a positive integer"));
    }
    let charset = call.string(1);
    let charset = if charset.is_empty() { ALPHANUMERIC } else { charset.as_str() };
    let size = i64::try_from(charset.chars().count()).unwrap_or(1);
    let host = fqdn(call);
    let mut out = String::new();
    let rest = call.arguments.get(2..).unwrap_or_default();
    let characters: Vec<char> = charset.chars().collect();
    for index in 1..=length {
        // Each character is `fqdn_rand(size, "seed:index")` with the seeds joined.
        let seed = seed_text(&[rest, &[Value::Int(index)]].concat());
        let text = seed_text(&[Value::str(host.clone()), Value::Int(size), Value::str(seed)]);
        let at = usize::try_from(seeded(&text).below(u64::try_from(size).unwrap_or(1))).unwrap_or(0);
        out.extend(characters.get(at));
    }
    Ok(Value::str(out))
}

fn seeded_rand_string(call: &Call<'_>) -> Result<Value> {
    let default = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let charset = if call.arguments.len() > 2 { call.text(2) } else { default };
    let seed = Sha256::digest(call.text(1).as_bytes());
    let mut generator = Twister::new(&words(&seed));
    Ok(Value::str(random_text(&mut generator, call.int(0).unwrap_or(0), charset)))
}

fn fqdn_rotate(call: &Call<'_>) -> Result<Value> {
    let seeds = call.arguments.get(1..).unwrap_or_default();
    // An empty list of seeds leaves a separator behind.
    let text = seed_text(&[Value::str(fqdn(call)), Value::array(seeds.iter().cloned())]);
    let offset = |size: usize| {
        let below = seeded(&text).below(u64::try_from(size).unwrap_or(1));
        usize::try_from(below).unwrap_or(0)
    };
    match call.arg(0) {
        Value::Array(items) if items.len() > 1 => {
            let mut items = items.to_vec();
            let by = offset(items.len());
            items.rotate_left(by);
            Ok(Value::array(items))
        }
        Value::Str(text) if text.chars().count() > 1 => {
            let mut characters: Vec<char> = text.chars().collect();
            let by = offset(characters.len());
            characters.rotate_left(by);
            Ok(Value::str(characters.into_iter().collect::<String>()))
        }
        other @ (Value::Array(_) | Value::Str(_)) => Ok(other.clone()),
        _ => Err(call.fail("fqdn_rotate(): Requires either array or string to work with")),
    }
}

fn fqdn_uuid(call: &Call<'_>) -> Result<Value> {
    // The DNS namespace of RFC 4122.
    let namespace =
        [0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8_u8];
    let digest = sha1::Sha1::digest([&namespace, call.string(0).as_bytes()].concat());
    let mut bytes = digest.get(..16).unwrap_or_default().to_vec();
    for (index, mask, bits) in [(6, 0x0f, 0x50), (8, 0x3f, 0x80)] {
        if let Some(byte) = bytes.get_mut(index) {
            *byte = (*byte & mask) | bits;
        }
    }
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    Ok(Value::str([part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twister_is_rubys() {
        // ruby -e 'p Random.new(42).rand(100), Random.new(2**64+5).rand(1000), Random.new(2**32+7).rand(1000)'
        assert_eq!(Twister::new(&[42]).below(100), 51);
        assert_eq!(Twister::new(&[5, 0, 1]).below(1000), 240);
        assert_eq!(Twister::new(&[7, 1]).below(1000), 175);
        let big = (1_u128 << 96) + 12_345_678_901_234_567;
        let parts: Vec<u32> =
            (0..4).map(|at| u32::try_from((big >> (32 * at)) & 0xffff_ffff).unwrap()).collect();
        assert_eq!(Twister::new(&parts).below(1_000_000_000_000), 659_272_439_876);
        assert_eq!(Twister::new(&[0]).below(1000), 684);
    }
}
