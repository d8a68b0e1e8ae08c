//! What the program needs of a system: the libraries that its files are linked with, and their versions.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::contents::{File, Kind};
use crate::run;

/// The libraries that every system with glibc has, and libstdc++, which is on all but the barest of them.
const OF_THE_SYSTEM: &[&str] =
    &["libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "libdl.so.2", "libpthread.so.0"];

/// The libraries that come with a GPU's driver. Only the code for GPUs may need them, since it is left alone where it
/// cannot be loaded.
const OF_A_DRIVER: &[&str] = &["libvulkan.so.1", "libcuda.so.1"];

/// A version such as glibc's 2.36.
type Version = (u32, u32);

/// What all files together need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs {
    /// The oldest glibc that will do; `None` where nothing says.
    pub glibc: Option<Version>,
}

impl fmt::Display for Needs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.glibc {
            Some((major, minor)) => write!(formatter, "glibc {major}.{minor} or later and libstdc++"),
            None => formatter.write_str("nothing beside the system"),
        }
    }
}

/// A file's dynamic section.
#[derive(Debug, Default, PartialEq, Eq)]
struct Linked {
    libraries: BTreeSet<String>,
    /// Where its libraries are looked for.
    folders: String,
    glibc: Option<Version>,
}

/// Reads what the files are linked with, and refuses what other machines do not have.
pub fn check(folder: &Path, files: &[File]) -> Result<Needs> {
    if !cfg!(target_os = "linux") {
        return Ok(Needs::default());
    }
    let mut needs = Needs::default();
    for file in files {
        let mut readelf = Command::new("readelf");
        readelf.args(["--dynamic", "--version-info", "--wide"]).arg(folder.join(&file.name)).env("LC_ALL", "C");
        let linked = read(&run::output(&mut readelf)?);
        judge(file, &linked, files)?;
        needs.glibc = needs.glibc.max(linked.glibc);
    }
    Ok(needs)
}

/// Reads what readelf prints.
fn read(text: &str) -> Linked {
    let mut linked = Linked::default();
    let mut wanted = false;
    for line in text.lines() {
        let bracketed = || line.split_once('[')?.1.split_once(']').map(|(inner, _)| inner);
        if line.contains("(NEEDED)") {
            linked.libraries.extend(bracketed().map(str::to_owned));
        } else if line.contains("(RPATH)") || line.contains("(RUNPATH)") {
            linked.folders = bracketed().unwrap_or_default().to_owned();
        } else if line.starts_with("Version needs section") {
            wanted = true;
        } else if line.starts_with("Version definition section") || line.starts_with("Version symbols section") {
            wanted = false;
        } else if wanted && let Some((_, rest)) = line.split_once("Name: GLIBC_") {
            linked.glibc = linked.glibc.max(version(rest.split_whitespace().next().unwrap_or_default()));
        }
    }
    linked
}

fn version(text: &str) -> Option<Version> {
    let mut numbers = text.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Refuses a library that is neither in the archive nor on every system, and libraries looked for at a place of this machine.
fn judge(file: &File, linked: &Linked, files: &[File]) -> Result<()> {
    for library in &linked.libraries {
        let shipped = files.iter().any(|file| file.name == *library);
        let driver = file.kind == Kind::Gpu && OF_A_DRIVER.contains(&library.as_str());
        let loader = library.starts_with("ld-linux");
        if !shipped && !driver && !loader && !OF_THE_SYSTEM.contains(&library.as_str()) {
            bail!("{} needs {library}, which is not in the archive and not on every system", file.name);
        }
    }
    let ours = linked.libraries.iter().any(|library| files.iter().any(|file| file.name == *library));
    if ours && !linked.folders.split(':').any(|folder| folder == "$ORIGIN") {
        bail!("{} does not look for its libraries beside itself", file.name);
    }
    if let Some(folder) = linked.folders.split(':').find(|folder| !folder.is_empty() && !folder.starts_with("$ORIGIN"))
    {
        bail!("{} looks for its libraries in {folder}, which is a place of this machine", file.name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = "
Dynamic section at offset 0x5a8 contains 34 entries:
 0x0000000000000001 (NEEDED)             Shared library: [libllama.so]
 0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]
 0x000000000000000f (RPATH)              Library rpath: [$ORIGIN:$ORIGIN/../lib/codegen-lsp]
Version symbols section '.gnu.version' contains 11 entries:
  000:   0 (*local*)       2 (GLIBC_2.99)
Version needs section '.gnu.version_r' contains 2 entries:
  000000: Version: 1  File: libc.so.6  Cnt: 3
  0x0010:   Name: GLIBC_2.4  Flags: none  Version: 4
  0x0020:   Name: GLIBC_2.34  Flags: none  Version: 3
  0x0030:   Name: GLIBC_2.2.5  Flags: none  Version: 2
  0x0040:   Name: GLIBC_ABI_DT_RELR  Flags: none  Version: 5
";

    fn files() -> Vec<File> {
        [("codegen-lsp", Kind::Program), ("libllama.so", Kind::Library), ("libggml-vulkan.so", Kind::Gpu)]
            .map(|(name, kind)| File { name: name.into(), kind })
            .to_vec()
    }

    fn linked(libraries: &[&str], folders: &str) -> Linked {
        let libraries = libraries.iter().map(|&name| name.to_owned()).collect();
        Linked { libraries, folders: folders.into(), glibc: None }
    }

    fn verdict(file: usize, libraries: &[&str], folders: &str) -> String {
        let files = files();
        judge(&files[file], &linked(libraries, folders), &files).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_a_program_is_linked_with_is_read() {
        let read = read(PROGRAM);
        assert_eq!(read.libraries.iter().collect::<Vec<_>>(), ["libc.so.6", "libllama.so"]);
        assert_eq!(read.folders, "$ORIGIN:$ORIGIN/../lib/codegen-lsp");
        assert_eq!(read.glibc, Some((2, 34)), "the newest that is needed");
        assert_eq!(Needs { glibc: read.glibc }.to_string(), "glibc 2.34 or later and libstdc++");
    }

    #[test]
    fn what_other_machines_lack_is_refused() {
        assert_eq!(verdict(0, &["libllama.so", "libstdc++.so.6", "ld-linux-x86-64.so.2"], "$ORIGIN"), "");
        assert_eq!(verdict(2, &["libvulkan.so.1", "libc.so.6"], "$ORIGIN"), "");
        let driver = "codegen-lsp needs libvulkan.so.1, which is not in the archive and not on every system";
        assert_eq!(verdict(0, &["libvulkan.so.1"], "$ORIGIN"), driver);
        assert!(verdict(1, &["libgomp.so.1"], "").starts_with("libllama.so needs libgomp.so.1"));
        assert_eq!(verdict(0, &["libllama.so"], ""), "codegen-lsp does not look for its libraries beside itself");
        let place = "libllama.so looks for its libraries in /t/out/lib, which is a place of this machine";
        assert_eq!(verdict(1, &["libc.so.6"], "$ORIGIN:/t/out/lib"), place);
    }
}
