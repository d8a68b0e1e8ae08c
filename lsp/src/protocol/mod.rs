//! What stands on the wire: positions in the client's encoding, the names of commands, partial results.

pub mod commands;
pub mod partial;
pub mod positions;
