//! The language server: keeps buffers, finds turns and contexts in them, asks the engine, and answers the editor.

pub mod candidates;
pub mod cli;
pub mod completion;
pub mod config;
pub mod context;
pub mod document;
pub mod edit;
pub mod explain;
pub mod handlers;
pub mod history;
pub mod landing;
pub mod main_loop;
pub mod offers;
pub mod operation;
pub mod outbox;
pub mod pipeline;
pub mod proto;
pub mod records;
pub mod server;
pub mod state;
pub mod suggest;
pub mod syntax;
pub mod trust;
pub mod turns;
pub mod verify;
