//! Measures a model on the paper's two benchmarks: MTPB, which asks for a program in several turns, and HumanEval.
//!
//! Data flows one way: `problems` become [`dialogue`]s (`arms`), which are sampled (`sampling`) into [`record`]s. Their
//! programs are executed (`execution`) into verdicts, from which `summary` and `report` are made. Everything but
//! sampling and execution is pure. A run's records are a file of JSON lines (`results`), to which each sample and each
//! verdict is added as soon as it is known. A run that was interrupted continues where it stopped.

#![warn(missing_docs)]

pub mod arms;
pub mod dialogue;
pub mod estimate;
pub mod execution;
pub mod problems;
pub mod record;
pub mod report;
pub mod results;
pub mod sampling;
pub mod scoring;
mod stop_sequences;
pub mod summary;
