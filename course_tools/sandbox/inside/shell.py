# mypy: ignore-errors

"""An IPython shell without a kernel: runs cells and tells `emit` what they put out, in order.

Each event is a small dict: a stream's text, a display, an update of an earlier display, a clear, an error.
Only the main thread talks to the outside; other threads leave their events for it to fetch.
"""

import builtins

__builtins__ = dict(vars(builtins))

import io
import subprocess
import sys
import threading
import time

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.profiledir import ProfileDir
from traitlets import Type
from traitlets.config import Config
from wire import dumps, safe_text

FLUSH_SECONDS = 0.05
FLUSH_EVENTS = 128
SHOWN_FRAMES = 10  # of each end of a long traceback
NO_INPUT = "input() cannot be answered here: nobody is at the keyboard. Put the value into the cell instead."


class Outputs:
    """Collects a cell's events, cuts them at `limit` bytes and hands them to `send`, all from one thread."""

    def __init__(self):
        self.send, self.limit, self.left, self.cut = None, 0, 0, False
        self.waiting, self.last = [], 0.0
        self.main = threading.get_ident()
        self._ident, self._clock = threading.get_ident, time.monotonic

    def start(self, limit):
        self.limit = self.left = limit
        self.cut, self.last = False, self._clock()

    def stream(self, name, text):
        """Keep text for the next flush; after the limit it is dropped, with one notice."""
        waiting = self.waiting
        size = len(text)
        if size > self.left:
            text = text[: self.left]
            if not self.cut and self.limit:
                self.cut = True
                text += f"\n[cut here: a cell may put out {self.limit // 1024} KB]\n"
            size = self.left
        self.left -= size
        if text:
            waiting.append({"t": "stream", "name": name, "text": text})
        if self._ident() == self.main:
            now = self._clock()
            if now - self.last > FLUSH_SECONDS or len(waiting) > FLUSH_EVENTS:
                self.flush()

    def event(self, event):
        """Queue anything but text. What does not fit is replaced by a notice."""
        try:
            size = len(dumps(event))
        except (TypeError, ValueError, RecursionError):
            return self.stream("stderr", "[an output that cannot be stored was dropped]\n")
        if size > self.left:
            return self.stream("stderr", f"[an output of {size // 1024} KB was dropped]\n")
        self.left -= size
        self.waiting.append(event)
        if self._ident() == self.main:
            self.flush()

    def must(self, event):
        """Queue what may not be lost: the error that ended the cell."""
        self.waiting.append(event)
        self.flush()

    def flush(self):
        if self.send is None:
            return
        self.last = self._clock()
        events, self.waiting[:] = list(self.waiting), []
        name, parts = "", []
        for event in [*events, None]:
            if parts and (event is None or event["t"] != "stream" or event["name"] != name):
                self.send({"t": "stream", "name": name, "text": "".join(parts)})
                parts = []
            if event is not None and event["t"] == "stream":
                name = event["name"]
                parts.append(event["text"])
            elif event is not None:
                self.send(event)


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of the cells."""

    encoding, errors, newlines = "utf-8", "backslashreplace", None

    def __init__(self, outputs, name, fd):
        self._outputs, self._name, self._fd = outputs, name, fd

    name = property(lambda self: f"<{self._name}>")
    closed = property(lambda self: False)

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() takes text, not {type(text).__name__}")
        self._outputs.stream(self._name, str(text))
        return len(text)

    def fileno(self):
        return self._fd

    def writable(self):
        return True

    def isatty(self):
        return False

    def flush(self):
        if self._outputs._ident() == self._outputs.main:
            self._outputs.flush()

    def close(self):
        pass

    def __del__(self):
        pass


class Hook(DisplayHook):
    """The value of a cell's last expression."""

    def start_displayhook(self):
        pass

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        event = {"t": "output", "output_type": "execute_result", "execution_count": self.prompt_count}
        self.shell.outputs.event(event | {"data": png_text(format_dict), "metadata": md_dict or {}})

    def finish_displayhook(self):
        pass


class Publisher(DisplayPublisher):
    """display(), update_display() and clear_output()."""

    def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **kwargs):
        self._validate_data(data, metadata)
        event = {"t": "update" if update else "output", "output_type": "display_data"}
        event |= {"data": png_text(data), "metadata": metadata or {}}
        display_id = (transient or {}).get("display_id")
        if display_id is not None:
            event["display_id"] = str(display_id)
        self.shell.outputs.event(event)

    def clear_output(self, wait=False):
        self.shell.outputs.event({"t": "clear", "wait": bool(wait)})


def png_text(data):
    """A MIME bundle with base64 text where IPython left bytes."""
    import binascii

    return {
        key: binascii.b2a_base64(value, newline=False).decode("ascii") if isinstance(value, bytes) else value
        for key, value in data.items()
    }


class Compiler(CachingCompiler):
    """Names the code of cell 3 "<cell 3>", so a traceback says which cell and line."""

    current = 0

    def get_code_name(self, raw_code, transformed_code, number):
        return f"<cell {self.current}>"


class Shell(InteractiveShell):
    """IPython with our outputs, no history and no terminal."""

    displayhook_class = Type(Hook)
    display_pub_class = Type(Publisher)
    compiler_class = Type(Compiler)

    def __init__(self, outputs, **kwargs):
        self.outputs = outputs
        super().__init__(**kwargs)

    def init_sys_modules(self):
        super().init_sys_modules()
        self.user_module.__name__ = "__main__"
        sys.modules["__main__"] = self.user_module

    def _get_exc_info(self, exc_tuple=None):
        found = super()._get_exc_info(exc_tuple)
        error = found[1]
        for _ in range(8):
            if error is None:
                break
            shorten(error.__traceback__)
            error = error.__cause__ or error.__context__
        return found

    def _showtraceback(self, etype, evalue, stb):
        event = {"t": "output", "output_type": "error", "ename": safe_text(etype.__name__, 200)}
        lines = [safe_text(line, 20_000) for line in stb][:200]
        self.outputs.must(event | {"evalue": safe_text(evalue), "traceback": lines})

    def system(self, cmd):
        """Run a shell line inside the sandbox; its output takes its place among the prints."""
        self.outputs.flush()
        with subprocess.Popen(
            self.var_expand(cmd, depth=1),
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as child:
            while chunk := child.stdout.read1(65536):
                sys.stdout.write(chunk.decode("utf-8", "replace"))
        self.user_ns["_exit_code"] = child.returncode

    system_piped = system_raw = system

    def ask_exit(self):
        raise SystemExit(0)

    def enable_gui(self, gui=None):
        pass

    def init_virtualenv(self):
        pass


def shorten(step):
    """Take the middle out of a long traceback: formatting a thousand frames costs more time than a cell has."""
    steps = []
    while step is not None:
        steps.append(step)
        step = step.tb_next
    if len(steps) > 2 * SHOWN_FRAMES:
        steps[SHOWN_FRAMES - 1].tb_next = steps[-SHOWN_FRAMES]


def no_input(prompt="", *args, **kwargs):
    raise StdinNotImplementedError(NO_INPUT)


def make_shell(folder, *, figures=True):
    """(shell, outputs), with sys.stdout and sys.stderr theirs. `folder` takes IPython's profile."""
    outputs = Outputs()
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.StoreMagics.autorestore = False
    # A kernel draws each figure twice, the first time to find margins to cut ("tight"). Figures are most of a
    # notebook's time: here they are drawn once, with margins that hold the labels.
    config.InlineBackend.print_figure_kwargs = {"bbox_inches": None}
    config.InlineBackend.rc = {"figure.subplot.bottom": 0.18, "figure.subplot.left": 0.16}
    if not figures:
        config.InlineBackend.figure_formats = set()
    shell = Shell(outputs, config=config, profile_dir=ProfileDir(location=folder))
    Shell._instance = InteractiveShell._instance = shell
    sys.stdout, sys.stderr = Stream(outputs, "stdout", 1), Stream(outputs, "stderr", 2)
    builtins.input = no_input
    return shell, outputs


def warm_traceback(shell):
    """The first traceback imports a good deal; do it before the fork, with its text thrown away."""
    shell.run_cell("1/0", store_history=False)
    shell.reset(new_session=False)
