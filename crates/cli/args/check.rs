//! The options of `check`.

use clap::Args;
use liasse_repo::{Share, WHOLE};

/// Check that the repository is whole.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Only names, structure and directories: quick, and says nothing of what refers to what
    #[arg(long, conflicts_with_all = ["read_data", "drill"])]
    pub(crate) structure: bool,
    /// Also read, decrypt and compare all data
    #[arg(long, conflicts_with = "drill")]
    pub(crate) read_data: bool,
    /// With --read-data, only a share: 5%, 1/12 or oldest:10G
    #[arg(long, value_name = "SHARE", requires = "read_data", value_parser = share)]
    pub(crate) subset: Option<Share>,
    /// Restore so many files, drawn by lot, or a dossier, to a temporary folder, and compare them
    #[arg(long, value_name = "NUMBER|DOSSIER", value_parser = drill)]
    pub(crate) drill: Option<Drill>,
    /// Accept that the repository shows an older state than was seen before: after a look at why
    #[arg(long)]
    pub(crate) accept_rollback: bool,
}

/// What is restored to see whether it can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Drill {
    /// So many files.
    Files(usize),
    /// The newest state of a dossier.
    Dossier(String),
}

/// Most files of a drill.
const MOST_FILES: usize = 10_000;
const SHARES: &str = "a share is 5% (of the data), 1/12 (the first of twelve parts) or oldest:10G (what was verified longest ago)";

fn share(text: &str) -> Result<Share, String> {
    let share = if let Some(percent) = text.strip_suffix('%') {
        fraction(percent)
    } else if let Some(size) = text.strip_prefix("oldest:") {
        bytes(size).map(Share::Oldest)
    } else {
        part(text)
    };
    share.ok_or_else(|| SHARES.to_owned())
}

/// A percentage above 0, with at most four figures after the point.
fn fraction(percent: &str) -> Option<Share> {
    let (whole, rest) = percent.split_once(['.', ',']).unwrap_or((percent, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(rest) || rest.len() > 4 {
        return None;
    }
    let millionths = whole.parse::<u32>().ok()?.checked_mul(WHOLE / 100)?.checked_add(format!("{rest:0<4}").parse().ok()?)?;
    (1..=WHOLE).contains(&millionths).then_some(Share::Fraction(millionths))
}

fn part(text: &str) -> Option<Share> {
    let (number, of) = text.split_once('/')?;
    let (number, of): (u32, u32) = (number.parse().ok()?, of.parse().ok()?);
    (1..=of).contains(&number).then_some(Share::Part { number, of })
}

/// A size above 0: bytes, or K, M, G or T of 1,024.
fn bytes(text: &str) -> Option<u64> {
    let (digits, shift) = match text.bytes().last()?.to_ascii_uppercase() {
        b'K' => (text.get(..text.len() - 1)?, 10),
        b'M' => (text.get(..text.len() - 1)?, 20),
        b'G' => (text.get(..text.len() - 1)?, 30),
        b'T' => (text.get(..text.len() - 1)?, 40),
        _ => (text, 0),
    };
    digits.parse::<u64>().ok().filter(|number| *number > 0)?.checked_mul(1 << shift)
}

/// A number of files; anything else is the code of a dossier, and one that is a number itself is written `code:1234`.
fn drill(text: &str) -> Result<Drill, String> {
    if let Some(code) = text.strip_prefix("code:").filter(|code| !code.is_empty()) {
        return Ok(Drill::Dossier(code.to_owned()));
    }
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<usize>() {
        Ok(number @ 1..=MOST_FILES) if is_number => Ok(Drill::Files(number)),
        _ if is_number => Err(format!("from 1 to {MOST_FILES} files can be restored; a dossier with this code is written code:{text}")),
        _ if text.is_empty() || text == "." || text == ".." || text.contains('/') => {
            Err("a number of files, or the code of a dossier, is possible".to_owned())
        }
        _ => Ok(Drill::Dossier(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_understood() {
        for (text, expected) in [
            ("5%", Share::Fraction(50_000)),
            ("100%", Share::Fraction(WHOLE)),
            ("0.5%", Share::Fraction(5_000)),
            ("8,3334%", Share::Fraction(83_334)),
            ("1/12", Share::Part { number: 1, of: 12 }),
            ("12/12", Share::Part { number: 12, of: 12 }),
            ("oldest:10G", Share::Oldest(10 << 30)),
            ("oldest:1t", Share::Oldest(1 << 40)),
            ("oldest:4096", Share::Oldest(4096)),
        ] {
            assert_eq!(share(text), Ok(expected), "{text}");
        }
        let wrong = [
            "",
            "%",
            "5",
            "0%",
            "0.0%",
            "101%",
            "100.0001%",
            "-5%",
            "5.%",
            ".5%",
            "1.00001%",
            "+5%",
            "1e1%",
            "0/12",
            "13/12",
            "1/0",
            "1/",
            "/2",
            "a/b",
            "1/2/3",
            "oldest:",
            "oldest:G",
            "oldest:0",
            "oldest:-1",
            "oldest:1.5G",
            "oldest:10X",
            "oldest:99999999999T",
            "newest:1G",
        ];
        for text in wrong {
            assert!(share(text).is_err(), "{text}");
        }
    }

    #[test]
    fn drills_are_understood() {
        assert_eq!(drill("10"), Ok(Drill::Files(10)));
        assert_eq!(drill("D1234"), Ok(Drill::Dossier("D1234".to_owned())));
        assert_eq!(drill("code:1234"), Ok(Drill::Dossier("1234".to_owned())));
        for text in ["", "0", "10001", "99999999999999999999999", "..", "a/b"] {
            assert!(drill(text).is_err(), "{text}");
        }
    }
}
