"""The books by themselves: sums, balances, floors, holds, reversals, references."""

import collections

from nemesis.books import Reversal, effects
from nemesis.dialects.pocket import LIMIT

ACTIVE = 0  # of a hold


def stored_balances(history, books, world):  # pylint: disable=unused-argument
    """A balance is the sum of its postings."""
    sums = effects(books.postings)
    for account in books.accounts:
        if account.balance != sums[account.id]:
            yield f"account {account.id} stores {account.balance}, its postings are {sums[account.id]}"


def plant_balance(history, books, world):  # pylint: disable=unused-argument
    """One unit more."""
    account = books.accounts[-1]
    books.accounts[-1] = account._replace(balance=account.balance + 1)


def zero_sums(history, books, world):  # pylint: disable=unused-argument
    """In each ledger and currency all balances are zero together."""
    sums = collections.Counter()
    for account in books.accounts:
        sums[account.ledger, account.currency] += account.balance
    for place, total in sums.items():
        if total:
            yield f"ledger and currency {place} sum to {total}"


def floors(history, books, world):  # pylint: disable=unused-argument
    """No posting took an account below its floor, at any time."""
    floor = {account.id: account.floor for account in books.accounts}
    for posting in books.postings:
        for account, balance in ((posting.source, posting.source_balance),
                                 (posting.target, posting.target_balance)):
            if floor.get(account) is not None and balance < floor[account]:
                yield f"account {account} was {balance} after {posting.reference}"


def plant_floor(history, books, world):
    """A wallet below zero."""
    wallet = world.pocket.naira[0]
    place = next(i for i, p in enumerate(books.postings) if p.source == wallet)
    books.postings[place] = books.postings[place]._replace(source_balance=-1)


def running_balances(history, books, world):  # pylint: disable=unused-argument
    """The balances that postings carry are the running sums."""
    running = collections.Counter()
    for posting in books.postings:
        running[posting.source] -= posting.amount
        running[posting.target] += posting.amount
        for account, balance in ((posting.source, posting.source_balance),
                                 (posting.target, posting.target_balance)):
            if balance is not None and account in world.pocket.naira and balance != running[account]:
                yield f"{posting.reference} says {balance} for {account}, the sum is {running[account]}"


def held_amounts(history, books, world):  # pylint: disable=unused-argument
    """What is held is the sum of the active holds; no hold captured more than it had."""
    sums = collections.Counter()
    for hold in books.holds:
        if hold.status == ACTIVE:
            sums[hold.account] += hold.amount
        if hold.captured is not None and hold.captured > hold.amount:
            yield f"hold {hold.reference} captured {hold.captured} of {hold.amount}"
    for account in books.accounts:
        if account.held != sums[account.id]:
            yield f"account {account.id} holds {account.held}, its holds are {sums[account.id]}"


def plant_held(history, books, world):  # pylint: disable=unused-argument
    """One unit that no hold has."""
    account = books.accounts[-1]
    books.accounts[-1] = account._replace(held=account.held + 1)


def reversals(history, books, world):  # pylint: disable=unused-argument
    """Nothing gave back more than it moved."""
    for reversal in books.reversals:
        if reversal.given > reversal.moved or reversal.given != reversal.counted:
            yield (f"{reversal.reference} moved {reversal.moved} and gave back {reversal.given}, "
                   f"{reversal.counted} is counted")


def plant_reversal(history, books, world):  # pylint: disable=unused-argument
    """One unit too many."""
    books.reversals.append(Reversal("planted", 1, 2, 2))


def limits(history, books, world):  # pylint: disable=unused-argument
    """No more has left the wallet than its limit; what is given back does not count."""
    wallet = world.pocket.cedi[0]
    left = sum(posting.amount for posting in books.postings
               if posting.source == wallet and posting.type != "reversal")
    if left > LIMIT:
        yield f"{left} has left {wallet}, which has a limit of {LIMIT}"


def plant_limit(history, books, world):
    """One unit more than the limit."""
    wallet = world.pocket.cedi[0]
    books.postings.append(books.postings[-1]._replace(source=wallet, type="transfer", amount=LIMIT + 1))


def references(history, books, world):  # pylint: disable=unused-argument
    """A reference is that of one transaction of its ledger."""
    seen = collections.defaultdict(set)
    for posting in books.postings:
        seen[posting.ledger, posting.reference].add(posting.transaction)
    for (_, reference), transactions in seen.items():
        if len(transactions) > 1:
            yield f"reference {reference} has {len(transactions)} transactions"


def plant_reference(history, books, world):  # pylint: disable=unused-argument
    """A transaction with the reference of another."""
    books.postings.append(books.postings[-1]._replace(transaction="another"))


def verified(history, books, world):  # pylint: disable=unused-argument
    """cowry verify finds nothing."""
    status, output = books.verified
    if status != 0:
        yield f"cowry verify: {output[-600:]}"


def plant_verified(history, books, world):  # pylint: disable=unused-argument
    """As it would say."""
    books.verified = (1, "planted")


def parked(history, books, world):  # pylint: disable=unused-argument
    """No job was given up."""
    for kind, problem in books.parked:
        yield f"a job {kind} was given up: {problem}"


def plant_parked(history, books, world):  # pylint: disable=unused-argument
    """One that was."""
    books.parked.append(["mail", "planted"])


CHECKERS = [
    ("stored balances", stored_balances, plant_balance),
    ("zero sums", zero_sums, plant_balance),
    ("floors", floors, plant_floor),
    ("running balances", running_balances, plant_floor),
    ("holds", held_amounts, plant_held),
    ("reversals", reversals, plant_reversal),
    ("limits", limits, plant_limit),
    ("references", references, plant_reference),
    ("cowry verify", verified, plant_verified),
    ("jobs", parked, plant_parked),
]
