from __future__ import annotations

import datetime
import pickle
from pathlib import Path

import pytest

from course_tools.course import Course, CourseError, UnknownModule

ROOT = Path(__file__).parents[2]
CATALOGUE = """
name = "toy"
title = "A toy"

[limits]
memory_mb = 512
cell_seconds = 2.5

[[modules]]
number = "03"
name = "layers"
title = "Layers"
needs = ["01", "02"]
export = "toy.layers"
seed = "s3"
due = 2026-03-01T18:00:00+01:00

  [modules.limits]
  memory_mb = 2048

[[modules]]
number = "01"
name = "tensor"
title = "Tensor"
export = "toy.tensor"
seed = "s1"
"""


@pytest.fixture
def toy(tmp_path):
    (tmp_path / "course.toml").write_text(CATALOGUE)
    return tmp_path


def changed(toy, before, after):
    assert before in CATALOGUE
    (toy / "course.toml").write_text(CATALOGUE.replace(before, after))
    with pytest.raises(CourseError) as caught:
        Course.load(toy)
    return str(caught.value)


def test_modules_come_in_the_order_of_their_numbers(toy):
    course = Course.load(toy)
    assert (course.name, course.title, course.root) == ("toy", "A toy", toy)
    assert [module.folder for module in course.modules] == ["01_tensor", "03_layers"]


def test_a_modules_own_limits_win_over_the_courses(toy):
    first, third = Course.load(toy).modules
    assert first.limits == {"memory_mb": 512, "cell_seconds": 2.5}
    assert third.limits == {"memory_mb": 2048, "cell_seconds": 2.5}


def test_what_is_not_said_has_a_default(toy):
    first = Course.load(toy).modules[0]
    assert (first.points, first.minutes, first.preload, first.needs, first.due) == (100, 0, (), (), None)


def test_due_keeps_its_time_zone(toy):
    assert Course.load(toy).modules[1].due == datetime.datetime(2026, 3, 1, 17, tzinfo=datetime.UTC)


def test_needs_are_told_apart_into_own_and_supplied(toy):
    course = Course.load(toy)
    third = course.find("3")
    assert [one.number for one in course.needed(third)] == ["01"]
    assert course.supplied(third) == ("02",)


@pytest.mark.parametrize("text", ["03", "3", "layers", "03_layers", "03-layers", " Layers ", "LAYERS"])
def test_a_module_answers_to_its_names(toy, text):
    assert Course.load(toy).find(text).folder == "03_layers"


@pytest.mark.parametrize(
    ("text", "offered"),
    [("layer", "Did you mean: 03_layers"), ("9", "There is: 01_tensor, 03_layers"), ("", "There is")],
)
def test_an_unknown_module_is_answered_with_near_names(toy, text, offered):
    with pytest.raises(UnknownModule) as caught:
        Course.load(toy).find(text)
    assert offered in str(caught.value)


def test_the_course_is_found_from_a_folder_inside_it(toy, monkeypatch):
    inside = toy / "source" / "03_layers"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    assert Course.load().root == toy


def test_outside_a_course_the_error_says_where_it_looked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CourseError, match="folder above"):
        Course.load()
    with pytest.raises(CourseError, match="no course"):
        Course.load(tmp_path)


def test_a_named_folder_must_be_the_course_itself(toy):
    (toy / "source").mkdir()
    with pytest.raises(CourseError):
        Course.load(toy / "source")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("needs =", "need =", "Did you mean 'needs'?"),
        ("[limits]", "[limit]", "Did you mean 'limits'?"),
        ("cell_seconds", "cell_second", "Did you mean 'cell_seconds'?"),
        ("memory_mb = 2048", "memory = 2048", "module 03: limits"),
        ("memory_mb = 512", "memory_mb = '512'", "above 0"),
        ("memory_mb = 512", "memory_mb = 0", "above 0"),
        ("memory_mb = 512", "memory_mb = true", "above 0"),
        ("memory_mb = 512", "memory_mb = inf", "above 0"),
        ('number = "01"', "number = 1", "module 1: number"),
        ('number = "01"', 'number = "03"', "two modules have the number '03'"),
        ('export = "toy.layers"', 'export = "toy.tensor"', "two modules have the export"),
        ('export = "toy.layers"', 'export = "toy/layers"', "module 03: export"),
        ('export = "toy.layers"', 'export = "toy.3layers"', "module 03: export"),
        ('name = "layers"', 'name = "../x"', "module 03: name"),
        ('needs = ["01", "02"]', 'needs = "01"', "should be a list"),
        ('needs = ["01", "02"]', 'needs = ["04"]', "earlier modules only"),
        ('seed = "s3"', "", "module 03: seed"),
        ("18:00:00+01:00", "18:00:00", "time zone"),
        ('title = "A toy"', "", "title"),
        ("[[modules]]", "[modules]", "not TOML"),
        ('name = "toy"', "name = toy", "not TOML"),
    ],
)
def test_a_catalogue_with_a_mistake_is_refused_and_the_entry_named(toy, before, after, said):
    assert said in changed(toy, before, after)


def test_every_path_lies_where_nbgrader_and_the_graders_look(toy):
    course = Course.load(toy)
    module = course.find("03")
    found = {
        name: getattr(course, name)(module).relative_to(toy).as_posix()
        for name in (
            "source_text",
            "source_notebook",
            "release_notebook",
            "checks",
            "probes",
            "mistakes",
            "misconceptions",
        )
    }
    assert found == {
        "source_text": "source/03_layers/03_layers.py",
        "source_notebook": "source/03_layers/03_layers.ipynb",
        "release_notebook": "release/03_layers/03_layers.ipynb",
        "checks": "graders/test_03_layers.py",
        "probes": "graders/probes/03_layers.py",
        "mistakes": "graders/mistakes/03_layers.py",
        "misconceptions": "graders/fixtures/03_layers.misconceptions.json",
    }
    assert course.library == toy / "tinytorch"
    for step in ("submitted", "autograded", "feedback"):
        assert getattr(course, step)(module, "ada") == toy / step / "ada" / "03_layers"


@pytest.mark.parametrize("student", ["", ".", "..", "a/b", "../a", "a\\b", "a\0b"])
def test_a_students_name_cannot_lead_elsewhere(toy, student):
    course = Course.load(toy)
    with pytest.raises(ValueError, match="plain folder name"):
        course.submitted(course.modules[0], student)


def test_folders_nobody_named_are_reported(toy):
    for path in ("source/03_layers", "source/04_losses", "release/05_autograd", "source/notes"):
        (toy / path).mkdir(parents=True)
    assert Course.load(toy).strays() == ("04_losses", "05_autograd")


def test_a_module_travels_to_a_worker_and_can_be_a_key(toy):
    module = Course.load(toy).modules[0]
    assert pickle.loads(pickle.dumps(module)) == module
    assert {module: 1}[module] == 1


def test_the_course_itself_is_in_order():
    course = Course.load(ROOT)
    training = course.find("07")
    assert (training.folder, training.export) == ("07_training", "tinytorch.core.training")
    assert set(training.needs) == {"04", "05", "06"}
    assert course.strays() == ()
