//! A page of HTML, written element by element. Every text and every value of an attribute goes through one function that escapes it:
//! nothing from elsewhere can become markup.

/// A page under way. Elements that are opened have to be closed by who opened them.
pub(super) struct Html(String);

/// Attributes of an element.
type Attributes<'a> = &'a [(&'static str, &'a str)];

impl Html {
    /// A page in a language, up to its body.
    pub(super) fn new(lang: &str, title: &str, style: &str) -> Self {
        let mut page = Self("<!DOCTYPE html>\n".to_owned());
        page.open("html", &[("lang", lang)]);
        page.open("head", &[]);
        page.open("meta", &[("charset", "utf-8")]);
        page.open("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
        page.open("meta", &[("name", "color-scheme"), ("content", "light dark")]);
        page.element("title", &[], title);
        page.open("link", &[("rel", "stylesheet"), ("href", style)]);
        page.close("head");
        page.open("body", &[]);
        page
    }

    /// The beginning of an element.
    pub(super) fn open(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        self.begin(tag, attributes);
        // Spaces at its beginning would show in the one that keeps them.
        self.0.push('\n');
    }

    /// Its end.
    pub(super) fn close(&mut self, tag: &'static str) {
        self.0.extend(["</", tag, ">\n"]);
    }

    /// An element with a text.
    pub(super) fn element(&mut self, tag: &'static str, attributes: Attributes<'_>, text: &str) {
        self.begin(tag, attributes);
        escape(&mut self.0, text);
        self.close(tag);
    }

    /// A link.
    pub(super) fn link(&mut self, to: &str, text: &str) {
        self.element("a", &[("href", to)], text);
    }

    /// The whole page.
    pub(super) fn finish(mut self) -> String {
        self.close("body");
        self.close("html");
        self.0
    }

    fn begin(&mut self, tag: &'static str, attributes: Attributes<'_>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        let evil = "</title><script>alert('\"&')</script>";
        let mut page = Html::new("en\"><script>", evil, "/style.css");
        page.element("p", &[("title", evil)], evil);
        page.link(evil, evil);
        let page = page.finish();
        assert!(!page.contains("<script") && !page.contains("alert('"), "{page}");
        assert_eq!(page.matches("</title>").count(), 1);
        assert_eq!(page.matches("&lt;script&gt;alert(&#39;&quot;&amp;&#39;)").count(), 5);
    }
}
