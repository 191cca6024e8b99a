//! Small libraries: Base64, Shellwords, CGI, ERB::Util, URI; `StringIO` and other objects that are passed around.

use super::{Args, Row, carry, row};
use crate::{
    ruby::{
        interp::Interp,
        object::{Data, R, Rv},
    },
    value::Str,
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE},
};

/// The modules' methods.
pub(super) static STATICS: &[(&str, &[Row])] = &[
    (
        "Base64",
        &[
            row("encode64", 1, 1, |it, _, args| Ok(Rv::str(encode64(&it.byte_string(args.at(0))?, true)))),
            row("strict_encode64", 1, 1, |it, _, args| {
                Ok(Rv::str(encode64(&it.byte_string(args.at(0))?, false)))
            }),
            row("urlsafe_encode64", 1, -1, |it, _, args| {
                let text = it.byte_string(args.at(0))?;
                let padding = !matches!(args.keyword("padding"), Some(Rv::Bool(false)));
                let made = URL_SAFE.encode(&text);
                Ok(Rv::str(if padding { made } else { made.trim_end_matches('=').to_owned() }))
            }),
            row("decode64", 1, 1, |it, _, args| {
                let text = it.string(args.at(0))?;
                decode64(it, &text)
            }),
            row("strict_decode64", 1, 1, |it, _, args| {
                let text = it.string(args.at(0))?;
                decode64(it, &text)
            }),
            row("urlsafe_decode64", 1, 1, |it, _, args| {
                let text = it.string(args.at(0))?.replace('-', "+").replace('_', "/");
                decode64(it, &text)
            }),
        ],
    ),
    (
        "Shellwords",
        &[
            row("escape", 1, 1, |it, _, args| Ok(Rv::str(shell_escape(&it.to_s(args.at(0))?)))),
            row("shellescape", 1, 1, |it, _, args| Ok(Rv::str(shell_escape(&it.to_s(args.at(0))?)))),
            row("join", 1, 1, shell_join),
            row("shelljoin", 1, 1, shell_join),
            row("split", 1, 1, |it, _, args| shell_split(it, args.at(0))),
            row("shellsplit", 1, 1, |it, _, args| shell_split(it, args.at(0))),
            row("shellwords", 1, 1, |it, _, args| shell_split(it, args.at(0))),
        ],
    ),
    ("CGI", CGI),
    ("CGI::Util", CGI),
    (
        "ERB::Util",
        &[
            row("html_escape", 1, 1, |it, _, args| Ok(Rv::str(html(&it.to_s(args.at(0))?)))),
            row("h", 1, 1, |it, _, args| Ok(Rv::str(html(&it.to_s(args.at(0))?)))),
            row("url_encode", 1, 1, |it, _, args| Ok(Rv::str(percent(&it.to_s(args.at(0))?, "-_.~", "%20")))),
            row("u", 1, 1, |it, _, args| Ok(Rv::str(percent(&it.to_s(args.at(0))?, "-_.~", "%20")))),
        ],
    ),
    (
        "URI",
        &[
            row("encode_www_form_component", 1, 2, |it, _, args| {
                Ok(Rv::str(percent(&it.to_s(args.at(0))?, "*-._", "+")))
            }),
            row("decode_www_form_component", 1, 2, |it, _, args| {
                let text = it.to_s(args.at(0))?.replace('+', " ");
                unpercent(it, &text)
            }),
            row("encode_uri_component", 1, 2, |it, _, args| {
                Ok(Rv::str(percent(&it.to_s(args.at(0))?, "*-._", "%20")))
            }),
        ],
    ),
];

const CGI: &[Row] = &[
    row("escape", 1, 1, |it, _, args| Ok(Rv::str(percent(&it.to_s(args.at(0))?, "*-._~", "+")))),
    row("unescape", 1, 2, |it, _, args| {
        let text = it.to_s(args.at(0))?.replace('+', " ");
        unpercent(it, &text)
    }),
    row("escapeHTML", 1, 1, |it, _, args| Ok(Rv::str(html(&it.to_s(args.at(0))?)))),
    row("escape_html", 1, 1, |it, _, args| Ok(Rv::str(html(&it.to_s(args.at(0))?)))),
    row("unescapeHTML", 1, 1, |it, _, args| Ok(Rv::str(unhtml(&it.to_s(args.at(0))?)))),
];

/// Objects that hold a text or are only passed around.
pub(super) static NATIVE: &[Row] = &[
    carry("write", 0, -1, write),
    carry("<<", 1, 1, |it, this, args| write(it, this, args).map(|_| this.clone())),
    carry("print", 0, -1, write),
    carry("puts", 0, -1, puts),
    carry("printf", 1, -1, |it, this, args| {
        let text = super::format::format(it, args)?;
        write(it, this, &Args::of(vec![text]))
    }),
    carry("string", 0, 0, |_, this, _| Ok(io(this).map_or(Rv::Nil, Rv::Str))),
    carry("read", 0, -1, |_, this, _| {
        Ok(io(this).map_or(Rv::Nil, |text| Rv::str(text.text.borrow().clone())))
    }),
    carry("each_line", 0, -1, |it, this, args| {
        let text = io(this).map_or(Rv::Nil, Rv::Str);
        it.send_with(
            &text,
            "each_line",
            Args { values: args.values.clone(), keywords: false, block: args.block.clone(), scope: None },
        )
    }),
    row("environment", 0, 0, super::template::environment),
    row("rewind", 0, 0, |_, _, _| Ok(Rv::Int(0))),
    row("close", 0, 0, |_, _, _| Ok(Rv::Nil)),
    row("name", 0, 0, |it, this, _| it.plain_to_s(this).map(Rv::str)),
    row("to_hash", 0, 0, |it, _, _| {
        let mut made = crate::maps::IndexMap::default();
        for (name, value) in it.host.resource_parameters() {
            made.insert(crate::ruby::object::Key(Rv::sym(name)), it.import(&value));
        }
        Ok(Rv::hash(made))
    }),
    row("[]", 1, 1, |it, this, args| {
        let all = it.send(this, "to_hash", &[])?;
        let name = it.to_s(args.at(0))?;
        it.send(&all, "[]", &[Rv::sym(name.text().clone())])
    }),
    row("type", 0, 0, |it, this, _| {
        it.plain_to_s(this).map(|text| Rv::str(super::template::reference(&text).0))
    }),
    row("title", 0, 0, |it, this, _| {
        it.plain_to_s(this).map(|text| Rv::str(super::template::reference(&text).1))
    }),
    row("result", 0, 1, |it, _, _| Err(it.unsupported_method("`ERB#result`"))),
];

fn io(value: &Rv) -> Option<std::rc::Rc<crate::ruby::object::RString>> {
    if let Rv::Object(object) = value
        && let Data::StringIo(text) = &object.data
    {
        return Some(text.clone());
    }
    None
}

fn write(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(text) = io(this) else { return Err(it.unsupported_method("`write`")) };
    let mut count = 0;
    for value in &args.values {
        let added = it.to_s(value)?;
        it.charge(added.len())?;
        count += added.len();
        text.text.borrow_mut().push(&added);
    }
    Ok(Rv::from(count))
}

fn puts(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    for value in &args.values {
        let text = it.to_s(value)?;
        let end = if text.ends_with('\n') { "" } else { "\n" };
        write(it, this, &Args::of(vec![Rv::str(text), Rv::str(end)]))?;
    }
    Ok(Rv::Nil)
}

/// Base64 with or without a line break after each 60 characters.
pub(super) fn encode64(bytes: &[u8], lines: bool) -> String {
    let made = STANDARD.encode(bytes);
    if !lines {
        return made;
    }
    let letters: Vec<char> = made.chars().collect();
    letters.chunks(60).map(|line| line.iter().collect::<String>() + "\n").collect()
}

/// What is written in base64.
pub(super) fn decode64(it: &mut Interp<'_>, text: &str) -> R {
    let clean: String =
        text.chars().filter(|letter| letter.is_ascii_alphanumeric() || "+/".contains(*letter)).collect();
    let engine = base64::engine::GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        base64::engine::GeneralPurposeConfig::new()
            .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    match engine.decode(clean.as_bytes()) {
        Ok(bytes) => Ok(it.bytes(bytes)),
        Err(_) => Err(it.argument_error("invalid base64")),
    }
}

/// `Shellwords.escape`.
pub(super) fn shell_escape(text: &str) -> String {
    if text.is_empty() {
        return "''".into();
    }
    let mut made = String::new();
    for letter in text.chars() {
        if letter == '\n' {
            made.push_str("'\n'");
            continue;
        }
        if !(letter.is_ascii_alphanumeric() || "_-.,:+/@".contains(letter)) {
            made.push('\\');
        }
        made.push(letter);
    }
    made
}

/// `Shellwords.join`.
pub(super) fn shell_join(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let mut parts = Vec::new();
    for item in it.to_vec(args.at(0))? {
        parts.push(shell_escape(&it.to_s(&item)?));
    }
    Ok(Rv::str(parts.join(" ")))
}

/// `Shellwords.split`.
pub(super) fn shell_split(it: &mut Interp<'_>, value: &Rv) -> R {
    let text = it.string(value)?;
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' | '\n' => words.extend(word.take().map(Rv::str)),
            '\\' => word.get_or_insert_default().extend(letters.next()),
            '\'' | '"' => {
                let into = word.get_or_insert_default();
                loop {
                    match letters.next() {
                        Some(end) if end == letter => break,
                        Some('\\') if letter == '"' => match letters.next() {
                            Some(escaped @ ('"' | '\\' | '$' | '`')) => into.push(escaped),
                            Some(other) => into.extend(['\\', other]),
                            None => {}
                        },
                        Some(inner) => into.push(inner),
                        None => return Err(it.argument_error(format!("Unmatched quote: {}", text.as_str()))),
                    }
                }
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word.map(Rv::str));
    Ok(Rv::array(words))
}

fn html(text: &Str) -> String {
    let mut made = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => made.push_str("&amp;"),
            '<' => made.push_str("&lt;"),
            '>' => made.push_str("&gt;"),
            '"' => made.push_str("&quot;"),
            '\'' => made.push_str("&#39;"),
            other => made.push(other),
        }
    }
    made
}

fn unhtml(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

fn percent(text: &str, kept: &str, space: &str) -> String {
    let mut made = String::new();
    for byte in text.bytes() {
        let letter = byte as char;
        if letter.is_ascii_alphanumeric() || kept.contains(letter) && letter.is_ascii() {
            made.push(letter);
        } else if byte == b' ' {
            made.push_str(space);
        } else {
            made.push_str(&format!("%{byte:02X}"));
        }
    }
    made
}

fn unpercent(it: &mut Interp<'_>, text: &str) -> R {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let pair: Option<String> = (byte == b'%').then(|| rest.clone().take(2).map(char::from).collect());
        match pair.and_then(|pair| u8::from_str_radix(&pair, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                rest.next();
                rest.next();
            }
            None => bytes.push(byte),
        }
    }
    Ok(it.bytes(bytes))
}
