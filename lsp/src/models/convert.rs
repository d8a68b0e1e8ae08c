//! A conversion that can be ended.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use codegen_engine::model::{self, FileReport, Progress, Recipe};

/// The payload that unwinds from the callback of a conversion that is ended.
struct Ended;

/// Converts a checkpoint while `goes_on`, which is told how far it is. Ended, it unwinds, so that the unfinished file is removed as
/// after an error; `None` is returned then.
///
/// # Errors
/// Those of [`model::convert`].
pub fn convert_while(
    folder: &Path,
    output: &Path,
    recipe: Recipe,
    goes_on: &mut dyn FnMut(&Progress<'_>) -> bool,
) -> anyhow::Result<Option<FileReport>> {
    let mut progress = |progress: Progress<'_>| {
        if !goes_on(&progress) {
            resume_unwind(Box::new(Ended));
        }
    };
    match catch_unwind(AssertUnwindSafe(|| model::convert(folder, output, recipe, &mut progress))) {
        Ok(report) => Ok(Some(report?)),
        Err(cause) if cause.is::<Ended>() => Ok(None),
        Err(cause) => resume_unwind(cause),
    }
}
