//! The parts of decoding that need no model: prefix reuse, window, sampling, bytes to text. Pure, tested by table.

pub mod exp;
pub mod prefix;
pub mod sampling;
pub mod text;
pub mod window;

#[cfg(test)]
mod tests;
