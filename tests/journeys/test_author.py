"""An author builds and releases; what is in git already comes out byte for byte."""

from __future__ import annotations

import subprocess


def test_building_and_releasing_changes_nothing(place, tree):
    def git(*words: str) -> str:
        who = ("-c", "user.name=author", "-c", "user.email=author@example.org")
        done = subprocess.run(
            ["git", *who, *words], cwd=place.root, env=place.env, capture_output=True, text=True, check=True
        )
        return done.stdout

    git("init", "-q")
    git("add", "source", "release", "graders")
    git("commit", "-q", "-m", "as it is")
    place.run("tito", "author", "build", "07", "--no-bank")
    assert "0 changed" in place.run("tito", "author", "release", "07")
    assert git("status", "--porcelain", "source", "release", "graders") == ""

    first = tree(place.root / "release")
    (place.root / "release" / "07_training" / "07_training.ipynb").unlink()
    (place.root / "source" / "07_training" / "07_training.ipynb").unlink()
    place.run("tito", "author", "release", "07")
    assert tree(place.root / "release") == first
    assert git("status", "--porcelain", "source", "release", "graders") == ""
