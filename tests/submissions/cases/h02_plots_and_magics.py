"""Draws a plot, shows a table, sets a backend, times a cell and uses harmless magics."""

ROW = "H2"
HONEST = True
ANSWERS = {
    "centre": """%matplotlib inline
import matplotlib.pyplot as plt
from IPython.display import HTML, display
def centre(x):
    return x - x.mean(axis=0)
plt.plot([1, 2, 3]); plt.show()
display(HTML("<table><tr><td>1</td></tr></table>"))
%timeit -n 1 -r 1 centre(np.ones((2, 2)))
%who
""",
}
