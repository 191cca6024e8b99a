//! Fields of a crontab as systemd calendar events that elapse at the same minutes (systemd.time(7), crontab(5)).

use std::collections::BTreeSet;

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// One field: which values it allows, and whether it began with `*`.
struct Field {
    values: BTreeSet<u32>,
    star: bool,
    all: bool,
}

/// Turns the five fields into calendar events; `None` where a field cannot be read.
///
/// Where neither day field begins with `*`, cron runs when either matches: two events.
pub(super) fn events(schedule: &[impl AsRef<str>; 5]) -> Option<Vec<String>> {
    let [minute, hour, day, month, weekday] = schedule.each_ref().map(AsRef::as_ref);
    let (minute, hour) = (field(minute, 0, 59)?, field(hour, 0, 23)?);
    let (day, month, mut weekday) = (field(day, 1, 31)?, field(month, 1, 12)?, field(weekday, 0, 7)?);
    if weekday.values.remove(&7) {
        weekday.values.insert(0);
    }
    weekday.all = weekday.values.len() == 7;
    let time = format!("{}:{}:00", show(&hour, 23, 0), show(&minute, 59, 0));
    let date = |days: &str| format!("*-{}-{days}", show(&month, 12, 1));
    let days = show(&day, 31, 1);
    if weekday.all {
        return Some(vec![format!("{} {time}", date(&days))]);
    }
    let names = weekdays(&weekday.values);
    if day.all || day.star || weekday.star {
        return Some(vec![format!("{names} {} {time}", date(&days))]);
    }
    Some(vec![format!("{} {time}", date(&days)), format!("{names} {} {time}", date("*"))])
}

/// `@hourly` and its kind as a calendar event; `None` for `@reboot` and what cron does not know.
pub(super) fn special(word: &str) -> Option<&'static str> {
    Some(match word {
        "hourly" => "hourly",
        "daily" | "midnight" => "daily",
        "weekly" => "Sun *-*-* 00:00:00",
        "monthly" => "monthly",
        "yearly" | "annually" => "yearly",
        _ => return None,
    })
}

fn field(text: &str, low: u32, high: u32) -> Option<Field> {
    let mut values = BTreeSet::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<u32>().ok().filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (low, high),
            Some((from, to)) => (from.parse().ok()?, to.parse().ok()?),
            None if part.contains('/') => (range.parse().ok()?, high),
            None => (range.parse().ok()?, range.parse().ok()?),
        };
        if from < low || to > high || from > to {
            return None;
        }
        values.extend((from..=to).step_by(usize::try_from(step).ok()?));
    }
    let all = values.len() as u32 == high - low + 1;
    Some(Field { values, star: text.starts_with('*'), all })
}

/// The shortest of `*`, `start/step` and a list with ranges.
fn show(field: &Field, high: u32, low: u32) -> String {
    if field.all {
        return "*".into();
    }
    let values: Vec<u32> = field.values.iter().copied().collect();
    if let [first, second, .., last] = values.as_slice()
        && values.len() > 2
        && second - first > 1
        && *first < low + (second - first)
        && last + (second - first) > high
        && values.windows(2).all(|pair| matches!(pair, [a, b] if b - a == second - first))
    {
        return format!("{first:02}/{}", second - first);
    }
    runs(&values).into_iter().map(|run| join_run(run, |it| format!("{it:02}"))).collect::<Vec<_>>().join(",")
}

fn weekdays(values: &BTreeSet<u32>) -> String {
    let monday_first: Vec<u32> = {
        let mut days: Vec<u32> = values.iter().map(|day| (day + 6) % 7).collect();
        days.sort_unstable();
        days
    };
    let name = |day: u32| DAYS.get(((day + 1) % 7) as usize).copied().unwrap_or_default().to_owned();
    runs(&monday_first).into_iter().map(|run| join_run(run, name)).collect::<Vec<_>>().join(",")
}

fn join_run((first, last): (u32, u32), name: impl Fn(u32) -> String) -> String {
    match last - first {
        0 => name(first),
        1 => format!("{},{}", name(first), name(last)),
        _ => format!("{}..{}", name(first), name(last)),
    }
}

/// Runs of consecutive values, as first and last.
fn runs(values: &[u32]) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &value in values {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == value => *last = value,
            _ => runs.push((value, value)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(fields: [&str; 5]) -> String {
        events(&fields).unwrap().join(" | ")
    }

    #[test]
    fn schedules_of_crontabs() {
        assert_eq!(one(["12", "3", "*", "*", "0"]), "Sun *-*-* 03:12:00");
        assert_eq!(one(["*/15", "*", "*", "*", "*"]), "*-*-* *:00/15:00");
        assert_eq!(one(["0,30", "8-18", "*", "*", "1-5"]), "Mon..Fri *-*-* 08..18:00,30:00");
        assert_eq!(one(["7,37", "*/4", "*", "*", "*"]), "*-*-* 00/4:07,37:00");
        assert_eq!(one(["0", "0", "1", "*", "1"]), "*-*-01 00:00:00 | Mon *-*-* 00:00:00");
        assert_eq!(one(["5", "4", "*/2", "*", "6,7"]), "Sat,Sun *-*-01/2 04:05:00");
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(events(&["61", "*", "*", "*", "*"]).is_none());
        assert!(events(&["5-1", "*", "*", "*", "*"]).is_none());
        assert!(events(&["*/0", "*", "*", "*", "*"]).is_none());
    }
}
