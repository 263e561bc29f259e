"""Checkers: each compares history and books, and says what must not be. All of them are in CHECKERS.

A checker is check(history, books, world), which yields problems as texts, and plant(history, books, world),
which makes a mistake of its kind in copies of both; the self test demands that it is found.
"""

from nemesis.checks import answers, events, ledger, money, outside

CHECKERS = ledger.CHECKERS + money.CHECKERS + outside.CHECKERS + events.CHECKERS + answers.CHECKERS
