"""What the database says in the end, read in one go: the checkers compare it with the history."""

import collections
import copy

Posting = collections.namedtuple("Posting", "reference type transaction line amount currency source target "
                                            "source_balance target_balance ledger sequence")
Account = collections.namedtuple("Account", "id ledger currency floor balance held kind")
Hold = collections.namedtuple("Hold", "id reference account amount captured status")
Reversal = collections.namedtuple("Reversal", "reference moved given counted")
Payment = collections.namedtuple("Payment", "reference account withdrawal status amount paid number")
Voucher = collections.namedtuple("Voucher", "reference status original balance refunded redeemed owner")
Purchase = collections.namedtuple("Purchase", "reference account amount status")
Funding = collections.namedtuple("Funding", "reference email purpose status amount")
Remittance = collections.namedtuple("Remittance", "id email type status total")

POSTINGS = """
SELECT t.reference, t.type, t.public_id, p.line, p.amount, p.currency, f.public_id, o.public_id,
       p.from_balance, p.to_balance, p.ledger_id, t.transaction_id
  FROM posting p JOIN transaction t USING (transaction_id)
  JOIN account f ON f.account_id = p.from_id JOIN account o ON o.account_id = p.to_id
 ORDER BY t.transaction_id, p.line"""
ACCOUNTS = "SELECT public_id, ledger_id, currency, floor, balance, held, kind FROM account"
HOLDS = """
SELECT h.public_id, h.reference, a.public_id, h.amount, h.captured, h.status
  FROM hold h JOIN account a USING (account_id)"""
# What was given back of a transaction, in all; without fees.
REVERSALS = """
SELECT o.reference, (SELECT sum(q.amount) FROM posting q LEFT JOIN transaction_fee e USING (transaction_id, line)
                      WHERE q.transaction_id = o.transaction_id AND e.line IS NULL),
       sum(p.amount), min(b.reversed)
  FROM transaction t JOIN posting p USING (transaction_id)
  LEFT JOIN transaction_fee f USING (transaction_id, line)
  JOIN transaction o ON o.transaction_id = t.reverses
  LEFT JOIN reversed_transaction b ON b.transaction_id = o.transaction_id
 WHERE f.line IS NULL
 GROUP BY o.transaction_id"""
# A payment that failed for the moment leaves its reference to another one, which comes last.
PAYMENTS = """
SELECT y.reference, a.public_id, y.withdrawal, y.status, y.amount, coalesce(y.paid_amount, y.amount),
       w.number
  FROM payment y JOIN account a USING (account_id) LEFT JOIN wallet w USING (account_id)
 ORDER BY y.reference_held, y.payment_id"""
VOUCHERS = """
SELECT v.reference, v.status, v.original_amount, v.balance, v.refunded,
       (SELECT coalesce(sum(amount), 0) FROM voucher_redemption r WHERE r.voucher_id = v.voucher_id),
       (SELECT w.label FROM wallet w JOIN account a USING (account_id)
         WHERE w.user_id = v.user_id AND a.currency = 'ZAR' LIMIT 1)
  FROM voucher v"""
PURCHASES = """
SELECT p.reference, w.label, p.amount, p.status FROM purchase p JOIN wallet w USING (account_id)"""
FUNDINGS = """
SELECT f.reference, u.email, f.purpose, f.status, f.amount FROM funding f JOIN users u USING (user_id)"""
REMITTANCES = """
SELECT d.drop_id, u.email, d.type, d.status, d.total FROM drop_payment d JOIN users u USING (user_id)"""
PARKED = "SELECT kind, problem FROM job WHERE parked_at IS NOT NULL"


def number(text):
    """NULL is None."""
    return int(text) if text != "" else None


def rows(stack, query, shape, numbers):
    """Tuples of that shape, with these members as integers."""
    places = [shape._fields.index(name) for name in numbers.split()]
    result = []
    for row in stack.sql(query):
        for place in places:
            row[place] = number(row[place])
        result.append(shape(*row))
    return result


class Books:
    """Accounts, postings, and the rows beside them."""

    def __init__(self, stack):
        self.postings = rows(stack, POSTINGS, Posting,
                             "line amount source_balance target_balance ledger sequence")
        self.accounts = rows(stack, ACCOUNTS, Account, "ledger floor balance held")
        self.holds = rows(stack, HOLDS, Hold, "amount captured status")
        self.reversals = rows(stack, REVERSALS, Reversal, "moved given counted")
        self.payments = rows(stack, PAYMENTS, Payment, "amount paid")
        self.vouchers = rows(stack, VOUCHERS, Voucher, "original balance refunded redeemed")
        self.purchases = rows(stack, PURCHASES, Purchase, "amount")
        self.fundings = rows(stack, FUNDINGS, Funding, "amount")
        self.remittances = rows(stack, REMITTANCES, Remittance, "total")
        self.parked = stack.sql(PARKED)
        self.api_balances = {}   # {account: minor units}, as a client is told
        self.verified = (0, "")  # exit status and output of cowry verify
        self.still_signs_in = [] # erased users who can

    def copied(self):
        """For a self test, which changes it."""
        return copy.deepcopy(self)

    def by_reference(self):
        """{reference: postings}"""
        found = collections.defaultdict(list)
        for posting in self.postings:
            found[posting.reference].append(posting)
        return found


def effects(postings):
    """What postings change, by account."""
    changes = collections.Counter()
    for posting in postings:
        changes[posting.source] -= posting.amount
        changes[posting.target] += posting.amount
    return changes
