"""A module's folder in the workspace: fill it from the release, put things back, never lose a line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from course_tools.course import Module
from course_tools.files import UserError, atomic_write
from course_tools.student.workspace import Workspace

# By name, wherever they lie. nbgrader's exchange leaves out the same, so a receipt's digest is the report's.
LEAVE = frozenset({".ipynb_checkpoints", "__pycache__", "feedback"})


class NotReleased(UserError):
    """The course names this module, but there is no notebook to hand out yet."""


@dataclass(frozen=True)
class Started:
    """What `start` did. `added` are the files it copied, relative to the module's folder."""

    notebook: Path
    added: tuple[str, ...]

    @property
    def fresh(self) -> bool:
        """Whether the notebook itself is new."""
        return self.notebook.name in self.added


@dataclass(frozen=True)
class Saved:
    """What was put back, and where the files it replaced are kept."""

    changed: tuple[str, ...]
    backup: Path | None


def files_below(folder: Path) -> dict[str, Path]:
    """Regular files of a module's folder by their name relative to it, sorted; no caches and no links."""
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        left_out = any(part in LEAVE for part in parts)
        if not left_out and path.suffix != ".pyc" and path.is_file() and not path.is_symlink():
            found["/".join(parts)] = path
    return found


def released(workspace: Workspace, module: Module) -> dict[str, Path]:
    """The files students get for this module. Raises NotReleased when there is no notebook among them."""
    notebook = workspace.course.release_notebook(module)
    if not notebook.is_file():
        raise NotReleased(
            f"Module {module.number} ({module.title}) is not released yet.\n"
            f"There is no {notebook.name} in {notebook.parent}.\n"
            "Try:  tito module list     or, with a newer course:  tito init --update --from PATH"
        )
    return files_below(notebook.parent)


def start(workspace: Workspace, module: Module) -> Started:
    """Copy what is not there yet. A file that exists is the student's and stays as it is."""
    added = []
    for name, path in released(workspace, module).items():
        target = workspace.folder(module) / name
        if not target.exists():
            atomic_write(target, path.read_bytes())
            added.append(name)
    return Started(workspace.notebook(module), tuple(added))


def differing(workspace: Workspace, module: Module) -> tuple[str, ...]:
    """Released files that are missing here or differ, sorted."""
    folder = workspace.folder(module)
    return tuple(
        name
        for name, path in released(workspace, module).items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != path.read_bytes()
    )


def reset(workspace: Workspace, module: Module) -> Saved:
    """Put the released files back; what they replace is copied to a backup first. Other files stay."""
    files = released(workspace, module)
    changed = differing(workspace, module)
    saved = back_up(workspace, module, changed)
    for name in changed:
        atomic_write(workspace.folder(module) / name, files[name].read_bytes())
    return Saved(changed, saved)


def back_up(workspace: Workspace, module: Module, names: tuple[str, ...]) -> Path | None:
    """Copy these files of the module's folder below .tito/backups; None when none of them exists."""
    held = [name for name in names if (workspace.folder(module) / name).is_file()]
    if not held:
        return None
    keep = workspace.backup_path(module.folder)
    for name in held:
        atomic_write(keep / name, (workspace.folder(module) / name).read_bytes())
    return keep


def replace_export(workspace: Workspace, module: Module, content: bytes, expected: str | None) -> Path | None:
    """Write the exported file; a version there that is not the one we wrote (`expected`, SHA-256) is backed up.

    Returns where the backup lies, None when none was needed.
    """
    from course_tools.notebooks.digest import digest

    path, keep = workspace.exported(module), None
    if path.is_file():
        old = path.read_bytes()
        if old == content:
            return None
        if digest(old) != expected:
            keep = workspace.backup_path(path.name)
            atomic_write(keep, old)
    atomic_write(path, content)
    return keep
