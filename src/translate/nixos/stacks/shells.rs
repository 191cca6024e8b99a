//! Files that shells read at their start: `programs.bash`, `programs.zsh`, `programs.fish`.
//!
//! Claims `bash.bashrc`, the files below `/etc/zsh` and `/etc/fish/config.fish`. NixOS's own start files run these
//! texts at the same moment: interactive shells, login shells, every shell. tcsh reads its files where they are; bash and zsh of
//! nixpkgs read the moved ones at the end of a session.
//! Fixture: `fixtures/stacks`.

use super::shape::{self, Form};
use crate::translate::nixos::{
    expr::Expr,
    plan::{Of, Planner, Topic},
};

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    let files = [
        ("/etc/bash.bashrc", Form::Text(&["programs", "bash", "interactiveShellInit"], whole)),
        ("/etc/zsh/zshenv", Form::Text(&["programs", "zsh", "shellInit"], whole)),
        ("/etc/zsh/zprofile", Form::Text(&["programs", "zsh", "loginShellInit"], whole)),
        ("/etc/zsh/zshrc", Form::Text(&["programs", "zsh", "interactiveShellInit"], whole)),
        ("/etc/fish/config.fish", Form::Text(&["programs", "fish", "shellInit"], whole)),
        ("/etc/bash.bash_logout", Form::Moved("bash_logout.local")),
        ("/etc/zsh/zlogin", Form::Moved("zlogin")),
        ("/etc/zsh/zlogout", Form::Moved("zlogout")),
        ("/etc/csh.cshrc", Form::Stays),
        ("/etc/csh.login", Form::Stays),
        ("/etc/csh.logout", Form::Stays),
    ];
    shape::texts(planner, "shells", &files);
    for shell in ["zsh", "fish"] {
        if planner.is_set(&["programs", shell]) {
            planner.set(Topic::Host, &["programs", shell, "enable"], Expr::Bool(true), Of::NOBODY);
        }
    }
}

fn whole(text: &str) -> Option<String> {
    Some(text.to_owned())
}
