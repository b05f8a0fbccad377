"""The reference passes whatever inputs a release draws, and its probes stay cheap."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("seed", ["another", "a third", "a fourth"])
def test_the_reference_passes_with_other_inputs(judged, solved, seed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results, _ = judged(*solved, seed=seed)
    assert len(results) > 90
    assert [(one.name, one.what, one.message) for one in results if one.verdict != "passed"] == []


def test_all_probes_together_take_little_time(judged, solved, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    judged(*solved)  # fills caches
    _, seconds = judged(*solved)
    # 0.5 s on a quiet machine; processor time doubles when its cores are shared.
    assert seconds < 1.2
