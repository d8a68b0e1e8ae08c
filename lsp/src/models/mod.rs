//! Models by name: a name becomes a file ([`locate`]), and a name that is not on this machine becomes one that is ([`pull`]).

pub mod convert;
pub mod fit;
pub mod locate;
pub mod memory;
pub mod missing;
pub mod pull;

pub use locate::locate;
pub use missing::Missing;
