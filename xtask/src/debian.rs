//! Installs Debian packages: into the system, where that is allowed, or unpacked into a folder beside it.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run;
use crate::workspace;

/// The permission to install packages.
pub struct Apt {
    sudo: bool,
}

impl Apt {
    /// Returns `None` where there is no apt, or where it would have to ask for a password.
    pub fn allowed() -> Option<Self> {
        run::on_path("apt-get")?;
        let root = run::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
        if root {
            return Some(Self { sudo: false });
        }
        run::succeeds(Command::new("sudo").args(["-n", "true"])).then_some(Self { sudo: true })
    }

    /// Installs the packages without asking the user anything.
    pub fn install(&self, packages: &[&str]) -> Result<()> {
        // If a third party's list cannot be fetched, the others may still suffice.
        if let Err(error) = run::shown(self.command("update").arg("-q")) {
            run::say(&format!("{error:#}; going on with the lists that are there"));
        }
        let mut command = self.command("install");
        command.args(["-q", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"]).args(packages);
        run::shown(&mut command)
    }

    fn command(&self, action: &str) -> Command {
        let mut command = if self.sudo {
            // sudo does not pass the environment on.
            let mut sudo = Command::new("sudo");
            sudo.args(["-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
            sudo
        } else {
            let mut apt = Command::new("apt-get");
            apt.env("DEBIAN_FRONTEND", "noninteractive");
            apt
        };
        command.arg(action);
        command
    }
}

/// The advice for a user who has to install the packages.
pub fn advice(packages: &[&str]) -> String {
    let packages = packages.join(" ");
    if run::on_path("apt-get").is_some() {
        format!("Install it with: apt-get update && apt-get install -y {packages}")
    } else {
        format!("Install it with this system's package manager (Debian calls it: {packages})")
    }
}

/// Downloads packages of another Debian suite, with all their dependencies, and unpacks them into `tree`. The system's
/// own packages stay unchanged, and no permission to install is needed.
pub fn unpack_beside(suite: &str, packages: &[&str], work: &Path, tree: &Path) -> Result<()> {
    if run::on_path("apt-get").is_none() || run::on_path("dpkg-deb").is_none() {
        bail!("this takes apt-get and dpkg-deb, so a Debian system (or one made from it)");
    }
    let repositories = repositories()?;
    let mut tried = String::new();
    for repository in &repositories {
        match download(repository, suite, packages, work) {
            Ok(()) => {
                workspace::create(tree)?;
                let archives = work.join("cache/archives");
                for entry in std::fs::read_dir(&archives).context("apt-get left no archives")? {
                    let path = entry?.path();
                    if path.extension().is_some_and(|extension| extension == "deb") {
                        run::output(Command::new("dpkg-deb").arg("-x").arg(&path).arg(tree))?;
                    }
                }
                return Ok(());
            }
            Err(error) => tried.push_str(&format!("\n  {repository}: {error:#}")),
        }
    }
    bail!("no archive in this machine's apt sources could be asked for {suite}:{tried}")
}

/// Returns the addresses in the machine's own apt sources where Debian's other suites may be, the likeliest first.
pub fn repositories() -> Result<Vec<String>> {
    let targets = run::output(Command::new("apt-get").args(["indextargets", "Created-By: Packages"]))?;
    let repositories = rank(&targets);
    if repositories.is_empty() {
        bail!("this machine's apt sources name no archive");
    }
    Ok(repositories)
}

/// Orders the repositories of `apt-get indextargets`.
fn rank(targets: &str) -> Vec<String> {
    let mut ranked: Vec<(u8, String)> = Vec::new();
    for target in targets.split("\n\n") {
        let fields: HashMap<&str, &str> = target.lines().filter_map(|line| line.split_once(": ")).collect();
        let Some(address) = fields.get("Repo-URI").map(|address| address.trim_end_matches('/')) else { continue };
        // Label and origin are known only once the lists have been downloaded.
        let points = match (fields.get("Label"), address) {
            (Some(&"Debian"), _) => 0,
            (_, address) if address.ends_with("/debian") => 1,
            (None, _) => 2,
            (Some(_), _) => 3,
        };
        if !ranked.iter().any(|(_, known)| known == address) {
            ranked.push((points, address.to_owned()));
        }
    }
    ranked.sort_by_key(|(points, _)| *points);
    ranked.into_iter().map(|(_, address)| address).collect()
}

fn download(repository: &str, suite: &str, packages: &[&str], work: &Path) -> Result<()> {
    for folder in ["lists/partial", "cache/archives/partial"] {
        workspace::create(&work.join(folder))?;
    }
    let keyring = Path::new("/usr/share/keyrings/debian-archive-keyring.gpg");
    let signed = if keyring.exists() { format!(" signed-by={}", keyring.display()) } else { String::new() };
    // Only the list of packages: no translations, no desktop metadata.
    let source = format!("deb [target=Packages{signed}] {repository} {suite} main\n");
    std::fs::write(work.join("sources.list"), source)?;
    // With an empty status file, apt fetches all dependencies, including libc: the packages need a newer one than the
    // system has.
    std::fs::write(work.join("status"), "")?;
    let apt = |action: &[&str]| {
        let mut command = Command::new("apt-get");
        for (option, value) in [
            ("Dir::State::lists", work.join("lists")),
            ("Dir::State::status", work.join("status")),
            ("Dir::Cache", work.join("cache")),
            ("Dir::Etc::sourcelist", work.join("sources.list")),
            ("Dir::Etc::sourceparts", "-".into()),
            ("APT::Sandbox::User", "root".into()),
            ("Acquire::Retries", "3".into()),
        ] {
            command.arg("-o").arg(format!("{option}={}", value.display()));
        }
        command.env("DEBIAN_FRONTEND", "noninteractive").args(action);
        command
    };
    run::output(&mut apt(&["update", "-q", "--error-on=any"]))?;
    run::output(apt(&["install", "-q", "-y", "--no-install-recommends", "--download-only"]).args(packages))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn the_main_archive_comes_first() {
        let targets = "Repo-URI: http://mirror.example/debian-security/\nLabel: Debian-Security\n\n\
                       Repo-URI: http://tools.example/apt/\nLabel: Tools\n\n\
                       Repo-URI: http://mirror.example/pub/debian/\nLabel: Debian\n\n\
                       Repo-URI: http://mirror.example/pub/debian/\nLabel: Debian\n";
        let expected =
            ["http://mirror.example/pub/debian", "http://mirror.example/debian-security", "http://tools.example/apt"];
        assert_eq!(rank(targets), expected);
    }

    #[test]
    fn without_downloaded_lists_the_address_decides() {
        let targets = "Repo-URI: http://mirror.example/debian-security/\n\nRepo-URI: http://mirror.example/debian/\n";
        assert_eq!(rank(targets), ["http://mirror.example/debian", "http://mirror.example/debian-security"]);
    }

    #[test]
    fn no_sources_give_no_archives() {
        assert!(rank("").is_empty());
    }
}
