//! llama.cpp's backends as libraries (feature `portable`): where they lie, and which of them run.
//!
//! A program that is given away has llama.cpp's CPU code in a variant for each kind of processor, and GPU code that needs the
//! driver of the card. llama.cpp chooses what runs on the machine. It is told the folder, because by itself it would look in
//! the working directory too, where a stranger's repository may have such a file.

use std::path::{Path, PathBuf};

use super::native;
use crate::runtime::backend::log;

/// Loads the libraries and returns their names, such as `cpu-haswell`; none in a build that has llama.cpp inside.
///
/// # Errors
/// There is no CPU code that runs here; the message says what to do.
pub(super) fn load() -> Result<Vec<String>, String> {
    if !cfg!(feature = "portable") {
        return Ok(Vec::new());
    }
    let program = std::env::current_exe().and_then(|program| program.canonicalize());
    let program = program.map_err(|error| format!("the folder of this program cannot be found: {error}"))?;
    let folders = folders(&program);
    let capture = log::Capture::start();
    if let Some(folder) = folders.iter().find(|folder| holds_cpu_code(folder)) {
        native::load_libraries(folder)?;
    }
    let loaded = loaded(capture.finish().iter().map(String::as_str));
    if !loaded.iter().any(|name| is_cpu_code(name)) {
        return Err(no_cpu_code(&folders));
    }
    tracing::info!(libraries = loaded.join(", "), "llama.cpp's libraries loaded");
    Ok(loaded)
}

/// Returns the folders where the libraries may lie: the program's own, as in the archive, or `lib/codegen-lsp` beside
/// that, as where programs are installed into a `bin`.
fn folders(program: &Path) -> Vec<PathBuf> {
    let own = program.parent();
    let installed = own.and_then(Path::parent).map(|above| above.join("lib/codegen-lsp"));
    own.map(Path::to_owned).into_iter().chain(installed).collect()
}

fn holds_cpu_code(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| name(&entry.path()).is_some_and(|name| is_cpu_code(&name)))
}

/// The name of a backend's library, which is its file's without what is the same in all of them.
fn name(path: &Path) -> Option<String> {
    let file = path.file_name()?.to_str()?;
    let file = file.strip_suffix(".so").or_else(|| file.strip_suffix(".dll"))?;
    let file = file.strip_prefix("lib").unwrap_or(file);
    file.strip_prefix("ggml-").map(str::to_owned)
}

fn is_cpu_code(name: &str) -> bool {
    name == "cpu" || name.starts_with("cpu-")
}

/// Reads from llama.cpp's log which libraries it has loaded: `load_backend: loaded CPU backend from PATH`.
fn loaded<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let path = |line: &'a str| line.split_once("loaded ")?.1.split_once(" backend from ").map(|(_, path)| path);
    lines.filter_map(path).filter_map(|path| name(Path::new(path))).collect()
}

fn no_cpu_code(folders: &[PathBuf]) -> String {
    let folders: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
    format!(
        "llama.cpp's code for this processor (libggml-cpu-*) was not found in {}. The files of codegen-lsp's archive belong \
         together: unpack all of it into one folder, and make a link to the program rather than a copy of it",
        folders.join(" or ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_lie_beside_the_program_or_where_it_is_installed() {
        let of = |program: &str| folders(Path::new(program));
        assert_eq!(of("/opt/codegen/codegen-lsp"), ["/opt/codegen", "/opt/lib/codegen-lsp"].map(PathBuf::from));
        assert_eq!(of("/usr/bin/codegen-lsp"), ["/usr/bin", "/usr/lib/codegen-lsp"].map(PathBuf::from));
        assert_eq!(of("/codegen-lsp"), [PathBuf::from("/")]);
        assert!(of("/").is_empty());
    }

    #[test]
    fn cpu_code_goes_by_these_names() {
        for (path, expected) in [
            ("/a b/libggml-cpu-haswell.so", Some("cpu-haswell")),
            ("libggml-cpu.so", Some("cpu")),
            ("ggml-cpu-x64.dll", Some("cpu-x64")),
        ] {
            assert_eq!(name(Path::new(path)).as_deref(), expected);
            assert!(is_cpu_code(expected.unwrap_or_default()));
        }
        assert_eq!(name(Path::new("libggml-vulkan.so")).as_deref(), Some("vulkan"));
        assert_eq!(name(Path::new("libggml-base.so")).as_deref(), Some("base"));
        assert!(!is_cpu_code("vulkan") && !is_cpu_code("base") && !is_cpu_code("cpuid"));
        for path in ["libggml.so", "libllama.so", "libggml-cpu-x64.so.0", "libggml-cpu.txt", "/"] {
            assert_eq!(name(Path::new(path)), None, "{path}");
        }
    }

    #[test]
    fn a_folder_is_asked_for_cpu_code() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!holds_cpu_code(folder.path()) && !holds_cpu_code(&folder.path().join("missing")));
        std::fs::write(folder.path().join("libggml-base.so"), "").unwrap();
        assert!(!holds_cpu_code(folder.path()));
        std::fs::write(folder.path().join("libggml-cpu-x64.so"), "").unwrap();
        assert!(holds_cpu_code(folder.path()));
    }

    #[test]
    fn the_log_says_what_was_loaded() {
        let log = "load_backend: loaded Vulkan backend from /opt/from backend from/libggml-vulkan.so\n\
                   ggml_vulkan: Found 1 Vulkan devices:\n\
                   load_backend: loaded CPU backend from /opt/x/libggml-cpu-zen4.so\n\
                   load_backend: failed to find ggml_backend_init in /opt/x/libggml-odd.so";
        assert_eq!(loaded(log.lines()), ["vulkan", "cpu-zen4"]);
        assert_eq!(loaded("".lines()), [""; 0]);
    }

    #[test]
    fn without_cpu_code_the_message_says_what_to_do() {
        let message = no_cpu_code(&folders(Path::new("/opt/codegen/codegen-lsp")));
        assert!(message.contains("was not found in /opt/codegen or /opt/lib/codegen-lsp."), "{message}");
        assert!(message.contains("unpack all of it into one folder"), "{message}");
    }
}
