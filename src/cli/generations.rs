//! `migrate generations`: what was activated.

use super::{
    Session, Status,
    activation::{RootArguments, deliver, text_or_json},
    session::Outcome,
};
use crate::activate::{Backend, Generation, Reason};
use clap::Args;
use serde::Serialize;
use std::fmt::Write;

/// List the generations of a root
#[derive(Debug, Args)]
pub(super) struct Generations {
    #[command(flatten)]
    root: RootArguments,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    current: Option<u64>,
    generations: Vec<Generation>,
}

impl Generations {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        text_or_json(session)?;
        let native = self.root.open()?;
        let report = Report {
            schema: "migrate/generations/v1",
            current: native.state().current()?,
            generations: native.generations()?,
        };
        deliver(session, &report, || text(&report))?;
        Ok(Status::Done)
    }
}

fn text(report: &Report) -> String {
    if report.generations.is_empty() {
        return "nothing was activated here yet\n".to_owned();
    }
    let mut text = String::new();
    for made in &report.generations {
        let mark = if report.current == Some(made.number) { '*' } else { ' ' };
        let what = match made.reason {
            Reason::Baseline => "before the first activation".to_owned(),
            Reason::Apply => format!("{} paths, {} changed", made.paths, made.changed),
            Reason::Repair => format!("{} paths, {} put right", made.paths, made.changed),
        };
        let parent = made.parent.map(|parent| format!(", after {parent}")).unwrap_or_default();
        let _ = writeln!(text, "{mark} {:4}  {}  {what}{parent}", made.number, date(made.created));
    }
    text
}

/// Renders seconds since 1970 as `2026-01-31 12:00:00` in UTC (civil-from-days, Howard Hinnant).
fn date(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01 00:00:00Z");
        assert_eq!(date(951_782_400), "2000-02-29 00:00:00Z");
        assert_eq!(date(1_767_225_599), "2025-12-31 23:59:59Z");
    }
}
