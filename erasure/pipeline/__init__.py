"""Due rows are claimed, pass the gate, are called for at CXone, and have the outcomes applied.

The work that cannot get lost.
"""
