//! The input of a vector and its parameters. A parameter that is missing or of another form fails the test.

use serde_json::{Map, Value};

/// The input bytes of a vector, and its parameters by name.
pub(crate) struct Input {
    pub(crate) bytes: Vec<u8>,
    params: Map<String, Value>,
    stated: Option<Value>,
}

impl Input {
    pub(crate) fn new(vector: &Value) -> Self {
        Self {
            bytes: unhex(vector["hex"].as_str().unwrap()),
            params: vector["params"].as_object().unwrap().clone(),
            stated: vector.get("value").cloned(),
        }
    }

    /// The names of all parameters.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.params.keys().map(String::as_str)
    }

    /// The value that must come out, for types whose value is compared another way.
    pub(crate) fn stated(&self) -> Option<&Value> {
        self.stated.as_ref()
    }

    pub(crate) fn param(&self, name: &str) -> Option<&Value> {
        self.params.get(name)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.param(name).map(|value| value.as_str().unwrap())
    }

    pub(crate) fn number<T: TryFrom<u64>>(&self, name: &str) -> Option<T> {
        self.param(name).map(|value| T::try_from(value.as_u64().unwrap()).ok().unwrap())
    }

    pub(crate) fn raw(&self, name: &str) -> Option<Vec<u8>> {
        self.text(name).map(unhex)
    }

    pub(crate) fn array<const N: usize>(&self, name: &str) -> Option<[u8; N]> {
        self.raw(name).map(|bytes| bytes.try_into().unwrap())
    }
}

/// The bytes of hex digits.
pub(crate) fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2));
    text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// The hex digits of bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
