"""Answers are planted one by one, each in a way that once slipped through somewhere; all must be found."""

from __future__ import annotations

import base64
import copy
import gzip
import io
import json
import zipfile

import pytest

from course_tools.authoring import find_leaks
from course_tools.authoring.leak import leaks
from course_tools.authoring.secrets import gather
from course_tools.notebooks import build, dump
from course_tools.notebooks.stubs import stubbed

NAME = "07_training.ipynb"
SOLUTION = "return math.copysign(min(abs(value), limit), value)"
MODEL = "Fixed cost of parameters stands against a cost that grows with every batch."
MARKING = "Marking: two points for fixed cost against cost per batch"
HIDDEN = "values = rng.normal(size=(3, 5)) * np.array([1.5, 2.5, 3.5, 4.5, 5.5])"
PROBES = """def clip_all(names, values, limit=1.0):
    return [[names["clip"](float(one), limit) for one in row] for row in values]
"""
PROBE = 'return [[names["clip"](float(one), limit) for one in row] for row in values]'
MISTAKE = "return math.copysign(max(abs(value), limit), value * value)"
QUIZ = """
# %% nbgrader={"grade": false, "grade_id": "m07-quiz", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "07.11"}
answers = {"update": None, "dropout_training": None}
### BEGIN SOLUTION
answers.update(update=0.8 + 0.1, dropout_training="drops")
### END SOLUTION
"""  # noqa: E501


@pytest.fixture(scope="module")
def shared_source(shared_course):
    text = shared_course.source_text(shared_course.modules[0])
    longer = (
        text.read_text().replace("# Fixed cost against cost per batch.", f"# {MODEL}\n# {MARKING}") + QUIZ
    )
    text.write_text(longer)
    return build(longer, stem="07_training")


@pytest.fixture(scope="module")
def secrets(shared_course, shared_source):
    return gather(shared_course, shared_course.modules[0], shared_source)


@pytest.fixture
def release(shared_source):
    return stubs_of(shared_source)


def stubs_of(source):
    made = copy.deepcopy(source)
    for one in made["cells"]:
        if one["metadata"].get("nbgrader", {}).get("solution"):
            one["source"] = stubbed(one)
    return made


def found(release, secrets, **files):
    everything = {NAME: dump(release), **{name.replace("__", "."): data for name, data in files.items()}}
    return leaks(everything, secrets, notebook=NAME)


def cell(release, name):
    return next(one for one in release["cells"] if one["id"] == name)


def test_a_clean_release_has_no_findings(release, secrets):
    assert found(release, secrets, data__csv=b"x,y\n1,2\n") == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (SOLUTION, "solution of m07-clip"),
        (SOLUTION.replace(" ", "").upper(), "solution of m07-clip"),
        (SOLUTION.replace(", value", ",\n#     value"), None),  # a sign in between: no longer that line
        (SOLUTION.replace("(", "( \n   "), "solution of m07-clip"),
        (SOLUTION[::-1], "backwards"),
        (base64.b64encode(SOLUTION.encode()).decode(), "in base64"),
        (base64.b64encode(gzip.compress(SOLUTION.encode(), mtime=0)).decode(), "base64, gzip"),
        (base64.b64encode(base64.b64encode(SOLUTION.encode())).decode(), "base64, base64"),
        (SOLUTION.encode().hex(), "hexadecimal"),
        (MODEL, "model answer of m07-q1"),
        ("As you saw, cost that grows, with every BATCH; yes", None),  # six words
        ("As you saw, against a cost that grows, with every BATCH; yes", "model answer of m07-q1"),
        (MARKING, "model answer of m07-q1"),
        (HIDDEN, "grader of test_07_training.py"),
        (PROBE, "grader of 07_training.py"),
        (MISTAKE, "grader of 07_training.py"),
        ("update is 0.9", "quiz answer of m07-quiz"),
        ("| `update` | **0.900** |", "quiz answer of m07-quiz"),
        ("answers['dropout_training'] = 'drops'", "quiz answer of m07-quiz"),
        ('"dropout_training": "drops"', "quiz answer of m07-quiz"),
        ("update is 0.95, dropout_training: drops or passes?"[:14], None),
        ("update: 0.8 + 0.1", "quiz answer of m07-quiz"),
        ("0b5c1d-seed-of-07", "seed of course.toml"),
        ("### END SOLUTION", "marker END SOLUTION"),
        ("BEGIN HIDDEN TESTS", "marker HIDDEN TESTS"),
        ("=== BEGIN MARK SCHEME ===", "marker MARK SCHEME"),
    ],
)
@pytest.mark.parametrize(
    "place", ["markdown", "comment", "docstring", "metadata", "output", "attachment", "file"]
)
def test_what_is_planted_is_found_wherever_it_stands(release, secrets, text, kind, place):
    files = {}
    picture = {"image/svg+xml": base64.b64encode(text.encode()).decode()}
    if place == "markdown":
        cell(release, "07_training-005")["source"] += f"\n\n{text}"
    elif place == "comment":
        cell(release, "07_training-006")["source"] += "\n# " + text.replace("\n", "\n#")
    elif place == "docstring":
        cell(release, "07_training-006")["source"] += f"\ndef f():\n    '''\n    {text}\n    '''"
    elif place == "metadata":
        cell(release, "07_training-006")["metadata"]["course"] = {"hints": [{"deep": text}]}
    elif place == "output":
        output = {"output_type": "stream", "name": "stdout", "text": text}
        cell(release, "07_training-006")["outputs"] = [output]
    elif place == "attachment":
        cell(release, "07_training-005")["attachments"] = {"a.svg": picture}
    else:
        files = {"notes__txt": text.encode()}
    problems = [one.problem for one in found(release, secrets, **files)]
    hit = [one for one in problems if "outputs are there" not in one]
    if kind is None or (place == "comment" and "\n" in text):
        assert hit == []
    else:
        assert any(kind in one for one in hit), problems


def test_an_answer_cell_that_is_no_stub_is_found_whatever_it_says(release, secrets):
    cell(release, "m07-clip")["source"] += "\n    # nearly"
    release["cells"] = [one for one in release["cells"] if one["id"] != "m07-q1"]
    assert {(one.cell, one.problem) for one in found(release, secrets)} == {
        ("m07-clip", "the answer cell is not the stub of its source"),
        ("m07-q1", "the answer cell is missing"),
    }


def test_outputs_and_run_counts_are_found_even_when_they_say_nothing(release, secrets):
    cell(release, "m07-setup")["execution_count"] = 1
    (one,) = found(release, secrets)
    assert (one.cell, one.problem) == ("m07-setup", "the cell was run, and its outputs are there")


def test_solutions_inside_archives_are_found(release, secrets):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.txt", SOLUTION)
    for name, data in (("a__npz", packed.getvalue()), ("a__gz", gzip.compress(SOLUTION.encode()))):
        assert any("solution of m07-clip" in one.problem for one in found(release, secrets, **{name: data}))


def test_a_damaged_archive_stops_nothing(release, secrets):
    assert (
        found(release, secrets, a__zip=b"PK\x03\x04broken", b__gz=b"\x1f\x8bbroken", c__bin=bytes(range(256)))
        == []
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("07_training.py", "name of an author's file"),
        ("old/test_07_training.py", "name of"),
        ("other.ipynb", "second"),
    ],
)
def test_files_with_no_business_in_a_release_are_found(release, secrets, name, said):
    everything = {NAME: dump(release), name: b"{}"}
    assert any(said in one.problem for one in leaks(everything, secrets, notebook=NAME))


def test_a_copy_of_an_authors_file_under_another_name_is_found(release, secrets):
    assert any(
        "a copy of 07_training.py" in one.problem for one in found(release, secrets, a__txt=PROBES.encode())
    )


def test_a_line_students_are_given_openly_is_no_secret(course, module):
    text = course.source_text(module)
    given = f"def given(value, limit):\n    {SOLUTION}\n"
    text.write_text(text.read_text().replace("import math\n", f"import math\n\n{given}"))
    secrets = gather(course, module, build(text.read_text(), stem="07_training"))
    assert SOLUTION not in [one.text for one in secrets.lines]


def test_three_lines_of_a_solution_in_a_row_are_found_even_in_given_code(course, module):
    body = "total = sum(abs(value) for value in values)\n    scale = limit / total\n    return value * scale"
    text = course.source_text(module)
    longer = (
        text.read_text()
        .replace(SOLUTION, body)
        .replace("import math\n", f"import math\n\ndef given(value, limit):\n    {body}\n")
    )
    source = build(longer, stem="07_training")
    secrets = gather(course, module, source)
    release = stubs_of(source)
    assert not {one.text for one in secrets.lines} & set(body.split("\n    "))
    (finding,) = leaks({NAME: dump(release)}, secrets, notebook=NAME)
    assert finding.cell == "m07-setup"
    assert "3 lines of the solution of m07-clip" in finding.problem


def test_a_folder_is_searched_and_links_are_found(course, module):
    release = stubs_of(build(course.source_text(module).read_text(), stem="07_training"))
    notebook = course.release_notebook(module)
    notebook.parent.mkdir(parents=True)
    notebook.write_bytes(dump(release))
    assert find_leaks(course, module) == []
    (notebook.parent / "sub").mkdir()
    (notebook.parent / "sub" / "a.json").write_text(json.dumps({"a": SOLUTION}))
    (notebook.parent / "data").symlink_to(course.root / "graders")
    problems = {(one.file, one.problem.split(" (")[0][:30]) for one in find_leaks(course, module)}
    assert ("sub/a.json", "solution of m07-clip is given ") in problems
    assert ("data", "it is a link and would lead ou") in problems


def test_a_missing_or_unreadable_notebook_is_a_finding(release, secrets):
    assert "no released notebook" in leaks({}, secrets, notebook=NAME)[0].problem
    assert "cannot be read" in leaks({NAME: b"{"}, secrets, notebook=NAME)[0].problem


def test_letters_written_as_escapes_hide_nothing(release, secrets):
    cell(release, "07_training-005")["source"] += SOLUTION
    escaped = dump(release).replace(b"copysign", b"".join(b"\\u%04x" % letter for letter in b"copysign"))
    assert leaks({NAME: escaped}, secrets, notebook=NAME) != []
