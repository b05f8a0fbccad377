"""Raises exceptions whose str, repr, class name and traceback raise in turn."""

ROW = "X"
TWIN = "h10_catches_and_cleans"
ANSWERS = {
    "norm": """class Bad(BaseException):
    def __str__(self): raise Bad()
    __repr__ = __str__
    __traceback__ = property(lambda self: 1 / 0)
    __cause__ = property(lambda self: 1 / 0)
def norm(pair):
    raise Bad()
""",
    "centre": """class Meta(type):
    __name__ = property(lambda cls: 1 / 0)
class Worse(Exception, metaclass=Meta):
    pass
raise Worse
""",
}
POINTS = {"norm-test": 0.0, "centre-test": 0.0}
