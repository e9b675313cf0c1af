"""Effects and run settings: the tables are sound, agree with the evidence, and are drawn fairly."""

import csv
import math
import pickle
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.config import STATUSES, UNITS, Coefficient, Effects, EffectTable, RunSettings
from sim.noise import Noise
from sim.reform import known_levers
from sim.userinput import UserError, config_root

ROOT = Path(__file__).parents[1]
EVIDENCE = ROOT / "docs" / "sources" / "evidence.csv"
STATUS_OF = {
    "yes": "published",
    "cite": "unverified",
    "no": "unverified",
    "calc": "derived",
    "assume": "assumed",
}


UNIT_OF = {"student SD": "SD", "share of grade-1/7": "share", "pass-through": "share"}
"""Unit here of what the evidence's column `unit` begins with."""
UNIT_OF_RECOMMENDED = {
    "rec_sigmaT": "SD, spread",
    "rec_within": "share above 0",
    "rec_match": "SD, spread",
    "rec_move": "SD",
    "rec_peerT": "SD per SD",
    "rec_joint": "SD",
    "rec_class10": "SD per 10 students",
    "rec_perf_ind": "SD",
    "rec_digital": "SD",
    "rec_rel": "reliability",
}
"""Rows `rec_*` leave their unit to the equation that they stand in."""
OF_THE_SAME_STUDY = dict.fromkeys(("b_exp_yr5", "b_exp_yr10", "b_exp_yr20"), "b_exp_yr2")
NOT_IN_THE_MODEL = {"rec_perf_grp": "comes out of rec_perf_ind where a stake is shared"}


def read_evidence():
    with EVIDENCE.open(encoding="utf-8", newline="") as file:
        return {row["key"]: row for row in csv.DictReader(file)}


TABLE = EffectTable.load("evidence")
EVIDENCE_ROWS = read_evidence()
RULES = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "sim").rglob("*.py") if path.name != "config.py")
SHARED_KEYS = sorted(TABLE.coefficients.keys() & EVIDENCE_ROWS.keys())


def unit_in_the_evidence(key):
    if key in UNIT_OF_RECOMMENDED:
        return UNIT_OF_RECOMMENDED[key]
    return next(unit for words, unit in UNIT_OF.items() if EVIDENCE_ROWS[key]["unit"].startswith(words))


def keys_in(text):
    """Keys of the evidence that a text names; one that ends in * names a family."""
    words = re.findall(r"\w+\*?", text)
    return {word for word in words if word in EVIDENCE_ROWS or (word.endswith("*") and family(word))}


def family(word):
    return [key for key in EVIDENCE_ROWS if key.startswith(word[:-1])]


def cites(ours, theirs):
    """Whether our source names the keys that the evidence's does, or is the study itself."""
    keys = keys_in(theirs)
    return keys <= keys_in(ours) if keys else ours == theirs


def coefficient(value, low, high, distribution):
    return Coefficient(value, low, high, distribution, "SD", "assumed", "here")


def own_table(folder, text):
    path = folder / "effects" / "mine.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return [folder]


def full_table(**changes):
    rows = (
        dict.fromkeys(TABLE.coefficients, "{value: 0.5, unit: ratio, status: assumed, source: here}")
        | changes
    )
    return "coefficients:\n" + "".join(f"  {key}: {row}\n" for key, row in rows.items() if row)


class TestTables:
    def test_the_table_has_exactly_the_effects(self):
        assert list(TABLE.coefficients) == [field.name for field in fields(Effects)]

    @pytest.mark.parametrize("key", SHARED_KEYS)
    def test_numbers_unit_source_and_status_are_those_of_the_evidence(self, key):
        here, there = TABLE.coefficients[key], EVIDENCE_ROWS[key]
        value = float(there["value"])
        low, high = (float(there[end]) if there[end] else value for end in ("low", "high"))
        assert (here.value, here.low, here.high) == (value, low, high)
        assert here.status == STATUS_OF[there["verified"]]
        assert here.unit == unit_in_the_evidence(key)
        assert here.source == f"as {OF_THE_SAME_STUDY.get(key)}" or cites(here.source, there["source"])

    def test_a_coefficient_of_our_own_is_assumed_or_derived_from_the_evidence(self):
        for key in TABLE.coefficients.keys() - EVIDENCE_ROWS.keys():
            row = TABLE.coefficients[key]
            derived = row.status == "derived" and any(
                EVIDENCE_ROWS[used]["verified"] == "calc" for used in keys_in(row.source) & EVIDENCE_ROWS.keys()
            )
            assert row.status == "assumed" or derived, key

    @pytest.mark.parametrize("key", [key for key in EVIDENCE_ROWS if key.startswith("rec_")])
    def test_what_the_evidence_recommends_for_the_model_is_in_it(self, key):
        named = {used for row in TABLE.coefficients.values() for used in keys_in(f"{row.source} {row.note}")}
        assert key in TABLE.coefficients or key in named or key in NOT_IN_THE_MODEL

    def test_the_model_names_no_key_of_the_evidence_that_is_not_an_effect(self):
        sources = " ".join(one.source for lever in known_levers().values() for one in lever.settings().values())
        used = set(re.findall(r"\w+", RULES)) & EVIDENCE_ROWS.keys() - keys_in(sources)
        assert used == set(SHARED_KEYS)

    @pytest.mark.parametrize("key", TABLE.coefficients)
    def test_every_coefficient_is_complete(self, key):
        row = TABLE.coefficients[key]
        assert row.low <= row.value <= row.high
        assert row.unit in UNITS and row.status in STATUSES and row.source
        expected = (
            "fixed" if row.low == row.high else "balanced" if row.low < row.value < row.high else "one_sided"
        )
        assert row.distribution == expected

    @pytest.mark.parametrize("key", TABLE.coefficients)
    def test_the_model_reads_every_coefficient(self, key):
        assert re.search(rf"\beffects\.{key}\b", RULES)

    def test_sources_named_by_key_exist(self):
        known = EVIDENCE_ROWS.keys() | TABLE.coefficients.keys()
        texts = " ".join(row.source + " " + row.note for row in TABLE.coefficients.values())
        words = {word.strip("(),;:'") for word in texts.split()}
        keys = {w for w in words if w[:2] in {f"{c}_" for c in "abcdefghijkl"} or w.startswith("rec_")}
        assert {w for w in keys if not w.endswith("*")} <= known
        assert len(keys) > 10

    def test_means_is_the_same_table_not_drawn(self):
        means = EffectTable.load("means")
        assert (TABLE.drawn, means.drawn) == (True, False)
        assert means.coefficients == TABLE.coefficients
        assert means.draw(Noise(1)) == means.values() == Effects.means()

    def test_four_years_of_spending_give_the_published_effect(self):
        effects = Effects.means()
        four_years = sum(effects.kappa + (1 - effects.kappa) * effects.delta**n for n in range(4))
        assert effects.b_spend * four_years == pytest.approx(0.04, abs=0.001)

    def test_resolved_is_plain(self):
        assert TABLE.resolved["coefficients"]["kappa"] == {
            "value": 0.2, "low": 0.1, "high": 0.3, "distribution": "balanced",
        }  # fmt: skip


class TestDraws:
    def test_a_draw_repeats_and_differs_between_seeds(self):
        assert TABLE.draw(Noise(5)) == TABLE.draw(Noise(5))
        assert TABLE.draw(Noise(5)) != TABLE.draw(Noise(6))

    @given(st.integers(0, 2**63 - 1))
    def test_draws_stay_in_their_ranges(self, seed):
        effects = TABLE.draw(Noise(seed))
        for key, row in TABLE.coefficients.items():
            assert row.low <= getattr(effects, key) <= row.high

    def test_the_mean_of_balanced_draws_is_the_value(self):
        draws = [TABLE.draw(Noise(seed)) for seed in range(4000)]
        for key, row in TABLE.coefficients.items():
            if row.distribution == "balanced":
                sample = np.array([getattr(draw, key) for draw in draws])
                assert abs(sample.mean() - row.value) < 4.5 * sample.std() / math.sqrt(len(draws)), key

    @pytest.mark.parametrize(("value", "mean"), [(0.0, 0.05), (0.15, 0.10)])
    def test_one_sided_draws_fall_from_the_value(self, value, mean):
        row = coefficient(value, 0.0, 0.15, "one_sided")
        sample = [row.quantile((i + 0.5) / 1000) for i in range(1000)]
        assert np.mean(sample) == pytest.approx(mean, abs=1e-3)
        assert np.mean(np.abs(np.array(sample) - value) < 0.075) == pytest.approx(0.75, abs=0.01)

    @given(st.floats(0.001, 0.999), st.floats(0.001, 0.999))
    def test_quantiles_rise(self, one, other):
        for row in (coefficient(0.2, 0.1, 0.6, "balanced"), coefficient(1, 0, 1, "one_sided")):
            assert row.quantile(min(one, other)) <= row.quantile(max(one, other))

    def test_a_coefficient_more_moves_no_other(self):
        kept = {key: row for key, row in TABLE.coefficients.items() if key != "trait_rho"}
        first = EffectTable("mine", True, {"trait_rho": TABLE.coefficients["trait_rho"], **kept}).draw(
            Noise(3)
        )
        last = EffectTable("mine", True, {**kept, "trait_rho": TABLE.coefficients["trait_rho"]}).draw(
            Noise(3)
        )
        assert first == last

    def test_the_experience_curve_never_falls(self):
        for seed in range(200):
            e = TABLE.draw(Noise(seed))
            assert e.b_exp_yr2 < e.b_exp_yr5 < e.b_exp_yr10 < e.b_exp_yr20

    def test_tables_and_effects_travel_to_workers(self):
        table, effects = pickle.loads(pickle.dumps((TABLE, TABLE.draw(Noise(2)))))
        assert table == TABLE and effects == TABLE.draw(Noise(2))


class TestOverrides:
    def test_a_number_fixes_one_coefficient(self):
        table = EffectTable.load(
            overrides=[("effects.kappa", 0.15), ("policy.rotation.rate", 1), ("effects", "x")]
        )
        assert all(table.draw(Noise(seed)).kappa == 0.15 for seed in range(5))
        assert table.draw(Noise(1)).delta == TABLE.draw(Noise(1)).delta
        assert table.coefficients["kappa"].source == "command line"

    @pytest.mark.parametrize(
        ("key", "value", "message"),
        [
            ("effects.kapa", 0.1, "did you mean 'kappa'?"),
            ("effects.kappa.low", 0.1, "effects.kappa.low: no such effect"),
            ("effects.kappa", True, "effects.kappa must be a number (within 0 ... 1), got true"),
            ("effects.kappa", 1.5, "effects.kappa must be within 0 ... 1, got 1.5"),
            ("effects.rec_move", math.nan, "effects.rec_move must be a number, got nan"),
            ("effects.tau", 0, "effects.tau must be at least 0.01, got 0"),
            ("effects.rec_within", 0, "effects.rec_within must be within 0.01 ... 1, got 0"),
            ("effects.stake_share", 0, "effects.stake_share must be within 0.01 ... 1, got 0"),
        ],
    )
    def test_what_has_no_meaning_is_refused(self, key, value, message):
        with pytest.raises(UserError) as refused:
            EffectTable.load(overrides=[(key, value)])
        assert message in str(refused.value)
        assert len(str(refused.value)) < 200


class TestOwnTables:
    def test_a_full_table_of_ones_own_is_read(self, tmp_path):
        table = EffectTable.load("mine", extra=own_table(tmp_path, full_table()))
        assert table.drawn and table.values().kappa == 0.5

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (full_table(kappa=""), "lacks kappa"),
            (full_table(kapa="{value: 1}"), "did you mean 'kappa'?"),
            (full_table(kappa="0.5"), "kappa must have value, low, high"),
            (full_table(kappa="{valu: 1}"), "did you mean 'value'?"),
            (full_table(kappa="{unit: ratio, status: assumed, source: x}"), "kappa.value must be a number"),
            (full_table(kappa="{value: 1, unit: furlong, status: assumed, source: x}"), "unit must be one"),
            (full_table(kappa="{value: 1, unit: ratio, status: sure, source: x}"), "status must be one of"),
            (full_table(kappa="{value: 1, unit: ratio, status: assumed}"), "source must be a text, got ''"),
            (full_table(kappa="{value: 2, unit: share, status: assumed, source: x}"), "0 ... 1, got 2"),
            (full_table(kappa="{value: 1, low: 2, high: 3, unit: ratio, status: assumed, source: x}"), "2.0"),
            (
                full_table(kappa="{value: 1, low: 0, high: 1, distribution: balanced, unit: ratio, "
                "status: assumed, source: x}"),
                "must be fixed or one_sided here, got 'balanced'",
            ),
            ("coefficients: mine", "must be a table or the name of one, got 'mine'"),
            ("coefficients: [1]", "must be a table or the name of one"),
            ("draw: 1\ncoefficients: evidence", "draw must be true or false, got 1"),
            ("drawn: true\ncoefficients: evidence", "did you mean 'draw'?"),
        ],
    )  # fmt: skip
    def test_a_wrong_table_is_refused_in_one_message(self, tmp_path, text, message):
        with pytest.raises(UserError) as refused:
            EffectTable.load("mine", extra=own_table(tmp_path, text))
        assert message in str(refused.value)

    def test_an_unknown_table_is_answered_with_the_known_ones(self):
        with pytest.raises(UserError, match="known: evidence, means; did you mean 'evidence'?"):
            EffectTable.load("evidnce")

    def test_shipped_tables_stand_under_the_root(self):
        assert (config_root() / "effects" / "evidence.yaml").is_file()


class TestRunSettings:
    def test_the_limits_are_allowed(self):
        RunSettings(replicates=1, seed=0, horizon=2021)
        RunSettings(replicates=100_000, seed=2**63 - 1, horizon=2060)

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"replicates": 0}, "run.replicates must be within 1 ... 100000, got 0"),
            ({"replicates": 100_001}, "run.replicates must be within 1 ... 100000, got 100001"),
            ({"replicates": True}, "run.replicates must be a whole number (within 1 ... 100000), got true"),
            ({"replicates": 1.5}, "run.replicates must be a whole number (within 1 ... 100000), got 1.5"),
            ({"seed": -1}, "run.seed must be within 0 ... 9223372036854775807, got -1"),
            ({"seed": 2**63}, "run.seed must be within 0 ... 9223372036854775807, got 9223372036854775808"),
            ({"horizon": "2025"}, "run.horizon must be a whole number, got '2025'"),
            ({"horizon": 2025.5}, "run.horizon must be a whole number, got 2025.5"),
        ],
    )
    def test_others_are_refused(self, settings, message):
        with pytest.raises(UserError) as refused:
            RunSettings(**settings)
        assert str(refused.value) == message
