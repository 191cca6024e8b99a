//! One line of a file, as the type `file_line` of the module stdlib writes it.

use super::marks;
use crate::value::Regexp;
use ecow::EcoString;

/// What shall be of a line.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileLine {
    pub(crate) absent: bool,
    /// A pattern of the lines it takes the place of.
    pub(crate) pattern: Option<EcoString>,
    /// A pattern of the lines it stands behind.
    pub(crate) after: Option<EcoString>,
    /// Whether a pattern may fit several lines.
    pub(crate) multiple: bool,
    /// Whether a line that fits is replaced.
    pub(crate) replace: bool,
    /// Whether other lines that fit are replaced where the line itself is there.
    pub(crate) replace_all: bool,
    /// Whether the pattern says which lines are to be absent.
    pub(crate) absent_by_pattern: bool,
    /// Whether the line is added where no other fits.
    pub(crate) append: bool,
}

impl FileLine {
    /// Edits a text; `line` is the line, with marks for secrets.
    pub(super) fn edit(&self, text: &str, line: Option<&str>) -> Result<String, String> {
        if self.replace_all && !self.replace {
            return Err(
                "all lines that match are to be replaced but none is, which Puppet refuses".to_owned()
            );
        }
        let lines: Vec<&str> = text.lines().collect();
        if lines.iter().any(|line| marks::is_whole(line)) {
            return Err("a secret of its base may hold whole lines".to_owned());
        }
        let fits = self.fits(&lines)?;
        let there = line.is_some_and(|line| lines.contains(&line));
        let counted =
            lines.iter().zip(&fits).filter(|(it, fits)| **fits && !(self.replace_all && Some(**it) == line));
        let matches = counted.count();
        let edited = match (self.absent, line) {
            (true, _) => self.removed(&lines, &fits, (line, matches))?,
            (false, Some(line)) if self.is_needed(there, matches) => {
                self.written(&lines, &fits, (line, matches))?
            }
            (false, _) => return Ok(text.to_owned()),
        };
        Ok(edited.iter().map(|line| format!("{line}\n")).collect())
    }

    fn fits(&self, lines: &[&str]) -> Result<Vec<bool>, String> {
        let Some(pattern) = &self.pattern else { return Ok(vec![false; lines.len()]) };
        lines.iter().map(|line| fits(pattern, line)).collect()
    }

    fn is_needed(&self, there: bool, matches: usize) -> bool {
        match (&self.pattern, matches) {
            (None, _) => !there,
            (Some(_), 0) => !there && self.append,
            (Some(_), _) if self.replace_all => true,
            (Some(_), _) => !there && self.replace,
        }
    }

    fn written(
        &self,
        lines: &[&str],
        fit: &[bool],
        (line, matches): (&str, usize),
    ) -> Result<Vec<String>, String> {
        self.refuse_several("match", matches)?;
        let mut behind = Vec::new();
        for other in lines {
            behind.push(self.after.as_ref().map_or(Ok(false), |after| fits(after, other))?);
        }
        let places = behind.iter().filter(|behind| **behind).count();
        if self.pattern.is_none() {
            self.refuse_several("after", places)?;
        }
        // with `match`, only the first place counts, and only where nothing matched
        let mut open = if self.pattern.is_some() { usize::from(matches == 0) } else { usize::MAX };
        let mut out = Vec::new();
        for ((other, fits), behind) in lines.iter().zip(fit).zip(behind) {
            out.push(if *fits { line.to_owned() } else { (*other).to_owned() });
            if behind && open > 0 {
                out.push(line.to_owned());
                open -= 1;
            }
        }
        if matches == 0 && places == 0 {
            out.push(line.to_owned());
        }
        Ok(out)
    }

    fn removed(
        &self,
        lines: &[&str],
        fit: &[bool],
        (line, matches): (Option<&str>, usize),
    ) -> Result<Vec<String>, String> {
        let by_pattern = self.absent_by_pattern && self.pattern.is_some();
        if by_pattern {
            self.refuse_several("match", matches)?;
        }
        let stays = |(other, fits): &(&&str, &bool)| if by_pattern { !**fits } else { Some(**other) != line };
        Ok(lines.iter().zip(fit).filter(stays).map(|(line, _)| (*line).to_owned()).collect())
    }

    fn refuse_several(&self, what: &str, count: usize) -> Result<(), String> {
        if count > 1 && !self.multiple {
            return Err(format!(
                "`{what}` fits {count} lines of its base, and Puppet fails without `multiple`"
            ));
        }
        Ok(())
    }
}

fn fits(pattern: &EcoString, line: &str) -> Result<bool, String> {
    if marks::is_marked(line) {
        return Err("whether a pattern fits a line of its base depends on a secret".to_owned());
    }
    let found = Regexp::cached(pattern)?.find_at(&format!("{line}\n"), 0)?;
    Ok(found.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> FileLine {
        FileLine { replace: true, append: true, ..FileLine::default() }
    }

    #[test]
    fn a_line_is_added_replaced_or_put_behind_another() {
        let text = "a=1\nb=2\n";
        assert_eq!(usual().edit(text, Some("c=3")).unwrap(), "a=1\nb=2\nc=3\n");
        assert_eq!(usual().edit(text, Some("b=2")).unwrap(), text);
        let matching = FileLine { pattern: Some("^a=".into()), ..usual() };
        assert_eq!(matching.edit(text, Some("a=9")).unwrap(), "a=9\nb=2\n");
        assert_eq!(FileLine { append: false, ..matching.clone() }.edit("x\n", Some("a=9")).unwrap(), "x\n");
        assert_eq!(FileLine { replace: false, ..matching.clone() }.edit(text, Some("a=9")).unwrap(), text);
        let after = FileLine { after: Some("^a".into()), ..usual() };
        assert_eq!(after.edit(text, Some("c=3")).unwrap(), "a=1\nc=3\nb=2\n");
        assert!(matching.edit("a=1\na=2\n", Some("a=9")).unwrap_err().contains("2 lines"));
    }

    #[test]
    fn a_line_is_removed_by_itself_or_by_a_pattern() {
        let gone = FileLine { absent: true, pattern: Some("^b".into()), ..usual() };
        assert_eq!(gone.edit("a\nb2\nb\n", Some("b")).unwrap(), "a\nb2\n");
        let gone = FileLine { absent_by_pattern: true, multiple: true, ..gone };
        assert_eq!(gone.edit("a\nb2\nb\n", None).unwrap(), "a\n");
    }
}
