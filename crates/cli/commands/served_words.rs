//! The words of the web pages: the messages of the reports' languages, with moments as they are called here.

use std::sync::Arc;

use liasse_dossier::lang::{Lang, Texts};
use liasse_dossier::report::local::Local;
use liasse_mount::web::{Value, Words};
use liasse_repo::format::time::Time;

use crate::text;
use crate::time;

/// A language that is spoken.
pub(super) struct Spoken {
    texts: Texts,
    name: String,
}

impl Spoken {
    pub(super) fn new(lang: Lang) -> Arc<Self> {
        let texts = Texts::new(lang);
        let name = texts.get("web-language", &[]);
        Arc::new(Self { texts, name })
    }

    fn local(&self, time: Time) -> Local<'_> {
        Local::new(&self.texts, time::utc_offset(time))
    }
}

impl Words for Spoken {
    fn tag(&self) -> &str {
        self.texts.lang().tag()
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn say(&self, message: &str, values: &[(&'static str, Value<'_>)]) -> String {
        let value = |(name, value): &(&'static str, Value<'_>)| match *value {
            Value::Text(text) => (*name, text.to_owned().into()),
            Value::Number(number) => (*name, number.into()),
        };
        self.texts.get(message, &values.iter().map(value).collect::<Vec<_>>())
    }

    fn moment(&self, moment: Time) -> String {
        time::to_timestamp(moment).map_or_else(|| "?".to_owned(), |timestamp| self.local(moment).long(timestamp))
    }

    fn short(&self, moment: Time) -> String {
        time::to_timestamp(moment).map_or_else(|| "?".to_owned(), |timestamp| self.local(moment).short(timestamp))
    }

    fn size(&self, bytes: u64) -> String {
        Local::new(&self.texts, 0).size(bytes)
    }

    fn plain(&self, name: &[u8]) -> String {
        text::path(name)
    }
}
