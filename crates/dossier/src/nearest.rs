//! Which known words a misspelled one may mean.

/// The known words nearest to one that is not known, best first: at most `most`, none that is too far to be meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    // A third of the letters may be wrong, and one in a short word.
    let limit = ((word.len() + 1) / 3).max(1);
    let near = |known: &'a str| {
        let letters: Vec<char> = known.to_lowercase().chars().collect();
        let distance = distance(&word, &letters);
        (distance <= limit).then_some((distance, known))
    };
    let mut found: Vec<_> = known.into_iter().filter_map(near).collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(most).map(|(_, known)| known).collect()
}

/// Letters to insert, delete, replace, or swap with their neighbour, to make one word of the other (Damerau's distance, each place
/// changed once).
fn distance(a: &[char], b: &[char]) -> usize {
    if a.len().abs_diff(b.len()) > a.len().max(b.len()) / 2 + 1 {
        return usize::MAX;
    }
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
            let mut fewest = (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                fewest = fewest.min(at(&before, j - 1) + 1);
            }
            row.push(fewest);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_word_finds_the_one_that_is_meant() {
        let known = ["repository", "root", "exclude", "exclude-marker", "every"];
        for (typed, meant) in [("repositroy", "repository"), ("Root", "root"), ("exlude", "exclude"), ("evry", "every"), ("roto", "root")] {
            assert_eq!(nearest(typed, known, 1), [meant], "{typed}");
        }
        assert!(nearest("colour", known, 3).is_empty());
        assert!(nearest("", known, 3).is_empty());
        assert_eq!(nearest("D1243", ["D1234", "D1240", "D9999"], 3), ["D1234", "D1240"]);
    }
}
