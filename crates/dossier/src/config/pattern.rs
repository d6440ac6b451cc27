//! The three kinds of patterns in the settings: folders level by level, names, and what belongs to a part.

use std::ffi::OsStr;
use std::path::Path;

use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};
use liasse_archive::{PatternError, Patterns};

/// What stands in a part's pattern for the four digits of a year.
const YEAR: &str = "{year}";
const DIGITS: &str = "[0-9][0-9][0-9][0-9]";

/// Which folders below a root are meant: one pattern for each level.
#[derive(Debug, Clone)]
pub(crate) struct Levels(Vec<GlobMatcher>);

impl Levels {
    /// Reads patterns with `/` between them.
    pub(crate) fn new(text: &str) -> Result<Self, PatternError> {
        let failed = |cause: &str| PatternError { pattern: text.to_owned(), cause: cause.to_owned() };
        let levels = text.trim_matches('/').split('/').map(|level| match level {
            "" => Err(failed("there is nothing between two /")),
            "." | ".." => Err(failed("it goes nowhere or up")),
            "**" => Err(failed("** has no depth; write one pattern for each level, such as */*")),
            level => glob(level).map(|glob| glob.compile_matcher()),
        });
        levels.collect::<Result<_, _>>().map(Self)
    }

    /// How many levels below the root the dossiers lie.
    pub(crate) fn depth(&self) -> usize {
        self.0.len()
    }

    /// Whether a folder's name fits at a level, counted from 0.
    pub(crate) fn fits(&self, level: usize, name: &OsStr) -> bool {
        self.0.get(level).is_some_and(|glob| glob.is_match(Path::new(name)))
    }
}

/// Names that are meant wherever they stand.
#[derive(Debug, Clone)]
pub(crate) struct Names(GlobSet);

impl Names {
    /// Reads patterns; one has to fit.
    pub(crate) fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, PatternError> {
        let mut builder = GlobSetBuilder::new();
        for text in texts {
            if text.contains('/') {
                return Err(PatternError { pattern: text.to_owned(), cause: "a name has no /".to_owned() });
            }
            builder.add(glob(text)?);
        }
        let failed = |error: globset::Error| PatternError { pattern: String::new(), cause: error.kind().to_string() };
        builder.build().map(Self).map_err(failed)
    }

    /// Whether a name is meant.
    pub(crate) fn fit(&self, name: &OsStr) -> bool {
        self.0.is_match(Path::new(name))
    }
}

fn glob(text: &str) -> Result<Glob, PatternError> {
    let failed = |error: &globset::Error| PatternError { pattern: text.to_owned(), cause: error.kind().to_string() };
    GlobBuilder::new(text).literal_separator(true).build().map_err(|error| failed(&error))
}

/// A pattern of a part, with any year.
pub(crate) fn of_part(text: &str) -> Result<Patterns, PatternError> {
    if text.matches(YEAR).count() > 1 {
        return Err(PatternError { pattern: text.to_owned(), cause: "{year} stands in it more than once".to_owned() });
    }
    Patterns::new([text.replace(YEAR, DIGITS).as_str()])
}

/// Whether a pattern says where a year stands.
pub(crate) fn has_year(text: &str) -> bool {
    text.contains(YEAR)
}

/// The text of a part's pattern with any year, for the language of `.gitignore`.
pub(crate) fn any_year(text: &str) -> String {
    text.replace(YEAR, DIGITS)
}

/// The same with only the years before one.
pub(crate) fn years_before(text: &str, year: i16) -> Vec<String> {
    before(year).into_iter().map(|digits| text.replace(YEAR, &digits)).collect()
}

/// Patterns of four digits that fit the years from 0000 to the one before `year`: those that have its first digits and then a smaller one.
fn before(year: i16) -> Vec<String> {
    let digits = format!("{:04}", year.clamp(0, 9999));
    let smaller = |(place, digit): (usize, char)| {
        let rest = "[0-9]".repeat(3 - place.min(3));
        let below = char::from_digit(digit.to_digit(10)?.checked_sub(1)?, 10)?;
        Some(format!("{}[0-{below}]{rest}", digits.get(..place)?))
    };
    digits.char_indices().filter_map(smaller).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn levels_fit_one_by_one() {
        let levels = Levels::new("*/D[0-9]*").unwrap();
        assert_eq!(levels.depth(), 2);
        assert!(levels.fits(0, OsStr::new("north")) && levels.fits(1, OsStr::new("D12")));
        assert!(!levels.fits(1, OsStr::new("X12")) && !levels.fits(2, OsStr::new("D12")));
        for bad in ["", "a//b", "../x", "**/D*", "D["] {
            Levels::new(bad).unwrap_err();
        }
        assert!(Names::new(["ETALON*", "TEST?"]).unwrap().fit(OsStr::new("ETALON-2024")));
        Names::new(["a/b"]).unwrap_err();
    }

    proptest! {
        #[test]
        fn years_before_are_those_before(limit in 0_i16..=9999, year in 0_i16..=9999) {
            let lines = years_before("archives/{year}/", limit);
            let patterns = Patterns::new(lines.iter().map(String::as_str)).unwrap();
            let path = format!("/archives/{year:04}");
            prop_assert_eq!(patterns.matches(path.as_bytes(), true), year < limit);
        }
    }
}
