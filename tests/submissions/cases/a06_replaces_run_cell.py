"""Replaces run_cell and hooks into what happens before and after cells."""

ROW = "A6"
TWIN = "h02_plots_and_magics"
ANSWERS = {
    "norm": """shell = get_ipython()
real = type(shell).run_cell
type(shell).run_cell = lambda self, source, *a, **k: real(self, "pass", *a, **k)
shell.run_cell = lambda *a, **k: real(shell, "pass")
shell.events.register("pre_run_cell", lambda *a: 1 / 0)
shell.events.register("post_run_cell", lambda *a: None)
shell.input_transformers_cleanup.append(lambda lines: lines)
def norm(pair):
    return 1.0
""",
}
POINTS = {"norm-test": 0.0}
