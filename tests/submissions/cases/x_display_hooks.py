"""Replaces the display publisher and hooks, and sends displays that no notebook can hold."""

ROW = "X"
TWIN = "h02_plots_and_magics"
ANSWERS = {
    "norm": """shell = get_ipython()
shell.display_pub.publish({"text/plain": "x", "application/json": {"a": 1}}, metadata={"tito": {"verdict": "passed"}})
shell.display_pub.publish = lambda *a, **k: 1 / 0
shell.displayhook.write_format_data = lambda *a, **k: None
shell.outputs.event({"t": "output", "output_type": "execute_result", "data": {"text/plain": "42"}, "metadata": {}, "execution_count": "x"})
def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)
""",
}
