//! The system calls that a program is refused, as filter programs for the kernel (seccomp). Pure.
//!
//! Namespaces and Landlock decide what a program can reach. The filter closes the ways around them that neither covers,
//! and the parts of the kernel that Python does not need and that have had vulnerabilities. A refused call fails with
//! an error, so that the program sees an exception. Every call that is not named here is allowed: a list of the calls
//! that numerical libraries of any version need could not be maintained.

use std::collections::BTreeMap;

use libc::{EAFNOSUPPORT, ENOSYS, EPERM, c_long};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, sock_filter,
};

/// The rest of the isolation, which decides what the filter has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    /// Namespaces: the program has its own files and System V objects.
    Namespaces,
    /// Landlock, which guards the contents of files but not the attributes of other files that the program's user may
    /// own.
    Landlock {
        /// Whether no other process or file belongs to the program's user.
        stranger: bool,
    },
    /// No other isolation.
    Nothing,
}

/// The first system call that this list does not know (calls up to Linux 6.18 have lower numbers). Numbers from here
/// on, which include those of the x32 interface, are answered as by a kernel without them.
const UNKNOWN: u32 = 470;
/// The flags of `clone` that make namespaces.
const NAMESPACES: [u64; 7] = [0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000];
/// `ioctl`s that put characters into a terminal as if the user had typed them.
const TYPING: [u64; 2] = [0x5412, 0x541c];
/// The argument with which `personality` reads the value instead of setting it.
const ASK: u64 = 0xffff_ffff;

/// System calls that the crate `libc` does not name on every system; the numbers are the same on all architectures.
const FCHMODAT2: c_long = 452;
const SETXATTRAT: c_long = 463;
const REMOVEXATTRAT: c_long = 466;
const OPEN_TREE_ATTR: c_long = 467;
const FILE_SETATTR: c_long = 469;

/// System calls that are always refused.
const NEVER: &[c_long] = &[
    // Sockets of pairs are already connected; the program can have no others.
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    // Performs the other refused calls without passing the filter.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_process_mrelease,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    // Kernel internals.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_syslog,
    libc::SYS_lookup_dcookie,
    // Keys.
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    // Namespaces, mounts and roots.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    OPEN_TREE_ATTR,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    // The machine as a whole.
    libc::SYS_acct,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_vhangup,
];

/// System calls that are always refused on the architectures that have them.
#[cfg(target_arch = "x86_64")]
const NEVER_HERE: &[c_long] =
    &[libc::SYS_modify_ldt, libc::SYS_ioperm, libc::SYS_iopl, libc::SYS_uselib, libc::SYS_ustat, libc::SYS_sysfs];
#[cfg(not(target_arch = "x86_64"))]
const NEVER_HERE: &[c_long] = &[];

/// Objects that processes of one user share by number or name, unless they are in separate namespaces.
const SHARED: &[c_long] = &[libc::SYS_shmget, libc::SYS_shmat, libc::SYS_semget, libc::SYS_msgget, libc::SYS_mq_open];

/// Calls that change attributes of files by path, which Landlock does not guard.
const ATTRIBUTES: &[c_long] = &[
    libc::SYS_fchmodat,
    FCHMODAT2,
    libc::SYS_fchownat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    SETXATTRAT,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    REMOVEXATTRAT,
    FILE_SETATTR,
];
#[cfg(target_arch = "x86_64")]
const ATTRIBUTES_HERE: &[c_long] =
    &[libc::SYS_chmod, libc::SYS_chown, libc::SYS_lchown, libc::SYS_utime, libc::SYS_utimes, libc::SYS_futimesat];
#[cfg(not(target_arch = "x86_64"))]
const ATTRIBUTES_HERE: &[c_long] = &[];

/// Returns the filters to install, in this order, in the kernel's format.
///
/// # Errors
/// The reason why there is no filter for this architecture.
pub(super) fn filters(around: Around) -> Result<Vec<Vec<u8>>, String> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)
        .map_err(|_| format!("no filter of system calls is known for {}", std::env::consts::ARCH))?;
    let rules = || -> Result<_, seccompiler::BackendError> {
        let answers = [(EPERM, forbidden(around)?), (EAFNOSUPPORT, sockets()?), (ENOSYS, unheard_of())];
        answers.into_iter().map(|(code, rules)| compiled(rules, code.unsigned_abs(), arch)).collect()
    };
    rules().map_err(|error| format!("the filter of system calls is not valid: {error}"))
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn forbidden(around: Around) -> Result<Rules, seccompiler::BackendError> {
    let mut calls: Vec<c_long> = [NEVER, NEVER_HERE].concat();
    if around != Around::Namespaces {
        calls.extend(SHARED);
    }
    let mut rules = Rules::new();
    if around == (Around::Landlock { stranger: false }) {
        calls.extend([ATTRIBUTES, ATTRIBUTES_HERE].concat());
        // Without a path, the call is about an open file.
        rules.insert(libc::SYS_utimensat, vec![argument(1, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)?]);
    }
    rules.extend(calls.into_iter().map(|call| (call, Vec::new())));
    let flag = |flag: u64| argument(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(flag), flag);
    rules.insert(libc::SYS_clone, NAMESPACES.into_iter().map(flag).collect::<Result<_, _>>()?);
    let typing = |request| argument(1, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, request);
    rules.insert(libc::SYS_ioctl, TYPING.into_iter().map(typing).collect::<Result<_, _>>()?);
    rules.insert(libc::SYS_personality, vec![argument(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, ASK)?]);
    Ok(rules)
}

/// Matches every socket except those of a connected pair. A datagram socket could send to any name, paired or not.
fn sockets() -> Result<Rules, seccompiler::BackendError> {
    let kind =
        |kind: i32| argument(1, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(0xf), u64::from(kind.unsigned_abs()));
    let other = argument(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, u64::from(libc::AF_UNIX.unsigned_abs()))?;
    let pairs = vec![other, kind(libc::SOCK_DGRAM)?, kind(libc::SOCK_RAW)?];
    Ok(Rules::from([(libc::SYS_socket, Vec::new()), (libc::SYS_socketpair, pairs)]))
}

/// Matches every call of `clone3`: its flags are in memory, where no filter can look. The C library then uses `clone`.
fn unheard_of() -> Rules {
    Rules::from([(libc::SYS_clone3, Vec::new())])
}

fn argument(
    index: u8,
    length: SeccompCmpArgLen,
    operator: SeccompCmpOp,
    value: u64,
) -> Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(vec![SeccompCondition::new(index, length, operator, value)?])
}

/// Returns one filter, which fails the calls it refuses with the error `code`.
fn compiled(rules: Rules, code: u32, arch: TargetArch) -> Result<Vec<u8>, seccompiler::BackendError> {
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(code), arch)?;
    let program: BpfProgram = filter.try_into()?;
    // The kernel's instruction format: a code, two jumps and a constant.
    let bytes = |i: &sock_filter| [&i.code.to_ne_bytes()[..], &[i.jt, i.jf], &i.k.to_ne_bytes()].concat();
    Ok(before(arch).iter().chain(&program).flat_map(bytes).collect())
}

/// The instructions before each filter. The library's own end a program that calls by another architecture's numbers;
/// with these, such a call fails. From <linux/bpf_common.h>, <linux/seccomp.h> and <linux/audit.h>.
fn before(arch: TargetArch) -> [sock_filter; 6] {
    const LOAD: u16 = 0x20;
    const EQUAL: u16 = 0x15;
    const AT_LEAST: u16 = 0x35;
    const RETURN: u16 = 0x06;
    const ERROR: u32 = 0x5_0000;
    let machine = match arch {
        TargetArch::x86_64 => 0xc000_003e,
        TargetArch::aarch64 => 0xc000_00b7,
        TargetArch::riscv64 => 0xc000_00f3,
    };
    let plain = |code, k| sock_filter { code, jt: 0, jf: 0, k };
    [
        plain(LOAD, 4),
        sock_filter { code: EQUAL, jt: 1, jf: 0, k: machine },
        plain(RETURN, ERROR | EPERM.unsigned_abs()),
        plain(LOAD, 0),
        sock_filter { code: AT_LEAST, jt: 0, jf: 1, k: UNKNOWN },
        plain(RETURN, ERROR | ENOSYS.unsigned_abs()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_filter_whatever_is_around_and_the_kernel_would_take_it() {
        let all = [Around::Namespaces, Around::Landlock { stranger: true }, Around::Landlock { stranger: false }];
        let lengths = all.map(|around| {
            let filters = filters(around).unwrap();
            assert_eq!(filters.len(), 3);
            // Eight bytes an instruction, and 4096 instructions at most.
            assert!(filters.iter().all(|filter| filter.len().is_multiple_of(8) && filter.len() <= 8 * 4096));
            filters[0].len()
        });
        assert!(lengths.is_sorted_by(|a, b| a < b), "{lengths:?}");
        assert_eq!(filters(Around::Nothing), filters(Around::Landlock { stranger: true }));
    }
}
