"""What nbgrader's configuration says, read the way nbgrader reads it but without importing it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_tools.files import UserError

CONFIG_NAME = "nbgrader_config"
# nbgrader's own default of CourseDirectory.ignore
IGNORED = (".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback")


@dataclass(frozen=True)
class Settings:
    """The few values we need, and the whole configuration for those who need more."""

    root: Path
    db_url: str
    course_id: str
    ignore: tuple[str, ...]
    groupshared: bool
    exclude_overwriting: dict[str, list[str]]
    config: Any  # traitlets Config


def load(root: Path) -> Settings:
    """The settings in force for the course in `root`.

    Sources, later ones win: nbgrader_config.py and .json in Jupyter's configuration folders, then in `root`.
    Raises UserError naming the file and the reason when one of them does not run.
    """
    root = root.resolve()
    config = read_config(config_files(root))
    course = config.CourseDirectory
    return Settings(
        root=root,
        db_url=str(course.get("db_url") or f"sqlite:///{root / 'gradebook.db'}"),
        course_id=str(course.get("course_id", "")).strip(),
        ignore=tuple(_as_list(course.get("ignore"), IGNORED)),
        groupshared=bool(course.get("groupshared", False)),
        exclude_overwriting=dict(config.Autograde.get("exclude_overwriting", {})),
        config=config,
    )


def config_files(root: Path) -> list[Path]:
    """The files nbgrader would read for this course, weakest first; only those that exist."""
    from jupyter_core.paths import jupyter_config_path

    folders = [*(Path(one) for one in reversed(jupyter_config_path())), root]
    files = [folder / f"{CONFIG_NAME}{ending}" for folder in folders for ending in (".py", ".json")]
    return [one for one in files if one.is_file()]


def read_config(files: list[Path]) -> Any:
    """One traitlets Config made of all these files. Raises UserError when a file does not run."""
    from traitlets.config import Config
    from traitlets.config.loader import JSONFileConfigLoader, PyFileConfigLoader

    whole = Config()
    for file in files:
        loader = PyFileConfigLoader if file.suffix == ".py" else JSONFileConfigLoader
        try:
            whole.merge(loader(file.name, path=str(file.parent)).load_config())
        except Exception as error:
            raise UserError(
                f"{file} could not be read.\n{type(error).__name__}: {error}\n"
                "Mend that line; nbgrader would stop at it too."
            ) from error
    return whole


def _as_list(value: Any, default: tuple[str, ...]) -> list[str]:
    """A list option, also when it was given as .append() or .extend() on nbgrader's default."""
    if value is None:
        return list(default)
    if hasattr(value, "get_value"):  # traitlets' LazyConfigValue
        return list(value.get_value(list(default)))
    return list(value)
