//! From what was written to values of the settings' types, such that a mistake that only a type can find still has its place.

use std::fmt;

use serde::de::value::StringDeserializer;
use serde::de::{self, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::tree::{Node, Origin, Table, Value};

/// Why a value is not of its type, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DecodeError {
    pub(super) message: String,
    /// The innermost value that is wrong.
    pub(super) origin: Option<Origin>,
    /// The way to it from the top.
    pub(super) path: Vec<String>,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DecodeError {}

impl de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), origin: None, path: Vec::new() }
    }
}

impl DecodeError {
    fn at(mut self, origin: &Origin) -> Self {
        self.origin.get_or_insert_with(|| origin.clone());
        self
    }

    fn within(mut self, name: &str) -> Self {
        self.path.insert(0, name.to_owned());
        self
    }
}

/// A value to be decoded.
#[derive(Clone, Copy)]
pub(super) struct Decoder<'a> {
    pub(super) node: &'a Node,
    /// Whether every field of every type must be written: for the test that holds the table of keys against the types.
    pub(super) whole: bool,
}

impl Decoder<'_> {
    fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.node.value {
            Value::Text(text) | Value::Date(text) => visitor.visit_str(text),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Truth(truth) => visitor.visit_bool(*truth),
            Value::List(items) => visitor.visit_seq(Items { rest: items.iter(), names: None, whole: self.whole }),
            Value::Named(items) => visitor.visit_seq(Items { rest: [].iter(), names: Some(items.iter()), whole: self.whole }),
            Value::Table(table) => visitor.visit_map(Entries { rest: table.iter(), value: None, whole: self.whole }),
        }
    }

    fn lacks(self, fields: &[&'static str]) -> Option<DecodeError> {
        let table: &Table = self.node.table()?;
        let field = fields.iter().find(|field| !table.contains_key(**field))?;
        self.whole.then(|| de::Error::custom(format!("the table of keys has no row for the field {field}")))
    }
}

impl<'de> de::Deserializer<'de> for Decoder<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.visit(visitor).map_err(|error| error.at(&self.node.origin))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self).map_err(|error| error.at(&self.node.origin))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.lacks(fields).map_or_else(|| self.deserialize_any(visitor), Err)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let Some(text) = self.node.text() else { return self.deserialize_any(visitor) };
        let word: StringDeserializer<DecodeError> = text.to_owned().into_deserializer();
        word.deserialize_enum(name, variants, visitor).map_err(|error| error.at(&self.node.origin))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map
        identifier ignored_any
    }
}

/// The items of a list, or named tables.
struct Items<'a> {
    rest: std::slice::Iter<'a, Node>,
    names: Option<std::slice::Iter<'a, (String, Node)>>,
    whole: bool,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DecodeError> {
        let whole = self.whole;
        if let Some((name, node)) = self.names.as_mut().and_then(Iterator::next) {
            return seed.deserialize(Decoder { node, whole }).map(Some).map_err(|error| error.within(name));
        }
        self.rest.next().map(|node| seed.deserialize(Decoder { node, whole })).transpose()
    }
}

/// The entries of a table.
struct Entries<'a> {
    rest: std::collections::btree_map::Iter<'a, String, Node>,
    value: Option<(&'a String, &'a Node)>,
    whole: bool,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        self.value = self.rest.next();
        let Some((key, node)) = self.value else { return Ok(None) };
        let word: StringDeserializer<DecodeError> = key.clone().into_deserializer();
        seed.deserialize(word).map(Some).map_err(|error| error.at(&node.origin).within(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        let Some((key, node)) = self.value.take() else { return Err(de::Error::custom("a value without its key")) };
        seed.deserialize(Decoder { node, whole: self.whole }).map_err(|error| error.within(key))
    }
}
