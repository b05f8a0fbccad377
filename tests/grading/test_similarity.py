"""Alike is what has the same steps, whatever it is called; what everybody has is not."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time

import pytest

from course_tools.grading.similarity import LEAST, WINDOW, K, code, compare, grams, names, prints, text

STUB = '''def clip(parameters, max_norm):
    """Scale all gradients together."""
    raise NotImplementedError("07.2")
'''
REFERENCE = """def clip(parameters, max_norm):
    total = math.sqrt(sum(float((p.grad**2).sum()) for p in parameters))
    if total > max_norm:
        for p in parameters:
            p.grad *= max_norm / total
    return total
"""
ADA = """def clip(parameters, max_norm):
    squares = []
    for one in parameters:
        if one.grad is None:
            continue
        squares.append(np.square(one.grad).sum())
    norm = np.sqrt(np.array(squares).sum())
    factor = min(1.0, max_norm / (norm + 1e-12))
    for one in parameters:
        if one.grad is not None:
            one.grad = one.grad * factor
    return float(norm)
"""
# Ada's, disguised: other names, a docstring, annotations, comments, other layout.
COPY = '''def clip(parameters: list, max_norm: float) -> float:
    """My own work!"""
    bag = []  # to collect
    for q in parameters:
        # nothing to do here
        if q.grad is None: continue
        bag.append( np.square(
            q.grad ).sum() )
    length = np.sqrt(np.array(bag).sum())
    scale: float = min(1.0, max_norm/(length+1e-12))
    for q in parameters:
        if q.grad is not None: q.grad = q.grad*scale
    return float(length)
'''
CID = """def clip(parameters, max_norm):
    flat = np.concatenate([p.grad.ravel() for p in parameters if p.grad is not None])
    total = float(np.linalg.norm(flat))
    if total <= max_norm:
        return total
    ratio = max_norm / total
    for p in filter(lambda p: p.grad is not None, parameters):
        np.multiply(p.grad, ratio, out=p.grad)
    return total
"""
GIVEN = names(STUB)
WITHOUT = grams(code(STUB, GIVEN)) | grams(code(REFERENCE, GIVEN))


def of(source):
    return {"clip": prints(code(source, GIVEN), without=WITHOUT)}


def pairs(*sources, threshold=0.7):
    found = compare({f"s{i:03d}": of(one) for i, one in enumerate(sources)}, threshold=threshold)
    return [(one.first, one.second, one.share) for one in found]


def test_a_copy_under_other_names_is_alike():
    # `scale: float = ...` is another kind of statement, so not quite everything is the same
    ((first, second, share),) = pairs(ADA, COPY, CID)
    assert (first, second) == ("s000", "s001")
    assert share > 0.8
    assert pairs(ADA, COPY.replace("scale: float", "scale")) == [("s000", "s001", 1.0)]


def test_two_honest_ways_are_not():
    assert pairs(ADA, CID) == []
    ((_, _, share),) = pairs(ADA, CID, threshold=0.001) or [("", "", 0.0)]
    assert share < 0.3


def test_who_solves_it_as_the_course_does_is_like_nobody():
    assert of(REFERENCE)["clip"] == frozenset()
    assert of(STUB)["clip"] == frozenset()
    assert pairs(REFERENCE, REFERENCE.replace("total", "norm"), STUB, STUB, threshold=0.001) == []


def test_what_many_have_is_no_sign():
    assert pairs(*[ADA] * 8) != []
    assert pairs(*[ADA] * 9) == []
    assert pairs(*[ADA] * 10, *[CID] * 80) == [], "more than a tenth of the class"
    assert len(pairs(ADA, *[f"x{i} = {i}" for i in range(90)], COPY)) == 1


def test_what_is_short_is_not_compared():
    short = "def clip(parameters, max_norm):\n    return np.linalg.norm(parameters)\n"
    assert len(of(short)["clip"]) < LEAST
    assert pairs(short, short, threshold=0.001) == []


def test_a_shared_run_of_that_length_is_found_wherever_it_stands():
    """The promise of winnowing: WINDOW + K - 1 tokens in a row share a fingerprint."""
    draw = random.Random(1)
    for _ in range(200):
        run = [f"t{draw.randrange(50)}" for _ in range(WINDOW + K - 1)]
        around = [[f"x{draw.randrange(10**9)}" for _ in range(draw.randrange(40))] for _ in range(4)]
        first, second = around[0] + run + around[1], around[2] + run + around[3]
        assert prints(first) & prints(second)
        assert not prints(around[0] + run[: K - 1]) & prints(around[2] + run[: K - 1])


@pytest.mark.parametrize(
    "source",
    [
        "def f(:",
        "\0",
        "(" * 5000,
        "x = " + "+".join("1" * 5000),
        "%%bash\nls",
        "'\\d'",
        "é" * 10,
        "\ud800",
        "0x" * 9,
    ],
)
def test_nothing_a_student_writes_stops_it(source):
    assert isinstance(prints(code(source)), frozenset)
    names(source)


def test_lines_for_ipython_do_not_hide_the_rest():
    assert code("%matplotlib inline\n!ls\nx = 1") == code("x = 1") != ()


def test_written_answers_are_compared_by_their_words():
    first = "The norm is taken over all parameters, because one direction must be kept; scaling each alone turns it."
    second = re.sub(r"[,;.]", "", first).upper()
    assert prints(text(first), k=5) == prints(text(second), k=5)


def test_the_same_fingerprints_are_chosen_in_every_run():
    """Python's own hash of a text is another one in each process."""
    program = (
        "from course_tools.grading.similarity import code, prints; import sys;"
        "print(sorted(prints(code(sys.stdin.read()))))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            input=ADA,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_three_hundred_hand_ins_are_compared_in_seconds():
    draw = random.Random(7)
    lines = [one for source in (ADA, CID, REFERENCE) for one in source.splitlines()[1:]]
    made = {}
    for student in range(300):
        body = [f"    {draw.choice(lines).strip(': ')}" for _ in range(25)]
        made[f"s{student:03d}"] = {f"c{n}": "def f():\n    a = 1\n" + "\n".join(body[n:]) for n in range(13)}
    started = time.process_time()
    works = {
        student: {cell: prints([*source.split(), student] * 4) for cell, source in cells.items()}
        for student, cells in made.items()
    }
    compare(works, threshold=0.7)
    assert time.process_time() - started < 30  # 3 s on a quiet machine
