"""Answers with objects whose __array_interface__ and __array__ lie."""

ROW = "X"
TWIN = "h07_own_tensor_class"
ANSWERS = {
    "centre": """class Liar:
    __array_interface__ = {"shape": (10**6, 10**6), "typestr": "<f8", "data": (0, False), "version": 3}
    def __array__(self, *a, **k):
        return np.zeros((2, 2))
    shape, dtype, nbytes = (2, 2), np.dtype("f8"), 32
def centre(x):
    return Liar()
""",
}
POINTS = {"centre-test": 0.0}
SAYS = ["the answer is not plain data"]
