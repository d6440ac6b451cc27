//! Recovery keys: passwords made to be printed, kept in a safe, and typed once in a bad hour. 200 random bits in Crockford's base 32,
//! which has no letter that looks like a digit.

use std::fs::File;
use std::io::Read;

use zeroize::Zeroizing;

use crate::error::{CliError, Result};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUPS: usize = 8;
const GROUP: usize = 5;

/// A new recovery key.
pub(crate) fn generate() -> Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new([0; GROUPS * GROUP]);
    let read = File::open("/dev/urandom").and_then(|mut source| source.read_exact(bytes.as_mut_slice()));
    read.map_err(|error| CliError::failed(format!("the system gives no random bytes: {error}")))?;
    Ok(grouped(bytes.iter().map(|byte| ALPHABET.get(usize::from(byte % 32)).copied().unwrap_or(b'0'))))
}

/// The form that a recovery key is stored in, of one as people type it; none for what is no recovery key.
pub(crate) fn canonical(typed: &str) -> Option<Zeroizing<String>> {
    let mut symbols = Zeroizing::new(Vec::with_capacity(GROUPS * GROUP));
    for c in typed.bytes().filter(|c| !matches!(c, b'-' | b' ')) {
        let symbol = match c.to_ascii_uppercase() {
            b'O' => b'0',
            b'I' | b'L' => b'1',
            other => other,
        };
        if !ALPHABET.contains(&symbol) || symbols.len() == GROUPS * GROUP {
            return None;
        }
        symbols.push(symbol);
    }
    (symbols.len() == GROUPS * GROUP).then(|| grouped(symbols.iter().copied()))
}

fn grouped(symbols: impl Iterator<Item = u8>) -> Zeroizing<String> {
    let mut key = Zeroizing::new(String::with_capacity(GROUPS * (GROUP + 1)));
    for (i, symbol) in symbols.enumerate() {
        if i > 0 && i.is_multiple_of(GROUP) {
            key.push('-');
        }
        key.push(char::from(symbol));
    }
    key
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn a_key_survives_being_typed() {
        let key = generate().unwrap();
        assert_eq!(key.len(), GROUPS * GROUP + GROUPS - 1);
        assert_eq!(canonical(&key).unwrap(), key);
        assert_eq!(canonical(&key.to_lowercase().replace('-', " ")).unwrap(), key);
        assert_eq!(canonical(&key.replace('-', "").replace('0', "o").replace('1', "l")).unwrap(), key);
    }

    #[test]
    fn a_password_is_no_recovery_key() {
        let key = generate().unwrap();
        for other in ["", "correct horse battery staple", &key[1..], &format!("{}0", *key), &key.replace(&key[..1], "U")] {
            assert!(canonical(other).is_none(), "{other}");
        }
    }

    /// Every symbol has its share: with 32 symbols, 40,000 of them miss one with a chance below 10⁻⁵⁰⁰.
    #[test]
    fn keys_are_random() {
        let keys: Vec<_> = (0..1000).map(|_| generate().unwrap()).collect();
        assert!(keys.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(ALPHABET.iter().all(|&symbol| keys.iter().any(|key| key.as_bytes().contains(&symbol))));
    }
}
