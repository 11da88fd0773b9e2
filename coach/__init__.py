"""An interview coach whose every judgement can be checked. Importing this package loads nothing else."""

__version__ = "0.1.0"
