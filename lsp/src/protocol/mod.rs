//! The parts of the wire format that the modules share: positions in the client's encoding, the client's capabilities,
//! the names of commands, partial results, parameters of requests.

pub mod capabilities;
pub mod commands;
pub mod inline;
pub mod partial;
pub mod positions;
