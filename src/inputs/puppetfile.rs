//! A light scan of a `Puppetfile`: which modules it deploys, to tell a user where a missing one comes from.

use ecow::EcoString;

/// A module that a Puppetfile deploys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PuppetfileModule {
    /// The name of its folder.
    pub name: EcoString,
    /// The name as it was written, `puppetlabs/ntp`.
    pub full_name: EcoString,
    /// The line, from 1.
    pub line: u32,
}

/// Returns the modules of a Puppetfile, in order; Ruby in it is not run.
#[must_use]
pub fn puppetfile(text: &str) -> Vec<PuppetfileModule> {
    let lines = text.lines().zip(1..);
    lines.filter_map(|(line, number)| module(line.trim_start(), number)).collect()
}

fn module(line: &str, number: u32) -> Option<PuppetfileModule> {
    let rest = line.strip_prefix("mod")?;
    let rest = rest.trim_start_matches(|found: char| found.is_whitespace() || found == '(');
    let quote = rest.chars().next().filter(|first| matches!(first, '\'' | '"'))?;
    let full_name = rest.get(1..)?.split(quote).next()?;
    let name = full_name.rsplit(['/', '-']).next()?;
    Some(PuppetfileModule { name: name.into(), full_name: full_name.into(), line: number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_authors() {
        let found =
            puppetfile("forge 'x'\n# mod 'a/b'\nmod 'puppetlabs-ntp', '1.0'\nmod \"stdlib\",\n  git: 'u'\n");
        let names: Vec<_> = found.iter().map(|module| (module.name.as_str(), module.line)).collect();
        assert_eq!(names, [("ntp", 3), ("stdlib", 4)]);
    }
}
