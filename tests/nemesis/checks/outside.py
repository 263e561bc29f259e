"""Money that came from or went to somewhere else, and the other dialects."""

import collections

from nemesis.books import Funding, Remittance
from nemesis.dialects.moolah import FIRST

STATES = {"pending", "completed", "failed", "review"}
# The simulated providers keep what they know in memory. Until they end, a payment was looked up at least
# once, also if the first look-up failed; and what is paid right after their end may be paid to the old one.
UNKNOWN_BEFORE_S, UNKNOWN_AFTER_S = 180, 40


def payments(history, books, world):  # pylint: disable=unused-argument
    """Payments are in a legal state, and money moved if and only if they say so."""
    rows = {payment.reference: payment for payment in books.payments}
    found = books.by_reference()
    for operation in history.operations:
        if "payment" not in operation.details or operation.answer is None:
            continue
        payment = rows.get(operation.reference)
        if payment is None:
            if operation.acknowledged:
                yield f"{operation.kind} {operation.reference} was acknowledged, and is not there"
            continue
        posted = len({p.transaction for p in found.get(operation.reference, [])})
        if payment.status not in STATES:
            yield f"payment {payment.reference} is {payment.status}"
        elif payment.status != "review" and posted != (payment.status == "completed"):
            yield f"payment {payment.reference} is {payment.status}, and has {posted} transactions"
        change = -payment.paid if payment.withdrawal == "t" else payment.paid
        if payment.status == "completed" and operation.details["payment"] != {payment.account: change}:
            yield f"payment {payment.reference} moved {change}, asked was {operation.details['payment']}"


def plant_payment(history, books, world):  # pylint: disable=unused-argument
    """A payment that completed without a transaction."""
    place = next(i for i, p in enumerate(books.payments) if p.status == "completed" and any(
        o.reference == p.reference and "payment" in o.details for o in history.operations))
    lost = books.payments[place].reference
    books.postings = [posting for posting in books.postings if posting.reference != lost]


def paid_is_credited(history, books, world):
    """What a customer has paid on the provider's page arrived, unless the provider forgot it."""
    rows = {payment.reference: payment for payment in books.payments}
    for reference, (chosen, paid_at) in history.checkouts.items():
        payment = rows.get(reference)
        forgotten = any(paid_at - UNKNOWN_AFTER_S < end < paid_at + UNKNOWN_BEFORE_S
                        for end in world.sandbox_ends)
        if chosen == "success" and not forgotten:
            if payment is None or payment.status not in ("completed", "review"):
                yield f"{reference} was paid, and is {payment}"


def plant_paid(history, books, world):  # pylint: disable=unused-argument
    """A page on which somebody paid."""
    history.checkouts["planted"] = ("success", 0)


def bitpal(history, books, world):  # pylint: disable=unused-argument
    """Deposits and transfers explain each balance, as the API says it."""
    wanted = collections.Counter()
    for payment in books.payments:
        if payment.status == "completed" and payment.withdrawal == "f":
            wanted[payment.number] += payment.paid
    for operation in history.operations:
        if operation.kind == "bitpal transfer" and operation.acknowledged:
            wanted[operation.details["person"]] -= operation.details["minor"]
            wanted[operation.details["target"]] += operation.details["minor"]
    for person in people(world, "Bitpal"):
        if books.api_balances.get(person["number"]) != wanted[person["number"]]:
            yield (f"wallet {person['number']} shows {books.api_balances.get(person['number'])}, "
                   f"the model {wanted[person['number']]}")
    yield from deposits_of_bitpal(history, books, world)


def deposits_of_bitpal(history, books, world):
    """Those that were acknowledged are there. Others may only be what a provider refused: a key whose
    deposit failed for the moment opens another one."""
    told = {o.answer.get("data.reference") for o in history.operations
            if o.kind == "bitpal deposit" and o.acknowledged}
    numbers = {person["number"] for person in people(world, "Bitpal")}
    there = {payment.reference: payment for payment in books.payments if payment.number in numbers}
    for reference in told - set(there):
        yield f"deposit {reference} was acknowledged, and is not there"
    for reference in set(there) - told:
        if there[reference].status != "failed":
            yield f"a deposit that nobody was told of: {there[reference]}"


def plant_bitpal(history, books, world):  # pylint: disable=unused-argument
    """One unit more."""
    number = people(world, "Bitpal")[0]["number"]
    books.api_balances[number] = (books.api_balances.get(number) or 0) + 1


def people(world, name):
    """Those of a dialect."""
    return next(d.people for d in world.dialects if type(d).__name__ == name)


def fundings(history, books, world):
    """Fundings of Wallet OTP: each that was acknowledged is there, none twice, and they make the balance."""
    rows = {funding.reference: funding for funding in books.fundings}
    for operation in history.operations:
        if operation.kind in ("otp fund", "otp deduct") and operation.acknowledged:
            if operation.answer.get("transactionReference") not in rows:
                yield f"{operation.kind} {operation.answer} is not there"
        if operation.kind == "otp verify" and operation.acknowledged and operation.answer.get("success"):
            row = rows.get(operation.details["confirmed"])
            if row is None or row.status not in ("completed", "review"):
                yield f"funding {operation.details['confirmed']} was confirmed, and is {row}"
    for person in people(world, "Otp"):
        mine = [f for f in books.fundings if f.email == person["email"]]
        wanted = sum(f.amount * (-1 if f.purpose == "wallet_deduction" else 1) for f in mine
                     if f.status == "completed")
        if books.api_balances.get(person["email"]) != wanted:
            yield f"{person['email']} shows {books.api_balances.get(person['email'])}, the model {wanted}"
        asked = [o for o in history.operations if o.kind in ("otp fund", "otp deduct")
                 and o.details["person"] == person["email"]]
        if len(mine) > sum(o.acknowledged or o.answer is None for o in asked):
            yield f"{person['email']} has {len(mine)} fundings, more than were acknowledged"


def plant_funding(history, books, world):
    """One that nobody asked for."""
    email = people(world, "Otp")[0]["email"]
    books.fundings += [planted_funding(email)] * 1000


def planted_funding(email):
    """A funding of that person."""
    return Funding("planted", email, "wallet_funding", "expired", 1)


def vouchers(history, books, world):
    """Each voucher adds up, those issued are those acknowledged, and wallets have the rest."""
    for voucher in books.vouchers:
        if voucher.original != voucher.balance + voucher.refunded + voucher.redeemed:
            yield f"voucher {voucher.reference} does not add up: {voucher}"
    for person in people(world, "Moolah"):
        yield from wallet_of(person["wallet"], history, books)


def wallet_of(wallet, history, books):
    """The balance of a person that follows from vouchers, redemptions and purchases."""
    mine = [v for v in books.vouchers if v.owner == wallet]
    done = [o for o in history.operations if o.details.get("person") == wallet]
    issued = [o for o in done if o.kind in ("voucher issue", "easypay issue")]
    acknowledged = sum(o.acknowledged for o in issued)
    if not acknowledged <= len(mine) <= acknowledged + sum(o.answer is None for o in issued):
        yield f"{wallet} has {len(mine)} vouchers, acknowledged {acknowledged}"
    wanted = FIRST - sum(v.original - v.refunded for v in mine)
    wanted += sum(o.details["minor"] for o in done if o.kind == "voucher redeem" and o.acknowledged)
    wanted -= sum(p.amount for p in books.purchases if p.account == wallet and p.status == "completed")
    if books.api_balances.get(wallet) != wanted:
        yield f"{wallet} shows {books.api_balances.get(wallet)}, the model {wanted}"


def plant_voucher(history, books, world):  # pylint: disable=unused-argument
    """A redemption too many."""
    books.vouchers[0] = books.vouchers[0]._replace(redeemed=books.vouchers[0].redeemed + 1)


def purchases(history, books, world):  # pylint: disable=unused-argument
    """A purchase that was acknowledged is there once, for its amount. Others of its reference failed before:
    the vendor was not reached, so the reference was free again."""
    rows = collections.defaultdict(list)
    for purchase in books.purchases:
        rows[purchase.reference].append(purchase)
    for operation in history.operations:
        if operation.kind == "purchase" and operation.answer is not None:
            mine = rows.get(operation.reference, [])
            left = [p for p in mine if p.status != "failed"] or mine[-1:]
            if operation.acknowledged and [p.amount for p in left] != [operation.details["minor"]]:
                yield f"purchase {operation.reference} was acknowledged: {mine}"
            if operation.refused and any(p.status == "completed" for p in mine):
                yield f"purchase {operation.reference} was refused: {mine} {operation.answer}"


def plant_purchase(history, books, world):  # pylint: disable=unused-argument
    """Nothing was bought."""
    books.purchases = []


def bank_payments(history, books, world):
    """Drop's payments: those acknowledged are there, and no others but what is still unknown."""
    rows = {row.id: row for row in books.remittances}
    kinds = {"remittance": "remittance", "qr payment": "qr_payment"}
    for kind, stored in kinds.items():
        for person in people(world, "Drop"):
            mine = [o for o in history.operations if o.kind == kind and o.details["person"] == person["email"]]
            told = {o.answer.get("data.id") for o in mine if o.acknowledged}
            there = {row.id for row in rows.values() if row.email == person["email"] and row.type == stored}
            if told - there:
                yield f"{kind} {told - there} was acknowledged, and is not there"
            failed = {i for i in there - told if rows[i].status in ("failed", "rejected", "cancelled")}
            if len(there - told - failed) > sum(o.answer is None for o in mine):
                yield f"{kind} that nobody was told of: {[rows[i] for i in there - told - failed][:3]}"


def plant_bank_payment(history, books, world):
    """One more for each."""
    email = people(world, "Drop")[0]["email"]
    books.remittances += [Remittance(f"planted{i}", email, "remittance", "completed", 1) for i in range(1000)]


def erasures(history, books, world):  # pylint: disable=unused-argument
    """Nobody who was erased signs in."""
    for email in books.still_signs_in:
        yield f"{email} was erased, and signs in"


def plant_erasure(history, books, world):  # pylint: disable=unused-argument
    """Somebody does."""
    books.still_signs_in.append("planted@example.com")


CHECKERS = [
    ("payments", payments, plant_payment),
    ("paid is credited", paid_is_credited, plant_paid),
    ("bitpal", bitpal, plant_bitpal),
    ("fundings", fundings, plant_funding),
    ("vouchers", vouchers, plant_voucher),
    ("purchases", purchases, plant_purchase),
    ("bank payments", bank_payments, plant_bank_payment),
    ("erasures", erasures, plant_erasure),
]
