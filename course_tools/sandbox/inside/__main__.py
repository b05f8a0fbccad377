# mypy: ignore-errors
# ruff: noqa: E402, BLE001 - siblings are found only after the path is set; whatever ends us must be written down
"""What runs inside: the nursery, which forks one session per submission, and the session, which runs its cells.

Started as `python -P -s <this folder> nursery|own|own-shared <fd>`. It imports the standard library and IPython,
nothing of course_tools, and holds no test and no expected value. After the first cell everything in this process
belongs to the student's code; the outside treats it so.
"""

import os
import sys

HERE = sys.path[0]  # the interpreter put this folder first

import _socket
import socket
import traceback

import frozen
import probes
import serve
import shell
import warm
import wire

SIBLINGS = [frozen, probes, serve, shell, warm, wire]
if sys.platform == "linux":
    import nursery
    import walls

    SIBLINGS += [nursery, walls]

# Our modules are found no more: a student's file may be called shell.py.
sys.path.remove(HERE)
for module in SIBLINGS:
    del sys.modules[module.__name__]


def connect(role, number):
    """The socket we were given; on Windows it comes as a description on standard input."""
    if role == "own-shared":
        return _socket.socket(fileno=socket.fromshare(sys.stdin.buffer.read()).detach())
    os.set_inheritable(number, False)
    return _socket.socket(fileno=number)


def main():
    role, number = sys.argv[1], int(sys.argv[2])
    channel = connect(role, number)
    control = wire.Wire(channel)
    header, body, _ = control.receive()
    if role == "nursery":
        try:
            nursery.nursery(control, header, body)
        except wire.Closed:
            nursery.end_children()
            os._exit(0)
        except BaseException as error:
            control.send({"t": "broken", "why": f"{type(error).__name__}: {error}"})
            os._exit(1)
    if sys.platform == "linux":
        walls.die_with_parent()
    sys.path[:0] = header["path"]
    # Nobody looks at pictures here: whoever tests their own work sees them in their own notebook.
    notebook, outputs = shell.make_shell(header["scratch"], figures=False)
    warm.load(header)
    serve.become_session(channel, notebook, outputs, header["folder"], greet=False)


try:
    main()
except BaseException:  # sys.stderr may be the cells' by now
    os.write(2, traceback.format_exc().encode())
    os._exit(1)
