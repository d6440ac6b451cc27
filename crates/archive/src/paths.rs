//! Paths as snapshots have them: bytes, with `/` between names.

/// Whether a path is a folder's, or below it. A `/` at the folder's end says nothing; an empty one is the root of all.
pub fn is_within(path: &[u8], folder: &[u8]) -> bool {
    let folder = folder.strip_suffix(b"/").unwrap_or(folder);
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

#[cfg(test)]
mod tests {
    use super::is_within;

    #[test]
    fn names_count_and_not_bytes() {
        for (path, folder, within) in [
            ("/books/D1", "/books/D1", true),
            ("/books/D1/x", "/books/D1", true),
            ("/books/D1/x", "/books/D1/", true),
            ("/books/D10/x", "/books/D1", false),
            ("/books", "/books/D1", false),
            ("/books", "/", true),
            ("books", "", false),
            ("", "", true),
        ] {
            assert_eq!(is_within(path.as_bytes(), folder.as_bytes()), within, "{path} {folder}");
        }
    }
}
