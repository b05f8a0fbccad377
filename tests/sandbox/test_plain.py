"""Values cross the wall as what they are, or not at all."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from course_tools.sandbox import Answer, Trouble
from course_tools.sandbox.plain import BadReply, from_form, to_form

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**200), 2**200), st.floats(), st.text(max_size=20)
)
dtypes = st.sampled_from(
    [
        "bool",
        "int8",
        "uint8",
        "int16",
        "uint32",
        "int64",
        "float16",
        "float32",
        "float64",
        "complex64",
        "complex128",
        ">f8",
        ">i4",
    ]
)
arrays = dtypes.flatmap(
    lambda d: npst.arrays(np.dtype(d), npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
plain = st.recursive(
    st.one_of(scalars, arrays),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def same(a, b):
    if isinstance(a, np.ndarray):
        little = a.dtype.newbyteorder("<")
        return (
            type(b) is np.ndarray
            and b.dtype == little
            and a.shape == b.shape
            and a.astype(little).tobytes() == b.tobytes()
        )
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    return a == b


@pytest.fixture(scope="module")
def echo(nursery, probe):
    code = probe("def echo(names, x):\n    return x")
    with nursery.open() as session, session.snapshot() as snapshot:
        yield lambda x: snapshot.call(code, "echo", {"x": x})


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(value=plain)
def test_what_goes_in_comes_out(echo, value):
    reply = echo(value)
    assert isinstance(reply, Answer)
    assert same(value, reply.value)


@pytest.mark.parametrize(
    ("made", "name"),
    [
        ("object()", "object"),
        ("type('Tensor', (), {})()", "Tensor"),
        ("type('F', (float,), {})(1.0)", "F"),
        ("type('S', (str,), {})('x')", "S"),
        ("type('A', (__import__('numpy').ndarray,), {})(3)", "A"),
        ("{1: 2}", "dict"),
        ("b'bytes'", "bytes"),
        ("{1, 2}", "set"),
        ("__import__('numpy').array([object()])", "array of object"),
        ("__import__('numpy').array(['a'])", "array of <U1"),
        ("__import__('numpy').longdouble(1)", "longdouble"),
        ("1 << 5000", "int"),
        ("print", "builtin_function_or_method"),
    ],
)
def test_anything_else_is_refused_by_name(session, ok, probe, made, name):
    ok(session, f"def f(): return [{made}]")
    with session.snapshot() as snapshot:
        reply = snapshot.call(probe("def g(names): return names['f']()"), "g", {})
    assert isinstance(reply, Trouble)
    assert (reply.kind, reply.name) == ("not_plain", name)


def test_endless_nesting_is_refused(session, ok, probe):
    ok(session, "def f():\n    x = []\n    x.append(x)\n    return x")
    with session.snapshot() as snapshot:
        assert snapshot.call(probe("def g(names): return names['f']()"), "g", {}).kind == "not_plain"


def test_tuples_become_lists_and_numpy_numbers_keep_their_type(session, ok, probe):
    ok(session, "import numpy as np\ndef f(): return (1, np.float32(2.5), np.arange(6.).reshape(2, 3).T)")
    with session.snapshot() as snapshot:
        value = snapshot.call(probe("def g(names): return names['f']()"), "g", {}).value
    assert value[0] == 1
    assert value[1].dtype == np.float32
    assert value[1].shape == ()
    assert np.array_equal(value[2], [[0, 3], [1, 4], [2, 5]])


@pytest.mark.parametrize("made", ["np.zeros(2**20)", "'x' * 2**23", "list(range(2**20))"])
def test_an_answer_too_large_is_said_to_be(session, ok, probe, made):
    ok(session, f"import numpy as np\ndef f(): return {made}")
    with session.snapshot() as snapshot:
        assert snapshot.call(probe("def g(names): return names['f']()"), "g", {}).kind == "too_large"
        assert snapshot.alive


@pytest.mark.parametrize(
    ("form", "arrays", "body"),
    [
        ({"a": 0}, [["|O8", [1]]], b"12345678"),
        ({"a": 0}, [["<f8", [2]]], b"12345678"),
        ({"a": 0}, [["<f8", [1]]], b"123456789"),
        ({"a": 0}, [["<f8", [-1]]], b""),
        ({"a": 0}, [["<f8", [2**62, 0]]], b""),
        ({"a": 0}, [["<f8", [1.0]]], b"12345678"),
        ({"a": 0}, [["|b1", [1]]], b"\x02"),
        ({"a": 1}, [["|b1", [1]]], b"\x01"),
        ([{"a": 0}, {"a": 0}], [["|b1", [1]]], b"\x01"),
        (None, [["|b1", [1]]], b"\x01"),
        ({"a": True}, [["|b1", [1]]], b"\x01"),
        ({"d": []}, [], b""),
        ({"d": {}, "x": "nan"}, [], b""),
        ({"x": "1e999"}, [], b""),
        ({"q": 1}, [], b""),
        ({}, [], b""),
        (None, None, b""),
        (None, [None], b""),
        (None, [["<f8", None]], b""),
    ],
)
def test_a_reply_out_of_form_is_no_value(form, arrays, body):
    with pytest.raises(BadReply):
        from_form(form, arrays, body)


def test_sending_what_is_not_plain_is_our_own_error():
    with pytest.raises(TypeError, match="not plain"):
        to_form({"x": object()})
