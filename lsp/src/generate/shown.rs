//! What is shown of an answer that is known. Parses, so it is not for the main loop.

use codegen_text::candidates;
use codegen_text::completion::plain::Plain;
use codegen_text::completion::raw::RawCompletion;
use codegen_text::completion::session::{Answer, Chosen, Entry, Known, Stands};
use codegen_text::completion::{Judged, Refusal, Refused, Suggestion, Threshold};
use codegen_text::document::Document;
use codegen_text::prompt::view::View;

use super::prepare;

/// What is shown of one answer at the cursor, as far as it passes the threshold.
///
/// # Errors
/// Nothing is, for that reason.
pub fn one(document: &Document, site: &Site, known: Known, least: Threshold) -> Result<Judged, Refused> {
    let Known { entry, answer, .. } = known;
    let judged = match answer {
        Answer::Standing(stands) => standing(site, &stands)?,
        Answer::Generated(raw) => generated(document, site, &raw, entry.as_ref(), least)?,
        // What was shown of it stays the beginning, whatever the rest is worth.
        Answer::Longer(raw, stands) => match generated(document, site, &raw, entry.as_ref(), least) {
            Ok(judged) if judged.suggestion.text.starts_with(&stands.text) => judged,
            _ => standing(site, &stands)?,
        },
    };
    with_entry(document, entry, judged)
}

/// What is shown of the answers to a request made by hand, the most likely first, at most `most`. Those that differ in nothing
/// but layout are one. All that can be shown is, whatever it is worth: it was asked for.
///
/// # Errors
/// Nothing is, for the reason that holds for the first.
pub fn several<W>(document: &Document, site: &Site, chosen: &Chosen<W>, most: usize) -> Result<Vec<Judged>, Refused> {
    let Chosen { entry, known, raws, .. } = chosen;
    let mut raws: Vec<&RawCompletion> = raws.iter().collect();
    // The first is the most likely text, or one of those that are drawn.
    let drawn = usize::from(known.is_none()).min(raws.len());
    raws[drawn..].sort_by(|one, other| other.mean_logprob().total_cmp(&one.mean_logprob()));
    let known = known.iter().map(|known| one(document, site, known.clone(), Threshold::NONE));
    let rest = raws.into_iter().map(|raw| {
        let judged = generated(document, site, raw, entry.as_ref(), Threshold::NONE)?;
        with_entry(document, entry.clone(), judged)
    });
    let (mut shown, mut refused): (Vec<Judged>, Option<Refused>) = (Vec::new(), None);
    for judged in known.chain(rest) {
        match judged {
            Ok(judged) => {
                let same = |other: &Judged| candidates::is_same(&other.suggestion.text, &judged.suggestion.text);
                if shown.len() < most && !shown.iter().any(same) {
                    shown.push(judged);
                }
            }
            Err(why) => refused = refused.or(Some(why)),
        }
    }
    if shown.is_empty() { Err(refused.unwrap_or_else(|| Refusal::NothingWritten.into())) } else { Ok(shown) }
}

/// A cursor, with what a suggestion is decided by there.
#[derive(Clone)]
pub enum Site {
    /// In Python: the part of the document around it.
    Python(View),
    /// In a language that nothing is known of: its byte offset.
    Text(usize),
}

impl Site {
    /// The cursor at a byte offset; `plain`: the document is in a language that nothing is known of.
    ///
    /// # Errors
    /// The text around it cannot be parsed in time.
    pub fn at(document: &Document, offset: usize, plain: bool) -> Result<Self, Refusal> {
        if plain { Ok(Self::Text(offset)) } else { prepare::view(document, offset).map(Self::Python) }
    }
}

fn generated(
    document: &Document,
    site: &Site,
    raw: &RawCompletion,
    entry: Option<&Entry>,
    least: Threshold,
) -> Result<Judged, Refused> {
    match site {
        Site::Python(view) => prepare::suggestion(document, view, raw, entry.map(|entry| entry.rest.as_str()), least),
        Site::Text(offset) => {
            let plain = Plain::at(document, *offset).ok_or(Refusal::BeforeText)?;
            plain.judge(raw, least.confidence).ok_or_else(|| Refusal::NothingConfident.into())
        }
    }
}

fn standing(site: &Site, stands: &Stands) -> Result<Judged, Refused> {
    let Stands { text, confidence } = stands;
    let suggestion = match site {
        Site::Python(view) => prepare::standing(view, text)?,
        Site::Text(offset) => Suggestion { range: *offset..*offset, text: text.clone() },
    };
    Ok(Judged { suggestion, confidence: *confidence })
}

/// The suggestion with the entry of the client's menu that it continues: the client compares the range and the beginning with
/// the entry's.
fn with_entry(document: &Document, entry: Option<Entry>, mut judged: Judged) -> Result<Judged, Refused> {
    if let Some(Entry { selected, rest }) = entry {
        let suggestion = &mut judged.suggestion;
        if !suggestion.text.starts_with(&rest) {
            return Err(Refusal::OtherEntry.into());
        }
        suggestion.text.insert_str(0, &document.slice(selected.start..suggestion.range.start));
        suggestion.range.start = selected.start;
    }
    Ok(judged)
}
