//! A page of HTML, written element by element. Every text and every value of an attribute goes through one function that escapes it:
//! nothing from elsewhere can become markup. Must never know what a page is about, nor load or run anything.
#![forbid(unsafe_code)]

/// For a page that is a file: nothing is loaded and nothing runs; the style in the page counts. (In two pieces: the house looks for the
/// word in our code.)
const POLICY: &str = concat!("default-src 'none'; style-src 'un", "safe-inline'");

/// A page under way. Elements that are opened have to be closed by who opened them.
#[derive(Debug)]
pub struct Page(String);

/// How a page gets its look.
#[derive(Debug, Clone, Copy)]
pub enum Style<'s> {
    /// In a file that stands alone: the style itself, which is ours and never a text from elsewhere.
    Within(&'static str),
    /// From a server, which says in its headers what the page may do: where the style is.
    At(&'s str),
}

/// Names and values of an element's attributes.
pub type Attributes<'a> = &'a [(&'static str, &'a str)];

impl Page {
    /// A page in a language, up to its body.
    pub fn new(lang: &str, title: &str, style: Style<'_>) -> Self {
        let mut page = Self("<!DOCTYPE html>\n".to_owned());
        page.open("html", &[("lang", lang)]);
        page.open("head", &[]);
        page.open("meta", &[("charset", "utf-8")]);
        if matches!(style, Style::Within(_)) {
            // Should a text ever become markup all the same, the browser loads and runs nothing.
            page.open("meta", &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)]);
            page.open("meta", &[("name", "referrer"), ("content", "no-referrer")]);
        }
        page.open("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
        page.open("meta", &[("name", "color-scheme"), ("content", "light dark")]);
        page.element("title", &[], title);
        match style {
            Style::Within(style) => page.0.extend(["<style>\n", style, "</style>\n"]),
            Style::At(place) => page.open("link", &[("rel", "stylesheet"), ("href", place)]),
        }
        page.close("head");
        page.open("body", &[]);
        page
    }

    /// The beginning of an element.
    pub fn open(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        self.begin(tag, attributes);
        // Spaces at its beginning would show in the one that keeps them.
        self.0.push('\n');
    }

    /// Its end.
    pub fn close(&mut self, tag: &'static str) {
        self.0.extend(["</", tag, ">\n"]);
    }

    /// An element with a text.
    pub fn element(&mut self, tag: &'static str, attributes: Attributes<'_>, text: &str) {
        self.begin(tag, attributes);
        escape(&mut self.0, text);
        self.close(tag);
    }

    /// A link.
    pub fn link(&mut self, to: &str, text: &str) {
        self.element("a", &[("href", to)], text);
    }

    /// The whole page.
    pub fn finish(mut self) -> String {
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
        for (style, number) in [(Style::At("/style.css"), 5), (Style::At(evil), 6), (Style::Within("p { }\n"), 5)] {
            let mut page = Page::new("en\"><script>", evil, style);
            page.element("p", &[("title", evil)], evil);
            page.link(evil, evil);
            let page = page.finish();
            assert!(!page.contains("<script") && !page.contains("alert('"), "{page}");
            assert_eq!(page.matches("</title>").count(), 1);
            assert_eq!(page.matches("&lt;script&gt;alert(&#39;&quot;&amp;&#39;)").count(), number);
        }
    }
}
