"""Every file is a notebook or is refused with a plain reason; nothing else may come out of `read`."""

from __future__ import annotations

import json
import os

import nbformat
import pytest

from course_tools.files import UserError
from course_tools.notebooks import UnreadableNotebook, dump, read


def raw(**parts):
    whole = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps({**whole, **parts}).encode()


def code(source="x = 1", **more):
    cell = {"id": "a", "cell_type": "code", "metadata": {}, "source": source}
    return {**cell, "outputs": [], "execution_count": None, **more}


def refusal(source, **options):
    with pytest.raises(UnreadableNotebook) as caught:
        read(source, **options)
    return caught.value


@pytest.mark.parametrize(
    ("data", "kind", "said"),
    [
        (b"", "empty", "it is empty"),
        (b" \r\n\t", "empty", "blanks"),
        (b"\xef\xbb\xbf", "empty", "blanks"),
        (b"\x00\x00\x00\x00", "empty", "blanks"),
        (raw()[:-9], "cut-off", "cut off at line 1"),
        (raw(cells=[code()])[:60], "cut-off", "cut off"),
        (raw().replace(b":", b";", 1), "not-json", "line 1, column"),
        (b"import numpy as np\n", "not-a-notebook", "not JSON"),
        (b"<!DOCTYPE html><html>", "not-a-notebook", "web page"),
        (b"PK\x03\x04rest", "not-a-notebook", "zip"),
        (b"%PDF-1.7 rest", "not-a-notebook", "PDF"),
        (b'{"a": 1,\n<<<<<<< HEAD\n"b": 2,\n=======\n"b": 3\n>>>>>>> mine\n}', "not-json", "merge"),
        (b"[1, 2]", "not-a-notebook", "JSON, but not a notebook"),
        (b'"nbformat"', "not-a-notebook", "JSON, but not a notebook"),
        (b'{"cells": []}', "not-a-notebook", "names no notebook format"),
        (raw(nbformat="4"), "wrong-types", "format number"),
        (raw(nbformat=True), "wrong-types", "format number"),
        (raw(nbformat=2), "old-format", "format 2"),
        (raw(nbformat=-(10**30)), "old-format", "older"),
        (raw(nbformat=5), "new-format", "format 5"),
        (raw(cells={}), "wrong-types", "no list of cells"),
        (raw(cells=[1]), "wrong-types", "cell 1 is not a cell"),
        (raw(cells=[code(), code(cell_type="cod")]), "wrong-types", "cell 2 is of no known type"),
        (raw(cells=[code(cell_type=[])]), "wrong-types", "cell 1 is of no known type"),
        (raw(cells=[code(source={"a": 1})]), "wrong-types", "text of cell 1"),
        (raw(cells=[code(source=["a", 1])]), "wrong-types", "text of cell 1"),
        (raw(cells=[code(source=None)]), "wrong-types", "text of cell 1"),
        (raw(cells=[code()] * 10_001), "too-large", "10001 cells"),
        (b'{"nbformat": ' + b"9" * 5000 + b"}", "wrong-types", "thousands of digits"),
        (b"[" * 100_000, "too-deep", "nested"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too-deep", "nested"),
        (raw(metadata={"a": json.loads("[" * 200 + "]" * 200)}), "too-deep", "nested"),
        (b'{"cells": "\xff"}', "bad-encoding", "byte 12"),
        ('{"cells": "é"}'.encode("latin-1"), "bad-encoding", "UTF-8"),
        (b"\xff\xfe\x00\xd8{\x00", "bad-encoding", "UTF-16"),
    ],
)
def test_what_is_no_notebook_is_refused_with_its_reason(data, kind, said):
    error = refusal(data)
    assert error.code == kind
    assert said in error.reason
    assert isinstance(error, UserError)
    assert "\n" not in error.reason
    assert str(error).count("\n") == 1  # what happened, then what to do next


def test_a_notebook_of_many_tiny_pieces_is_refused_before_it_is_parsed():
    error = refusal(b'{"cells": [' + b"[]," * 2_000_000 + b"[]]}")
    assert error.code == "too-large"
    assert "6.0 MB" in error.reason


def test_old_outputs_do_not_count_towards_the_size():
    pictures = [{"output_type": "display_data", "data": {"image/png": "A" * 3_000_000}, "metadata": {}}]
    nb = read(raw(cells=[code(outputs=pictures)]), max_mb=1)
    assert nb["cells"][0]["outputs"] == []


def test_a_text_that_is_too_large_is_refused_with_its_size():
    error = refusal(raw(cells=[code("#" * 1_200_000)]), max_mb=1)
    assert error.code == "too-large"
    assert "1.2 MB" in error.reason
    assert "1 MB" in error.reason


def test_even_with_outputs_there_is_a_limit(tmp_path):
    file = tmp_path / "big.ipynb"
    file.write_bytes(b" " * 4_100_000)
    assert "4.1 MB" in refusal(file, max_mb=1).reason
    assert "4.1 MB" in refusal(file.read_bytes(), max_mb=1).reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_the_encodings_of_json_are_recognised(encoding):
    text = json.dumps({"cells": [code("π = 3")], "metadata": {}, "nbformat": 4}, ensure_ascii=False)
    assert read(text.encode(encoding))["cells"][0]["source"] == "π = 3"


def test_line_ends_of_other_systems_become_line_feeds():
    nb = read(raw(cells=[code(["a\r\n", "b\r", "c"]), code("a\rb\r\n")]))
    assert [cell["source"] for cell in nb["cells"]] == ["a\nb\nc", "a\nb\n"]


def test_half_a_surrogate_pair_becomes_the_replacement_sign():
    nb = read(
        b'{"nbformat":4,"metadata":{"\\ud800":"\\udfff"},"cells":['
        b'{"cell_type":"raw","metadata":{},"source":"a\\ud83db\\ud83d\\ude00"}]}'
    )
    assert nb["cells"][0]["source"] == "a\ufffdb😀"
    assert nb["metadata"] == {"\ufffd": "\ufffd"}
    dump(nb).decode()


def test_numbers_that_are_not_finite_become_null():
    nb = read(b'{"nbformat":4,"cells":[],"metadata":{"a":NaN,"b":[-Infinity,1e999],"c":1.5}}')
    assert nb["metadata"] == {"a": None, "b": [None, None], "c": 1.5}


def test_ids_are_made_valid_and_unique_the_same_way_every_time():
    ids = ["ok", "ok", "a b", "", "x" * 65, 7, None, "cell-2", "ö", "cell-3-2"]
    data = raw(cells=[code(id=one) for one in ids])
    made = [cell["id"] for cell in read(data)["cells"]]
    assert made == [
        "ok",
        "cell-2-2",
        "cell-3",
        "cell-4",
        "cell-5",
        "cell-6",
        "cell-7",
        "cell-2",
        "cell-9",
        "cell-3-2",
    ]
    assert made == [cell["id"] for cell in read(data)["cells"]]


def test_metadata_no_reader_would_accept_is_left_out():
    cell = code(
        metadata={"tags": ["a", "a"], "name": "", "collapsed": 1, "scrolled": "no", "jupyter": [], "mine": 1}
    )
    nb = read(
        raw(cells=[cell], metadata={"kernelspec": {"name": 3}, "language_info": [], "title": 1, "a": 2})
    )
    assert nb["cells"][0]["metadata"] == {"mine": 1}
    assert nb["metadata"] == {"a": 2}
    nbformat.validate(nbformat.from_dict(nb))


def test_metadata_that_is_no_object_counts_as_none():
    nb = read(raw(cells=[code(metadata="x")], metadata=None))
    assert nb["metadata"] == nb["cells"][0]["metadata"] == {}


def test_outputs_are_kept_only_on_request_and_only_the_well_formed():
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["a\n", "b"]},
        {"output_type": "execute_result", "data": {"text/plain": ["1"], "a/b": 3}, "execution_count": "x"},
        {"output_type": "display_data", "data": {"application/json": {"a": float("nan")}}, "metadata": 1},
        {"output_type": "error", "ename": "E", "evalue": 1, "traceback": "no list"},
        {"output_type": "stream", "name": 1, "text": "a"},
        {"output_type": "other"},
        "none",
    ]
    data = raw(cells=[code(outputs=outputs, execution_count=4)])
    assert read(data)["cells"][0]["outputs"] == []
    assert read(data)["cells"][0]["execution_count"] is None
    nb = read(data, keep_outputs=True)
    kept = nb["cells"][0]["outputs"]
    assert nb["cells"][0]["execution_count"] == 4
    assert [one["output_type"] for one in kept] == ["stream", "execute_result", "display_data", "error"]
    assert kept[0]["text"] == "a\nb"
    assert kept[1]["data"] == {"text/plain": "1"}
    nbformat.validate(nbformat.from_dict(nb))


def test_pictures_pasted_into_an_answer_are_kept():
    cell = {"cell_type": "markdown", "metadata": {}, "source": "![](a.png)", "id": "a"}
    bundle = {"a.png": {"image/png": ["QUJD", "REVG"], "odd": 3}, "bad": 7}
    nb = read(raw(cells=[{**cell, "attachments": bundle}]))
    assert nb["cells"][0]["attachments"] == {"a.png": {"image/png": "QUJDREVG"}}
    nbformat.validate(nbformat.from_dict(nb))


def test_format_3_is_brought_up_to_date():
    sheet = {
        "cells": [
            {"cell_type": "heading", "level": 2, "metadata": {}, "source": ["Two\n", "lines"]},
            {"cell_type": "code", "input": ["x = 1\n", "x"], "language": "python", "outputs": [{"a": 1}],
             "metadata": {"nbgrader": {"grade_id": "q1"}}},
            {"cell_type": "html", "source": "<b>b</b>"},
            {"cell_type": "raw", "source": "r"},
        ]
    }  # fmt: skip
    nb = read(
        json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [sheet]}).encode()
    )
    assert [(c["cell_type"], c["source"]) for c in nb["cells"]] == [
        ("markdown", "## Two lines"),
        ("code", "x = 1\nx"),
        ("markdown", "<b>b</b>"),
        ("raw", "r"),
    ]
    assert nb["cells"][1]["metadata"]["nbgrader"] == {"grade_id": "q1"}
    nbformat.validate(nbformat.from_dict(nb))


@pytest.mark.parametrize("sheets", [None, {}, [1], [{"cells": 1}], [{"cells": [1]}]])
def test_a_broken_format_3_is_refused(sheets):
    data = json.dumps({"nbformat": 3, "metadata": {}, "worksheets": sheets}).encode()
    assert refusal(data).code == "wrong-types"


@pytest.mark.parametrize("parts", [{"nbformat_minor": 99}, {"nbformat_minor": "x"}, {"later": {"a": 1}}])
def test_a_later_minor_version_is_read_as_far_as_it_is_known(parts):
    nb = read(raw(cells=[code(later=1)], **parts))
    nbformat.validate(nbformat.from_dict(nb))
    assert nb["nbformat_minor"] == 5


def test_a_file_is_read_and_named_in_refusals(tmp_path):
    file = tmp_path / "07_training.ipynb"
    file.write_bytes(raw(cells=[code("y")]))
    assert read(file)["cells"][0]["source"] == "y"
    file.write_bytes(b"")
    assert str(refusal(file)).startswith("07_training.ipynb cannot be read as a notebook: it is empty.")


def test_only_ordinary_files_are_opened(tmp_path):
    (tmp_path / "real.ipynb").write_bytes(raw())
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "real.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    os.mkfifo(tmp_path / "pipe.ipynb")  # a plain open() would wait for ever
    reasons = {
        name: refusal(tmp_path / f"{name}.ipynb").reason
        for name in ("link", "folder", "pipe", "none", "a\0b")
    }
    assert reasons == {
        "link": "it is a link and not a file of its own",
        "folder": "it is a folder",
        "pipe": "it is not an ordinary file",
        "none": "there is no such file",
        "a\0b": "there can be no file of that name",
    }
