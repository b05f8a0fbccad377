"""A real sandbox, warmed once; small limits, so that running into them is quick."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterator

import pytest

from course_tools.sandbox import Limits, Nursery, OwnMachine, Session, choose_tier
from course_tools.sandbox.session import CellOutcome

SMALL = Limits(
    cell_seconds=1.0,
    total_seconds=20.0,
    probe_seconds=0.5,
    memory_mb=300,
    processes=40,
    file_mb=8,
    disk_mb=16,
    output_kb=64,
    reply_mb=4,
)


@pytest.fixture(scope="session")
def tier() -> str:
    """Without bubblewrap this fails, and its message names what to install."""
    return choose_tier("bubblewrap+watchdog")


@pytest.fixture(scope="session")
def nursery(tier: str) -> Iterator[Nursery]:
    with Nursery(tier, limits=SMALL, preload=("numpy",)) as one:
        yield one


@pytest.fixture
def session(nursery: Nursery) -> Iterator[Session]:
    with nursery.open() as one:
        yield one


@pytest.fixture
def own(tmp_path) -> Iterator[Session]:
    with OwnMachine(limits=SMALL) as machine, machine.open() as one:
        yield one


@pytest.fixture
def ok() -> Callable[[Session, str], CellOutcome]:
    """Run a cell that must go well."""

    def run(session: Session, source: str) -> CellOutcome:
        outcome = session.run_cell(source)
        assert outcome.status == "ok", (outcome.error_name, outcome.error_message, session.ending)
        return outcome

    return run


@pytest.fixture(scope="session")
def probe() -> Callable[[str], bytes]:
    """Compile a probe as the grader does. `call` runs the student's `f` with what it is given."""

    def compiled(source: str) -> bytes:
        return marshal.dumps(compile(source, "<probes>", "exec"))

    return compiled


@pytest.fixture(scope="session")
def text() -> Callable[[CellOutcome, str], str]:
    """What a cell wrote to a stream."""

    def joined(outcome: CellOutcome, name: str = "stdout") -> str:
        return "".join(
            o["text"] for o in outcome.outputs if o["output_type"] == "stream" and o["name"] == name
        )

    return joined
