"""OurPocket: what was acknowledged is in the books once, as it was asked, and nothing else is."""

import collections

from nemesis.books import effects

CAPTURED, VOIDED = 1, 2  # of a hold
SINGLE = ("transfer", "credit", "debit", "reversal", "probe", "capture", "part of a capture", "compound",
          "transfer by a revoked key")


def expected(history):
    """(operation, reference, effects, whether it was acknowledged) of everything that posts at once."""
    for operation in history.operations:
        if operation.answer is None or operation.dialect != "pocket":
            continue
        if operation.kind in SINGLE:
            yield operation, operation.reference, charged(operation), operation.acknowledged
        elif "parts" in operation.details:
            done = completed_parts(operation)
            for item, changes in operation.details["parts"]:
                yield operation, item["reference"], changes, item["reference"] in done


def charged(operation):
    """The effects with the fee. None is due before the beginning of its schedule, to which a clock may have stepped
    back; the answer says so."""
    if not operation.details.get("fee") or operation.answer.get("data.fee.amount") is None:
        return operation.effects
    payer, fee = operation.details["fee"]
    return dict(operation.effects, **{payer: operation.effects[payer] - fee})


def completed_parts(operation):
    """The references of a bulk order that its answer calls completed."""
    if not operation.acknowledged:
        return set()
    return {result["reference"] for result in operation.answer.get("data.results") or []
            if result["status"] == "completed"}


def exactly_once(history, books, world):  # pylint: disable=unused-argument
    """Acknowledged: one transaction. Refused: none."""
    found = books.by_reference()
    for operation, reference, _, acknowledged in expected(history):
        n = len({posting.transaction for posting in found.get(reference, [])})
        if n != (1 if acknowledged else 0):
            yield (f"{operation.kind} {reference} was {'acknowledged' if acknowledged else 'refused'}, "
                   f"and has {n} transactions; {operation.attempts} attempts, "
                   f"{operation.unknown} of them unknown, {operation.answer}")


def plant_missing(history, books, world):  # pylint: disable=unused-argument
    """A transfer that was acknowledged is gone."""
    lost = next(o.reference for o in history.operations if o.kind == "transfer" and o.acknowledged)
    books.postings = [posting for posting in books.postings if posting.reference != lost]


def as_asked(history, books, world):  # pylint: disable=unused-argument
    """The accounts changed by what was asked, and the answer names the transaction."""
    found = books.by_reference()
    for operation, reference, changes, acknowledged in expected(history):
        postings = found.get(reference)
        if not acknowledged or not postings:
            continue
        posted = effects(postings)
        wrong = {a: (posted[a], change) for a, change in changes.items() if posted[a] != change}
        if wrong:
            yield f"{operation.kind} {reference} posted otherwise: {wrong}"
        told = operation.answer.get("data.id")
        if operation.kind in ("transfer", "credit", "debit") and told not in (None, postings[0].transaction):
            yield f"{operation.kind} {reference} was told the id {told}"


def plant_amount(history, books, world):  # pylint: disable=unused-argument
    """Another amount."""
    meant = next(o.reference for o in history.operations if o.kind == "transfer" and o.acknowledged)
    place = next(i for i, p in enumerate(books.postings) if p.reference == meant)
    books.postings[place] = books.postings[place]._replace(amount=books.postings[place].amount + 1)


def own_ledger(books, world):
    """That of the project."""
    return next(account.ledger for account in books.accounts if account.id == world.pocket.naira[0])


def nothing_else(history, books, world):
    """No transaction in the ledger of the project that nobody asked for; dry runs left nothing."""
    ledger = own_ledger(books, world)
    asked = {o.reference for o in history.operations}
    for operation in history.operations:
        asked |= {item["reference"] for item, _ in operation.details.get("parts", [])}
    for reference in {p.reference for p in books.postings if p.ledger == ledger}:
        if reference in history.dry_references:
            yield f"the dry run {reference} was posted"
        elif reference not in asked:
            yield f"{reference} was posted, and nobody asked for it"
    for hold in books.holds:
        if hold.reference in history.dry_references:
            yield f"the dry run {hold.reference} left a hold"


def plant_unasked(history, books, world):
    """A transaction out of nothing."""
    ledger = own_ledger(books, world)
    posting = next(p for p in books.postings if p.ledger == ledger)
    books.postings.append(posting._replace(reference="planted", transaction="planted"))


def model(history, books):
    """What each account must have: the sum of what is known to have happened."""
    balances = collections.Counter()
    for _, _, changes, acknowledged in expected(history):
        if acknowledged:
            balances.update(changes)
    asked = {o.reference: o for o in history.operations if "payment" in o.details}
    for payment in books.payments:
        if payment.reference in asked and payment.status == "completed":
            balances[payment.account] += -payment.paid if payment.withdrawal == "t" else payment.paid
    return balances


def balances_of_model(history, books, world):
    """Database and API say what the model says."""
    wanted = model(history, books)
    stored = {account.id: account.balance for account in books.accounts}
    for wallet in world.pocket.naira + world.pocket.cedi + world.pocket.probed:
        if stored.get(wallet) != wanted[wallet]:
            yield f"wallet {wallet} has {stored.get(wallet)}, the model {wanted[wallet]}"
        if wallet in books.api_balances and books.api_balances[wallet] != wanted[wallet]:
            yield f"wallet {wallet} shows {books.api_balances[wallet]}, the model {wanted[wallet]}"


def plant_model(history, books, world):
    """The API shows one unit more."""
    wallet = world.pocket.naira[0]
    books.api_balances[wallet] = model(history, books)[wallet] + 1


def hold_states(history, books, world):  # pylint: disable=unused-argument
    """Holds are there if acknowledged, and ended as acknowledged."""
    by_reference = {hold.reference: hold for hold in books.holds}
    by_id = {hold.id: hold for hold in books.holds}
    ended = {"capture": CAPTURED, "void": VOIDED}
    for operation in history.operations:
        if operation.kind == "hold" and operation.answer is not None:
            if operation.acknowledged != (operation.reference in by_reference):
                yield f"hold {operation.reference}: {operation.answer}, {by_reference.get(operation.reference)}"
        elif operation.kind in ended and operation.acknowledged:
            hold = by_id.get(operation.details["hold"])
            if hold is None or hold.status != ended[operation.kind]:
                yield f"{operation.kind} of {operation.details['hold']} was acknowledged: {hold}"


def plant_hold(history, books, world):  # pylint: disable=unused-argument
    """A hold that was acknowledged is gone."""
    books.holds = [h for h in books.holds if h.reference != next(
        o.reference for o in history.operations if o.kind == "hold" and o.acknowledged)]


def atomic_orders(history, books, world):  # pylint: disable=unused-argument
    """All parts of an atomic order, or none."""
    found = books.by_reference()
    for operation in history.operations:
        if operation.kind == "atomic bulk" and operation.answer is not None:
            n = sum(item["reference"] in found for item, _ in operation.details["parts"])
            if n not in (0, len(operation.details["parts"])):
                yield f"of the atomic order {operation.reference}, {n} parts are posted"


def plant_part(history, books, world):  # pylint: disable=unused-argument
    """One part is missing."""
    order = next(o for o in history.operations if o.kind == "atomic bulk" and o.acknowledged)
    lost = order.details["parts"][0][0]["reference"]
    books.postings = [posting for posting in books.postings if posting.reference != lost]


CHECKERS = [
    ("exactly once", exactly_once, plant_missing),
    ("as asked", as_asked, plant_amount),
    ("nothing else", nothing_else, plant_unasked),
    ("balances of the model", balances_of_model, plant_model),
    ("states of holds", hold_states, plant_hold),
    ("atomic orders", atomic_orders, plant_part),
]
