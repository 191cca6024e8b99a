//! MySQL's and MariaDB's option files: `services.mysql.settings`.
//!
//! Claims the server's packages, its units and the files below `/etc/mysql`. Sections and keys are the module's own
//! shape; it writes them as an option file again. Where data lies and who runs the server are options; sockets,
//! plugins and messages come from the package. The files' order counts where a key comes twice, so such a key is a
//! finding. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack, Value},
    syntax::{self, Settings},
};
use crate::translate::nixos::expr::Expr;

const BASE: [&str; 3] = ["services", "mysql", "settings"];

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "mysql",
    packages: &["mariadb-server", "mysql-server", "default-mysql-server", "mysql-community-server"],
    units: &["mysql", "mariadb", "mysqld"],
    module: &["services", "mysql"],
    also: &[(&["services", "mysql", "package"], Value::Package("mariadb"))],
    files: &[
        ("/etc/mysql/my.cnf", Form::Settings(options)),
        ("/etc/my.cnf", Form::Settings(options)),
        ("/etc/mysql/conf.d/", Form::Settings(options)),
        ("/etc/mysql/mariadb.conf.d/", Form::Settings(options)),
        ("/etc/mysql/mysql.conf.d/", Form::Settings(options)),
        ("/etc/my.cnf.d/", Form::Settings(options)),
    ],
};

fn options(text: &str) -> Option<Settings> {
    const OWN: [&str; 8] =
        ["user", "basedir", "pid-file", "pid_file", "socket", "lc-messages-dir", "plugin_dir", "plugin-dir"];
    let mut settings = Settings::default();
    let text: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('!'))
        .map(|line| format!("{line}\n"))
        .collect();
    for (section, pairs) in syntax::sections(&text, &['#', ';'])? {
        for (key, value) in pairs {
            match (section, key) {
                ("mysqld" | "server" | "mariadb", "datadir") => {
                    settings.set(&["services", "mysql"], &["dataDir"], Expr::str(value?));
                }
                (_, key) if OWN.contains(&key) => {}
                ("", _) => return None,
                (_, "password") => return None,
                _ => settings.set(&BASE, &[section, key], value.map_or(Expr::Bool(true), plain)),
            }
        }
    }
    syntax::unique(settings)
}

fn plain(value: &str) -> Expr {
    let bare = value.trim_matches(|letter| matches!(letter, '"' | '\''));
    syntax::atom(bare)
}
