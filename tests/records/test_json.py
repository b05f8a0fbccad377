"""What is written can be read, and what is no record of ours is refused with the field's name."""

import dataclasses
import json
import typing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_tools.records import BadRecord, CheckResult, Note, Report, TaskResult, from_json, to_data, to_json


def strategy(kind: Any) -> st.SearchStrategy[Any]:
    """Any value a field of this type may hold."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return st.builds(kind, **{one.name: strategy(hints[one.name]) for one in dataclasses.fields(kind)})
    if origin is tuple:
        return st.lists(strategy(arguments[0]), max_size=2).map(tuple)
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if arguments:
        return st.one_of([strategy(one) for one in arguments])
    return {
        str: st.text(max_size=8),
        float: st.floats(allow_nan=False, allow_infinity=False),
        int: st.integers(),
        bool: st.booleans(),
        type(None): st.none(),
    }[kind]


@given(strategy(Report))
def test_a_report_comes_back_as_it_was(report: Report) -> None:
    assert from_json(Report, to_json(report)) == report


NOTE = {"code": "a", "message": "b", "where": None, "audience": "staff"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": 3}, "code"),
        ({"where": 3}, "where"),
        ({"audience": "world"}, "audience"),
        ({"extra": 1}, "extra"),
        ({"message": None}, "message"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRecord, match=said):
        from_json(Note, json.dumps(NOTE | change))


def test_a_missing_field_is_named() -> None:
    with pytest.raises(BadRecord, match="'message' is missing"):
        from_json(Note, '{"code": "a"}')


@pytest.mark.parametrize("text", ["", "[]", "3", "null", '"x"', "{", "[" * 100_000, b"\xff\xfe"])
def test_what_is_no_record_is_refused(text: str | bytes) -> None:
    with pytest.raises(BadRecord):
        from_json(Note, text)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_not_written(value: float) -> None:
    with pytest.raises(BadRecord):
        to_data(CheckResult("n", "g", "t", "passed", True, value))


def test_a_truth_value_is_no_number() -> None:
    data = to_data(TaskResult("g", "t", None, None, 1.0, "manual"))
    with pytest.raises(BadRecord, match="max_points"):
        from_json(TaskResult, json.dumps(data | {"max_points": True}))
