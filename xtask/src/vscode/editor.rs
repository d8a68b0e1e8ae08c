//! The VS Codes that the extension is tested in: code-server, which serves VS Code to a browser, from npm, each with the
//! Node that it was made for. They lie in the cache folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::installation::{Temporary, put};
use crate::run;
use crate::workspace::{self, Workspace};

/// The version of npm that installs everything; the system's only fetches it.
const NPM: &str = "11.19.1";

/// A version of VS Code, as code-server has it.
#[derive(Debug, Clone, Copy)]
pub struct Editor {
    /// The version of VS Code, as shown to the user.
    pub name: &'static str,
    code_server: &'static str,
    node: &'static str,
    /// The version of the package that watches files, among them the settings'. Its compiled part is an optional
    /// dependency, as are hundreds of megabytes that nobody needs here.
    watcher: &'static str,
    /// Packages with code to be compiled without which the editor does not start, or writes no logs: in code-server, and in
    /// the VS Code inside of it.
    compiled: &'static [&'static str],
    compiled_inside: &'static [&'static str],
}

/// The present VS Code. Its Node also runs the extension's tools and tests.
pub const CURRENT: Editor = Editor {
    name: "1.139.1",
    code_server: "4.139.1",
    node: "24.21.0",
    watcher: "2.5.6",
    compiled: &[],
    compiled_inside: &["@vscode/spdlog", "@vscode/native-watchdog"],
};

/// An older one, in which the extension has to work as well.
pub const OLD: Editor = Editor {
    name: "1.99.3",
    code_server: "4.99.4",
    node: "20.20.2",
    watcher: "2.5.1",
    compiled: &["argon2"],
    compiled_inside: &["@vscode/spdlog", "native-watchdog"],
};

impl Editor {
    /// Whether it is installed.
    pub fn installed(self, workspace: &Workspace) -> bool {
        let complete = std::fs::read_to_string(self.mark(workspace)).is_ok_and(|mark| mark == self.contents());
        complete && run::succeeds(Command::new(self.node(workspace)).arg("--version"))
    }

    /// Installs it if it is not there.
    pub fn ensure(self, workspace: &Workspace) -> Result<()> {
        if self.installed(workspace) {
            return Ok(());
        }
        workspace::create(&workspace.cache)?;
        run::step(&format!("install VS Code {} from npm", self.name), || self.install(workspace))
    }

    /// The Node that runs it.
    pub fn node(self, workspace: &Workspace) -> PathBuf {
        node_folder(&self.root(workspace)).join("bin/node")
    }

    /// The folder of code-server's package.
    pub fn code_server(self, workspace: &Workspace) -> PathBuf {
        self.root(workspace).join("node_modules/code-server")
    }

    /// npm, on this editor's Node.
    pub fn npm(self, workspace: &Workspace) -> Result<Command> {
        npm(&self.root(workspace).canonicalize()?)
    }

    fn root(self, workspace: &Workspace) -> PathBuf {
        workspace.cache.join(format!("vscode-{}", self.name))
    }

    fn mark(self, workspace: &Workspace) -> PathBuf {
        self.root(workspace).join("installed.txt")
    }

    /// What is installed, so that another version of this program installs anew where it has to.
    fn contents(self) -> String {
        format!("{self:?} npm {NPM}\n")
    }

    fn install(self, workspace: &Workspace) -> Result<()> {
        let work = Temporary::new(workspace, &format!("vscode-{}", self.name))?;
        let tree = work.0.join("tree");
        workspace::create(&tree)?;
        // npm installs into the next folder above that has such a file.
        std::fs::write(tree.join("package.json"), "{ \"private\": true }\n")?;
        let downloads = work.0.join("downloads");
        let mut first = Command::new("npm");
        first.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error", "--save-exact"]);
        first.arg("--cache").arg(&downloads).arg(format!("code-server@{}", self.code_server));
        let system = system()?;
        first.args([format!("node-{system}@{}", self.node), format!("npm@{NPM}")]);
        // The VS Code inside finds it here, since Node looks in the folders above, too.
        first.arg(format!("@parcel/watcher-{system}-glibc@{}", self.watcher));
        run::shown(first.current_dir(&tree))?;
        let code_server = tree.join("node_modules/code-server");
        let inside = code_server.join("lib/vscode");
        let mut more = npm(&tree)?;
        more.args(["install", "--ignore-scripts", "--omit=dev", "--omit=optional", "--no-audit", "--no-fund"]);
        run::shown(more.args(["--loglevel", "error"]).arg("--cache").arg(&downloads).current_dir(&inside))?;
        compile(&tree, &tree, self.compiled)?;
        compile(&tree, &inside, self.compiled_inside)?;
        std::fs::write(tree.join("installed.txt"), self.contents())?;
        put(&tree, &self.root(workspace))
    }
}

/// Compiles the packages, with the headers that came with Node.
fn compile(tree: &Path, folder: &Path, packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let mut command = npm(tree)?;
    command.arg("rebuild").args(packages).args(["--loglevel", "error"]).current_dir(folder);
    run::shown(command.env("npm_config_nodedir", node_folder(tree)))
}

/// npm as it was installed into the folder, on the Node beside it.
fn npm(root: &Path) -> Result<Command> {
    let programs = node_folder(root).join("bin");
    let mut command = Command::new(programs.join("node"));
    command.arg(root.join("node_modules/npm/bin/npm-cli.js"));
    // What npm starts finds this Node, too.
    let others = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(programs).chain(std::env::split_paths(&others));
    command.env("PATH", std::env::join_paths(paths).context("the cache folder's path has a character of PATH's own")?);
    Ok(command)
}

fn node_folder(root: &Path) -> PathBuf {
    root.join("node_modules").join(format!("node-{}", system().unwrap_or_default()))
}

/// This machine's system, as npm's packages name it.
fn system() -> Result<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok("linux-x64"),
        ("linux", "aarch64") => Ok("linux-arm64"),
        (system, processor) => bail!("VS Code is not installed on {system} with {processor} for tests: use Linux"),
    }
}

#[cfg(test)]
mod tests {
    use super::{CURRENT, OLD};

    #[test]
    fn another_version_is_another_installation() {
        assert_ne!(CURRENT.contents(), OLD.contents());
        assert!(CURRENT.contents().contains(CURRENT.code_server) && CURRENT.contents().contains(CURRENT.node));
    }
}
