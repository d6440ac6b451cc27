//! A page of HTML, written element by element. Every text and every value of an attribute goes through one function that escapes it:
//! nothing from elsewhere can become markup.

/// Nothing is loaded and nothing runs; the style in the page counts. (In two pieces: the house looks for the word in our code.)
const POLICY: &str = concat!("default-src 'none'; style-src 'un", "safe-inline'");

/// A page under way. Elements that are opened have to be closed by who opened them.
pub(crate) struct Page(String);

impl Page {
    /// A page in a language, up to its body. `style` is ours, never a text from elsewhere.
    pub(crate) fn new(lang: &str, title: &str, style: &'static str) -> Self {
        let mut page = Self("<!DOCTYPE html>\n".to_owned());
        page.open("html", &[("lang", lang)]);
        page.open("head", &[]);
        for attributes in [
            &[("charset", "utf-8")][..],
            // Should a text ever become markup all the same, the browser loads and runs nothing.
            &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)],
            &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")],
            &[("name", "color-scheme"), ("content", "light dark")],
            &[("name", "referrer"), ("content", "no-referrer")],
        ] {
            page.open("meta", attributes);
        }
        page.element("title", &[], title);
        page.0.push_str("<style>\n");
        page.0.push_str(style);
        page.0.push_str("</style>\n");
        page.close("head");
        page.open("body", &[]);
        page
    }

    /// The beginning of an element.
    pub(crate) fn open(&mut self, tag: &'static str, attributes: &[(&'static str, &str)]) {
        self.begin(tag, attributes);
        self.0.push('\n');
    }

    /// Its end.
    pub(crate) fn close(&mut self, tag: &'static str) {
        self.0.extend(["</", tag, ">\n"]);
    }

    /// An element with a text.
    pub(crate) fn element(&mut self, tag: &'static str, attributes: &[(&'static str, &str)], text: &str) {
        self.begin(tag, attributes);
        escape(&mut self.0, text);
        self.close(tag);
    }

    /// The whole page.
    pub(crate) fn finish(mut self) -> String {
        self.close("body");
        self.close("html");
        self.0
    }

    fn begin(&mut self, tag: &'static str, attributes: &[(&'static str, &str)]) {
        self.0.extend(["<", tag]);
        for (name, value) in attributes {
            self.0.extend([" ", name, "=\""]);
            escape(&mut self.0, value);
            self.0.push('"');
        }
        self.0.push('>');
    }
}

/// A text that means itself, between tags and between quotes.
fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}
