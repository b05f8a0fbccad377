"""Module 05: what backward fills, adds and refuses, and when nothing is recorded."""

from __future__ import annotations

import numpy as np
import pytest

from tinytorch.core.autograd import enable_autograd, is_recording, no_grad, topological_order
from tinytorch.core.layers import Linear, Parameter, Sequential, Tanh
from tinytorch.core.losses import MSELoss
from tinytorch.core.tensor import Tensor


def leaf(value):
    return Tensor(value, requires_grad=True)


def test_the_pinned_value():
    x = leaf(3.0)
    (x * x + x).backward()
    assert x.grad == 7


def test_only_leaves_that_want_a_gradient_get_one():
    x, constant = leaf([1.0, 2.0]), Tensor([3.0, 4.0])
    inner = x * constant
    inner.sum().backward()
    assert np.array_equal(x.grad, [3, 4])
    assert constant.grad is None
    assert inner.grad is None


def test_gradients_add_up_over_calls_and_losses():
    x = leaf([1.0, 2.0])
    total = (x * x).sum()
    total.backward()
    kept = x.grad
    total.backward()
    assert np.array_equal(x.grad, [4, 8])
    x.sum().backward()
    assert np.array_equal(x.grad, [5, 9])
    assert np.array_equal(kept, [2, 4])  # what somebody kept does not change under them


def test_two_leaves_never_share_a_gradient_array():
    a, b = leaf([1.0, 1.0]), leaf([1.0, 1.0])
    upstream = np.ones(2)
    (a + b).backward(upstream)
    a.grad *= 0.5
    assert np.array_equal(b.grad, [1, 1])
    assert np.array_equal(upstream, [1, 1])


def test_a_leaf_keeps_its_dtype_in_a_wider_graph():
    x = Tensor(np.float32([1, 2]), requires_grad=True)
    for _ in range(2):
        (x * np.array([0.1, 0.2])).sum().backward()
        assert x.grad.dtype == np.float32


def test_the_power_0_is_flat_even_at_0():
    x = leaf([0.0, 2.0])
    (x**0).sum().backward()
    assert np.array_equal(x.grad, [0, 0])


def test_several_largest_elements_share_the_gradient():
    x = leaf([[2.0, 5.0, 5.0], [1.0, 0.0, -1.0]])
    x.max(axis=1).backward(np.array([3.0, 7.0]))
    assert np.array_equal(x.grad, [[0, 1.5, 1.5], [7, 0, 0]])


def test_a_diamond_of_depth_60_takes_no_time():
    x = leaf(1.0)
    y = x
    for _ in range(60):
        y = y + y  # 2**60 paths
    y.backward()
    assert x.grad == 2.0**60


def test_a_chain_of_5000_operations():
    x = leaf(1.0)
    y = x
    for _ in range(5000):
        y = y + 1
    assert len(topological_order(y)) == 10001
    y.backward()
    assert x.grad == 1


def test_refusals():
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match="grad"):
        (x * 2).backward()
    with pytest.raises(ValueError, match=r"\(1, 2\)"):
        (x * 2).backward(np.ones((1, 2)))
    with pytest.raises(RuntimeError, match="nothing was recorded"):
        (Tensor([1.0]) * 2).backward()
    assert x.grad is None


def test_no_grad_records_nothing_and_changes_no_value():
    x = leaf([1.0, 2.0])
    with no_grad():
        assert not is_recording()
        silent = x * 3
        with no_grad():
            pass
        assert (x * 2).inputs == ()  # leaving the inner block leaves the outer one on
    assert is_recording()
    assert silent.inputs == ()
    assert not silent.requires_grad
    assert np.array_equal(silent.data, (x * 3).data)


def test_recording_returns_after_an_exception():
    x = leaf(1.0)

    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert len((x * 2).inputs) == 2


def test_enabling_twice_changes_nothing():
    before = Tensor.recorder, Tensor.backward
    enable_autograd()
    assert (Tensor.recorder, Tensor.backward) == before


def test_topological_order_is_by_use_and_by_identity():
    class Node:
        def __init__(self, *inputs):
            self.inputs = inputs

    a = Node()
    b = Node(a, a)
    c = Node(Node(Node(b)))
    root = Node(c, b, a, b)
    order = topological_order(root)
    position = {id(node): i for i, node in enumerate(order)}
    assert len(order) == len(position) == 6
    assert order[-1] is root
    assert all(position[id(one)] < position[id(node)] for node in order for one in node.inputs)


def test_the_memory_of_a_graph_can_be_walked(rng):
    model = Sequential(Linear(3, 5, rng=rng), Tanh(), Linear(5, 2, rng=rng))

    def held(n):
        X = rng.normal(size=(n, 3))
        loss = MSELoss()(model(X), np.zeros((n, 2)))
        arrays = {}
        for node in topological_order(loss):
            for array in (node.data, *node.ctx.values()):
                if isinstance(array, np.ndarray) and not isinstance(node, Parameter) and array is not X:
                    arrays[id(array)] = array.nbytes
        assert any(
            node.data is X for node in topological_order(loss)
        )  # the batch is not stored a second time
        return sum(arrays.values())

    # x W1, + b1, tanh: 5 each; x W2, + b2, gradient of the loss: 2 each; the loss: one number
    assert held(4) == 8 * (4 * (3 * 5 + 3 * 2) + 1)
    assert held(8) - held(4) == 8 * 4 * 21
    with no_grad():
        assert topological_order(MSELoss()(model(np.zeros((4, 3))), np.zeros((4, 2))))[0].inputs == ()
