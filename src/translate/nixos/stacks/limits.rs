//! `limits.conf` and `limits.d`: `security.pam.loginLimits`.
//!
//! Claims the files. Each line is an element with the same four fields; pam_limits reads the list in its order.
//! Fixture: `fixtures/stacks`.

use super::{
    shape::{self, Form},
    syntax::{self, Settings},
};
use crate::translate::nixos::{expr::Expr, plan::Planner};

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    let files = [
        ("/etc/security/limits.conf", Form::Settings(limits)),
        ("/etc/security/limits.d/", Form::Settings(limits)),
    ];
    shape::texts(planner, "limits", &files);
}

fn limits(text: &str) -> Option<Settings> {
    let mut settings = Settings::default();
    for line in syntax::lines(text, &['#']) {
        let line = line.split('#').next().unwrap_or(line);
        let [domain, kind, item, value] = line.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
        let entry =
            [("domain", domain), ("type", kind), ("item", item)].map(|(name, text)| (name, Expr::str(text)));
        let value = ("value", syntax::atom(value));
        settings
            .elements
            .push((&["security", "pam", "loginLimits"], Expr::attrs(entry.into_iter().chain([value]))));
    }
    Some(settings)
}
