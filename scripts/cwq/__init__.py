# SPDX-License-Identifier: GPL-2.0
"""What the scripts that look at cwq's queues have in common."""
