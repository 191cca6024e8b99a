//! Languages and keyboards: `i18n`, `console`, `services.xserver.xkb`.
//!
//! Claims `/etc/locale.gen`, `/etc/default/locale` and `/etc/default/keyboard`. Locales are built from the same names;
//! `LANG` is the default, other categories are set beside it. Fixture: `fixtures/stacks`.

use super::{
    shape::{self, Form},
    syntax::{self, Settings},
};
use crate::translate::nixos::{expr::Expr, plan::Planner};
use ecow::{EcoString, eco_format};

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    let files = [
        ("/etc/locale.gen", Form::Settings(generated)),
        ("/etc/default/locale", Form::Settings(variables)),
        ("/etc/locale.conf", Form::Settings(variables)),
        ("/etc/default/keyboard", Form::Settings(keyboard)),
    ];
    shape::texts(planner, "locale", &files);
}

/// `en_US.UTF-8 UTF-8` lines; the C library's own locale is always there.
fn generated(text: &str) -> Option<Settings> {
    let pair = |line: &str| {
        let [name, charset] = line.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
        Some(eco_format!("{name}/{charset}"))
    };
    let mut names = syntax::lines(text, &['#']).map(pair).collect::<Option<Vec<EcoString>>>()?;
    let usual: EcoString = "C.UTF-8/UTF-8".into();
    if !names.contains(&usual) {
        names.insert(0, usual);
    }
    let mut settings = Settings::default();
    settings.set(&["i18n"], &["supportedLocales"], Expr::strings(names));
    Some(settings)
}

fn variables(text: &str) -> Option<Settings> {
    let mut settings = Settings::default();
    for (name, value) in syntax::shell(text)? {
        match name {
            "LANG" => settings.set(&["i18n"], &["defaultLocale"], Expr::str(value)),
            _ if name.starts_with("LC_") || name == "LANGUAGE" => {
                settings.set(&["i18n"], &["extraLocaleSettings", name], Expr::str(value));
            }
            _ => return None,
        }
    }
    Some(settings)
}

fn keyboard(text: &str) -> Option<Settings> {
    let xkb = ["services", "xserver", "xkb"];
    let mut settings = Settings::default();
    for (name, value) in syntax::shell(text)? {
        match (name, value) {
            (_, "") | ("BACKSPACE", "guess") => {}
            ("XKBLAYOUT", layout) => settings.set(&xkb, &["layout"], Expr::str(layout)),
            ("XKBMODEL", model) => settings.set(&xkb, &["model"], Expr::str(model)),
            ("XKBVARIANT", variant) => settings.set(&xkb, &["variant"], Expr::str(variant)),
            ("XKBOPTIONS", options) => settings.set(&xkb, &["options"], Expr::str(options)),
            _ => return None,
        }
    }
    settings.set(&["console"], &["useXkbConfig"], Expr::Bool(true));
    Some(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_are_named_with_their_charset() {
        let found = generated("# all\nde_DE.UTF-8 UTF-8\n").unwrap();
        assert_eq!(found.options[0].1, Expr::strings(["C.UTF-8/UTF-8", "de_DE.UTF-8/UTF-8"]));
        assert_eq!(generated("de_DE.UTF-8\n"), None);
    }
}
