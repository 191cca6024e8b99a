//! The name service's cache: `services.nscd.config`.
//!
//! Claims `nscd`, `unscd` and `nscd.conf`. NixOS runs nsncd, which has no such file, unless it is told to run nscd: then
//! the text is as it is. Fixture: `fixtures/stacks`.

use super::{
    shape::{self, Form},
    syntax, with_module,
};
use crate::translate::nixos::{
    expr::Expr,
    plan::{Of, Planner, Topic},
};

const RULE: &str = "nscd";

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    let units = ["nscd", "unscd"];
    if planner.service(&units).is_some_and(super::services::is_off) {
        return;
    }
    let option = &["services", "nscd", "config"];
    shape::texts(planner, RULE, &[("/etc/nscd.conf", Form::Text(option, |text| Some(syntax::bare(text))))]);
    if planner.is_set(option) {
        planner.set(Topic::Services, &["services", "nscd", "enableNsncd"], Expr::Bool(false), Of::NOBODY);
        with_module(planner, RULE, &["unscd"], &units);
    }
}
