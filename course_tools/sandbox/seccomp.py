"""The system calls that code inside may make, as a ready-made BPF program.

An allow-list: what computing, files, threads and child processes need. Everything else answers "no such call"
(ENOSYS), which C libraries know how to fall back from; a network socket answers EAFNOSUPPORT.
"""

from __future__ import annotations

import errno
import functools
import os
import socket
import tempfile

# Names unknown to an older libseccomp or another architecture are left out one by one.
ALLOWED = """
_llseek _newselect access alarm arch_prctl brk capget chdir chmod clock_getres clock_gettime clock_nanosleep close
close_range copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2
epoll_wait eventfd eventfd2 execve execveat exit exit_group faccessat faccessat2 fadvise64 fallocate fchdir fchmod
fchmodat fchmodat2 fcntl fdatasync fgetxattr flistxattr flock fork fstat fstatfs fsync ftruncate futex futex_waitv
futex_wait futex_wake futex_requeue get_robust_list get_mempolicy getcpu getcwd getdents getdents64 getegid geteuid
getgid getgroups getitimer getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid getrlimit
getrusage getsid gettid gettimeofday getuid getxattr ioctl kill lgetxattr link linkat listxattr llistxattr lseek
lstat madvise map_shadow_stack membarrier memfd_create mincore mkdir mkdirat mlock mlock2 mlockall mmap mprotect
mremap msync munlock munlockall munmap nanosleep newfstatat open openat openat2 pause pidfd_open
pidfd_send_signal pipe pipe2 poll ppoll prctl pread64 preadv preadv2 prlimit64 pselect6 pwrite64 pwritev pwritev2
read readahead readlink readlinkat readv recvfrom recvmmsg recvmsg rename renameat renameat2 restart_syscall
rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam
sched_getscheduler sched_rr_get_interval sched_setaffinity sched_yield select sendfile sendmmsg sendmsg sendto
set_robust_list set_tid_address setitimer setpgid setpriority setrlimit setsid setsockopt getsockopt getsockname
getpeername shutdown sigaltstack socketpair bind listen accept accept4 connect splice stat statfs statx symlink
symlinkat sync_file_range sysinfo tee tgkill time timer_create timer_delete timer_getoverrun timer_gettime
timer_settime timerfd_create timerfd_gettime timerfd_settime times tkill truncate ugetrlimit umask uname unlink
unlinkat utime utimensat utimes vfork wait4 waitid waitpid write writev
shmget shmat shmctl shmdt semget semop semctl semtimedop
""".split()  # noqa: SIM905 - two hundred names read better as text

NAMESPACE_FLAGS = 0x7E020080  # CLONE_NEW*: user, pid, net, ipc, uts, mount, cgroup, time


@functools.cache
def program(local_sockets: bool = True) -> bytes:
    """The filter for this machine's architecture. Raises OSError or ImportError when libseccomp is missing.

    local_sockets   False where the file tree is shared with the machine: there a local socket may belong to a
                    service of it (a database, Docker), and Landlock does not stop a connection. Socket pairs stay.
    """
    import pyseccomp

    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))
    for name in ALLOWED:
        _allow(rules, name)
    # `sendto` and `connect` are on the list: without a network socket they reach nobody.
    refused = pyseccomp.ERRNO(errno.EAFNOSUPPORT)
    if local_sockets:
        rules.add_rule(pyseccomp.ALLOW, "socket", pyseccomp.Arg(0, pyseccomp.EQ, socket.AF_UNIX))
        rules.add_rule(refused, "socket", pyseccomp.Arg(0, pyseccomp.NE, socket.AF_UNIX))
    else:
        rules.add_rule(refused, "socket")
    # Processes and threads, but no new namespaces. clone3 hides its flags in memory, so it stays "no such call".
    _allow(rules, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, NAMESPACE_FLAGS, 0))
    rules.add_rule(pyseccomp.ERRNO(errno.EPERM), "ptrace")
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _allow(rules: object, name: str, *conditions: object) -> None:
    import pyseccomp

    try:
        rules.add_rule(pyseccomp.ALLOW, name, *conditions)  # type: ignore[attr-defined]
    except OSError as error:
        if error.errno not in (errno.EFAULT, errno.EINVAL, errno.EDOM):
            raise


def missing() -> str:
    """Why there is no filter on this machine; empty when there is one."""
    if os.uname().sysname != "Linux":
        return "system call filters exist on Linux only"
    try:
        program()
    except ImportError as error:
        return f"pyseccomp or the library libseccomp2 is missing ({error}); try: apt install libseccomp2"
    except OSError as error:
        return f"libseccomp cannot build the filter ({error})"
    return ""
