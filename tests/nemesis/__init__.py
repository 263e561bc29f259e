"""Cowry under load and faults: what was acknowledged is compared with the books."""
