//! Who gets a folder and who gets a code, where more than one wants it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::problem::Problem;
use super::search::Claim;
use super::{Discovery, Found};
use crate::Code;

/// Settles all claims: a folder belongs to the first rule that claims it, what lies in a dossier belongs to that one, and of several
/// folders with one code none is taken, because nobody but a person can say which one is meant.
pub(super) fn settle(claims: Vec<Claim>, found: &mut Discovery) {
    let first = first_rules(claims, &mut found.problems);
    let outer = outermost(first, &mut found.problems);
    let mut codes: BTreeMap<Code, Vec<Claim>> = BTreeMap::new();
    for claim in outer {
        codes.entry(claim.code.clone()).or_default().push(claim);
    }
    for (code, mut claims) in codes {
        match (claims.pop(), claims.is_empty()) {
            (Some(Claim { path, code, rule, kind }), true) => found.dossiers.push(Found { code, rule, path, kind }),
            (last, _) => {
                let paths = claims.into_iter().chain(last).map(|claim| claim.path).collect();
                found.problems.push(Problem::TwoFolders { code, paths });
            }
        }
    }
}

/// By path, each once.
fn first_rules(claims: Vec<Claim>, problems: &mut Vec<Problem>) -> BTreeMap<PathBuf, Claim> {
    let mut first: BTreeMap<PathBuf, Claim> = BTreeMap::new();
    for claim in claims {
        if let Some(taken) = first.get(&claim.path) {
            problems.push(Problem::TwoRules { path: claim.path, taken: taken.rule.clone(), other: claim.rule });
        } else {
            first.insert(claim.path.clone(), claim);
        }
    }
    first
}

fn outermost(claims: BTreeMap<PathBuf, Claim>, problems: &mut Vec<Problem>) -> Vec<Claim> {
    let paths: BTreeSet<PathBuf> = claims.keys().cloned().collect();
    let mut kept = Vec::with_capacity(claims.len());
    for (path, claim) in claims {
        match path.ancestors().skip(1).filter(|above| paths.contains(*above)).last() {
            Some(outer) => problems.push(Problem::Within { outer: outer.to_owned(), path }),
            None => kept.push(claim),
        }
    }
    kept
}
