"""Grading and gradebook put together: class runs, and nbgrader's own Autograde through our engine."""
