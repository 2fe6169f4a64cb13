//! The civil calendar in UTC: from seconds since 1970 to year, month, day and time of day, and back.
//!
//! Knows the proleptic Gregorian calendar and nothing of time zones or leap seconds. Covers 1970 to 9999, the years
//! that four digits can name.

use super::time::UnixTime;

const SECONDS_PER_DAY: u64 = 86_400;
/// Days in 400 years, after which the calendar repeats.
const DAYS_PER_ERA: u64 = 146_097;
/// Days from 1 March of year 0, where the count below begins, to 1 January 1970.
const DAYS_TO_1970: u64 = 719_468;
/// 9999-12-31T23:59:59Z.
const LAST_SECOND: u64 = 253_402_300_799;

/// A second of a day in UTC. Only real dates from 1970 to 9999 can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcTime {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

impl UtcTime {
    /// The calendar's name for a point in time; `None` after the year 9999.
    #[must_use]
    pub fn from_unix(time: UnixTime) -> Option<Self> {
        if time.0 > LAST_SECOND {
            return None;
        }
        let (year, month, day) = civil_from_days(time.0 / SECONDS_PER_DAY);
        let second_of_day = time.0 % SECONDS_PER_DAY;
        let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
        Some(Self { year, month, day, hour, minute, second })
    }

    /// The point in time that this is the name of.
    #[must_use]
    pub fn to_unix(self) -> UnixTime {
        let days = days_from_civil(self.year, self.month, self.day);
        UnixTime(days * SECONDS_PER_DAY + self.hour * 3600 + self.minute * 60 + self.second)
    }

    /// Reads `YYYYMMDDTHHMMSSZ` (ISO 8601, basic form). `None` for any other form, and for a date or time of day that
    /// does not exist.
    #[must_use]
    pub fn parse_basic(text: &str) -> Option<Self> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        if (date.len(), time.len()) != (8, 6) {
            return None;
        }
        let number =
            |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
        let (date, time) = (number(date)?, number(time)?);
        let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100);
        let (hour, minute, second) = (time / 10_000, time / 100 % 100, time % 100);
        if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        // A day or an hour that does not exist comes back under another name.
        let read = Self { year, month, day, hour, minute, second };
        (Self::from_unix(read.to_unix()) == Some(read)).then_some(read)
    }

    /// Reads `YYYY-MM-DDTHH:MM:SSZ` (ISO 8601, extended form). `None` as for the basic form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let basic: String = text.chars().filter(|c| !matches!(c, '-' | ':')).collect();
        Self::parse_basic(&basic).filter(|read| read.extended() == text)
    }

    /// `YYYY-MM-DDTHH:MM:SSZ`.
    #[must_use]
    pub fn extended(self) -> String {
        let Self { year, month, day, hour, minute, second } = self;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }

    /// `YYYYMMDDTHHMMSSZ`, the form of `X-Amz-Date`.
    #[must_use]
    pub fn basic(self) -> String {
        format!("{}T{:02}{:02}{:02}Z", self.basic_date(), self.hour, self.minute, self.second)
    }

    /// `YYYY-MM-DD HH:MM:SS`, as logs write it.
    #[must_use]
    pub fn spaced(self) -> String {
        let Self { year, month, day, hour, minute, second } = self;
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }

    /// `YYYYMMDD`, the day of a credential scope.
    #[must_use]
    pub fn basic_date(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }
}

/// Year, month and day of a day counted from 1 January 1970.
///
/// Years are counted from 1 March, so that the leap day is the last day of its year and every month but the last has
/// a fixed place (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn civil_from_days(days_since_1970: u64) -> (u64, u64, u64) {
    let days = days_since_1970 + DAYS_TO_1970;
    let (era, day_of_era) = (days / DAYS_PER_ERA, days % DAYS_PER_ERA);
    let leap_days = day_of_era / 1_460 + day_of_era / (DAYS_PER_ERA - 1);
    let year_of_era = (day_of_era + day_of_era / 36_524 - leap_days) / 365;
    let day_of_year = day_of_era - days_before_year(year_of_era);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - days_before_month(month_from_march) + 1;
    let (month, next_year) =
        if month_from_march < 10 { (month_from_march + 3, 0) } else { (month_from_march - 9, 1) };
    (era * 400 + year_of_era + next_year, month, day)
}

/// The inverse of [`civil_from_days`], for years from 1970.
fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let (year, month_from_march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_era = days_before_year(year_of_era) + days_before_month(month_from_march) + day - 1;
    era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970
}

/// Days of an era before a year of it (0 to 399).
fn days_before_year(year_of_era: u64) -> u64 {
    year_of_era * 365 + year_of_era / 4 - year_of_era / 100
}

/// Days of a year that begins in March before a month of it (0 to 11).
fn days_before_month(month_from_march: u64) -> u64 {
    (153 * month_from_march + 2) / 5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_dates_have_their_names() {
        for (seconds, name) in [
            (0, "19700101T000000Z"),
            (951_782_399, "20000228T235959Z"),
            (951_782_400, "20000229T000000Z"),
            (951_868_800, "20000301T000000Z"),
            (1_440_938_160, "20150830T123600Z"),
            (1_795_343_400, "20261122T103000Z"),
            (4_107_542_400, "21000301T000000Z"),
            (LAST_SECOND, "99991231T235959Z"),
        ] {
            let time = UtcTime::from_unix(UnixTime(seconds)).unwrap();
            assert_eq!(time.basic(), name);
            assert_eq!(UtcTime::parse_basic(name), Some(time));
            assert_eq!(time.to_unix(), UnixTime(seconds));
        }
        assert_eq!(UtcTime::from_unix(UnixTime(LAST_SECOND + 1)), None);
        assert_eq!(UtcTime::from_unix(UnixTime(u64::MAX)), None);
    }

    #[test]
    fn each_day_follows_the_one_before_by_the_rule_of_leap_years() {
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for days in 0..=LAST_SECOND / SECONDS_PER_DAY {
            assert_eq!(civil_from_days(days), (year, month, day));
            assert_eq!(days_from_civil(year, month, day), days);
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 => 28 + u64::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            (year, month, day) = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                _ if day == length => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
        assert_eq!((year, month, day), (10_000, 1, 1));
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        for text in [
            "",
            "Z",
            "T",
            "TZ",
            "20261122",
            "20261122T103000",
            "2026-11-22T10:30:00Z",
            "20261122t103000Z",
            "20260229T000000Z",
            "21000229T000000Z",
            "20261131T000000Z",
            "20261301T000000Z",
            "20260001T000000Z",
            "20260100T000000Z",
            "20261122T240000Z",
            "20261122T106000Z",
            "20261122T103060Z",
            "19691231T235959Z",
            "00000101T000000Z",
            "+2026112T103000Z",
            "２0261122T103000Z",
            "20261122T10300éZ",
        ] {
            assert_eq!(UtcTime::parse_basic(text), None, "{text}");
        }
    }
}
