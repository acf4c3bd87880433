"""The query language: syntax, values, evaluation, planning and execution."""
