"""The results of many runs as tables of Markdown."""

import collections
import statistics

from nemesis.faults import FAULTS
from nemesis.faults.fault import KINDS


def row(*cells):
    """A line of a table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def heading(*cells):
    """The first two lines of a table."""
    return [row(*cells), row(*["---"] * len(cells))]


def number(value):
    """With commas."""
    return f"{value:,}"


def said(result, word):
    """How many answers began with a word."""
    return sum(n for what, n in result["answers"].items() if what.startswith(word))


def runs(found):
    """A line for each seed, and their sum."""
    lines = heading("seed", "minutes", "requests", "acknowledged", "refused", "unknown", "replayed", "faults",
                    "back, median", "back, worst", "waiting for a processor", "result")
    for seed, result in found.items():
        if result is None:
            lines.append(row(seed, *[""] * 10, "did not end"))
            continue
        lines.append(row(seed, f"{result['minutes']:g}", *sums([result]), "passed" if result["passed"] else
                         "failed"))
    ended = [result for result in found.values() if result]
    lines.append(row("all", f"{sum(r['minutes'] for r in ended):g}", *sums(ended),
                     f"{sum(r['passed'] for r in ended)} of {len(found)} passed"))
    return lines


def sums(results):
    """Requests, answers, faults and recoveries of some runs, and the share of time in which something waited
    for a processor: on a machine with other work, transfers are slow for that alone."""
    words = [sum(said(r, word) for r in results) for word in ("acknowledged", "refused", "unknown")]
    back = [seconds for r in results for seconds in r["back"]]
    pressure = [share for r in results for share in r.get("cpu pressure %", []) if share is not None]
    return [number(sum(words)), *map(number, words), number(sum(r["replays"] for r in results)),
            sum(r["injected"] for r in results),
            f"{statistics.median(back):.2f} s" if back else "", f"{max(back):.2f} s" if back else "",
            f"{statistics.median(pressure):.0f} %" if pressure else ""]


def kinds(results):
    """How often each kind of fault was injected, or where it is tested."""
    lines = heading("kind", "fault", "injected")
    for kind, (what, elsewhere) in KINDS.items():
        lines.append(row(kind, what, f"`{elsewhere}`" if elsewhere else
                         number(sum(r["kinds"][kind] for r in results))))
    injected = sum(any(r["kinds"][kind] for r in results) for kind in KINDS)
    elsewhere = sum(bool(test) for _, test in KINDS.values())
    return lines + ["", f"{injected + elsewhere} of {len(KINDS)} kinds: {injected} were injected, {elsewhere} have "
                    "tests of their own."]


def answers(results):
    """What requests were answered."""
    counts = collections.Counter()
    for result in results:
        counts.update(result["answers"])
    return heading("answer", "number") + [row(what, number(n)) for what, n in sorted(counts.items())]


def checkers(results):
    """In how many runs each found something."""
    counts = collections.Counter(name for r in results for name, word in r["checkers"].items() if word != "passed")
    names = {name: None for r in results for name in r["checkers"]}
    return heading("checker", "found") + [
        row(name, f"something in {counts[name]} runs" if counts[name] else "nothing") for name in names]


def faults(results):
    """The single faults that were followed by the longest times without service, and how many there were."""
    worst, times = collections.defaultdict(list), collections.Counter()
    for result in results:
        times.update(result["hits"])
        for name, entry in result["faults"].items():
            if entry["worst s"] is not None:
                worst[name].append(entry["worst s"])
    slowest = sorted(worst, key=lambda name: -max(worst[name]))[:8]
    never = sorted(set(FAULTS) - set(times))
    return [f"{len(times)} of {len(FAULTS)} faults were injected, together {sum(times.values())} times, alone or two at "
            "a time" + (f"; not: {', '.join(never)}." if never else "."), "",
            *heading("fault", "service back after, worst"),
            *[row(name, f"{max(worst[name]):.2f} s") for name in slowest]]


def markdown(found):
    """All of it."""
    results = [result for result in found.values() if result]
    parts = [runs(found)]
    if results:
        parts += [part(results) for part in (kinds, answers, checkers, faults)]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"
