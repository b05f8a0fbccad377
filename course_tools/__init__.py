"""The platform: author, release, run, judge and explain course notebooks."""

__version__ = "0.1.0"
