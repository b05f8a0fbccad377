"""A misspelt configuration is refused; the course's own is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from course_tools.files import UserError
from course_tools.gradebook import config_check, settings
from course_tools.gradebook.config_check import check_config, check_course

COURSE = Path(__file__).resolve().parents[2]


def config(tmp_path, text):
    file = tmp_path / "nbgrader_config.py"
    file.write_text(f"c = get_config()\n{text}\n")
    return file


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("c.Autogrdae.permissions = 444", r"c\.Autogrdae: there is no such class\. Did you mean Autograde"),
        ("c.Execute.timeuot = 5", r"c\.Execute\.timeuot: .*Did you mean timeout"),
        ("c.ClearSolutions.begin_solution_delimiter = 'X'", "Did you mean begin_solution_delimeter"),
        ("c.CourseDirectory.directory_structure = '{nbgrader_step}'", "must stay as it is"),
        ("c.Autograde.autograde_preprocessors = ['course_tools.nowhere.Execute']", "cannot be loaded"),
        ("c.Outer.Execute.timeuot = 5", "no such class"),
        ("c.Autograde.Execute.timeuot = 5", "timeuot"),
    ],
)
def test_a_misspelling_is_named(tmp_path, line, message, quietly):
    with quietly(), pytest.raises(UserError, match=message):
        check_config(config(tmp_path, line))


def test_everything_wrong_is_named_at_once(tmp_path, quietly):
    with quietly(), pytest.raises(UserError, match=r"Autogrdae(.|\n)*timeuot"):
        check_config(config(tmp_path, "c.Autogrdae.force = True\nc.Execute.timeuot = 5"))


def test_options_of_parents_plugins_and_apps_are_right(tmp_path, quietly):
    good = (
        "c.BaseConverter.force = True\nc.Exchange.root = '/x'\nc.ExchangeCollect.check_owner = False\n"
        "c.LateSubmissionPlugin.penalty_method = 'zero'\nc.NbGrader.logfile = 'x'\n"
        "c.CourseDirectory.ignore.append('*.tmp')\nc.Autograde.Execute.timeout = 5"
    )
    with quietly():
        check_config(config(tmp_path, good))


def test_a_file_that_does_not_run_is_named(tmp_path):
    with pytest.raises(UserError, match=r"nbgrader_config\.py could not be read(.|\n)*NameError"):
        check_config(config(tmp_path, "c.CourseDirectory.root = here"))


def test_a_right_configuration_is_checked_once(root, monkeypatch, quietly):
    seen = []
    monkeypatch.setattr(config_check, "check_config", seen.append)
    check_course(root)
    check_course(root)
    assert len(seen) == len(settings.config_files(root))
    (root / "nbgrader_config.py").write_text("c = get_config()\n")
    check_course(root)
    assert len(seen) > len(settings.config_files(root))


def test_settings_are_read_as_nbgrader_reads_them(root, quietly):
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.ignore.append('*.tmp')\nc.CourseDirectory.course_id = ' x '\n"
    )
    found = settings.load(root)
    with quietly():
        from nbgrader.apps import NbGrader
        from nbgrader.coursedir import CourseDirectory

        theirs = CourseDirectory(parent=NbGrader(config=found.config), root=str(root))
        assert found.ignore == tuple(theirs.ignore)
        assert (found.course_id, found.db_url) == (theirs.course_id, theirs.db_url)


def test_this_courses_configuration_keeps_authors_texts_and_reports_in(monkeypatch):
    from fnmatch import fnmatch

    monkeypatch.delenv("TITO_DATABASE_URL", raising=False)
    found = settings.load(COURSE)
    for name in ("07_training.py", "ABOUT.md", "report.json", "p1.report.json"):
        assert any(fnmatch(name, pattern) for pattern in found.ignore), name
    for name in ("07_training.ipynb", "data.csv", "helper.py"):
        assert not any(fnmatch(name, pattern) for pattern in found.ignore), name
    assert found.course_id == "dl-from-scratch"
    monkeypatch.setenv("TITO_DATABASE_URL", "postgresql://somewhere/x")
    assert settings.load(COURSE).db_url == "postgresql://somewhere/x"
