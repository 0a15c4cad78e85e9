"""The independent recomputation of the first-in rule, against tables small enough to check by hand."""

import os
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import crm_first_in as first  # noqa: E402  (the folder must be on the path before)

HEADER = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date".split(",")
SHARED_DATA = pathlib.Path(os.environ.get("CHAPERONE_SHARED_DATA", HERE.parents[1] / "../shared/data"))
PIPELINE = SHARED_DATA / "crm" / "sales_pipeline.csv"


def rows(*lines):
    return [dict(zip(HEADER, line.split(","))) for line in lines]


def decisions(*lines, window_days=90):
    return first.first_in(first.submissions(rows(*lines)), window_days)


class FirstIn(unittest.TestCase):
    def check(self, expected, *lines, window_days=90):
        made = decisions(*lines, window_days=window_days)
        self.assertEqual({key: one["decision"][0] for key, one in made.items()}, expected)

    def test_a_rival_inside_the_window_is_rejected_and_named(self):
        made = decisions("A,ann,X,acme,Engaging,1/1/2017,", "B,ben,X,acme,Won,2/1/2017,3/1/2017")
        self.assertEqual(
            made["B"], {"decision": "rejected", "rival": "A", "protected_until": None, "outcome": "won"}
        )
        self.assertEqual(made["A"]["protected_until"], "2017-04-01")

    def test_the_instant_a_window_ends_is_free(self):
        lines = "A,ann,X,acme,Engaging,1/1/2017,", "B,ben,X,acme,Engaging,1/31/2017,"
        self.check({"A": "a", "B": "a"}, *lines, window_days=30)
        self.check({"A": "a", "B": "r"}, *lines, window_days=60)

    def test_a_close_ends_the_protection_early(self):
        self.check({"A": "a", "B": "a"}, "A,ann,X,acme,Lost,1/1/2017,1/5/2017", "B,ben,X,acme,Won,1/5/2017,")

    def test_a_deal_closed_on_its_first_day_protects_nothing(self):
        self.check({"A": "a", "B": "a"}, "A,ann,X,acme,Won,1/1/2017,1/1/2017", "B,ben,X,acme,Won,1/1/2017,")

    def test_on_one_day_the_order_of_the_file_decides(self):
        self.check({"B": "a", "A": "r"}, "B,ben,X,acme,Engaging,1/1/2017,", "A,ann,X,acme,Engaging,1/1/2017,")

    def test_a_repeat_by_the_same_seller_gets_a_window_of_its_own(self):
        self.check(
            {"A": "a", "B": "a", "C": "r"},
            "A,ann,X,acme,Engaging,1/1/2017,",
            "B,ann,X,acme,Engaging,3/1/2017,",
            "C,ben,X,acme,Engaging,4/15/2017,",
        )

    def test_a_rejected_submission_protects_nothing(self):
        self.check(
            {"A": "a", "B": "r", "C": "a"},
            "A,ann,X,acme,Lost,1/1/2017,1/20/2017",
            "B,ben,X,acme,Engaging,1/10/2017,",
            "C,eva,X,acme,Engaging,1/25/2017,",
        )

    def test_another_account_or_product_is_no_rival_but_another_spelling_is(self):
        self.check(
            {"A": "a", "B": "a", "C": "a", "D": "r"},
            "A,ann,GTXPro,acme,Engaging,1/1/2017,",
            "B,ben,GTXPro,other,Engaging,1/2/2017,",
            "C,ben,MG Special,acme,Engaging,1/2/2017,",
            "D,ben,GTX Pro,acme,Engaging,1/2/2017,",
        )

    def test_rows_without_account_or_engage_date_are_left_out(self):
        self.check({}, "A,ann,X,,Engaging,1/1/2017,", "B,ben,X,acme,Prospecting,,")


@unittest.skipUnless(PIPELINE.exists(), f"the real pipeline is not at {SHARED_DATA}")
class RealPipeline(unittest.TestCase):
    def setUp(self):
        self.rows = first.read_rows(PIPELINE)

    def test_with_ninety_days_2477_rows_are_rejected_and_yet_won(self):
        counts = first.counted(first.first_in(first.submissions(self.rows), 90))
        self.assertEqual(counts["rejected won"], 2477)
        self.assertEqual(sum(counts.values()), 7212)

    def test_neither_shuffled_days_nor_doubled_rows_change_a_decision(self):
        plain = first.first_in(first.submissions(self.rows), 90)
        for seed in (1, 2, 3):
            other = first.doubled(first.shuffled_across_days(self.rows, seed))
            self.assertEqual(first.first_in(first.submissions(other), 90), plain, f"seed {seed}")


if __name__ == "__main__":
    unittest.main()
