"""`tito grade similar`: staff get a list to read; nothing else happens."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from course_tools.classroom.run import grade_class
from course_tools.classroom.similar import OWN, similar
from course_tools.cli import main as door
from course_tools.course import Course
from course_tools.files import UserError
from course_tools.notebooks import dump, read

from .test_regrade import everything

HandIn = Callable[..., Path]
OF_ADA = """class Mean:
    def __init__(self):
        self.numbers = []
        self.done = False
    def add(self, number):
        if isinstance(number, (int, float)) and not self.done:
            self.numbers.append(float(number))
    def value(self):
        if len(self.numbers) == 0:
            raise ValueError("empty")
        ordered = sorted(self.numbers, key=abs)
        total = 0.0
        for one in ordered:
            total = total + one
        return total / len(ordered)
"""
# Names, texts, comments and layout changed; the steps are Ada's.
DISGUISED = '''class Mean:
    """ My very own idea """
    def __init__(self):
        self.bag = []   # the bag
        self.closed = False

    def add(self, n: float) -> None:
        if isinstance(n, (int, float)) and not self.closed: self.bag.append(float(n))

    def value(self) -> float:
        if len(self.bag) == 0:
            raise ValueError("there is nothing in the bag")
        s = sorted(self.bag, key=abs)
        acc = 0.0
        for q in s:
            acc = acc + q  # add up
        return acc / len(s)
'''
OF_CID = """class Mean:
    def __init__(self):
        self.sum, self.n, self.largest = 0.0, 0, float("-inf")
    def add(self, number):
        self.n += 1
        self.sum += number
        self.largest = max(self.largest, number)
    def value(self):
        try:
            return self.sum / self.n
        except ZeroDivisionError:
            raise ValueError(f"nothing was added, largest {self.largest}") from None
"""


@pytest.fixture
def crowd(course: Course, hand_in: HandIn) -> Course:
    """A copy and its model, another way, two who did as the course does, and two who did nothing."""
    for name, answer in (("ada", OF_ADA), ("bob", DISGUISED), ("cid", OF_CID)):
        hand_in(name, mean=answer)
    for name in ("dan", "eve"):
        hand_in(name)
    for name in ("fay", "gus"):
        hand_in(name, solved=False)
    return course


def test_a_disguised_copy_is_listed_and_no_mark_changes(
    crowd: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    grade_class(crowd, crowd.find("01"), jobs=1)
    before = everything(crowd)
    monkeypatch.chdir(crowd.root)
    assert door.run(["grade", "similar", "01"]) == 0
    said = capsys.readouterr().out
    assert "1 pairs alike among 7 hand-ins" in said
    assert "ada · bob" in said
    assert "mean: 100%" in said
    assert everything(crowd) == before
    assert not list(crowd.root.glob("feedback/*")), "students are not told"


def test_the_threshold_moves_the_line_and_json_has_all(
    crowd: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(crowd.root)
    assert door.run(["grade", "similar", "01", "--threshold", "0.01", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["compared"] == 7
    assert (data["pairs"][0]["first"], data["pairs"][0]["second"]) == ("ada", "bob")
    assert all(one["share"] < 0.4 for one in data["pairs"][1:]), "honest ways stay far below"
    assert not {"dan", "eve", "fay", "gus"} & {one["second"] for one in data["pairs"]}


def test_a_helper_in_a_cell_of_their_own_is_compared_too(crowd: Course) -> None:
    for name, source in (("dan", OF_ADA), ("eve", DISGUISED)):
        path = crowd.submitted(crowd.find("01"), name) / "01_small.ipynb"
        made = read(path)
        source = source.replace("class Mean", "class Helper")
        extra = [source, "def broken(:"]
        for number, text in enumerate(extra):
            cell = {"cell_type": "code", "id": f"own{number}", "metadata": {}, "source": text}
            made["cells"].insert(1, cell | {"outputs": [], "execution_count": None})
        path.write_bytes(dump(made))
    pairs = {(one.first, one.second): one for one in similar(crowd, crowd.find("01")).pairs}
    assert [one.cell for one in pairs["dan", "eve"].cells] == [OWN]


def test_what_cannot_be_read_is_named_and_stops_nobody(crowd: Course) -> None:
    (crowd.submitted(crowd.find("01"), "gus") / "01_small.ipynb").write_text("{")
    (crowd.submitted(crowd.find("01"), "fay") / "01_small.ipynb").unlink()
    found = similar(crowd, crowd.find("01"))
    assert (found.compared, found.unread) == (5, ("fay", "gus"))
    assert len(found.pairs) == 1


def test_a_class_of_one_has_nothing_to_compare(course: Course, hand_in: HandIn) -> None:
    hand_in("ada")
    with pytest.raises(UserError, match="nothing to compare"):
        similar(course, course.find("01"))
