"""The result of a run, as JSON and as text."""

import collections
import json
import statistics

from nemesis.faults import FAULTS
from nemesis.faults.fault import KINDS
from nemesis.history import ACKNOWLEDGED, REFUSED


def summary(seed, minutes, history, nemesis, found, left, rest):
    """Everything that a run has to say."""
    operations = collections.defaultdict(dict)
    for (kind, what), n in sorted(history.counts.items(), key=str):
        operations[str(kind)][str(what)] = n
    return {"seed": seed, "minutes": minutes, "operations": operations,
            "answers": answers(history), "replays": history.replays,
            "slowest s": round(history.slowest, 1), "injected": sum(nemesis.hits.values()),
            "hits": dict(nemesis.hits), "kinds": kinds(history, nemesis),
            "back": [recovered(entry) for entry in nemesis.injected if entry["back"] is not None],
            "cpu pressure %": [entry["pressure"] for entry in nemesis.injected],
            "faults": recoveries(nemesis.injected),
            "missed": nemesis.missed, "not injected": nemesis.failed, "left out": left,
            "under way at the end": rest,
            "events": len({e.get("id") for _, e in history.events}), "deliveries": len(history.events),
            "checkers": {name: problems or "passed" for name, problems in found.items()},
            "passed": not any(found.values()) and not nemesis.failed}


def answers(history):
    """{what an answer said, or that there was none: how many}"""
    counts = collections.Counter()
    for (_, what), n in history.counts.items():
        if what in (ACKNOWLEDGED, REFUSED) or str(what).startswith("unknown"):
            counts[what] += n
    return dict(sorted(counts.items()))


def kinds(history, nemesis):
    """{number: how often a fault of this kind was injected}"""
    counts = dict.fromkeys(KINDS, 0)
    for name, n in nemesis.hits.items():
        for kind in FAULTS[name].kinds.split():
            counts[kind] += n
    counts["F21"] += sum(n for (kind, _), n in history.counts.items() if kind == "client left")
    return counts


def recoveries(injected):
    """{fault: times, median and worst recovery, the last note}"""
    rows = collections.defaultdict(list)
    for entry in injected:
        rows[entry["fault"]].append(entry)
    return {fault: {"times": len(entries), **times(entries), "note": entries[-1]["note"]}
            for fault, entries in sorted(rows.items())}


def recovered(entry):
    """Seconds after the end of a fault until a transfer succeeded and none failed any more."""
    return max(entry["back"], entry["last bad"])


def times(entries):
    """Seconds until the service was back."""
    back = [recovered(entry) for entry in entries if entry["back"] is not None]
    return {"median s": round(statistics.median(back), 2) if back else None,
            "worst s": round(max(back), 2) if back else None}


def text(result):
    """Tables, 100 columns wide."""
    said = ", ".join(f"{what} {n}" for what, n in result["answers"].items())
    lines = [f"seed {result['seed']}, {result['minutes']} minutes: {sum(result['answers'].values())} requests "
             f"({said}), {result['replays']} replayed, {result['injected']} faults, "
             f"slowest answer {result['slowest s']} s", "",
             f"{'fault':<44} {'times':>5} {'median':>7} {'worst':>7}"]
    for fault, row in result["faults"].items():
        lines.append(f"{fault[:44]:<44} {row['times']:>5} {show(row['median s']):>7} {show(row['worst s']):>7}")
    lines += [""] + kinds_text(result["kinds"]) + ["", f"{'operation':<28} outcomes"]
    for kind, outcomes in result["operations"].items():
        lines.append(f"{kind[:28]:<28} " + ", ".join(f"{what} {n}" for what, n in outcomes.items()))
    lines += ["", f"events {result['events']}, deliveries {result['deliveries']}, "
              f"under way at the end {result['under way at the end']}"]
    for fault, why in result["not injected"].items():
        lines.append(f"not ok - {fault} could not be injected: {why}")
    for fault, why in result["missed"].items():
        lines.append(f"hit nothing: {fault} ({why})")
    for fault, why in result["left out"].items():
        lines.append(f"left out: {fault} ({why})")
    lines.append("")
    for name, problems in result["checkers"].items():
        lines.append(f"{'ok' if problems == 'passed' else 'not ok'} - {name}")
        if problems != "passed":
            lines += [f"    {problem}" for problem in problems[:5]]
    return "\n".join(lines) + "\n"


def kinds_text(counts):
    """The kinds of faults: how often each was injected, or which test has it."""
    lines = [f"{'kind':<4} {'times':>6}  what"]
    for kind, (what, elsewhere) in KINDS.items():
        lines.append(f"{kind:<4} {counts[kind] if not elsewhere else '':>6}  {what}" +
                     (f": {elsewhere}" if elsewhere else ""))
    return lines


def show(seconds):
    """A number of a table."""
    return "never" if seconds is None else f"{seconds:.2f}"


def write(folder, result):
    """result.json and result.txt"""
    with open(folder + "/result.json", "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1, default=str)
    with open(folder + "/result.txt", "w", encoding="utf-8") as file:
        file.write(text(result))
