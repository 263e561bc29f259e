"""The result of a run, as JSON and as text."""

import collections
import json
import statistics

from nemesis.settle import acknowledged


def summary(seed, minutes, history, nemesis, found, left, rest):
    """Everything that a run has to say."""
    operations = collections.defaultdict(dict)
    for (kind, what), n in sorted(history.counts.items(), key=str):
        operations[str(kind)][str(what)] = n
    return {"seed": seed, "minutes": minutes, "operations": operations, "acknowledged": acknowledged(history),
            "answers": sum(history.counts.values()), "replays": history.replays,
            "slowest s": round(history.slowest, 1), "injected": len(nemesis.injected),
            "faults": recoveries(nemesis.injected), "not injected": nemesis.failed, "left out": left,
            "under way at the end": rest,
            "events": len({e.get("id") for _, e in history.events}), "deliveries": len(history.events),
            "checkers": {name: problems or "passed" for name, problems in found.items()},
            "passed": not any(found.values()) and not nemesis.failed}


def recoveries(injected):
    """{fault: times, median and worst recovery, the last note}"""
    rows = collections.defaultdict(list)
    for entry in injected:
        rows[entry["fault"]].append(entry)
    return {fault: {"times": len(entries), **times(entries), "note": entries[-1]["note"]}
            for fault, entries in sorted(rows.items())}


def times(entries):
    """Seconds until the service was back."""
    back = [entry["back"] for entry in entries if entry["back"] is not None]
    return {"median s": round(statistics.median(back), 2) if back else None,
            "worst s": round(max(back), 2) if back else None,
            "last bad s": round(max(entry["last bad"] for entry in entries), 2)}


def text(result):
    """Tables, 100 columns wide."""
    lines = [f"seed {result['seed']}, {result['minutes']} minutes: {result['answers']} answers, "
             f"{result['acknowledged']} acknowledged, {result['replays']} replayed, "
             f"{result['injected']} faults, slowest answer {result['slowest s']} s", "",
             f"{'fault':<44} {'times':>5} {'median':>7} {'worst':>7} {'last bad':>8}"]
    for fault, row in result["faults"].items():
        lines.append(f"{fault[:44]:<44} {row['times']:>5} {show(row['median s']):>7} {show(row['worst s']):>7} "
                     f"{show(row['last bad s']):>8}")
    lines += ["", f"{'operation':<28} outcomes"]
    for kind, outcomes in result["operations"].items():
        lines.append(f"{kind[:28]:<28} " + ", ".join(f"{what} {n}" for what, n in outcomes.items()))
    lines += ["", f"events {result['events']}, deliveries {result['deliveries']}, "
              f"under way at the end {result['under way at the end']}"]
    for fault, why in result["not injected"].items():
        lines.append(f"not ok - {fault} could not be injected: {why}")
    for fault, why in result["left out"].items():
        lines.append(f"left out: {fault} ({why})")
    lines.append("")
    for name, problems in result["checkers"].items():
        lines.append(f"{'ok' if problems == 'passed' else 'not ok'} - {name}")
        if problems != "passed":
            lines += [f"    {problem}" for problem in problems[:5]]
    return "\n".join(lines) + "\n"


def show(seconds):
    """A number of a table."""
    return "never" if seconds is None else f"{seconds:.2f}"


def write(folder, result):
    """result.json and result.txt"""
    with open(folder + "/result.json", "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1, default=str)
    with open(folder + "/result.txt", "w", encoding="utf-8") as file:
        file.write(text(result))
