//! What the record of a run remarks on a dossier that it read: the parts that it did not save (`spec/snapshot.md`). What a restore leaves alone
//! follows from it, so it is written and read here and nowhere else.

/// What begins the list of parts that were left out.
const LEFT_OUT: &str = "left out: ";
/// What begins the list of parts that were not looked at, and stay as an earlier run has them.
const AS_BEFORE: &str = "as before: ";
/// What parts the lists, and the names in a list.
const LISTS: &str = "; ";
const NAMES: &str = ", ";

/// Whether a part can be called so: names with these marks could not be told from several.
pub(crate) fn is_name(part: &str) -> bool {
    !part.contains([',', ';'])
}

/// The remark; empty if all was saved.
pub(crate) fn of(left_out: &[String], as_before: &[String]) -> String {
    let lists = [(LEFT_OUT, left_out), (AS_BEFORE, as_before)];
    let said = lists.into_iter().filter(|(_, parts)| !parts.is_empty()).map(|(what, parts)| format!("{what}{}", parts.join(NAMES)));
    said.collect::<Vec<_>>().join(LISTS)
}

/// The parts that were left out.
pub(crate) fn left_out(remark: &str) -> impl Iterator<Item = &str> {
    parts(remark, LEFT_OUT)
}

/// The parts that were not looked at.
pub(crate) fn as_before(remark: &str) -> impl Iterator<Item = &str> {
    parts(remark, AS_BEFORE)
}

fn parts<'r>(remark: &'r str, list: &str) -> impl Iterator<Item = &'r str> {
    let names = remark.split(LISTS).find_map(|said| said.strip_prefix(list));
    names.into_iter().flat_map(|names| names.split(NAMES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_is_as_specified_and_is_read_as_it_was_written() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let said = of(&names(&["photos", "scans of 2019"]), &names(&["indexes"]));
        let page = include_str!("../../../spec/snapshot.md");
        assert!(page.contains(&format!("`{said}`")), "{said}");
        assert_eq!(left_out(&said).collect::<Vec<_>>(), ["photos", "scans of 2019"]);
        assert_eq!(as_before(&said).collect::<Vec<_>>(), ["indexes"]);
        assert_eq!((of(&[], &[]).as_str(), left_out("").count(), as_before("lock-file").count()), ("", 0, 0));
        assert_eq!(as_before(&of(&[], &names(&["a"]))).collect::<Vec<_>>(), ["a"]);
    }
}
