"""What was seen while the load ran: replays, statuses, envelopes, hanging requests, recovery, memory."""

MEMORY_GROWTH_KIB = 64 * 1024
DESCRIPTORS_GROWTH = 100
PLANTED = {"replay": "another answer under the same key", "contract": "status 418 is not documented",
           "hung": "no answer for 36.0 s", "recovery": "no service 5 s after the fault"}


def seen(name):
    """A checker that reports what was noted under a name while the load ran."""
    def check(history, books, world):  # pylint: disable=unused-argument
        for violation in history.violations:
            if violation["checker"] == name and not violation.get("reported"):
                violation["reported"] = True
                yield violation["problem"] + " " + str({k: v for k, v in violation.items() if k not in (
                    "checker", "problem", "time", "reported")})
    return check


def known(history, books, world):  # pylint: disable=unused-argument
    """In the end every outcome is known."""
    for operation in history.operations:
        if operation.answer is None:
            yield f"{operation.kind} {operation.reference or operation.key} is still unknown"


def plant_unknown(history, books, world):  # pylint: disable=unused-argument
    """One is not."""
    history.operations[-1].answer = None


def flat(history, books, world):  # pylint: disable=unused-argument
    """Memory and descriptors of a process do not grow: the last quarter of its measurements is compared
    with the second."""
    for (name, pid), rows in world.sizes.items():
        if len(rows) < 24:
            continue
        quarter = len(rows) // 4
        before, after = rows[quarter:2 * quarter], rows[-quarter:]
        for what, most, place in (("KiB of memory", MEMORY_GROWTH_KIB, 0), ("descriptors", DESCRIPTORS_GROWTH, 1)):
            growth = min(r[place] for r in after) - max(r[place] for r in before)
            if growth > most:
                yield f"{name} ({pid}) has grown by {growth} {what}"


def plant_growth(history, books, world):  # pylint: disable=unused-argument
    """A process that doubles."""
    world.sizes["planted", 0] = [(i * 10000, 10) for i in range(40)]


def make_planter(name):
    """A plant for what was noted under a name."""
    def plant(history, books, world):  # pylint: disable=unused-argument
        history.violations.append({"checker": name, "problem": PLANTED[name], "time": 0})
    return plant


CHECKERS = [(name, seen(name), make_planter(name)) for name in PLANTED] + [
    ("known in the end", known, plant_unknown),
    ("memory and descriptors", flat, plant_growth),
]
