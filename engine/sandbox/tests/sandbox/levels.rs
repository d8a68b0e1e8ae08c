//! Systems that give less than is asked for: what is run there, and what is refused in words.

use std::collections::BTreeMap;

use codegen_sandbox::{Isolation, Level, Means, Outcome, Report, Sandbox, SandboxError};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};

use crate::support::{limits, never, python_for_everybody, sandboxes};
use Level::{Folder, FolderAndNetwork, FolderNetworkAndProcesses};
use Refuses::{Filters, Landlock, Namespaces};

/// What a system may refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refuses {
    Namespaces,
    Landlock,
    Filters,
}

/// Does something in a thread whose processes the kernel refuses these things, as in a container.
pub fn where_the_system<T: Send>(refuses: &[Refuses], action: impl FnOnce() -> T + Send) -> T {
    let program = refusing(refuses);
    std::thread::scope(|scope| {
        let inside = scope.spawn(move || {
            for program in program {
                seccompiler::apply_filter(&program).unwrap();
            }
            action()
        });
        inside.join().unwrap()
    })
}

fn refusing(refuses: &[Refuses]) -> Vec<BpfProgram> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).unwrap();
    let is = |index, value| {
        SeccompRule::new(vec![SeccompCondition::new(index, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value).unwrap()])
            .unwrap()
    };
    let rules = |what: &Refuses| match what {
        Namespaces => (libc::EPERM, BTreeMap::from([(libc::SYS_unshare, vec![])])),
        Landlock => (libc::ENOSYS, BTreeMap::from([(libc::SYS_landlock_create_ruleset, vec![])])),
        // The last, or those before it could not be put in place.
        Filters => (libc::EINVAL, BTreeMap::from([(libc::SYS_prctl, vec![is(0, 22)]), (libc::SYS_seccomp, vec![])])),
    };
    let compile = |what: &Refuses| {
        let (code, rules) = rules(what);
        let action = SeccompAction::Errno(code.unsigned_abs());
        SeccompFilter::new(rules, SeccompAction::Allow, action, arch).unwrap().try_into().unwrap()
    };
    refuses.iter().map(compile).collect()
}

fn run_at(level: Level, program: &str) -> Result<Report, SandboxError> {
    let sandbox = Sandbox::new(python_for_everybody(), limits()).unwrap().requiring(level);
    sandbox.run(program, &never())
}

const PROGRAM: &str = "print('ran')";

#[track_caller]
fn assert_ran(result: Result<Report, SandboxError>, network: bool, files: bool, processes: bool) {
    let report = result.unwrap();
    assert_eq!((&report.outcome, report.stdout.as_str()), (&Outcome::Passed, "ran\n"), "{report:?}");
    assert_eq!(report.isolation, Isolation { network, files, processes });
}

#[track_caller]
fn assert_refused(result: Result<Report, SandboxError>, expected: (Level, Level), words: &[&str]) {
    let error = result.unwrap_err();
    let SandboxError::NotIsolated { required, holds, .. } = &error else { panic!("{error}") };
    assert_eq!((*required, *holds), expected, "{error}");
    let said = error.to_string();
    assert!(words.iter().all(|word| said.contains(word)), "{said}");
    assert!(said.ends_with(&format!("set synthesis.isolation in your own settings, or --isolation, to `{holds}`")));
}

#[test]
fn where_everything_is_allowed_everything_holds() {
    for level in Level::ALL {
        assert_ran(run_at(level, PROGRAM), true, true, true);
    }
}

#[test]
fn without_namespaces_landlock_and_the_filter_give_folder_and_network() {
    where_the_system(&[Namespaces], || {
        for level in [Level::Limits, Folder, FolderAndNetwork] {
            assert_ran(run_at(level, PROGRAM), true, true, false);
        }
        let words = ["namespaces and user namespaces: unshare: Operation not permitted"];
        let refused = run_at(FolderNetworkAndProcesses, PROGRAM);
        assert_refused(refused, (FolderNetworkAndProcesses, FolderAndNetwork), &words);
    });
}

#[test]
fn without_landlock_as_well_nothing_is_run_unless_limits_are_enough() {
    where_the_system(&[Namespaces, Landlock], || {
        let words =
            ["unshare: Operation not permitted", "Landlock: this kernel has no Landlock, or it is switched off"];
        for level in [Folder, FolderAndNetwork, FolderNetworkAndProcesses] {
            assert_refused(run_at(level, PROGRAM), (level, Level::Limits), &words);
        }
        assert_ran(run_at(Level::Limits, PROGRAM), true, false, false);
    });
}

#[test]
fn without_a_filter_the_network_is_not_claimed() {
    where_the_system(&[Filters], || {
        for level in [FolderAndNetwork, FolderNetworkAndProcesses] {
            let words = ["system calls cannot be filtered: Invalid argument"];
            assert_refused(run_at(level, PROGRAM), (level, Folder), &words);
        }
        for level in [Level::Limits, Folder] {
            assert_ran(run_at(level, PROGRAM), false, true, true);
        }
    });
    where_the_system(&[Namespaces, Filters], || {
        assert_refused(run_at(FolderAndNetwork, PROGRAM), (FolderAndNetwork, Folder), &["filtered"]);
        assert_ran(run_at(Folder, PROGRAM), false, true, false);
    });
}

#[test]
fn where_nothing_is_allowed_limits_hold() {
    where_the_system(&[Namespaces, Landlock, Filters], || {
        assert_refused(run_at(Folder, PROGRAM), (Folder, Level::Limits), &["Landlock", "unshare"]);
        assert_ran(run_at(Level::Limits, PROGRAM), false, false, false);
        let support = Sandbox::new(python_for_everybody(), limits()).unwrap().support().unwrap();
        assert_eq!((support.isolation, support.isolation.level()), (Isolation::default(), Level::Limits));
        assert!(support.missing.iter().any(|clause| clause.starts_with("Landlock: ")), "{support:?}");
    });
}

#[test]
fn a_refused_program_leaves_nothing_and_is_refused_again() {
    where_the_system(&[Namespaces, Landlock], || {
        let place = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::new(python_for_everybody(), limits()).unwrap();
        let trace = place.path().join("trace");
        std::fs::set_permissions(place.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        let program = format!("open({:?}, 'w')", trace.to_str().unwrap());
        for _ in 0..2 {
            assert_refused(sandbox.run(&program, &never()), (FolderAndNetwork, Level::Limits), &["Landlock"]);
            assert!(!trace.exists());
        }
        // The program would have left this trace, if it had been run.
        sandbox.requiring(Level::Limits).run(&program, &never()).unwrap();
        assert!(trace.exists());
    });
}

#[test]
fn each_kind_of_sandbox_says_what_it_gives() {
    for (means, sandbox) in sandboxes(&limits()) {
        let expected = match means {
            Means::All | Means::UserNamespaces => FolderNetworkAndProcesses,
            Means::Landlock => FolderAndNetwork,
            Means::Limits => Level::Limits,
        };
        let support = sandbox.support().unwrap();
        assert_eq!(support.isolation.level(), expected, "{means:?}");
        assert_eq!(support.missing.is_empty(), expected == FolderNetworkAndProcesses, "{means:?} {support:?}");
        assert_eq!(sandbox.required(), Level::Limits);
    }
}
