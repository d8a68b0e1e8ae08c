//! What stands on the wire: positions in the client's encoding, what the client can do, the names of
//! commands, partial results.

pub mod capabilities;
pub mod commands;
pub mod partial;
pub mod positions;
