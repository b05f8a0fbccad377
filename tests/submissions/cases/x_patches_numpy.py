"""Patches np.asarray, np.float64 and arrays' classes, and answers with a subclass."""

ROW = "X"
TWIN = "h07_own_tensor_class"
ANSWERS = {
    "norm": """class Sub(np.ndarray):
    shape = property(lambda self: (1,))
    dtype = property(lambda self: np.dtype("f8"))
    def tobytes(self, *a):
        return np.array([5.0]).tobytes()
np.asarray = np.array = np.frombuffer = lambda *a, **k: np.zeros(1).view(Sub)
np.float64 = float
def norm(pair):
    return 1.0
""",
    "centre": """def centre(x):
    return (x - x.mean(axis=0)).view(Sub)
""",
}
POINTS = {"norm-test": 0.0, "centre-test": 0.0}
SAYS = ["not plain data"]
