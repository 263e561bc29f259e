"""Faults: FAULTS maps a name to a Fault; see fault.py."""

from nemesis.faults import database, machine, network, outside, processes, restore

GROUPS = (processes, network, database, machine, outside, restore)
FAULTS = {name: fault for group in GROUPS for name, fault in group.FAULTS.items()}
