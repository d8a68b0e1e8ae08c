//! What stands on the wire: positions in the client's encoding.

pub mod positions;
