//! The evidence root that the rows of a manifest have together, computed as they come: in the order of trees, a folder before what is in it.

use liasse_repo::format::evidence::DirectoryEvidence;
use liasse_repo::format::ids::Evidence;
use liasse_repo::format::tree::Name;

use crate::export::manifest::{FOLDER, LOST, Row};

/// A folder on the way down.
#[derive(Default)]
struct Level {
    path: Vec<u8>,
    /// What its row says.
    claimed: Option<Evidence>,
    evidence: DirectoryEvidence,
    last: Option<Name>,
    /// Whether its rows are not all it has: then what its own row says is believed for it.
    is_lost: bool,
}

/// The evidence of a manifest.
pub(super) struct Growing {
    levels: Vec<Level>,
    is_sound: bool,
    has_lost: bool,
}

impl Growing {
    pub(super) fn new() -> Self {
        Self { levels: vec![Level::default()], is_sound: true, has_lost: false }
    }

    /// Takes the next row; `None` if it does not stand where it must.
    pub(super) fn push(&mut self, row: &Row) -> Option<()> {
        let folder = if row.facts.kind == LOST { &row.path } else { row.folder() };
        while self.levels.last()?.path != folder {
            let level = self.levels.pop()?;
            self.is_sound &= level.is_sound();
        }
        let level = self.levels.last_mut()?;
        if row.facts.kind == LOST {
            level.is_lost = true;
            self.has_lost = true;
            return Some(());
        }
        if level.last.as_ref().is_some_and(|last| *last >= row.facts.name) {
            return None;
        }
        level.last = Some(row.facts.name.clone());
        level.evidence.push(row.facts.hash());
        if row.facts.kind == FOLDER {
            let claimed = Some(Evidence(row.facts.content.0));
            self.levels.push(Level { path: row.path.clone(), claimed, ..Level::default() });
        }
        Some(())
    }

    /// Whether all rows together have this root.
    pub(super) fn is(mut self, root: Evidence) -> bool {
        if let Some(level) = self.levels.first_mut() {
            level.claimed = Some(root);
        }
        // Of a folder that was lost nothing can be compared, and who forges a row in it could say so too.
        self.is_sound && !self.has_lost && self.levels.iter().all(Level::is_sound)
    }
}

impl Level {
    fn is_sound(&self) -> bool {
        self.is_lost || self.claimed.is_some_and(|claimed| claimed == self.evidence.root())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::Growing;
    use crate::export::manifest::{Head, Row};

    /// The example in the page that describes the manifest.
    fn example() -> Vec<Vec<u8>> {
        let page = include_str!("../../../../../docs/export.md");
        let example = page.split("```\n").nth(1).unwrap();
        example.lines().map(|line| line.as_bytes().to_vec()).collect()
    }

    fn is_evident(lines: &[Vec<u8>]) -> Option<bool> {
        let mut lines = lines.iter().cloned();
        let head = Head::read(|| Ok::<_, ()>(lines.next().unwrap_or_default())).ok()??;
        let mut growing = Growing::new();
        for line in lines {
            growing.push(&Row::read(&line)?)?;
        }
        Some(growing.is(head.evidence))
    }

    #[test]
    fn the_page_has_the_form_that_is_read() {
        let lines = example();
        assert!(lines.len() > 10);
        assert_eq!(is_evident(&lines), Some(true));
        // Each row is part of the root; and each stands in its place.
        for row in 6..lines.len() {
            let mut without = lines.clone();
            without.remove(row);
            assert_ne!(is_evident(&without), Some(true), "{row}");
            let mut twice = lines.clone();
            twice.insert(row, lines.get(row).unwrap().clone());
            assert_ne!(is_evident(&twice), Some(true), "{row}");
            let mut swapped = lines.clone();
            swapped.swap(row, lines.len() - 1);
            assert!(row == lines.len() - 1 || is_evident(&swapped) != Some(true), "{row}");
        }
    }

    #[test]
    fn what_is_lost_leaves_the_rest_unproven() {
        let mut lines = example();
        let at = lines.iter().position(|line| line.ends_with(b"\tin/a b.txt")).unwrap();
        let folder = lines.iter().position(|line| line.ends_with(b"\tin")).unwrap();
        lines.remove(at);
        assert_eq!(is_evident(&lines), Some(false));
        let lost = Row::lost(b"in".to_vec()).unwrap().line();
        lines.insert(folder + 1, lost.strip_suffix(b"\n").unwrap().to_vec());
        assert_eq!(is_evident(&lines), Some(false));
        let lost = Row::lost(Vec::new()).unwrap().line();
        lines.push(lost.strip_suffix(b"\n").unwrap().to_vec());
        assert_eq!(is_evident(&lines), Some(false), "what is missing at the top proves nothing");
    }
}
