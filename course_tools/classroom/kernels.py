"""Which kernels a notebook may ask for when our sandbox runs it."""

from __future__ import annotations

from typing import Any

from course_tools.files import UserError

OURS = ("python", "python3")  # nbgrader's and Jupyter's names for "the Python this runs on"


class WrongKernel(UserError):
    """The notebook asks for a kernel that is not there, or for another language."""


def check(metadata: dict[str, Any]) -> None:
    """Refuse a kernel the sandbox does not stand for; a notebook that names none is Python.

    Raises WrongKernel. nbgrader, too, gives up a submission whose kernel is unknown; after its own step the
    name is the instructor's, if the instructor's notebook has one.
    """
    spec = metadata.get("kernelspec") or {}
    name = spec.get("name") or OURS[0]
    if name in OURS:
        return
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        language = KernelSpecManager().get_kernel_spec(name).language
    except NoSuchKernel as error:
        raise WrongKernel(
            f"The notebook asks for the kernel {name!r}, which is not installed here.\n"
            "Save the notebook in source/ with the kernel python3 and make the release again."
        ) from error
    if language.lower() != "python":
        raise WrongKernel(
            f"The notebook asks for the kernel {name!r}, which runs {language}; this grader runs Python alone.\n"
            "To grade other languages, take course_tools' steps out of c.Autograde in nbgrader_config.py."
        )
