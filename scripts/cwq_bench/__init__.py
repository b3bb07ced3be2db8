# SPDX-License-Identifier: GPL-2.0
"""What cwq-bench is made of: figures.py reads what was measured, run.py keeps
it as JSON, tables.py, compare.py and plots.py show it, budget.py guards it."""
