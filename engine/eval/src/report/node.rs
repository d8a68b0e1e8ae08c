//! Markup as a value. Texts and attributes are escaped when it is written, and nowhere else, so that nothing from a file can
//! become markup. What is written is well-formed as HTML and as XML.

use std::fmt;

/// A piece of markup.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Text(String),
    Element {
        name: &'static str,
        attributes: Vec<(&'static str, String)>,
        children: Vec<Node>,
    },
    /// Written as it is: the style sheet, which is ours, and has nothing to escape.
    Raw(&'static str),
}

/// An element without anything yet.
pub(super) fn element(name: &'static str) -> Node {
    Node::Element { name, attributes: Vec::new(), children: Vec::new() }
}

/// An element with a text.
pub(super) fn text(name: &'static str, text: impl Into<String>) -> Node {
    element(name).child(Node::Text(text.into()))
}

impl Node {
    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        if let Self::Element { attributes, .. } = &mut self {
            attributes.push((name, value.to_string()));
        }
        self
    }

    pub(super) fn child(self, child: Self) -> Self {
        self.children([child])
    }

    pub(super) fn children(mut self, more: impl IntoIterator<Item = Self>) -> Self {
        if let Self::Element { children, .. } = &mut self {
            children.extend(more);
        }
        self
    }
}

/// Elements that HTML knows to be empty; all others need an end tag there.
const EMPTY: [&str; 1] = ["meta"];
/// Elements that begin on a line of their own, so that reports can be compared line by line.
const LINES: [&str; 22] = [
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "header",
    "section",
    "h1",
    "h2",
    "p",
    "ul",
    "li",
    "figure",
    "figcaption",
    "svg",
    "g",
    "table",
    "caption",
    "tr",
    "div",
];

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => escape(text, f),
            Self::Raw(text) => f.write_str(text),
            Self::Element { name, attributes, children } => {
                if LINES.contains(name) {
                    f.write_str("\n")?;
                }
                write!(f, "<{name}")?;
                for (attribute, value) in attributes {
                    write!(f, " {attribute}=\"")?;
                    escape(value, f)?;
                    f.write_str("\"")?;
                }
                if children.is_empty() && EMPTY.contains(name) {
                    return f.write_str("/>");
                }
                f.write_str(">")?;
                for child in children {
                    write!(f, "{child}")?;
                }
                write!(f, "</{name}>")
            }
        }
    }
}

fn escape(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for c in text.chars() {
        match c {
            '&' => f.write_str("&amp;")?,
            '<' => f.write_str("&lt;")?,
            '>' => f.write_str("&gt;")?,
            '"' => f.write_str("&quot;")?,
            '\'' => f.write_str("&#39;")?,
            // No markup can hold these, not even escaped.
            c if (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                f.write_str("\u{fffd}")?;
            }
            c => write!(f, "{c}")?,
        }
    }
    Ok(())
}
