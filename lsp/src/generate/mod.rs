//! From a cursor or a turn to a request, and from what came of it to the text that is chosen. What the server and the command
//! line share.

pub mod live;
pub mod prepare;
pub mod run;
pub mod select;
