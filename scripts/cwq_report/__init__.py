# SPDX-License-Identifier: GPL-2.0
"""What cwq-report is made of: trace.py reads a recording, works.py makes works
of its events, stats.py figures of the works; plots.py and page.py show them."""
