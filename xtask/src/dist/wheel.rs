//! The program as a wheel, so that `pip install` puts it on the `PATH`: `bin/codegen-lsp`, with its libraries in
//! `lib/codegen-lsp` beside that.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Made, archive, contents, copy};
use crate::python::Environment;
use crate::workspace::{self, Workspace};
use crate::{run, setup};

/// Packs folders into wheels, with the list of their files.
const TOOL: Environment = Environment {
    folder: "wheel-python",
    what: "wheel",
    packages: "wheel==0.48.0\n",
    versions: "",
    options: &["--only-binary", ":all:"],
    probe: "import wheel",
};

/// What the package index shows, and pip reads.
const METADATA: &str = "\
Metadata-Version: 2.4
Name: codegen-lsp
Version: {version}
Summary: A language server for private, local, multi-turn code synthesis with CodeGen
License-Expression: Apache-2.0 AND MIT
License-File: LICENSE
License-File: LICENSES.txt
Requires-Python: >=3.8
Description-Content-Type: text/markdown

";

const WHEEL: &str = "\
Wheel-Version: 1.0
Generator: codegen-lsp
Root-Is-Purelib: false
Tag: py3-none-{platform}
";

/// Writes the wheel into the folder, and returns its path.
pub fn make(workspace: &Workspace, made: &Made, out: &Path) -> Result<PathBuf> {
    setup::ensure(&setup::for_linters())?;
    TOOL.ensure(workspace)?;
    let (system, processor) = (std::env::consts::OS, std::env::consts::ARCH);
    let platform = platform(system, processor, made.glibc)?;
    let name = format!("codegen_lsp-{}", made.version);
    let stage = workspace.scratch("dist-wheel")?.join("stage");
    for file in contents::names(&made.folder)? {
        let place = place(&file, system).map(|place| place.replace("{name}", &name));
        let Some(to) = place.map(|place| stage.join(place)) else { continue };
        workspace::create(to.parent().context("a file without a folder")?)?;
        copy(&made.folder.join(&file), &to)?;
    }
    let information = stage.join(format!("{name}.dist-info"));
    let readme = std::fs::read_to_string(made.folder.join("README.md")).context("the program has no README.md")?;
    write(&information.join("METADATA"), &format!("{}{readme}", METADATA.replace("{version}", &made.version)))?;
    write(&information.join("WHEEL"), &WHEEL.replace("{platform}", &platform))?;
    let mut pack = Command::new(TOOL.program(workspace, "python"));
    pack.args(["-m", "wheel", "pack", "--dest-dir"]).arg(out).arg(&stage);
    // The earliest time that a zip can say: the same program gives the same wheel.
    run::output(pack.env("SOURCE_DATE_EPOCH", "315532800"))?;
    let wheel = out.join(format!("{name}-py3-none-{platform}.whl"));
    if !wheel.is_file() {
        bail!("there is no {}, after wheel has packed it", wheel.display());
    }
    Ok(wheel)
}

/// Where a file of the archive lies in the wheel; `None` if it is left out.
fn place(file: &str, system: &str) -> Option<String> {
    let program = file.starts_with("codegen-lsp");
    if program || (archive::is_code(file) && system == "windows") {
        // Windows looks for libraries beside the program only.
        Some(format!("{{name}}.data/scripts/{file}"))
    } else if archive::is_code(file) {
        Some(format!("{{name}}.data/data/lib/codegen-lsp/{file}"))
    } else if file.starts_with("LICENSE") {
        Some(format!("{{name}}.dist-info/licenses/{file}"))
    } else if file == "SBOM.cdx.json" {
        Some(format!("{{name}}.dist-info/sboms/{file}"))
    } else {
        None
    }
}

/// The platform's tag, as pip knows it. On Linux it says the oldest glibc that the program runs with.
fn platform(system: &str, processor: &str, glibc: Option<(u32, u32)>) -> Result<String> {
    match (system, processor, glibc) {
        ("linux", processor, Some((major, minor))) => Ok(format!("manylinux_{major}_{minor}_{processor}")),
        ("macos", "aarch64", _) => Ok("macosx_11_0_arm64".to_owned()),
        ("macos", "x86_64", _) => Ok("macosx_10_12_x86_64".to_owned()),
        ("windows", "x86_64", _) => Ok("win_amd64".to_owned()),
        ("windows", "aarch64", _) => Ok("win_arm64".to_owned()),
        _ => bail!("no wheel can be made for {system} with {processor}"),
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_has_its_place() {
        for (file, system, expected) in [
            ("codegen-lsp", "linux", Some("{name}.data/scripts/codegen-lsp")),
            ("libllama.so", "linux", Some("{name}.data/data/lib/codegen-lsp/libllama.so")),
            ("llama.dll", "windows", Some("{name}.data/scripts/llama.dll")),
            ("LICENSES.txt", "linux", Some("{name}.dist-info/licenses/LICENSES.txt")),
            ("SBOM.cdx.json", "linux", Some("{name}.dist-info/sboms/SBOM.cdx.json")),
            ("SHA256SUMS", "linux", None),
        ] {
            assert_eq!(place(file, system).as_deref(), expected, "{file}");
        }
    }

    #[test]
    fn platforms_have_pips_names() {
        let tag = |system, processor, glibc| platform(system, processor, glibc).map_err(|error| error.to_string());
        assert_eq!(tag("linux", "x86_64", Some((2, 36))), Ok("manylinux_2_36_x86_64".into()));
        assert_eq!(tag("linux", "aarch64", Some((2, 28))), Ok("manylinux_2_28_aarch64".into()));
        assert_eq!(tag("macos", "aarch64", None), Ok("macosx_11_0_arm64".into()));
        assert_eq!(tag("linux", "x86_64", None), Err("no wheel can be made for linux with x86_64".into()));
    }
}
