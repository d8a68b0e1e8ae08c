//! The isolation of programs: the messages about it, and the refusal where the system gives less.

use std::collections::BTreeMap;
use std::process::Output;

use codegen_sandbox::Level;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

use super::{THREADS, err, file, out, program};

/// Runs the program with these system calls refused by the kernel.
fn without(calls: &[(i64, i32)], arguments: &[&str]) -> Output {
    let arch = TargetArch::try_from(std::env::consts::ARCH).unwrap();
    let filters: Vec<BpfProgram> = calls
        .iter()
        .map(|(call, code)| {
            let rules = BTreeMap::from([(*call, vec![])]);
            let refuse = SeccompAction::Errno(code.unsigned_abs());
            SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch).unwrap().try_into().unwrap()
        })
        .collect();
    std::thread::scope(|scope| {
        let inside = scope.spawn(|| {
            for filter in &filters {
                seccompiler::apply_filter(filter).unwrap();
            }
            program(arguments).args(THREADS).output().unwrap()
        });
        inside.join().unwrap()
    })
}

const NAMESPACES: (i64, i32) = (libc::SYS_unshare, libc::EPERM);
const LANDLOCK: (i64, i32) = (libc::SYS_landlock_create_ruleset, libc::ENOSYS);
const PYTHON: [&str; 2] = ["--python", "/usr/bin/python3"];

#[test]
fn doctor_says_what_holds_and_what_is_missing() {
    let report = |calls: &[(i64, i32)]| {
        let output = without(calls, &["doctor", PYTHON[0], PYTHON[1]]);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        out(&output)
    };
    let container = report(&[NAMESPACES]);
    assert!(
        container.contains("\nisolation     folder: yes, network: yes, processes: no (`folder+network`)\n"),
        "{container}"
    );
    let missing = "\n              not to be had: namespaces and user namespaces: unshare: Operation not permitted\n";
    assert!(container.contains(missing), "{container}");
    let bare = report(&[NAMESPACES, LANDLOCK]);
    assert!(bare.contains("\nisolation     folder: no, network: yes, processes: no (less than the default"), "{bare}");
    assert!(bare.contains("not to be had: Landlock: this kernel has no Landlock"), "{bare}");
}

#[test]
fn where_programs_cannot_be_isolated_none_is_run_unless_less_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", b"# Assign the list [3, 8, 1] to a variable named numbers.\n");
    let verify = |calls: &[(i64, i32)], level: Option<Level>| {
        let mut arguments = vec!["synthesize", &path, "--verify", "--json", PYTHON[0], PYTHON[1]];
        if let Some(level) = level {
            arguments.extend(["--isolation", level.name()]);
        }
        without(calls, &arguments)
    };
    let refused = verify(&[NAMESPACES, LANDLOCK], None);
    assert_eq!(refused.status.code(), Some(2), "{}", err(&refused));
    let said = err(&refused);
    for word in ["no program was run", "`folder+network`", "no more than `limits`", "no Landlock", "--isolation"] {
        assert!(said.contains(word), "{said}");
    }
    assert_eq!(out(&refused), "");

    let allowed = verify(&[NAMESPACES, LANDLOCK], Some(Level::Limits));
    assert_eq!(allowed.status.code(), Some(0), "{}", err(&allowed));
    assert!(err(&allowed).contains("programs are isolated by limits alone"), "{}", err(&allowed));
    assert!(out(&allowed).contains("\"run\":true"), "{}", out(&allowed));

    let container = verify(&[NAMESPACES], None);
    assert_eq!(container.status.code(), Some(0), "{}", err(&container));
    assert!(err(&container).contains("(folder: yes, network: yes, processes: no)"), "{}", err(&container));
    let refused = verify(&[NAMESPACES], Some(Level::FolderNetworkAndProcesses));
    assert_eq!(refused.status.code(), Some(2), "{}", err(&refused));
}

#[test]
fn a_level_that_there_is_not_is_named() {
    let output = program(&["synthesize", "a.py", "--isolation", "none"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = err(&output);
    assert!(said.contains("expected limits, folder, folder+network or folder+network+processes"), "{said}");
}
