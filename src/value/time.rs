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
    parse_timestamp_as(text, None, None)
}

const FORMATS: [&str; 10] = [
    "%FT%T.%N %Z",
    "%FT%T %Z",
    "%F %T.%N %Z",
    "%F %T %Z",
    "%F %Z",
    "%FT%T.%N",
    "%FT%T",
    "%F %T.%N",
    "%F %T",
    "%F",
];

/// Reads a `Timestamp` by formats of Ruby's `strptime`, in a zone where the format has none.
///
/// # Errors
/// Gives Puppet's message about a text that fits none of them, or an unknown zone.
pub fn parse_timestamp_as(
    text: &str,
    formats: Option<&[String]>,
    zone: Option<&str>,
) -> Result<i128, String> {
    let zone = zone.filter(|it| !it.is_empty());
    let given: Vec<&str> = match formats {
        Some(formats) => formats.iter().map(String::as_str).collect(),
        None if zone.is_some() => FORMATS.iter().skip(5).copied().collect(),
        None => FORMATS.to_vec(),
    };
    let offset =
        zone.map(|it| zone_offset(it).ok_or_else(|| format!("Illegal timezone '{it}'"))).transpose()?;
    for format in &given {
        if let Some((civil, found)) = scan(text, format)
            && !(offset.is_some() && found.is_some())
        {
            let seconds = offset.or(found).unwrap_or(0);
            return Ok(civil.nanoseconds() - i128::from(seconds) * SECOND);
        }
    }
    Err(match given.as_slice() {
        [only] if formats.is_some() => format!("Unable to parse '{text}' using format '{only}'"),
        all => format!("Unable to parse '{text}' using any of the formats {}", all.join(", ")),
    })
}

/// Returns the offset of a zone in seconds: `UTC`, `+02:00`, `EST`; no local zones.
#[must_use]
pub fn zone_offset(zone: &str) -> Option<i64> {
    let named = match zone.to_ascii_uppercase().as_str() {
        "UTC" | "GMT" | "Z" | "CURRENT" | "WET" => 0,
        "EST" => -5,
        "EDT" => -4,
        "CST" => -6,
        "CDT" => -5,
        "MST" => -7,
        "MDT" => -6,
        "PST" => -8,
        "PDT" => -7,
        "CET" | "MET" | "BST" => 1,
        "CEST" | "MEST" | "EET" => 2,
        "EEST" | "MSK" => 3,
        "JST" => 9,
        _ => return numeric_zone(zone),
    };
    Some(named * 3600)
}

fn numeric_zone(zone: &str) -> Option<i64> {
    let bare = zone.strip_prefix("UTC").or_else(|| zone.strip_prefix("GMT")).unwrap_or(zone);
    let (sign, digits) = match bare.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i64>().ok();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse().ok()?, 0),
        4 => (number(0, 2)?, number(2, 4)?),
        _ => return None,
    };
    Some(sign * (hours * 3600 + minutes * 60))
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Reads digits, at most so many.
fn number(rest: &str, most: usize) -> Option<(i64, &str)> {
    let end = rest.bytes().take(most).position(|b| !b.is_ascii_digit()).unwrap_or(rest.len().min(most));
    let (digits, rest) = rest.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
}

/// Reads the index of a name, full or its first three letters.
fn name<'a>(rest: &'a str, names: &[&str]) -> Option<(i64, &'a str)> {
    let starts = |name: &str| rest.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name));
    for (index, full) in names.iter().enumerate() {
        let short = full.get(..3).unwrap_or(full);
        let len = if starts(full) {
            full.len()
        } else if starts(short) {
            short.len()
        } else {
            continue;
        };
        return Some((i64::try_from(index).ok()?, rest.get(len..)?));
    }
    None
}

/// Reads a text by a format; gives the fields and the zone's offset where the text names one.
fn scan(text: &str, format: &str) -> Option<(Civil, Option<i64>)> {
    let format = format
        .replace("%F", "%Y-%m-%d")
        .replace("%T", "%H:%M:%S")
        .replace("%R", "%H:%M")
        .replace("%D", "%m/%d/%y");
    let mut civil = Civil { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, nanosecond: 0 };
    let (mut zone, mut rest, mut afternoon) = (None, text, None);
    let mut directives = format.chars();
    while let Some(c) = directives.next() {
        if c != '%' {
            rest = if c.is_whitespace() { rest.trim_start() } else { rest.strip_prefix(c)? };
            continue;
        }
        let kind = directives.find(|c| !matches!(c, '-' | '_' | '0' | '^' | '1'..='9'))?;
        let mut field = |slot: &mut i64, most: usize| -> Option<()> {
            let (found, after) = number(rest.trim_start(), most)?;
            (*slot, rest) = (found, after);
            Some(())
        };
        match kind {
            'Y' => field(&mut civil.year, 4)?,
            'm' => field(&mut civil.month, 2)?,
            'd' | 'e' => field(&mut civil.day, 2)?,
            'H' | 'I' | 'k' | 'l' => field(&mut civil.hour, 2)?,
            'M' => field(&mut civil.minute, 2)?,
            'S' => field(&mut civil.second, 2)?,
            'y' => {
                field(&mut civil.year, 2)?;
                civil.year += if civil.year < 69 { 2000 } else { 1900 };
            }
            'j' => {
                let mut of_year = 1;
                field(&mut of_year, 3)?;
                (_, civil.month, civil.day) =
                    civil_from_days(days_from_civil(civil.year, 1, 1) + of_year - 1);
            }
            's' => {
                let mut seconds = 0;
                field(&mut seconds, 20)?;
                civil = Civil::new(i128::from(seconds) * SECOND, 0);
                zone = Some(0);
            }
            'N' | 'L' => {
                let end = rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
                let (digits, after) = rest.split_at_checked(end)?;
                civil.nanosecond = format!("{digits:0<9}").get(..9)?.parse().ok()?;
                rest = after;
            }
            'b' | 'B' | 'h' => {
                let (index, after) = name(rest, &MONTHS)?;
                (civil.month, rest) = (index + 1, after);
            }
            'a' | 'A' => (_, rest) = name(rest, &DAYS)?,
            'p' | 'P' => {
                let (index, after) = name(rest, &["AM ", "PM "]).or_else(|| {
                    let half = rest.get(..2)?.to_ascii_uppercase();
                    Some((i64::from(half == "PM"), rest.get(2..)?)).filter(|_| half == "AM" || half == "PM")
                })?;
                afternoon = Some(index == 1);
                rest = after;
            }
            'Z' | 'z' => {
                let end = rest
                    .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | ':')))
                    .unwrap_or(rest.len());
                let (found, after) = rest.split_at_checked(end)?;
                zone = Some(zone_offset(found)?);
                rest = after;
            }
            '%' => rest = rest.strip_prefix('%')?,
            _ => return None,
        }
    }
    if let Some(afternoon) = afternoon {
        civil.hour = civil.hour % 12 + if afternoon { 12 } else { 0 };
    }
    let month_days = days_from_civil(civil.year + civil.month / 12, civil.month % 12 + 1, 1)
        - days_from_civil(civil.year, civil.month, 1);
    let sane = (1..=12).contains(&civil.month)
        && (1..=month_days).contains(&civil.day)
        && civil.hour <= 24
        && civil.minute < 60
        && civil.second <= 60;
    (sane && rest.is_empty()).then_some((civil, zone))
}

/// How wide a field of a format may be, and all of them together: about what Ruby takes.
const WIDEST: usize = 1 << 20;

/// Writes a point in time by a format of Ruby's `strftime`, in a zone of so many seconds east of UTC.
///
/// # Errors
/// Gives Ruby's complaint of a format whose fields are too wide.
pub fn strftime(format: &str, nanoseconds: i128, offset: i64) -> Result<String, String> {
    let widths = format.split('%').skip(1).filter_map(|field| {
        let digits = field.trim_start_matches(['-', '_', '^', '#', ':']);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        digits.get(..end)?.parse::<usize>().ok()
    });
    if widths.fold(0, usize::saturating_add) > WIDEST {
        return Err(format!("Numerical result out of range - {format}"));
    }
    Ok(written(format, nanoseconds, offset))
}

/// Writes a point in time by a format without great widths.
pub(crate) fn written(format: &str, nanoseconds: i128, offset: i64) -> String {
    let civil = Civil::new(nanoseconds, offset);
    let mut out = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let after = after.get(1..).unwrap_or_default();
        let end = after
            .find(|c: char| !matches!(c, '-' | '_' | '0'..='9' | '^' | '#' | ':'))
            .unwrap_or(after.len());
        let (flags, tail) = after.split_at_checked(end).unwrap_or((after, ""));
        let Some(kind) = tail.chars().next() else {
            out.push('%');
            out.push_str(after);
            return out;
        };
        match conversion(&civil, kind, flags, (nanoseconds, offset)) {
            Some(text) => out.push_str(&text),
            None => {
                out.push('%');
                out.push_str(flags);
                out.push(kind);
            }
        }
        rest = tail.get(kind.len_utf8()..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// Pads a field by its flags, else by its own rule.
fn padded(text: &str, flags: &str, (width, filler): (usize, char)) -> String {
    let given: usize = flags.trim_start_matches(['-', '_', '0', '^', '#', ':']).parse().unwrap_or(0);
    let filler = if flags.contains('_') {
        ' '
    } else if flags.starts_with('0') {
        '0'
    } else {
        filler
    };
    let width = if flags.contains('-') { 0 } else { given.max(width) };
    let missing = width.saturating_sub(text.chars().count());
    let text = if flags.contains('^') { text.to_uppercase() } else { text.to_owned() };
    format!("{}{text}", filler.to_string().repeat(missing))
}
fn conversion(at: &Civil, kind: char, flags: &str, (nanoseconds, offset): (i128, i64)) -> Option<String> {
    let days = days_from_civil(at.year, at.month, at.day);
    let weekday = (days + 4).rem_euclid(7);
    let of_year = days - days_from_civil(at.year, 1, 1) + 1;
    let hour12 = if at.hour % 12 == 0 { 12 } else { at.hour % 12 };
    let two = |it: i64| padded(&it.to_string(), flags, (2, '0'));
    let blank = |it: i64| padded(&it.to_string(), flags, (2, ' '));
    let word = |it: &str| padded(it, flags, (0, ' '));
    let pick = |names: &[&'static str], index: i64| {
        names.get(usize::try_from(index).unwrap_or(0)).copied().unwrap_or("")
    };
    let short = |name: &'static str| name.get(..3).unwrap_or(name);
    let (iso_year, iso_week) = iso_week(days);
    Some(match kind {
        'Y' => padded(&at.year.to_string(), flags, (4, '0')),
        'C' => two(at.year.div_euclid(100)),
        'y' => two(at.year.rem_euclid(100)),
        'm' => two(at.month),
        'B' => word(pick(&MONTHS, at.month - 1)),
        'b' | 'h' => word(short(pick(&MONTHS, at.month - 1))),
        'd' => two(at.day),
        'e' => blank(at.day),
        'j' => padded(&of_year.to_string(), flags, (3, '0')),
        'H' => two(at.hour),
        'k' => blank(at.hour),
        'I' => two(hour12),
        'l' => blank(hour12),
        'M' => two(at.minute),
        'S' => two(at.second),
        'L' | 'N' => {
            let default = if kind == 'L' { 3 } else { 9 };
            let width: usize = flags.trim_start_matches(['-', '_', '^', '#']).parse().unwrap_or(default);
            let digits = format!("{:09}", at.nanosecond);
            let zeros = "0".repeat(width.saturating_sub(digits.len()));
            format!("{}{zeros}", digits.get(..width).unwrap_or(&digits))
        }
        'p' => {
            if flags.contains('#') {
                pick(&["am", "pm"], at.hour / 12).to_owned()
            } else {
                word(pick(&["AM", "PM"], at.hour / 12))
            }
        }
        'P' => word(pick(&["am", "pm"], at.hour / 12)),
        'A' => word(pick(&DAYS, weekday)),
        'a' => word(short(pick(&DAYS, weekday))),
        'u' => (if weekday == 0 { 7 } else { weekday }).to_string(),
        'w' => weekday.to_string(),
        'U' => two((of_year + 6 - weekday) / 7),
        'W' => two((of_year + 6 - (weekday + 6) % 7) / 7),
        'G' => padded(&iso_year.to_string(), flags, (4, '0')),
        'g' => two(iso_year.rem_euclid(100)),
        'V' => two(iso_week),
        's' => nanoseconds.div_euclid(SECOND).to_string(),
        'z' => zone_text(offset, flags),
        'Z' => word(if offset == 0 { "UTC" } else { "" }),
        'n' => "\n".into(),
        't' => "\t".into(),
        '%' => "%".into(),
        'F' => written("%Y-%m-%d", nanoseconds, offset),
        'T' | 'X' => written("%H:%M:%S", nanoseconds, offset),
        'D' | 'x' => written("%m/%d/%y", nanoseconds, offset),
        'R' => written("%H:%M", nanoseconds, offset),
        'r' => written("%I:%M:%S %p", nanoseconds, offset),
        'c' => word(&written("%a %b %e %H:%M:%S %Y", nanoseconds, offset)),
        'v' => written("%e-%^b-%Y", nanoseconds, offset),
        '+' => written("%a %b %e %H:%M:%S %Z %Y", nanoseconds, offset),
        _ => return None,
    })
}

fn zone_text(offset: i64, flags: &str) -> String {
    let (sign, total) = (if offset < 0 { '-' } else { '+' }, offset.abs());
    let (hours, minutes) = (total / 3600, total / 60 % 60);
    let colon = if flags.contains(':') { ":" } else { "" };
    format!("{sign}{hours:02}{colon}{minutes:02}")
}

/// Year and week by ISO 8601: week 1 has the year's first Thursday.
fn iso_week(days: i64) -> (i64, i64) {
    let thursday = days - (days + 3).rem_euclid(7) + 3;
    let (year, _, _) = civil_from_days(thursday);
    (year, (thursday - days_from_civil(year, 1, 1)) / 7 + 1)
}

/// Reads a `Timespan` by the default formats.
///
/// # Errors
/// Gives Puppet's message about a text that fits none of them.
pub fn parse_timespan(text: &str) -> Result<i128, String> {
    parse_timespan_as(text, None)
}

const SPANS: [&str; 8] =
    ["%D-%H:%M:%S.%-N", "%H:%M:%S.%-N", "%M:%S.%-N", "%S.%-N", "%D-%H:%M:%S", "%H:%M:%S", "%D-%H:%M", "%S"];

/// Reads a `Timespan` by formats of `%D`, `%H`, `%M`, `%S`, `%L` and `%N`.
///
/// # Errors
/// Gives Puppet's message about a text that fits none of them.
pub fn parse_timespan_as(text: &str, formats: Option<&[String]>) -> Result<i128, String> {
    let given: Vec<&str> = match formats {
        Some(formats) => formats.iter().map(String::as_str).collect(),
        None => SPANS.to_vec(),
    };
    for format in &given {
        if let Some(found) = scan_span(text, format) {
            return Ok(found);
        }
    }
    Err(match given.as_slice() {
        [only] if formats.is_some() => format!("Unable to parse '{text}' using format '{only}'"),
        all => format!("Unable to parse '{text}' using any of the formats {}", all.join(", ")),
    })
}

fn scan_span(text: &str, format: &str) -> Option<i128> {
    let (sign, mut rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let mut total = 0_i128;
    let mut highest = true;
    let mut directives = format.chars();
    while let Some(c) = directives.next() {
        if c != '%' {
            rest = rest.strip_prefix(c)?;
            continue;
        }
        let kind = directives.find(|c| !matches!(c, '-' | '_' | '0'..='9'))?;
        if kind == '%' {
            rest = rest.strip_prefix('%')?;
            continue;
        }
        let unit = unit(kind)?;
        let most = if highest { 18 } else { 2 };
        let end = rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
        let fraction = matches!(kind, 'L' | 'N');
        let (digits, after) = rest.split_at_checked(if fraction { end } else { end.min(most) })?;
        let amount: i128 =
            if fraction { format!("{digits:0<9}").get(..9)?.parse().ok()? } else { digits.parse().ok()? };
        total += if fraction { amount } else { amount * unit };
        rest = after;
        highest = false;
    }
    rest.is_empty().then_some(sign * total)
}

fn unit(kind: char) -> Option<i128> {
    Some(match kind {
        'D' => DAY,
        'H' => 3600 * SECOND,
        'M' => 60 * SECOND,
        'S' => SECOND,
        'L' | 'N' => 1,
        _ => return None,
    })
}

/// Writes a `Timespan` by a format; the highest field takes what is above it.
#[must_use]
pub fn format_timespan(format: &str, nanoseconds: i128) -> String {
    let total = nanoseconds.abs();
    let order = ['D', 'H', 'M', 'S', 'L', 'N'];
    let highest = order.into_iter().find(|kind| has_directive(format, *kind));
    let mut out = String::from(if nanoseconds < 0 { "-" } else { "" });
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let after = after.get(1..).unwrap_or_default();
        let end = after.find(|c: char| !matches!(c, '-' | '_' | '0'..='9')).unwrap_or(after.len());
        let (flags, tail) = after.split_at_checked(end).unwrap_or((after, ""));
        let kind = tail.chars().next().unwrap_or('%');
        let all = highest == Some(kind);
        let amount = match kind {
            'D' => total / DAY,
            'H' => {
                if all {
                    total / (3600 * SECOND)
                } else {
                    total / (3600 * SECOND) % 24
                }
            }
            'M' => {
                if all {
                    total / (60 * SECOND)
                } else {
                    total / (60 * SECOND) % 60
                }
            }
            'S' => {
                if all {
                    total / SECOND
                } else {
                    total / SECOND % 60
                }
            }
            _ => {
                if all {
                    total
                } else {
                    total % SECOND
                }
            }
        };
        out.push_str(&span_field(kind, flags, amount, all));
        rest = tail.get(kind.len_utf8()..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

fn has_directive(format: &str, kind: char) -> bool {
    format.split('%').skip(1).any(|it| {
        it.trim_start_matches(['-', '_', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']).starts_with(kind)
    })
}

fn span_field(kind: char, flags: &str, amount: i128, all: bool) -> String {
    let width: Option<usize> = flags.trim_start_matches(['-', '_', '0']).parse().ok();
    if matches!(kind, 'L' | 'N') {
        let width = width.unwrap_or(if kind == 'L' { 3 } else { 9 });
        if all {
            return (amount / 10_i128.pow(9_u32.saturating_sub(u32::try_from(width).unwrap_or(9))))
                .to_string();
        }
        let digits = format!("{amount:09}");
        let cut = digits.get(..width.min(9)).unwrap_or(&digits);
        if flags.starts_with('-') {
            let bare = cut.trim_end_matches('0').trim_start_matches('0');
            return if bare.is_empty() { "0".into() } else { bare.to_owned() };
        }
        return cut.to_owned();
    }
    if kind == '%' {
        return "%".into();
    }
    let default = if kind == 'D' { 1 } else { 2 };
    let filler = if flags.starts_with('_') { ' ' } else { '0' };
    let width = if flags.starts_with('-') { 0 } else { width.unwrap_or(default) };
    let digits = amount.to_string();
    format!("{}{digits}", filler.to_string().repeat(width.saturating_sub(digits.len())))
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

    #[test]
    fn wide_fields_are_filled_and_too_wide_ones_refused() {
        assert_eq!(strftime("%70000N", 5, 0).unwrap().len(), 70_000);
        assert!(strftime("%2000000000Y", 0, 0).unwrap_err().contains("out of range"));
    }

    #[test]
    fn formats_are_read_and_written_as_ruby_does() {
        let at = parse_timestamp("2016-09-15T13:14:15.123 UTC").unwrap();
        assert_eq!(
            written("%Y-%m-%d %H:%M:%S.%L %a %b %j %-d %e %p %z %s", at, 0),
            "2016-09-15 13:14:15.123 Thu Sep 259 15 15 PM +0000 1473945255"
        );
        assert_eq!(parse_timestamp("2016-09-15 +02:00"), parse_timestamp("2016-09-14T22:00:00"));
        assert!(parse_timestamp("2016-02-30").is_err());
        assert_eq!(written("%G-W%V %U %W", at, 0), "2016-W37 37 37");
        assert_eq!(parse_timespan("1-02:03:04.5"), Ok(DAY + 7_384_500_000_000));
        assert_eq!(format_timespan("%H:%M", DAY + 3600 * SECOND), "25:00");
        let formats = ["%M minutes".to_owned()];
        assert_eq!(parse_timespan_as("90 minutes", Some(&formats)), Ok(5400 * SECOND));
    }
}
