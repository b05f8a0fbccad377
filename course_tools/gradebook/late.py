"""The late penalty, by nbgrader's rule and through whatever plugin its configuration names."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any


def seconds_late(timestamp: datetime | None, duedate: datetime | None, extension: timedelta | None) -> float:
    """Seconds after the due date with its extension; 0 when in time or when either time is unknown."""
    if timestamp is None or duedate is None:
        return 0.0
    return max(0.0, (timestamp - duedate - (extension or timedelta())).total_seconds())


class LatePolicy:
    """What nbgrader's AssignLatePenalties would take off. `config` is a traitlets Config."""

    def __init__(self, config: Any):
        self._config = config
        self._step: Any = None
        # nbgrader's default takes nothing off; then nbgrader need not be loaded to find that out.
        self.takes_nothing = (
            not config.AssignLatePenalties.get("plugin_class")
            and config.LateSubmissionPlugin.get("penalty_method", "none") == "none"
        )

    def penalty(self, student: str, score: float, late: float) -> float | None:
        """Points to take off, from 0 to `score`; None when the plugin assigns none.

        score  the notebook's points, manual ones and extra credit included
        late   seconds
        """
        if self.takes_nothing or late <= 0:
            return None
        if self._step is None:
            from nbgrader.preprocessors import AssignLatePenalties

            self._step = AssignLatePenalties(config=self._config)
            self._step.init_plugin()
        asked = self._step.plugin_inst.late_submission_penalty(student, score, late)
        if asked is None:
            return None
        return float(self._step._check_late_penalty(SimpleNamespace(score=score), asked))
