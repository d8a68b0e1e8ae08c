//! The parts of decoding that need no model: prefix reuse, window, guesses, sampling, scores, bytes to text. Pure, tested by table.

pub mod constrain;
pub mod exp;
pub mod lookup;
pub mod prefix;
pub mod sampling;
pub mod score;
pub mod text;
pub mod window;

#[cfg(test)]
mod tests;
