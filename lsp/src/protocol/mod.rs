//! The parts of the wire format that the modules share: positions in the client's encoding, the client's capabilities,
//! code actions, the names of commands, partial results, parameters of requests, the server's state, what clients say of suggestions.

pub mod actions;
pub mod capabilities;
pub mod commands;
pub mod inline;
pub mod partial;
pub mod positions;
pub mod status;
pub mod told;
