"""Scripts and event handlers in outputs, names, notes and errors."""

ROW = "D8"
TWIN = "h02_plots_and_magics"
ANSWERS = {
    "norm": """from IPython.display import HTML, Javascript, SVG, Markdown, display
display(HTML("<script>alert(1)</script><img src=x onerror=alert(2)>"), Javascript("alert(3)"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(4)'></svg>"), Markdown("<iframe src='javascript:alert(5)'>"))
def norm(pair):
    raise type("<script>alert(6)</script>", (Exception,), {})("<img src=x onerror=alert(7)>")
""",
}
POINTS = {"norm-test": 0.0}
NEVERPAGE = ["<script>alert", "<img src=x", "<iframe"]


def damage(notebook):
    source = "<script>alert(8)</script><img src=x onerror=alert(9)>"
    notebook["cells"].append({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": source})
