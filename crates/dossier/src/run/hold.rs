//! Promises not to forget a snapshot: the terms of the law.

use jiff::Zoned;
use jiff::civil::date;
use liasse_archive::repo::format::snapshot::Hold;

use super::time_of;

/// Names of the terms, and their years from the end of the year: till and tax records are kept for six, commercial books for ten (in France:
/// Livre des procédures fiscales, L102 B; Code de commerce, L123-22).
pub const TERMS: [(&str, i16); 2] = [("fiscal-6y", 6), ("commercial-10y", 10)];

/// The hold of a term that begins now; `None` for a name that is none.
pub fn hold(name: &str, now: &Zoned) -> Option<Hold> {
    let (name, years) = TERMS.iter().find(|(term, _)| *term == name)?;
    let end = date(now.year().checked_add(*years)?.checked_add(1)?, 1, 1).to_zoned(now.time_zone().clone()).ok()?;
    Some(Hold { name: (*name).to_owned(), until: time_of(end.timestamp()) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_term_ends_with_its_last_year() {
        let now: Zoned = "2026-11-22T21:00:00+01:00[Europe/Paris]".parse().unwrap();
        let held = hold("fiscal-6y", &now).unwrap();
        let end: Zoned = "2033-01-01T00:00:00+01:00[Europe/Paris]".parse().unwrap();
        assert_eq!((held.name.as_str(), held.until.seconds()), ("fiscal-6y", end.timestamp().as_second()));
        assert_eq!(hold("commercial-10y", &now).unwrap().until.seconds() - held.until.seconds(), 1461 * 86_400);
        assert_eq!(hold("forever", &now), None);
    }
}
