//! Rules for the patterns of `case` that Ruff does not have.

use ruff_python_ast::{Expr, Pattern};
use ruff_text_size::Ranged;

use super::context::Context;

/// Adds what is wrong with a pattern itself.
pub(super) fn check(pattern: &Pattern, context: &Context) {
    match pattern {
        Pattern::MatchMapping(mapping) => mapping.keys.iter().for_each(|key| formatted(key, context)),
        Pattern::MatchValue(value) => {
            formatted(&value.value, context);
            wildcard(&value.value, context);
        }
        Pattern::MatchClass(class) => {
            wildcard(&class.cls, context);
            class.arguments.keywords.iter().for_each(|keyword| context.refuse_debug(&keyword.attr));
        }
        Pattern::MatchOr(or) => {
            let others = or.patterns.iter().take(or.patterns.len().saturating_sub(1));
            for pattern in others.filter(|pattern| pattern.irrefutable_pattern().is_some()) {
                context.add(pattern.start(), "remaining alternatives are unreachable");
            }
        }
        Pattern::MatchSequence(sequence) => {
            // Ruff's parser does not miss the comma there.
            if let [first, second, ..] = &*sequence.patterns {
                let between = first.end().to_usize()..second.start().to_usize();
                if context.text.get(between).is_some_and(|between| !between.contains(',')) {
                    context.add(second.start(), "no comma between patterns");
                }
            }
        }
        Pattern::MatchSingleton(_) | Pattern::MatchStar(_) | Pattern::MatchAs(_) => {}
    }
}

fn formatted(value: &Expr, context: &Context) {
    if value.is_f_string_expr() {
        context.add(value.start(), "a pattern that is no literal");
    }
}

/// Refuses names that begin with `_`, which is a pattern of its own.
fn wildcard(value: &Expr, context: &Context) {
    let mut first = value;
    while let Expr::Attribute(attribute) = first {
        first = &attribute.value;
    }
    if first.as_name_expr().is_some_and(|name| name.id == "_") {
        context.add(value.start(), "a name behind a wildcard");
    }
}
