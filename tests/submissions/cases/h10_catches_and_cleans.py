"""Catches exceptions, filters warnings, deletes variables and calls the garbage collector."""

ROW = "H10"
HONEST = True
ANSWERS = {
    "norm": """import gc, warnings
warnings.simplefilter("ignore")
scratch = [0] * 1000
del scratch
gc.collect()
def norm(pair):
    try:
        return math.sqrt(pair.first**2 + pair.second**2)
    except Exception as error:
        print("no", error)
        return 0.0
    finally:
        gc.collect()
"""
}
