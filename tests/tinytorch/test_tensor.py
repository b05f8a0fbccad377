"""Module 01: what a Tensor holds and what its operations announce."""

from __future__ import annotations

import numpy as np
import pytest

import tinytorch.core.autograd  # noqa: F401  (recorder installed, as in every later module)
from tinytorch.core.tensor import Tensor, as_tensor


@pytest.mark.parametrize(
    "data", [[[1, 2, 3], [4, 5, 6]], 3, True, (1.5, 2), np.int8([1]), np.zeros((0, 3), bool)]
)
def test_everything_but_float32_becomes_float64(data):
    tensor = Tensor(data)
    assert tensor.dtype == np.float64
    assert np.array_equal(tensor.data, np.asarray(data, dtype=float))
    assert Tensor(np.float32([1, 2])).dtype == np.float32


def test_the_constructor_copies_values_and_no_history():
    source = np.arange(6.0).reshape(2, 3)
    tensor = Tensor(source.T)  # not contiguous
    source[:] = -1
    assert np.array_equal(tensor.data, np.arange(6.0).reshape(2, 3).T)
    grown = Tensor(tensor, requires_grad=True) * 2
    again = Tensor(grown)
    again.data[:] = 0
    assert grown.data[1, 1] == 8
    assert (again.inputs, again.requires_grad, again.grad) == ((), False, None)


def test_array_len_item_repr():
    tensor = Tensor([[1, 2], [3, 4]], name="w")
    assert tensor.numpy() is tensor.data
    assert np.asarray(tensor) is tensor.data
    assert len(tensor) == 2
    assert (tensor.shape, tensor.ndim, tensor.size) == ((2, 2), 2, 4)
    assert repr(tensor).startswith("Tensor(")
    assert type(Tensor([[7]]).item()) is float
    with pytest.raises(ValueError, match=r"\(2, 2\)"):
        tensor.item()


@pytest.mark.parametrize("seed", range(20))
def test_arithmetic_is_numpys_on_broadcast_pairs(seed):
    rng = np.random.default_rng(seed)
    full = tuple(rng.integers(1, 4, size=3))
    a = rng.uniform(0.5, 2, size=[n if rng.random() < 0.6 else 1 for n in full])
    b = rng.uniform(0.5, 2, size=[n if rng.random() < 0.6 else 1 for n in full][rng.integers(0, 3) :])
    before = a.copy(), b.copy()
    for left, right in [(Tensor(a), Tensor(b)), (Tensor(a), b), (a, Tensor(b))]:
        for got, expected in [
            (left + right, a + b),
            (left - right, a - b),
            (left * right, a * b),
            (left / right, a / b),
        ]:
            assert type(got) is Tensor
            assert np.array_equal(got.data, expected)
    assert np.array_equal((-(Tensor(a) ** 3)).data, -(a**3))
    assert np.array_equal(Tensor(a).exp().data, np.exp(a))
    assert np.array_equal(Tensor(a).log().data, np.log(a))
    assert np.array_equal(a, before[0])
    assert np.array_equal(b, before[1])


def test_numbers_on_either_side_keep_float32():
    single = Tensor(np.float32([1, 2]))
    for result in (
        single + 1,
        1 - single,
        2.0 * single,
        1 / single,
        single**2,
        single.mean(),
        single @ single,
    ):
        assert result.dtype == np.float32
    assert (single + np.float64(1)).dtype == np.float64  # numpy's rule for its own numbers
    assert np.array_equal((2 - Tensor([1.0, 5.0])).data, [1, -3])
    assert np.array_equal((np.float64(2) / Tensor([1.0, 4.0])).data, [2, 0.5])


@pytest.mark.parametrize("exponent", [Tensor(2.0), np.ones(2), "2", None])
def test_only_a_number_is_an_exponent(exponent):
    with pytest.raises(TypeError):
        Tensor([1.0, 2.0]) ** exponent


def test_shapes_that_do_not_fit_raise():
    with pytest.raises(ValueError, match="broadcast"):
        Tensor(np.ones((2, 3))) + np.ones(4)
    with pytest.raises(ValueError, match=r"\(2, 3\).*\(4, 5\)"):
        Tensor(np.ones((2, 3))) @ Tensor(np.ones((4, 5)))
    with pytest.raises(ValueError, match=r"\(2,\).*\(\)"):
        Tensor([1.0, 2.0]) @ 3
    with pytest.raises(ValueError, match="no elements"):
        Tensor(np.zeros((0, 3))).mean()
    with pytest.raises(ValueError, match="reshape"):
        Tensor(np.ones(6)).reshape(4, 2)
    with pytest.raises(ValueError, match="repeated"):
        Tensor(np.ones((2, 3))).transpose(1, 1)


def test_a_numpy_function_does_not_lose_the_graph_in_silence():
    with pytest.raises(TypeError):
        np.exp(Tensor([1.0]))


def test_shape_operations_and_reductions_are_numpys(rng):
    a = rng.normal(size=(2, 3, 5))
    t = Tensor(a)
    cases = [
        (t.reshape(5, -1), a.reshape(5, -1)),
        (t.T.reshape((3, 10)), a.swapaxes(1, 2).reshape(3, 10)),
        (t.T, a.swapaxes(1, 2)),
        (t.transpose(-1, 0, 1), a.transpose(2, 0, 1)),
        (t[1, :, ::2], a[1, :, ::2]),
        (t[..., None, 0], a[..., None, 0]),
        (t[a > 0], a[a > 0]),
        (t[[0, 0, 1], [2, 2, 0]], a[[0, 0, 1], [2, 2, 0]]),
        (t.sum(), a.sum()),
        (t.sum(axis=(0, -1)), a.sum(axis=(0, 2))),
        (t.mean(axis=1), a.mean(axis=1)),
        (t.mean(axis=-1, keepdims=True), a.mean(axis=-1, keepdims=True)),
        (t.max(axis=0), a.max(axis=0)),
        (t.max(keepdims=True), a.max(keepdims=True)),
    ]
    for got, expected in cases:
        assert got.shape == np.shape(expected)
        assert np.array_equal(got.data, expected)
        assert not np.shares_memory(got.data, t.data)
    assert Tensor([1.0, 2.0]).T.shape == (2,)
    assert Tensor(1.0).T.shape == ()


def test_every_result_is_announced_under_its_name(monkeypatch):
    seen = []
    record = staticmethod(lambda result, op, inputs, ctx: seen.append((op, inputs, ctx)))
    monkeypatch.setattr(Tensor, "recorder", record)
    a, b = Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([[1.0, 1.0], [2.0, 2.0]])
    a + b, a - b, a * b, a / b, -a, a**2, a.exp(), a.log(), a @ b
    a.reshape(4), a.T, a[0], a.sum(axis=0), a.mean(), a.max()
    names = "add sub mul div neg pow exp log matmul reshape transpose getitem sum mean max"
    assert [op for op, _, _ in seen] == names.split()
    assert all(
        inputs == ((a, b) if op in ["add", "sub", "mul", "div", "matmul"] else (a,)) for op, inputs, _ in seen
    )
    assert seen[5][2] == {"exponent": 2}
    assert seen[12][2] == {"axis": 0, "keepdims": False}


def test_parts_of_the_class_leave_nothing_of_themselves_behind():
    """Operators are written in classes of their own; Tensor takes over what those define and no more."""
    assert Tensor.__module__ == "tinytorch.core.tensor"
    assert Tensor.__doc__.startswith("An array of float32 or float64")
    assert Tensor.__mro__ == (Tensor, object)
    assert {"__add__", "__matmul__", "__getitem__", "T", "mean"} <= set(vars(Tensor))


def test_what_operations_return_is_a_plain_tensor_that_wants_nothing():
    class Named(Tensor):
        pass

    result = Named([1.0, 2.0], name="w") + np.ones(2)
    assert type(result) is Tensor
    assert (result.grad, result.name) == (None, "")


def test_as_tensor_shares_and_the_constructor_does_not():
    array = np.ones(3)
    assert as_tensor(array).data is array
    tensor = Tensor(array)
    assert tensor.data is not array
    assert as_tensor(tensor) is tensor
