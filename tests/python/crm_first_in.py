"""The first-in rule over a CRM export, worked out a second time without any of our own code.

    python3 crm_first_in.py sales_pipeline.csv [--window-days 90] [--shuffle-seed 7] [--doubled] [--summary]

Each row with an account and an engage date is a submission by its sales agent for (account, product)
at that date. Submissions are taken by (date, order in the file). One is approved unless an approved
registration of another seller for the same account and product still protects at that instant.
Protection is [engage, min(engage + window, close)): the instant it ends is already free, so a deal
that closes on the day it was engaged protects nothing. A repeat by the same seller is no duplicate and
gets a window of its own; a rejected submission gets none. Rows without an account or an engage date
are left out. The answer is JSON on stdout: opportunity id -> decision, rival, protected_until, outcome.
"""

import argparse
import csv
import json
import random
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Iterable, NamedTuple, Optional

WINDOWS_DAYS = (30, 60, 90, 180)
# The product list of the same export writes "GTX Pro"; the pipeline writes "GTXPro".
PRODUCT_SPELLINGS = {"GTXPro": "GTX Pro"}
OUTCOMES = {"Won": "won", "Lost": "lost"}


class Submission(NamedTuple):
    opportunity: str
    seller: str
    account: str
    product: str
    engaged: date
    closed: Optional[date]
    outcome: str


def read_rows(path: str) -> list[dict]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def day(text: str) -> Optional[date]:
    return datetime.strptime(text, "%m/%d/%Y").date() if text else None


def submissions(rows: Iterable[dict]) -> list[Submission]:
    """The rows that can be judged, in the order of the file."""
    return [
        Submission(
            opportunity=row["opportunity_id"],
            seller=row["sales_agent"],
            account=row["account"],
            product=PRODUCT_SPELLINGS.get(row["product"], row["product"]),
            engaged=day(row["engage_date"]),
            closed=day(row["close_date"]),
            outcome=OUTCOMES.get(row["deal_stage"], "open"),
        )
        for row in rows
        if row["account"] and row["engage_date"]
    ]


def shuffled_across_days(rows: list[dict], seed: int) -> list[dict]:
    """The days in another order; inside a day the order of the file stays, since it breaks ties."""
    days = defaultdict(list)
    for row in rows:
        days[row["engage_date"]].append(row)
    keys = list(days)
    random.Random(seed).shuffle(keys)
    return [row for key in keys for row in days[key]]


def doubled(rows: list[dict]) -> list[dict]:
    """Every row twice in a row, as an export that was sent twice."""
    return [row for row in rows for _ in range(2)]


def first_in(entries: Iterable[Submission], window_days: int) -> dict[str, dict]:
    """The decision for every opportunity; an opportunity met again changes nothing."""
    protections = defaultdict(list)  # (account, product) -> [(seller, until, opportunity)]
    decisions: dict[str, dict] = {}
    for entry in sorted(entries, key=lambda one: one.engaged):  # a stable sort keeps the file's order
        if entry.opportunity in decisions:
            continue
        wanted = (entry.account, entry.product)
        rival = next(
            (
                opportunity
                for seller, until, opportunity in protections[wanted]
                if seller != entry.seller and entry.engaged < until
            ),
            None,
        )
        until = None
        if rival is None:
            until = entry.engaged + timedelta(days=window_days)
            if entry.closed is not None:
                until = min(until, entry.closed)
            protections[wanted].append((entry.seller, until, entry.opportunity))
        decisions[entry.opportunity] = {
            "decision": "approved" if rival is None else "rejected",
            "rival": rival,
            "protected_until": None if until is None else until.isoformat(),
            "outcome": entry.outcome,
        }
    return decisions


def counted(decisions: dict[str, dict]) -> dict[str, int]:
    """How many ended in each pair of decision and outcome."""
    counts: dict[str, int] = defaultdict(int)
    for one in decisions.values():
        counts[f"{one['decision']} {one['outcome']}"] += 1
    return dict(sorted(counts.items()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("csv_path")
    parser.add_argument("--window-days", type=int, choices=WINDOWS_DAYS, default=90)
    parser.add_argument("--shuffle-seed", type=int, help="put the days in another order")
    parser.add_argument("--doubled", action="store_true", help="send every row twice")
    parser.add_argument("--summary", action="store_true", help="print counts instead of rows")
    options = parser.parse_args()
    rows = read_rows(options.csv_path)
    if options.shuffle_seed is not None:
        rows = shuffled_across_days(rows, options.shuffle_seed)
    if options.doubled:
        rows = doubled(rows)
    decisions = first_in(submissions(rows), options.window_days)
    json.dump(counted(decisions) if options.summary else decisions, sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
