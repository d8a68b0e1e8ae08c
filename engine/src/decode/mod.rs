//! The parts of decoding that need no model: prefix reuse, window, sampling, bytes to text. Pure, tested by table.
