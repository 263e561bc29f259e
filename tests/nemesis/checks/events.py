"""Events of the project's wallets and holds, as the receiver got them."""

import collections


def of_project(world):
    """The accounts whose events are subscribed."""
    return set(world.pocket.naira + world.pocket.cedi + world.pocket.probed)


def distinct(history):
    """The first delivery of each event."""
    seen = {}
    for _, event in history.events:
        seen.setdefault(event.get("id"), event)
    return list(seen.values())


def told(history):
    """{(transaction, wallet, type): how many events}"""
    counts = collections.Counter()
    for event in distinct(history):
        data = event.get("data", {})
        if data.get("transactionId") and event.get("type", "").startswith("wallet."):
            counts[data["transactionId"], data.get("walletId"), event.get("type")] += 1
    return counts


def sides(posting):
    """The events that a posting has."""
    return ((posting.source, "wallet.debited"), (posting.target, "wallet.credited"))


def at_least_once(history, books, world):
    """Every posting of a wallet was told."""
    counts, wallets = told(history), of_project(world)
    missing = [(posting.reference, kind) for posting in books.postings
               for account, kind in sides(posting)
               if account in wallets and not counts[posting.transaction, account, kind]]
    if missing:
        yield f"{len(missing)} events were not delivered, such as {missing[:3]}"


def plant_missing(history, books, world):  # pylint: disable=unused-argument
    """All are lost."""
    history.events = []


def only_what_is(history, books, world):
    """Nothing that was rolled back is told, and no posting twice."""
    lines, wallets = collections.Counter(), of_project(world)
    for posting in books.postings:
        for account, kind in sides(posting):
            lines[posting.transaction, account, kind] += 1
    for place, n in told(history).items():
        if place[1] in wallets and n > lines[place]:
            yield f"{n} events of {place}, which has {lines[place]} postings"


def plant_invented(history, books, world):
    """An event of a transaction that is not there."""
    history.events.append((0, {"id": "planted", "type": "wallet.credited", "data": {
        "transactionId": "planted", "walletId": world.pocket.naira[0], "sequence": 1}}))


def in_order(history, books, world):  # pylint: disable=unused-argument
    """The first deliveries of a wallet or hold are in the order of their numbers."""
    last = {}
    for event in distinct(history):
        data, family = event.get("data", {}), event.get("type", "").split(".")[0]
        number = data.get("sequence")
        if family not in ("wallet", "hold") or number is None:
            continue
        place = (event["type"] if family == "wallet" else family,
                 data.get("walletId") if family == "wallet" else data.get("id"))
        if number < last.get(place, number):
            yield f"event {number} of {place} came after {last[place]}"
        last[place] = number


def plant_order(history, books, world):  # pylint: disable=unused-argument
    """The other way round."""
    history.events.reverse()


CHECKERS = [
    ("events at least once", at_least_once, plant_missing),
    ("events of what is", only_what_is, plant_invented),
    ("events in order", in_order, plant_order),
]
