//! What a model's name means. Pure, but for reading the user's own file of names.

mod aliases;
mod parse;
mod released;

pub use aliases::{Names, VARIABLE, path};
pub use parse::{Hub, Name};
pub(crate) use parse::{is_gguf, is_path};
pub use released::{RELEASED, Released};
