//! Mutants: one token taken away, doubled, swapped with the next, replaced or put in.

use crate::case::Case;

/// Tokens that are put in.
const TOKENS: [&str; 66] = [
    "{", "}", "[", "]", "(", ")", ",", ";", ":", "=>", "+>", "=", "+=", "==", "!=", "=~", "!~", "<", ">",
    "<=", ">=", "+", "-", "*", "/", "%", "<<", ">>", "->", "~>", "<-", "<~", "?", "|", "<|", "|>", "@", "@@",
    ".", "$", "!", "'", "\"", "::", "#", "~", "if", "else", "elsif", "case", "class", "define", "node",
    "default", "undef", "true", "in", "and", "type", "inherits", "$x", "foo", "Foo", "42", "'s'", "${y}",
];

/// A small generator of numbers, the same everywhere (splitmix64).
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// Returns a number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// Makes mutants of files that are not too long.
pub fn mutants(files: &[Case], seed: u64, count: usize) -> Vec<Case> {
    let mut random = Random(seed);
    let small: Vec<&Case> = files.iter().filter(|case| (40..12_000).contains(&case.text.len())).collect();
    (0..count).map(|_| mutant(small[random.below(small.len())], &mut random)).collect()
}

fn mutant(case: &Case, random: &mut Random) -> Case {
    let tokens = tokens(&case.text);
    let at = random.below(tokens.len());
    let (start, end) = tokens[at];
    let token = &case.text[start..end];
    let other = TOKENS[random.below(TOKENS.len())];
    let (new, what) = match random.below(5) {
        0 => (String::new(), format!("`{token}` taken away")),
        1 => (format!("{token} {token}"), format!("`{token}` doubled")),
        2 => (other.to_owned(), format!("`{token}` replaced by `{other}`")),
        3 => (format!("{other} {token}"), format!("`{other}` before `{token}`")),
        _ => return swapped(case, &tokens, at),
    };
    let text = format!("{}{new}{}", &case.text[..start], &case.text[end..]);
    Case { path: case.path.clone(), text, what }
}

fn swapped(case: &Case, tokens: &[(usize, usize)], at: usize) -> Case {
    let at = at.min(tokens.len().saturating_sub(2));
    let Some(&(next_start, next_end)) = tokens.get(at + 1) else { return case.clone() };
    let (start, end) = tokens[at];
    let text = &case.text;
    let (first, second) = (&text[start..end], &text[next_start..next_end]);
    let text = format!("{}{second}{}{first}{}", &text[..start], &text[end..next_start], &text[next_end..]);
    Case { path: case.path.clone(), text, what: format!("`{first}` and `{second}` swapped") }
}

/// Splits a text roughly into tokens; comments and white space are none.
fn tokens(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            byte if byte.is_ascii_whitespace() => at += 1,
            b'#' => at += text[at..].find('\n').unwrap_or(text.len() - at),
            byte if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' => {
                at += 1;
                at += bytes[at..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                    .count();
                found.push((start, at));
            }
            byte => {
                let pair = bytes.get(at..at + 2).unwrap_or_default();
                let two = [&b"=>"[..], b"::", b"->", b"~>", b"==", b"!=", b"=~", b"+>", b"<|", b"|>", b"${"]
                    .contains(&pair);
                at += if two {
                    2
                } else if byte < 0x80 {
                    1
                } else {
                    text[at..].chars().next().unwrap().len_utf8()
                };
                found.push((start, at));
            }
        }
    }
    if found.is_empty() { vec![(0, text.len())] } else { found }
}
