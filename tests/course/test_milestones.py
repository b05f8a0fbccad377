"""What course.toml says of milestones."""

from __future__ import annotations

import pytest

from course_tools.course import Course, CourseError, UnknownMilestone

NEEDS = {"01": "[]", "02": '["01"]', "03": "[]", "04": '["02"]'}
ENTRY = """
[[milestones]]
after = "04"
name = "late"
title = "Late"
script = "milestones/04_late.py"
"""
EARLY = ENTRY.replace("04", "01").replace("late", "early")


def course(folder, *entries, needs=NEEDS):
    modules = [
        f'[[modules]]\nnumber = "{number}"\nname = "m{number}"\ntitle = "M"\nneeds = {needs[number]}\n'
        f'export = "toy.m{number}"\nseed = "s"\n'
        for number in needs
    ]
    (folder / "course.toml").write_text("\n".join(['name = "toy"', 'title = "Toy"', *modules, *entries]))
    return Course.load(folder)


def test_they_come_in_teaching_order(tmp_path):
    both = course(tmp_path, ENTRY, EARLY)
    assert [(one.after, one.name, one.stem) for one in both.milestones] == [
        ("01", "early", "01_early"),
        ("04", "late", "04_late"),
    ]
    assert both.script(both.milestones[1]) == tmp_path / "milestones" / "04_late.py"


def test_one_rests_on_all_its_module_builds_on_and_on_no_other(tmp_path):
    late = course(tmp_path, ENTRY)
    assert [one.number for one in late.behind(late.milestones[0])] == ["01", "02", "04"]


def test_behind_a_module_of_the_library_everything_earlier_counts(tmp_path):
    needs = {"01": "[]", "02": "[]", "04": "[]", "05": '["03"]'}
    late = course(tmp_path, ENTRY.replace("04", "05"), needs=needs)
    assert [one.number for one in late.behind(late.milestones[0])] == ["01", "02", "05"]


@pytest.mark.parametrize("text", ["late", "LATE", "04_late", "04-late", "4", "04"])
def test_a_milestone_is_found_by_any_of_its_names(tmp_path, text):
    assert course(tmp_path, ENTRY, EARLY).find_milestone(text).name == "late"


@pytest.mark.parametrize("text", ["lat", "2", "", "01_late"])
def test_an_unknown_name_is_answered_with_those_there_are(tmp_path, text):
    with pytest.raises(UnknownMilestone, match="early, late"):
        course(tmp_path, ENTRY, EARLY).find_milestone(text)


def test_a_number_with_two_milestones_is_not_enough(tmp_path):
    more = ENTRY.replace("late", "later")
    with pytest.raises(UnknownMilestone, match="several milestones '4'"):
        course(tmp_path, ENTRY, more).find_milestone("4")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('after = "04"', 'after = "05"', "after should be the number of a module of this course"),
        ('script = "milestones/', 'scripts = "milestones/', "Did you mean 'script'"),
        ("milestones/04_late.py", "04_late.py", "script should match"),
        ("milestones/04_late.py", "milestones/../release/x.py", "script should match"),
        ('name = "late"', 'name = "the late"', "name should match"),
        ('title = "Late"', 'title = ""', "title should be some text"),
    ],
)
def test_what_is_wrong_is_refused_and_named(tmp_path, before, after, message):
    assert before in ENTRY
    with pytest.raises(CourseError, match=message):
        course(tmp_path, ENTRY.replace(before, after))


@pytest.mark.parametrize("what", ["name", "script"])
def test_name_and_script_are_each_given_once(tmp_path, what):
    other = ENTRY.replace("04_late", "04_more") if what == "name" else ENTRY.replace('"late"', '"more"')
    with pytest.raises(CourseError, match=f"two milestones have the {what}"):
        course(tmp_path, ENTRY, other)


def test_milestones_that_are_no_tables_are_refused(tmp_path):
    (tmp_path / "course.toml").write_text('name = "toy"\ntitle = "Toy"\nmilestones = ["late"]\n')
    with pytest.raises(CourseError, match="milestones"):
        Course.load(tmp_path)
