//! `haproxy.cfg`: `services.haproxy.config`.
//!
//! Claims the package, the unit and the file. The module runs haproxy on the text as it is, in the foreground, as its
//! own user and without root's rights: what would change user or root, or fork, is left out of `global`. Fixture: `fixtures/stacks`.

use super::shape::{Form, Stack};

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "haproxy",
    packages: &["haproxy"],
    units: &["haproxy"],
    module: &["services", "haproxy"],
    also: &[],
    files: &[
        ("/etc/haproxy/haproxy.cfg", Form::Text(&["services", "haproxy", "config"], config)),
        ("/etc/haproxy/", Form::Stays),
        ("/etc/default/haproxy", Form::Own("options of Debian's unit; the module starts haproxy itself")),
    ],
};

fn config(text: &str) -> Option<String> {
    const OWN: [&str; 5] = ["user", "group", "chroot", "daemon", "pidfile"];
    let (mut kept, mut global) = (String::new(), false);
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        let first = line.split_whitespace().next().unwrap_or_default();
        if !line.starts_with(char::is_whitespace) {
            global = first == "global";
        }
        if !(global && OWN.contains(&first)) {
            kept.push_str(line.trim_end());
            kept.push('\n');
        }
    }
    Some(kept)
}

#[cfg(test)]
mod tests {
    #[test]
    fn users_of_userlists_stay() {
        let text = "# c\nglobal\n  user haproxy\n  maxconn 9\nuserlist a\n  user b password c\n";
        assert_eq!(super::config(text).unwrap(), "global\n  maxconn 9\nuserlist a\n  user b password c\n");
    }
}
