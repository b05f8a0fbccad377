"""A course of three tiny modules that build on each other: 01 base, 02 scale (on 01), 03 both (on 02)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from course_tools.course import Course
from course_tools.notebooks import build, dump, export, read
from course_tools.notebooks.cells import grade_id, is_answer
from course_tools.notebooks.stubs import stubbed

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = 'name = "chain"\ntitle = "A chain"\n' + "".join(
    f'[[modules]]\nnumber = "{number}"\nname = "{name}"\ntitle = "T"\nneeds = {json.dumps(needs)}\n'
    f'export = "tinytorch.core.{name}"\nseed = "s"\npreload = ["numpy"]\n'
    for number, name, needs in (("01", "base", []), ("02", "scale", ["01"]), ("03", "both", ["02"]))
)
IMPORTS = {
    "01": "import math",
    "02": "from tinytorch.core.base import up",
    "03": "from tinytorch.core.base import up\nfrom tinytorch.core.scale import double",
}
ANSWERS = {
    "01": {"up": "return x + 1"},
    "02": {"double": "return 2 * x"},
    "03": {
        "upped": "return up(x) + 10",
        "doubled": "return double(x) + 10",
        "product": "return up(x) * double(x)",
        "plain": "return x - 1",
    },
}
NAMES = {"01": "base", "02": "scale", "03": "both"}


def cell(name, source, task="", **flags):
    marks = {
        "grade": False,
        "grade_id": name,
        "locked": True,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    course = f" course={json.dumps({'task': task, 'needs': []})}" if task else ""
    return f"# %% nbgrader={json.dumps(marks | flags)}{course}\n{source}\n\n"


def text(number):
    """The author's text of one module."""
    parts = [cell(f"m{number}-setup", f"#| export\n{IMPORTS[number]}")]
    points = 100 / len(ANSWERS[number])
    for task, (name, body) in enumerate(ANSWERS[number].items(), start=1):
        own = f"#| export\ndef {name}(x):\n    ### BEGIN SOLUTION\n    {body}\n    ### END SOLUTION"
        parts.append(cell(f"m{number}-{name}", own, f"{number}.{task}", locked=False, solution=True))
        test = f"def test_{name}():\n    assert {name}(3) is not None\n\n\ntest_{name}()"
        parts.append(cell(f"m{number}-{name}-test", test, f"{number}.{task}", grade=True, points=points))
    return "".join(parts)


def checks(number):
    """A check per function: what the reference answers, worked out by hand."""
    right = {"up": 8, "double": 14, "upped": 18, "doubled": 24, "product": 112, "plain": 6}
    return "from course_tools.grading import check, expect\n" + "".join(
        f'\n\n@check("m{number}-{name}-test", visible={visible})\n'
        f'def test_{name}(student, rng):\n    """{name} of 7."""\n'
        f'    expect(student.probe("ask", name="{name}", x=7)).equal({right[name]}, what="{name}")\n'
        for name, visible in ((one, one != "doubled") for one in ANSWERS[number])
    )


def make(root: Path) -> Course:
    """The course, built and released, without nbgrader."""
    library = root / "tinytorch"
    (library / "core").mkdir(parents=True)
    for file in ("__init__.py", "_workspace.py", "core/__init__.py"):
        shutil.copy(ROOT / "tinytorch" / file, library / file)
    (root / "course.toml").write_text(CATALOGUE)
    course = Course.load(root)
    for module in course.modules:
        solved = build(text(module.number), stem=module.folder)
        files = {
            course.source_text(module): text(module.number).encode(),
            course.source_notebook(module): dump(solved),
            course.reference(module): export(solved, module=module.export).encode(),
            course.checks(module): checks(module.number).encode(),
            course.probes(module): b"def ask(names, name, x):\n    return names[name](x)\n",
        }
        paper = read(dump(solved))
        for one in paper["cells"]:
            if is_answer(one):
                one["source"] = stubbed(one)
        files[course.release_notebook(module)] = dump(paper)
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return course


def hand_in(course: Course, number: str, **bodies: str) -> bytes:
    """The solved notebook of a module with other bodies of these functions."""
    module = course.find(number)
    made = read(course.source_notebook(module))
    for one in made["cells"]:
        name = grade_id(one).partition("-")[2]
        if name in bodies:
            before = ANSWERS[number][name]
            assert one["source"].count(before) == 1
            one["source"] = one["source"].replace(before, bodies[name])
    return dump(made)
