//! Models by name: what a name means ([`names`]), the models that are on this machine ([`store`]), and how one that is not comes
//! here from the Hugging Face Hub ([`remote`]).
//!
//! Nothing of [`names`] and [`store`] opens a connection; [`remote`] does, and is called only for what the user has asked for. This
//! crate knows files and not what is in them: whoever calls it converts a checkpoint.

#![warn(missing_docs)]

pub mod error;
pub mod names;
pub mod remote;
pub mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use error::HubError;
pub use names::{Name, Names};
pub use store::Store;
