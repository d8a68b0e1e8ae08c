//! The language server: keeps buffers, finds turns and contexts in them, asks the engine, and answers the editor.

pub mod completion;
pub mod context;
pub mod document;
pub mod edit;
pub mod proto;
pub mod syntax;
pub mod turns;
