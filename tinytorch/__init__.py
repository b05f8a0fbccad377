"""The course's library: numpy only, built module by module.

`tinytorch.core` holds a small reference of what earlier modules build, `tinytorch.given` what nobody has to
write. Packages a student exports that this library does not have are found in the student's workspace.
"""

from __future__ import annotations

from tinytorch._workspace import student_folders

# Last: a package that is here, such as core, decides for itself whose modules come first.
__path__ = [*__path__, *student_folders()]
