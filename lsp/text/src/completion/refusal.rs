//! The reasons why nothing is suggested at a place: all of them, whoever decides it.

use std::fmt;

/// Declares [`Refusal`], so that its list, its names and its words cannot differ.
macro_rules! refusals {
    ($($(#[$about:meta])* $refusal:ident, $name:literal, $words:literal;)*) => {
        /// The reason why nothing is suggested.
        ///
        /// The list is closed, in the order in which a request meets them. It has also what is decided outside of this
        /// crate, about the server and its requests: statistics count by it, and users are told by it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Refusal {
            $($(#[$about])* $refusal,)*
        }

        impl Refusal {
            /// Every refusal.
            pub const ALL: &[Self] = &[$(Self::$refusal),*];

            /// Its name on the wire and in statistics, which stays as it is.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$refusal => $name,)*
                }
            }

            /// A sentence for the user: what it is, and what can be done about it.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self {
                    $(Self::$refusal => $words,)*
                }
            }
        }
    };
}

refusals! {
    /// An option turns suggestions off.
    Off, "off",
        "Suggestions are turned off for this file; the option `inline.enabled` turns them on.";
    /// The file is one that suggestions are kept from.
    Ignored, "ignored",
        "This file is kept from the model; the option `inline.ignore` lists the globs that do.";
    /// Suggestions pause for a while.
    Snoozed, "snoozed",
        "Suggestions are put off; they come back by themselves, or by the command `codegen.snooze` with 0 minutes.";
    /// Suggestions come only where the user asks for one.
    OnDemand, "on demand",
        "Suggestions come on demand; ask for one, or set the option `inline.eagerness` to \"eager\".";
    /// Suggestions come at the ends of lines only.
    InsideLine, "inside a line",
        "Suggestions come at the ends of lines; go there, or set the option `inline.eagerness` to \"eager\".";
    /// The document is in a language that is not served.
    Language, "language",
        "This file is in a language that is not served; the option `languages` names those that are.";
    /// The document has not been opened.
    NotOpen, "not open",
        "The editor has not opened this file with the server; open it again.";
    /// The document's text is not known to be the client's.
    OutOfStep, "out of step",
        "The server's copy of this file is not known to be the editor's; close the file and open it again.";
    /// The document is larger than the largest that is served.
    TooLarge, "too large",
        "This file is larger than the option `maxFileBytes` allows; raise it, or split the file.";
    /// The request is for another version of the document.
    OtherVersion, "other version",
        "The request was for another version of this file; type on, and the editor asks again.";
    /// What is selected in the client's menu is not what is being typed, or nothing continues it.
    OtherEntry, "other entry",
        "No suggestion continues the selected entry of the completion menu; close the menu, or select another one.";
    /// The model could not be loaded, or has failed since.
    NoModel, "no model",
        "There is no model that runs; `codegen-lsp doctor` says what is wrong with it.";
    /// The model is still being loaded.
    Loading, "loading",
        "The model is still being loaded; ask again when it is ready.";
    /// The code around the cursor has too many errors to be made out in time.
    TooBroken, "too broken",
        "The code around the cursor has too many syntax errors to be made out; mend some of them first.";
    /// Text that no editor puts there by itself is right of the cursor.
    BeforeText, "before text",
        "Text stands right of the cursor, and a suggestion would end up in the middle of it; go to its end.";
    /// The cursor is in a comment.
    Comment, "comment",
        "Nothing is suggested in a comment; the code that it asks for is suggested on the line below it.";
    /// The cursor is on a blank line of a long string.
    StringLine, "line of a string",
        "Nothing is suggested on a blank line of a string; begin the line, and its rest is suggested.";
    /// The header at the cursor has its body already.
    BodyBelow, "body below",
        "The statement on this line has its body already; go to the line where code is missing.";
    /// Nothing is above the cursor that could be continued.
    NothingAbove, "nothing above",
        "Nothing above the cursor could be continued; write some code, or a comment that asks for it.";
    /// The cursor is in a word that no name known here begins with.
    NothingBeginsSo, "nothing begins so",
        "No name that is known here begins like the word at the cursor; a new name has to be typed to its end.";
    /// A later request has taken the request's place.
    Superseded, "superseded",
        "A later request took this one's place; its answer counts.";
    /// The client has cancelled the request.
    Cancelled, "cancelled",
        "The editor cancelled the request; type on, and it asks again.";
    /// The text has changed under the request.
    MovedOn, "moved on",
        "The text changed before the model had answered; the editor asks again when you pause.";
    /// The generation, or the work on it, has failed.
    Failed, "failed",
        "The request failed inside the server; the server's log says why.";
    /// The model has written nothing but white space.
    NothingWritten, "nothing written",
        "The model had nothing to write here; type the beginning of what you want.";
    /// The model has written a line that does not come to an end.
    Endless, "endless",
        "The model wrote a line without an end; type more of it, or allow more with the option `inline.maxTokens`.";
    /// The text cannot stand at the cursor's indentation.
    Indentation, "indentation",
        "The model's code cannot stand at the indentation of this line; change the indentation.";
    /// Nothing of the text fits between the cursor and what is right of it.
    DoesNotFit, "does not fit",
        "Nothing that the model wrote fits before what is right of the cursor; type on, or delete that.";
    /// The model has written the same again and again, or what stands above.
    Repeats, "repeats",
        "The model repeated itself or the code above; type the beginning of something new.";
    /// The model has written what stands below the cursor.
    RepeatsNextLine, "repeats the next line",
        "The model wrote what stands below the cursor already; nothing is missing between, or type its beginning.";
    /// The model has written one comment after another, or an import that is there already.
    Noise, "noise",
        "The model wrote imports that are there already, or one comment after another; type the beginning of the code.";
    /// The model has begun a statement and has not written what has to follow.
    Unfinished, "unfinished",
        "The model began a statement and did not finish it; type its first line, and its body is suggested.";
    /// The model has written nothing but comments.
    CommentsOnly, "comments only",
        "The model wrote comments and no code; type the beginning of the code.";
    /// No part of the text is right with the probability that is asked for.
    NothingConfident, "nothing confident",
        "The model was not sure enough; type on, or ask for less with the option `inline.minConfidence`.";
    /// The text reads a name that nothing defines.
    UnknownName, "unknown name",
        "The model wrote a name that nothing in this file defines; define or import what you need first.";
    /// The text would break the file's syntax.
    DoesNotParse, "does not parse",
        "What the model wrote would break the syntax of this file; type on, and it is asked again.";
}

impl Refusal {
    /// Whether another key at the same place changes nothing about it.
    #[must_use]
    pub const fn lasts(self) -> bool {
        matches!(
            self,
            Self::Off
                | Self::Ignored
                | Self::Snoozed
                | Self::Language
                | Self::NotOpen
                | Self::OutOfStep
                | Self::TooLarge
                | Self::NoModel
                | Self::OnDemand
                | Self::Comment
                | Self::BeforeText
        )
    }

    /// The refusal of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|refusal| refusal.name() == name)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A part of a generated text, and how likely it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Likely {
    /// The text, with `\n` as its line ends.
    pub text: String,
    /// The sum of its tokens' natural-log probabilities.
    pub logprob: f32,
    /// The probability that it is exactly what the user types next, from 0 to 1.
    pub probability: f32,
}

/// A refusal of what was generated.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// The reason; where there are several parts to show, that of the likeliest.
    pub why: Refusal,
    /// The likeliest part, if the text came as far as being weighed.
    pub best: Option<Likely>,
}

impl From<Refusal> for Refused {
    fn from(why: Refusal) -> Self {
        Self { why, best: None }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_different_and_words_say_what_to_do() {
        let names: HashSet<_> = Refusal::ALL.iter().map(|refusal| refusal.name()).collect();
        assert_eq!(names.len(), Refusal::ALL.len());
        for refusal in Refusal::ALL {
            let (name, words) = (refusal.name(), refusal.words());
            assert_eq!(Refusal::named(name), Some(*refusal));
            assert!(name.len() <= 24 && name.chars().all(|char| char.is_ascii_lowercase() || char == ' '), "{name}");
            assert!(words.contains("; ") && words.ends_with('.') && !words.contains('\n'), "{name}: {words}");
        }
        assert_eq!(Refusal::named("nothing"), None);
    }
}
