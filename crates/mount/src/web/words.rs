//! What pages say, in the language of who reads. The words themselves are no business of this crate: whoever serves gives them.

use liasse_archive::repo::format::time::Time;

/// Something that is put into a message.
#[derive(Debug, Clone, Copy)]
pub enum Value<'v> {
    /// A text, made safe to show.
    Text(&'v str),
    /// A number.
    Number(u64),
}

/// One language.
pub trait Words: Send + Sync {
    /// Its tag, as in `lang` of HTML.
    fn tag(&self) -> &str;

    /// What it calls itself.
    fn name(&self) -> &str;

    /// A message, by its name.
    fn say(&self, message: &str, values: &[(&'static str, Value<'_>)]) -> String;

    /// A moment, as it is called here.
    fn moment(&self, time: Time) -> String;

    /// The same for a table.
    fn short(&self, time: Time) -> String;

    /// A number of bytes.
    fn size(&self, bytes: u64) -> String;

    /// A name from elsewhere: on one line, with nothing that hides or turns the direction of writing.
    fn plain(&self, name: &[u8]) -> String;
}

#[cfg(test)]
pub(super) mod testing {
    use std::sync::Arc;

    use super::*;

    /// A language that says the names of its messages.
    struct Tagged(&'static str);

    impl Words for Tagged {
        fn tag(&self) -> &str {
            self.0
        }
        fn name(&self) -> &str {
            self.0
        }
        fn say(&self, message: &str, _: &[(&'static str, Value<'_>)]) -> String {
            message.to_owned()
        }
        fn moment(&self, time: Time) -> String {
            time.seconds().to_string()
        }
        fn size(&self, bytes: u64) -> String {
            bytes.to_string()
        }
        fn short(&self, time: Time) -> String {
            time.seconds().to_string()
        }
        fn plain(&self, name: &[u8]) -> String {
            String::from_utf8_lossy(name).into_owned()
        }
    }

    /// Three languages.
    pub(in super::super) fn words() -> Vec<Arc<dyn Words>> {
        ["en", "fr", "pt"].map(|tag| Arc::new(Tagged(tag)) as Arc<dyn Words>).into()
    }
}
