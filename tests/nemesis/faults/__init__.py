"""Faults: FAULTS maps a name to (what it needs, function). A function is called with the nemesis, injects
the fault, ends it, and returns a note. What it needs: "" nothing, "root", "clock", "points".

The numbers in the groups are those of the list in tests/nemesis/README.md.
"""

from nemesis.faults import database, machine, network, outside, processes

GROUPS = (processes, network, database, machine, outside)
FAULTS = {name: fault for group in GROUPS for name, fault in group.FAULTS.items()}
