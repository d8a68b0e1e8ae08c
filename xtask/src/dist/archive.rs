//! The archive, and the sums by which it and its files are known.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::contents;

/// A file of an archive.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path in the archive.
    pub path: String,
    pub from: PathBuf,
    pub executable: bool,
}

impl Entry {
    /// The files of a folder, below `prefix`. Programs and libraries can be executed, texts cannot.
    pub fn of(folder: &Path, prefix: &str) -> Result<Vec<Self>> {
        let entry = |name: String| Self {
            path: format!("{prefix}/{name}"),
            from: folder.join(&name),
            executable: is_code(&name),
        };
        Ok(contents::names(folder)?.into_iter().map(entry).collect())
    }
}

/// Whether a file of the archive is a program or a library, by its name.
pub fn is_code(name: &str) -> bool {
    name == "codegen-lsp" || [".so", ".dylib", ".dll", ".exe"].iter().any(|end| name.ends_with(end))
}

/// Writes a gzipped tar. The same files and the same time, in seconds since 1970, give the same bytes.
pub fn write(archive: &Path, entries: &[Entry], time: u64) -> Result<()> {
    let file = File::create(archive).with_context(|| format!("cannot write {}", archive.display()))?;
    let mut tar = tar::Builder::new(GzEncoder::new(BufWriter::new(file), Compression::best()));
    for entry in entries {
        let file = File::open(&entry.from).with_context(|| format!("cannot read {}", entry.from.display()))?;
        let mut header = tar::Header::new_ustar();
        header.set_size(file.metadata()?.len());
        header.set_mode(if entry.executable { 0o755 } else { 0o644 });
        header.set_mtime(time);
        tar.append_data(&mut header, &entry.path, file).with_context(|| format!("cannot pack {}", entry.path))?;
    }
    let gzip = tar.into_inner().with_context(|| format!("cannot write {}", archive.display()))?;
    gzip.finish()?.flush().with_context(|| format!("cannot write {}", archive.display()))
}

/// Returns a file's SHA-256 sum in hexadecimal.
pub fn sha256(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        let count = file.read(&mut buffer).with_context(|| format!("cannot read {}", path.display()))?;
        if count == 0 {
            return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hash.update(&buffer[..count]);
    }
}

/// The sums of a folder's files, as `sha256sum -c` reads them.
pub fn sums(folder: &Path) -> Result<String> {
    let line = |name: String| Ok(format!("{}  {name}\n", sha256(&folder.join(&name))?));
    contents::names(folder)?.into_iter().map(line).collect()
}

/// Writes the archive's own sum beside it, in the same form.
pub fn write_sum(archive: &Path) -> Result<()> {
    let name = archive.file_name().context("the archive has no name")?.to_string_lossy();
    let mut place = archive.as_os_str().to_owned();
    place.push(".sha256");
    std::fs::write(&place, format!("{}  {name}\n", sha256(archive)?))
        .with_context(|| format!("cannot write {}", place.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_give_the_same_archive() {
        let folder = std::env::temp_dir().join(format!("codegen-xtask-archive-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("codegen-lsp"), "program").unwrap();
        std::fs::write(folder.join("README.md"), "text").unwrap();
        let entries = Entry::of(&folder, "name").unwrap();
        assert_eq!(
            entries.iter().map(|entry| (entry.path.as_str(), entry.executable)).collect::<Vec<_>>(),
            [("name/README.md", false), ("name/codegen-lsp", true)]
        );
        let out = folder.with_extension("tar.gz");
        let packed = || {
            write(&out, &entries, 1_000_000_000).unwrap();
            std::fs::read(&out).unwrap()
        };
        let first = packed();
        assert_eq!(first, packed());
        let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(&first[..]));
        let modes: Vec<u32> = tar.entries().unwrap().map(|entry| entry.unwrap().header().mode().unwrap()).collect();
        assert_eq!(modes, [0o644, 0o755]);
        let sums = sums(&folder).unwrap();
        let text = "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1  README.md\n";
        assert!(sums.starts_with(text), "{sums}");
        std::fs::remove_dir_all(&folder).unwrap();
        std::fs::remove_file(&out).unwrap();
    }

    #[test]
    fn code_is_told_from_text_by_its_name() {
        for (name, code) in [("codegen-lsp", true), ("codegen-lsp.exe", true), ("libggml.so", true), ("LICENSE", false)]
        {
            assert_eq!(is_code(name), code, "{name}");
        }
    }
}
