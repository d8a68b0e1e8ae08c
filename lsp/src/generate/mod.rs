//! From a cursor or a turn to a request, and from its completions to the text that is chosen. Shared by the server and
//! the command line.

mod context;
pub mod live;
pub mod prepare;
pub mod run;
pub mod select;
pub mod shown;
