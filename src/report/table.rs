//! The score table for a terminal.

use super::{Report, summary::percent};
use crate::translate::{Class, Score};

/// The widest that the columns beside the host's name are together.
const COLUMNS: usize = 58;

/// Lays out one line a host and one for all, at most `width` columns wide; longer names are cut in the middle.
#[must_use]
pub fn score_table(report: &Report, width: usize) -> String {
    let names = report.hosts.iter().map(|host| host.certname.as_str());
    let failed = report.failed.iter().map(|host| host.certname.as_str());
    let longest = names.chain(failed).map(|name| name.chars().count()).max().unwrap_or(0).max(5);
    let name = longest.min(width.saturating_sub(COLUMNS).max(8));
    let heads: Vec<&str> = Class::ALL.iter().map(|class| class.word()).collect();
    let head: String = heads.iter().map(|word| format!("  {word}")).collect();
    let mut out = format!("{:name$}{head}   score\n", "host");
    for host in &report.hosts {
        out.push_str(&row(&cut(&host.certname, name), name, &host.score));
    }
    for host in &report.failed {
        out.push_str(&format!("{:name$}  not compiled\n", cut(&host.certname, name)));
    }
    if report.hosts.len() > 1 {
        out.push_str(&row("total", name, &report.total));
    }
    let services = report.services;
    if services.declared > 0 {
        let (native, declared) = (services.native, services.declared);
        let share = percent(services.per_mille());
        out.push_str(&format!("{native} of {declared} services are native modules ({share})\n"));
    }
    out
}

fn row(label: &str, width: usize, score: &Score) -> String {
    let cells = Class::ALL.iter().map(|class| format!("  {:>1$}", score.of(*class), class.word().len()));
    format!("{label:width$}{}  {:>6}\n", cells.collect::<String>(), percent(score.per_mille()))
}

fn cut(name: &str, width: usize) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= width {
        return name.to_owned();
    }
    let head = (width - 1) / 2;
    let tail = width - 1 - head;
    let first = letters.iter().take(head);
    let last = letters.iter().skip(letters.len() - tail);
    first.chain(&['…']).chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_in_the_middle() {
        assert_eq!(cut("web01.prod.ams2.example.net", 11), "web01…e.net");
        assert_eq!(cut("web01", 11), "web01");
    }
}
