//! What a model is shown for a completion: the text before the cursor, what there is of other files, and for a model that was
//! trained to read it what stands behind the cursor.

use codegen_core::Prompt;
use codegen_engine::Engine;
use codegen_text::completion::Selected;
use codegen_text::document::Document;
use codegen_text::prompt::related::Part;
use codegen_text::prompt::{cursor, related};
use codegen_text::turns::TurnOptions;

/// The share of the budget for what stands behind the cursor, and the most tokens of it: the model reads them again with every
/// key.
const BEHIND: (usize, usize) = (8, 256);

/// The tokens of a prompt with a gap that have no text, and what its parts may have more of together than each by itself.
const INFILL_TOKENS: usize = 4;

/// What a completion is wanted for.
pub struct At<'a> {
    /// The cursor's byte offset.
    pub offset: usize,
    /// An entry of the client's menu that it has to continue.
    pub selected: Option<&'a Selected>,
    /// How many are wanted, at least one.
    pub count: usize,
    pub options: &'a TurnOptions,
    /// The start of the last context's window, which stays there if it can.
    pub previous_start: Option<usize>,
    pub max_tokens: usize,
    /// Whether the document is in a language that nothing is known of.
    pub plain: bool,
    /// What there is of other files, and the percentage of the prompt that it takes at most.
    pub related: (&'a [Part], usize),
}

impl<'a> At<'a> {
    /// A cursor in a Python file that is looked at for the first time: one completion, as long as it gets.
    #[must_use]
    pub fn cursor(offset: usize, options: &'a TurnOptions) -> Self {
        Self {
            offset,
            selected: None,
            count: 1,
            options,
            previous_start: None,
            max_tokens: usize::MAX,
            plain: false,
            related: (&[], 0),
        }
    }
}

/// A prompt.
pub(super) struct Composed {
    pub prompt: Prompt,
    /// The start of the window in the document; see [`cursor::Context::start`].
    pub start: usize,
    /// What it has of other files.
    pub related: Vec<related::Shown>,
}

impl Composed {
    /// What is shown for a text that goes on at `end`, within `budget` tokens. `end` is at the cursor, or where the text begins
    /// before it that the model is left to repeat.
    pub fn new(document: &Document, at: &At, end: usize, budget: usize, engine: &Engine) -> Self {
        let count = |text: &str| engine.tokenize(text).len();
        let behind = behind(document, at, budget, engine);
        let left = match behind.as_str() {
            "" => budget,
            behind => budget.saturating_sub(count(behind) + INFILL_TOKENS).max(1),
        };
        let (context, related) = if at.plain {
            (cursor::build_plain(document, end, left, at.previous_start, &count), Vec::new())
        } else {
            let (parts, share) = at.related;
            let block = related::block(parts, budget * share.min(100) / 100, &count);
            let context = cursor::build(document, end, left, &block, at.previous_start, &count);
            let shown = if context.prompt.starts_with(&block.text) { block.shown } else { Vec::new() };
            (context, shown)
        };
        let infill = if behind.is_empty() { None } else { engine.infill(&context.prompt, &behind) };
        let prompt = infill.unwrap_or(Prompt::Text(context.prompt));
        Self { prompt, start: context.start, related }
    }
}

/// What stands behind the cursor; empty if that says nothing, or the model was not trained to read it.
fn behind(document: &Document, at: &At, budget: usize, engine: &Engine) -> String {
    if engine.info().infill.is_none() {
        return String::new();
    }
    let (share, most) = BEHIND;
    let count = |text: &str| engine.tokenize(text).len();
    let behind = cursor::behind(document, at.offset, (budget / share).min(most), at.plain, &count);
    if behind.trim().is_empty() { String::new() } else { behind }
}
