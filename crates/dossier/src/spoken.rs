//! What the system says of an error, for people.

use std::fmt::Display;

/// A message without the system's error numbers, which say nothing to people.
pub fn spoken(message: impl Display) -> String {
    let message = message.to_string();
    let mut parts = message.split(" (os error ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |said, part| said + part.split_once(')').map_or(part, |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::spoken;

    #[test]
    fn error_numbers_are_not_for_people() {
        assert_eq!(spoken("a: Denied (os error 13): b (os error 2)"), "a: Denied: b");
        assert_eq!(spoken("(os error 5)"), "(os error 5)");
    }
}
