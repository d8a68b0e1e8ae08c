mod fixtures;
mod python;
mod readers;
