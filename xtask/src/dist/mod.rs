//! `cargo xtask dist`: the program as it is given away, and the packages that it is given away in.

mod archive;
mod build;
pub mod check;
mod contents;
mod licences;
mod linked;
mod npm;
mod packages;
mod sbom;
pub mod speed;
mod wheel;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::workspace::{self, Workspace};
use crate::{run, setup, vscode};
use archive::Entry;
use contents::Kind;
use packages::Package;

/// What the archive says about itself.
const README: &str = include_str!("README.md");

#[derive(Args, Debug, Clone, Default)]
pub struct Options {
    /// Add the code for GPUs with a Vulkan driver; building it takes glslc, spirv-headers, and Vulkan headers newer than
    /// Debian 12's
    #[arg(long)]
    pub vulkan: bool,
    /// Also make packages of these kinds from the same files
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    pub also: Vec<Also>,
    /// The folder for all of them [default: dist/packages in the target folder]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Other packages than the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Also {
    /// A wheel, for pip
    Wheel,
    /// Two packages of npm: the platform's, and the one that brings it
    Npm,
    /// The extension for VS Code, with the program inside
    Vsix,
}

/// A program as it is given away.
#[derive(Debug)]
pub struct Made {
    /// `codegen-lsp-VERSION-TRIPLE`, the name of the archive and of the folder in it.
    pub name: String,
    pub version: String,
    /// The oldest glibc that it runs with; `None` on other systems than Linux.
    pub glibc: Option<(u32, u32)>,
    /// The folder that the archive is made of.
    pub folder: PathBuf,
    pub archive: PathBuf,
}

/// Builds the program, packs it, and says how large it is.
pub fn dist(workspace: &Workspace, options: &Options) -> Result<()> {
    run::step("set up", || setup::ensure(&setup::for_build()))?;
    let made = make(workspace, options)?;
    let mut packages = vec![made.archive.clone()];
    for also in &options.also {
        packages.extend(pack_also(workspace, &made, *also)?);
    }
    run::say("");
    for package in packages {
        run::say(&format!("{}  {}", mb(size(&package)), package.display()));
    }
    Ok(())
}

/// Makes another package of the same files, and returns the paths of what it is.
pub fn pack_also(workspace: &Workspace, made: &Made, also: Also) -> Result<Vec<PathBuf>> {
    let out = made.archive.parent().context("the archive lies in no folder")?;
    match also {
        Also::Wheel => run::step("pack a wheel", || Ok(vec![wheel::make(workspace, made, out)?])),
        Also::Npm => run::step("pack for npm", || Ok(npm::make(workspace, made, out, time(workspace))?.to_vec())),
        Also::Vsix => vscode::pack_program(workspace, &made.folder, out).map(|package| vec![package]),
    }
}

/// Builds the program and packs it.
pub fn make(workspace: &Workspace, options: &Options) -> Result<Made> {
    let built = run::step("build codegen-lsp for any processor (llama.cpp takes long the first time)", || {
        build::build(workspace, options.vulkan)
    })?;
    run::step("pack", || pack(workspace, options, &built))
}

fn pack(workspace: &Workspace, options: &Options, built: &build::Built) -> Result<Made> {
    let triple = build::triple(workspace)?;
    let metadata = packages::metadata(workspace, &triple, &build::features(options.vulkan))?;
    let lock = packages::checksums(&workspace.root)?;
    let (own, others) = packages::of(&metadata, &lock)?;
    let name = format!("codegen-lsp-{}-{triple}", own.version);
    let folder = workspace.scratch("dist")?.join(&name);
    workspace::create(&folder)?;

    let files = contents::copy(&built.program, &built.llama, &build::target(workspace), &folder)?;
    let linked = linked::check(&folder, &files)?;
    texts(workspace, &folder, &own, &others, built, &linked)?;
    let sbom = sbom(workspace, &folder, &own, &others, &metadata)?;
    write(&folder, "SBOM.cdx.json", &format!("{sbom:#}\n"))?;
    let sums = archive::sums(&folder)?;
    write(&folder, "SHA256SUMS", &sums)?;

    let out = options.out.clone().unwrap_or_else(|| build::target(workspace).join("packages"));
    workspace::create(&out)?;
    let archive = out.join(format!("{name}.tar.gz"));
    let entries = Entry::of(&folder, &name)?;
    archive::write(&archive, &entries, time(workspace))?;
    archive::write_sum(&archive)?;
    report(&folder, &files, &archive, &linked)?;
    Ok(Made { name, version: own.version, glibc: linked.glibc, folder, archive })
}

/// Writes what people read: how it is installed, what it runs on, and all licences.
fn texts(
    workspace: &Workspace,
    folder: &Path,
    own: &Package,
    others: &[Package],
    built: &build::Built,
    linked: &linked::Needs,
) -> Result<()> {
    let readme = README.replace("{version}", &own.version).replace("{needs}", &linked.to_string());
    write(folder, "README.md", &readme)?;
    copy(&workspace.root.join("LICENSE"), &folder.join("LICENSE"))?;
    copy(&workspace.root.join("fixtures/models/README.md"), &folder.join("BUILTIN-MODEL.md"))?;
    copy(&workspace.root.join("fixtures/models/packages.jsonl"), &folder.join("packages.jsonl"))?;
    let texts = licences::texts(others, &built.llama_sources)?;
    write(folder, "LICENSES.txt", &texts)
}

/// The bill of materials: the packages that the program is made of, and the files of the archive.
fn sbom(workspace: &Workspace, folder: &Path, own: &Package, others: &[Package], metadata: &Value) -> Result<Value> {
    let model = archive::sha256(&workspace.root.join("fixtures/models/builtin.gguf"))?;
    let mut files = Vec::new();
    for name in contents::names(folder)? {
        files.push((name.clone(), archive::sha256(&folder.join(&name))?));
    }
    Ok(sbom::document(own, others, &packages::edges(metadata), &model, &files))
}

/// The time that files in the archive are given: that of the commit, so that the same commit gives the same archive.
fn time(workspace: &Workspace) -> u64 {
    let mut git = std::process::Command::new("git");
    git.args(["log", "-1", "--format=%ct"]).current_dir(&workspace.root);
    run::output(&mut git).ok().and_then(|time| time.trim().parse().ok()).unwrap_or(0)
}

/// Says what the archive weighs, and what of it.
fn report(folder: &Path, files: &[contents::File], archive: &Path, linked: &linked::Needs) -> Result<()> {
    for kind in [Kind::Program, Kind::Library, Kind::Variant, Kind::Gpu] {
        let of_kind: Vec<_> = files.iter().filter(|file| file.kind == kind).collect();
        let bytes = of_kind.iter().map(|file| size(&folder.join(&file.name))).sum();
        if !of_kind.is_empty() {
            run::say(&format!("{}  {} {}", mb(bytes), of_kind.len(), kind.name()));
        }
    }
    run::say(&format!("{}  the archive", mb(size(archive))));
    run::say(&format!("it needs {linked}"));
    Ok(())
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

fn mb(bytes: u64) -> String {
    format!("{:>7.1} MB", bytes as f64 / 1e6)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

fn write(folder: &Path, name: &str, text: &str) -> Result<()> {
    let path = folder.join(name);
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}
