"""The example on how to add a milestone is a milestone."""

from __future__ import annotations

import re
import textwrap

from documents import ROOT

from course_tools.course import Course
from course_tools.notebooks.digest import digest
from course_tools.student import milestone_child, milestone_run, workspace
from course_tools.student import progress as records

PAGE = (ROOT / "docs" / "how-to" / "add-a-milestone.md").read_text()
CATALOGUE = """
name = "small"
title = "Small"

[[modules]]
number = "01"
name = "tensor"
title = "Tensor"
export = "tinytorch.core.tensor"
seed = "s"

[[milestones]]
after = "01"
name = "sums"
title = "Sums"
script = "milestones/01_sums.py"
"""


def test_the_example_runs_and_is_reached(tmp_path):
    example = re.search(r"   ```python\n(.*?)   ```", PAGE, re.DOTALL)
    assert example
    for folder in ("release", "milestones"):
        (tmp_path / "course" / folder).mkdir(parents=True)
    (tmp_path / "course" / "course.toml").write_text(CATALOGUE)
    (tmp_path / "course" / "milestones" / "01_sums.py").write_text(textwrap.dedent(example[1]))
    home = workspace.create(tmp_path / "home", release=tmp_path / "course")
    (module,) = home.course.modules
    text = (ROOT / "tinytorch" / "core" / "tensor.py").read_bytes()
    home.exported(module).write_bytes(text)
    done = records.Completed("01", records.now(), None, None, None, digest(text), None)
    records.save(home, records.Progress().with_(done))
    steps = []
    ran = milestone_run.run(home, home.course.milestones[0], step=lambda done, total: steps.append(done))
    assert ran.reached
    assert ran.describes == "A line that climbs to 20 right sums."
    assert steps == list(range(20))


def test_the_page_names_every_call_and_every_limit():
    rows = re.findall(r"^   \| `(\w+)\(", PAGE, re.MULTILINE)
    calls = [name for name in vars(milestone_child.Stage) if not name.startswith("_") and name != "finish"]
    assert sorted(rows) == sorted(calls)
    assert f"after {milestone_run.SECONDS:g} s it is stopped" in PAGE


def test_every_milestone_of_the_course_says_how_to_run_it():
    for one in Course.load(ROOT).milestones:
        script = (ROOT / one.script).read_text()
        assert script.count(f"tito milestone run {one.name}\n") == 1
        assert f'raise SystemExit("Run it with:  tito milestone run {one.name}")' in script
        assert one.stem.startswith(f"{one.after}_")
