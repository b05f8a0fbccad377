"""Keep a tree of plain values and arrays in one file that cannot run code when it is read.

The file is an npz archive: one array per array of the tree, and `index`, the rest of the tree as JSON text.
In the index a dict is {"dict": [[key, value], ...]}, an array {"array": its number}, a float that JSON does not
know {"float": "nan"}; everything else is itself.
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import numpy as np

FORMAT = "tinytorch-pack-1"
STRANGE_FLOATS = {"nan", "inf", "-inf"}


def pack(path, tree):
    """Write `tree` to `path`, the whole file or nothing: an interrupted write leaves the old file as it was.

    tree  dict with str or int keys, list, str, int, float, bool, None, array of numbers, nested at will

    Parent folders are made. numpy numbers come back as Python numbers and tuples as lists.
    Raises TypeError that names the entry for anything else.
    """
    path, arrays = Path(path), []
    index = json.dumps({"format": FORMAT, "tree": _encode(tree, arrays, "tree")}, allow_nan=False)
    members = {f"array{i}": array for i, array in enumerate(arrays)}
    members["index"] = np.frombuffer(index.encode(), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.urandom(4).hex()}.part")
    try:
        with open(part, "xb") as stream:
            np.savez(stream, **members)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _encode(value, arrays, where):
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else {"float": str(float(value))}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, (list, tuple)):
        return [_encode(one, arrays, f"{where}[{i}]") for i, one in enumerate(value)]
    if isinstance(value, dict):
        return {"dict": [[_key(k, where), _encode(v, arrays, f"{where}[{k!r}]")] for k, v in value.items()]}
    kind = f"array of {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__
    raise TypeError(f"{where} is {kind}; pack takes plain values and arrays of numbers")


def _key(key, where):
    if isinstance(key, bool) or not isinstance(key, (str, int)):
        raise TypeError(f"{where} has the key {key!r}; keys are str or int")
    return key


def unpack(path):
    """The tree that `pack` wrote to `path`.

    Raises FileNotFoundError when there is no file, ValueError when it is anything but a whole file of `pack`.
    """
    with open(path, "rb") as stream:
        try:
            return _read(stream)
        except MemoryError:
            raise
        except Exception as error:  # damaged archives raise a dozen kinds: one answer for all of them
            raise ValueError(f"{path} is not a file written by pack: {error}") from error


def _read(stream):
    loaded = np.load(stream, allow_pickle=False)
    if not isinstance(loaded, np.lib.npyio.NpzFile):
        raise ValueError("one bare array")
    with loaded:
        members = {name: loaded[name] for name in loaded.files}
    index = json.loads(members.pop("index").tobytes().decode(), parse_constant=_refuse)
    if not isinstance(index, dict) or index.get("format") != FORMAT:
        raise ValueError("no index of a known format")
    tree = _decode(index["tree"], members)
    if members:
        raise ValueError(f"arrays nobody asked for: {', '.join(sorted(members))}")
    return tree


def _refuse(constant):
    raise ValueError(f"{constant} in the index")


def _decode(value, members):
    """Undo `_encode`; each array is taken out of `members`, so none is used twice and the rest is left over."""
    if isinstance(value, list):
        return [_decode(one, members) for one in value]
    if not isinstance(value, dict):
        return value
    ((tag, inside),) = value.items()
    if tag == "array":
        return members.pop(f"array{int(inside)}")
    if tag == "float" and inside in STRANGE_FLOATS:
        return float(inside)
    if tag == "dict":
        return {_key(key, "a dict"): _decode(one, members) for key, one in inside}
    raise ValueError(f"the index holds {tag!r}")
