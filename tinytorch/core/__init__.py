"""Modules 01 to 06 as module 07 needs them; a student's own export of a module comes before ours."""

from __future__ import annotations

from tinytorch._workspace import student_folders

__path__ = [*student_folders("core"), *__path__]
