"""What the inside can see: the interpreter, its libraries, the course's public folders, and a short environment."""

from __future__ import annotations

import site
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from pathlib import Path

INSIDE = Path(__file__).parent / "inside"
INSIDE_AT = "/opt/inside"
PUBLIC_AT = "/opt/course"
HOME = "/tmp/home"
SCRATCH = "/tmp/scratch"

SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin")
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime")
MADE_FILES = {
    "/etc/passwd": "root:x:0:0::/:/bin/false\nstudent:x:1000:1000::/tmp/home:/bin/sh\n",
    "/etc/group": "root:x:0:\nstudent:x:1000:\n",
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def interpreter_folders() -> list[str]:
    """Folders Python needs besides the system's: its prefixes and site-packages, outermost only."""
    wanted = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    wanted |= {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    wanted |= {str(Path(sys.executable).parent), str(Path(sys.executable).resolve().parent)}
    wanted |= {folder for folder in site.getsitepackages() if Path(folder).is_dir()}
    found: list[str] = []
    for folder in sorted(wanted, key=len):
        covered = any(Path(folder).is_relative_to(one) for one in (*SYSTEM, *found))
        if not covered and folder != "/":
            found.append(folder)
    return found


def binds(public: Iterable[Path]) -> list[tuple[str, str]]:
    """(where it is, where it is seen) of every folder and file, all read-only."""
    pairs = [(one, one) for one in (*SYSTEM, *SYSTEM_FILES) if Path(one).exists()]
    pairs += [(one, one) for one in interpreter_folders()]
    pairs.append((str(INSIDE), INSIDE_AT))
    for folder in public:
        pairs.append(
            (str(folder.resolve()), f"{PUBLIC_AT}/{folder.name}" if is_package(folder) else plain_at(folder))
        )
    return pairs


def import_path(public: Iterable[Path]) -> list[str]:
    """Where the public folders are imported from, as seen inside."""
    public = list(public)
    return [PUBLIC_AT] * any(map(is_package, public)) + [
        plain_at(one) for one in public if not is_package(one)
    ]


def is_package(folder: Path) -> bool:
    """A package is shown alone, without the folder it lies in; another folder is put on the path itself."""
    return (folder / "__init__.py").is_file()


def plain_at(folder: Path) -> str:
    """Where a public folder that is no package is seen."""
    return f"/opt/public/{folder.name}"


def parents(targets: Iterable[str]) -> list[str]:
    """All folders above these paths, outermost first."""
    above = {str(one) for target in targets for one in Path(target).parents if str(one) != "/"}
    return sorted(above, key=lambda one: (len(Path(one).parts), one))


def environment(more: Mapping[str, str] | None = None, *, home: str = HOME) -> dict[str, str]:
    """The whole environment of the inside; nothing of ours gets in.

    Nothing in it says that this is grading: a student's own run has the same (see own_machine.py).
    """
    fixed = {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": home,
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "MPLCONFIGDIR": f"{home}/.config/matplotlib",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "IPYTHONDIR": f"{home}/.ipython",
        "TINYTORCH_EARLIER": "reference",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "MALLOC_ARENA_MAX": "2",  # else every thread reserves 64 MB of address space
    }
    return fixed | dict.fromkeys(ONE_THREAD, "1") | dict(more or {})


def command(role: str, number: int, inside: str = INSIDE_AT) -> list[str]:
    """The command that starts the inside with the interpreter we run on."""
    return [sys.executable, "-P", "-s", "-B", inside, role, str(number)]


def reachable_by_all() -> bool:
    """Whether another account could run our interpreter: not when it lies in root's home."""
    folders = [Path(one) for one in interpreter_folders()]
    return all(above.stat().st_mode & 0o001 for one in folders for above in (one, *one.parents))


def link_public(public: Iterable[Path], at: Path) -> list[str]:
    """Where the file tree is shared: a folder of links, so that a package is importable without its neighbours."""
    at.mkdir()
    paths = [str(at)]
    for folder in public:
        if is_package(folder):
            (at / folder.name).symlink_to(folder.resolve())
        else:
            paths.append(str(folder.resolve()))
    return paths
