//! Paths of Debian's programs become paths that exist on NixOS.

use super::{
    expr::{Expr, Part},
    plan::PackageNames,
};
use ecow::{EcoString, eco_format};

const FOLDERS: [&str; 5] = ["/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/", "/usr/games/"];

/// Programs that NixOS wraps with privileges.
const WRAPPED: [&str; 11] = [
    "sudo",
    "su",
    "sendmail",
    "newaliases",
    "mailq",
    "ping",
    "mount",
    "umount",
    "passwd",
    "crontab",
    "fusermount",
];

/// A text with its paths replaced.
#[derive(Debug, Default)]
pub(super) struct Retargeted {
    /// The text in parts, programs as `${pkgs.x}/bin/y`.
    pub(super) parts: Vec<Part>,
    /// Each substitution as `old → new`.
    pub(super) done: Vec<EcoString>,
    /// The attributes of nixpkgs that were named.
    pub(super) packages: Vec<EcoString>,
    /// Paths of programs of which no package is known.
    pub(super) unknown: Vec<EcoString>,
}

/// Replaces every path of a program in a text.
pub(super) fn retarget(packages: &dyn PackageNames, text: &str) -> Retargeted {
    let (mut out, mut rest, mut before) = (Retargeted::default(), text, None);
    let mut plain = String::new();
    while let Some(letter) = rest.chars().next() {
        let found = if letter == '/' && starts_path(before) { found_program(rest) } else { None };
        let Some((path, name)) = found else {
            plain.push(letter);
            before = Some(letter);
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
            continue;
        };
        replace(packages, (path, name), &mut plain, &mut out);
        before = path.chars().last();
        rest = rest.get(path.len()..).unwrap_or_default();
    }
    flush(&mut plain, &mut out.parts);
    out
}

fn starts_path(before: Option<char>) -> bool {
    !before.is_some_and(|letter| letter.is_alphanumeric() || "._-/}~".contains(letter))
}

/// The path of a program at the start of a text, and the program's name.
fn found_program(text: &str) -> Option<(&str, &str)> {
    let folder = FOLDERS.iter().find(|folder| text.starts_with(**folder))?;
    let rest = text.get(folder.len()..)?;
    let end = rest
        .find(|letter: char| !(letter.is_alphanumeric() || "._+-[".contains(letter)))
        .unwrap_or(rest.len());
    let name = rest.get(..end)?.trim_end_matches(['.', '-']);
    let followed = rest.get(name.len()..).and_then(|rest| rest.chars().next());
    if name.is_empty() || followed == Some('/') {
        return None;
    }
    Some((text.get(..folder.len() + name.len())?, name))
}

fn replace(
    packages: &dyn PackageNames,
    (path, name): (&str, &str),
    plain: &mut String,
    out: &mut Retargeted,
) {
    if matches!(path, "/bin/sh" | "/usr/bin/env") {
        plain.push_str(path);
    } else if WRAPPED.contains(&name) {
        plain.push_str(&format!("/run/wrappers/bin/{name}"));
        out.done.push(eco_format!("{path} → /run/wrappers/bin/{name}"));
    } else if let Some(attribute) = packages.program(name) {
        flush(plain, &mut out.parts);
        let select = Expr::select(&format!("pkgs.{attribute}"));
        out.parts.push(Part::Expr(select));
        plain.push_str(&format!("/bin/{name}"));
        out.done.push(eco_format!("{path} → ${{pkgs.{attribute}}}/bin/{name}"));
        out.packages.push(attribute);
    } else {
        plain.push_str(path);
        out.unknown.push(path.into());
    }
}

fn flush(plain: &mut String, parts: &mut Vec<Part>) {
    if !plain.is_empty() {
        parts.push(Part::Text(std::mem::take(plain).into()));
    }
}

/// A text of a file with programs at `/run/current-system/sw/bin`, where no antiquotation can be written.
pub(super) fn in_file(retargeted: &Retargeted) -> String {
    let show = |part: &Part| match part {
        Part::Text(text) => text.to_string(),
        Part::Expr(_) => "/run/current-system/sw".to_owned(),
    };
    retargeted.parts.iter().map(show).collect()
}

/// The packages of programs that a shell command names without a path.
pub(super) fn bare_programs(packages: &dyn PackageNames, command: &str) -> Vec<EcoString> {
    /// What a systemd unit of NixOS and the shell have anyway.
    const THERE: [&str; 5] = ["coreutils", "findutils", "gnugrep", "gnused", "systemd"];
    const WORDS: [&str; 9] = ["if", "then", "else", "while", "do", "!", "exec", "nice", "time"];
    let mut found: Vec<EcoString> = Vec::new();
    let mut at_command = true;
    for word in command.split_whitespace() {
        let word = word.trim_start_matches(['(', '{', '`', '$', '"', '!']);
        let name = word.trim_end_matches([';', ')', '`', '"', '|', '&']);
        if at_command
            && !name.is_empty()
            && !name.contains('/')
            && let Some(attribute) = packages.program(name)
            && !THERE.contains(&attribute.as_str())
            && !found.contains(&attribute)
        {
            found.push(attribute);
        }
        let separator = matches!(word, "|" | "||" | "&&" | ";" | "&") || word.ends_with([';', '|', '&']);
        let assignment = at_command && word.contains('=');
        at_command = separator || assignment || WORDS.contains(&name) || (word.is_empty() && at_command);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::plan::PackageAnswer;
    use super::*;

    struct Few;

    impl PackageNames for Few {
        fn nixos(&self, _: &str) -> Option<PackageAnswer> {
            None
        }

        fn language(&self, _: &str, _: &str) -> Option<PackageAnswer> {
            None
        }

        fn program(&self, name: &str) -> Option<EcoString> {
            matches!(name, "restic" | "curl").then(|| name.into())
        }
    }

    #[test]
    fn programs_get_their_package_and_others_are_listed() {
        let found = retarget(&Few, "/usr/bin/restic -r /srv/bin/x /usr/local/bin/y /bin/sh /sbin/zap");
        assert_eq!(found.done, ["/usr/bin/restic → ${pkgs.restic}/bin/restic"]);
        assert_eq!(found.unknown, ["/sbin/zap"]);
        assert_eq!(
            in_file(&found),
            "/run/current-system/sw/bin/restic -r /srv/bin/x /usr/local/bin/y /bin/sh /sbin/zap"
        );
    }

    #[test]
    fn commands_without_a_path_are_found_after_pipes() {
        assert_eq!(bare_programs(&Few, "cat x | curl -d @- y"), ["curl"]);
        assert!(bare_programs(&Few, "echo curl").is_empty());
    }
}
