"""What the OpenAPI documents promise about answers: the statuses of a route, the envelope of errors."""

import json
import re

DIALECTS = ("pocket", "bitpal", "otp", "moolah", "drop")

ENVELOPES = {
    "pocket": lambda j: j.get("status") == "error" and "message" in j,
    "bitpal": lambda j: j.get("status") == "error" and "status_code" in j,
    "otp": lambda j: j.get("success") is False and "message" in j,
    "moolah": lambda j: j.get("success") is False and bool(j.get("code")),
    "drop": lambda j: isinstance(j.get("error"), str),
}


class Contract:
    """Read once from the documents that nginx serves."""

    def __init__(self, folder):
        self.routes = {}
        for dialect in DIALECTS:
            with open(f"{folder}/{dialect}.json", encoding="utf-8") as file:
                paths = json.load(file)["paths"]
            for path, methods in paths.items():
                pattern = re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path) + "$")
                for method, operation in methods.items():
                    statuses = set(map(int, operation["responses"]))
                    self.routes.setdefault((dialect, method.upper()), []).append((pattern, statuses))

    def statuses(self, dialect, method, path):
        """The documented ones; None if the route is not documented."""
        for pattern, statuses in self.routes.get((dialect, method), []):
            if pattern.match(path.split("?")[0]):
                return statuses
        return None

    def problem(self, dialect, method, path, answer):
        """What is wrong with an answer, or None."""
        if answer.status == 0:
            return None
        documented = self.statuses(dialect, method, path)
        if documented is not None and answer.status not in documented:
            return f"status {answer.status} is not documented"
        if answer.status < 400:
            return None
        if "application/json" not in answer.headers.get("content-type", ""):
            return f"an error that is not JSON: {answer.headers.get('content-type')}"
        if not isinstance(answer.json, dict) or not ENVELOPES[dialect](answer.json):
            return f"the envelope of an error of {dialect} looks otherwise: {answer.body[:160]!r}"
        return None
