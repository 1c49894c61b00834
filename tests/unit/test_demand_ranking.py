"""The ranking: published numbers, properties that must hold for any input, and the mathematics."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.moka.demand import explain, gamma
from ckanext.moka.demand import ranking as R

NOW = datetime(2026, 11, 23, 12, tzinfo=R.JST)

# name: (V, E, A, Z, days open) -> (effective support, D, low, high); docs/reference/demand.md
WORKED = {
    "steady": ((4, 15, 6, 31, 150), (15.3, 25.4, 17.8, 33.7)),
    "new": ((1, 2, 1, 0, 9), (2.1, 10.2, 4.0, 17.8)),
    "stuffed": ((0, 30, 300, 0, 60), (2.7, 9.6, 4.1, 16.1)),
    "old": ((2, 20, 40, 5, 700), (9.3, 4.9, 3.1, 6.9)),
    "fan": ((1, 0, 0, 0, 400), (1.0, 1.6, 0.5, 3.1)),
}


def _posterior(name):
    (v, e, a, z, days), _ = WORKED[name]
    x = sum(R.points({"verified": v, "email": e, "anonymous": a, "search": z}).values())
    return x, 1.2 + x, 1.2 / 5 + max(30, days) / 365


@pytest.mark.parametrize("name", WORKED)
def test_published_rows_are_reproduced(name):
    x, shape, rate = _posterior(name)
    got = (x, shape / rate, gamma.gamma_quantile(0.1, shape, rate), gamma.gamma_quantile(0.9, shape, rate))
    assert tuple(round(value, 1) for value in got) == WORKED[name][1]


def test_published_separation_of_rows():
    steady, new, stuffed = (_posterior(name)[1:] for name in ("steady", "new", "stuffed"))
    assert gamma.gamma_exceeds(*steady, *new) >= 0.96
    assert gamma.gamma_exceeds(*steady, *stuffed) >= 0.96
    assert gamma.gamma_exceeds(*new, *stuffed) < R.BAND_PROBABILITY


# Chi-square tables: the p quantile with 2a degrees of freedom is twice the Gamma(a) quantile.
@pytest.mark.parametrize(
    ("p", "freedom", "chi_square"),
    [
        (0.1, 1, 0.0157907741),
        (0.9, 1, 2.7055434541),
        (0.1, 2, 0.2107210313),
        (0.9, 2, 4.6051701860),
        (0.1, 10, 4.8651820519),
        (0.9, 10, 15.9871791721),
        (0.1, 100, 82.3581358118),
        (0.9, 100, 118.4980038110),
        (0.99, 30, 50.8921813115),
    ],
)
def test_gamma_quantile_against_tables(p, freedom, chi_square):
    assert gamma.gamma_quantile(p, freedom / 2) * 2 == pytest.approx(chi_square, rel=1e-8)


@given(st.floats(0.2, 5e4), st.floats(0.001, 0.999), st.floats(0.01, 100))
@settings(max_examples=150, deadline=None)
def test_gamma_quantile_inverts_the_distribution(shape, p, rate):
    assert gamma.gamma_cdf(gamma.gamma_quantile(p, shape, rate) * rate, shape) == pytest.approx(p, abs=1e-6)


def test_exceeding_has_closed_forms():
    # two exponentials: rate2 / (rate1 + rate2); two equal gammas: one half
    assert gamma.gamma_exceeds(1, 2, 1, 3) == pytest.approx(3 / 5)
    assert gamma.gamma_exceeds(7.5, 2, 7.5, 2) == pytest.approx(0.5)


def test_exceeding_agrees_with_drawing():
    draw = random.Random(7)
    hits = sum(draw.gammavariate(3.3, 1 / 0.7) > draw.gammavariate(9.1, 1 / 2.2) for _ in range(40_000))
    assert gamma.gamma_exceeds(3.3, 0.7, 9.1, 2.2) == pytest.approx(hits / 40_000, abs=0.01)


@pytest.mark.parametrize(("mean", "expected"), [(0, 0), (0.01, 1), (1, 5), (10, 21), (100, 132)])
def test_poisson_quantile(mean, expected):
    below = sum(math.exp(-mean) * mean**n / math.factorial(n) for n in range(expected))
    at = below + math.exp(-mean) * mean**expected / math.factorial(expected)
    assert gamma.poisson_quantile(0.999, mean) == expected
    assert below < 0.999 <= at + 1e-12


def test_hold_limit_is_never_below_three():
    assert R.hold_limit(0) == 3
    assert R.hold_limit(10) == 21


kinds = st.sampled_from(R.KINDS)
signals = st.builds(
    R.Signal,
    kind=kinds,
    person=st.sampled_from([f"p{n}" for n in range(12)]),
    at=st.integers(0, 900 * 24).map(lambda hours: NOW - timedelta(hours=hours)),
)


@st.composite
def item_lists(draw, least=1):
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 900),
                st.lists(signals, max_size=14),
                st.sampled_from(R.GATES),
                st.sampled_from(R.VALUES),
                st.sampled_from(R.EFFORT_BANDS),
            ),
            min_size=least,
            max_size=7,
        )
    )
    return [
        (f"i{n}", NOW - timedelta(days=days), got, gate, v, effort)
        for n, (days, got, gate, v, effort) in enumerate(rows)
    ]


def _items(rows):
    return [R.Item(i, at, R.tally(got, NOW), "", gate, v, e) for i, at, got, gate, v, e in rows]


def _place(ranked, key):
    return next(row for row in ranked if row.item.id == key)


@given(item_lists(), st.data(), signals, st.booleans())
@settings(max_examples=300, deadline=None)
def test_one_more_signal_never_lowers_a_rank(rows, data, signal, cap):
    parameters = R.Parameters(email_cap=cap)
    n = data.draw(st.integers(0, len(rows) - 1))
    more = list(rows)
    more[n] = (*rows[n][:2], [*rows[n][2], signal], *rows[n][3:])
    before = _place(R.rank(_items(rows), NOW, parameters), rows[n][0])
    after = _place(R.rank(_items(more), NOW, parameters), rows[n][0])
    assert after.rank <= before.rank
    assert after.demand >= before.demand - 1e-9


@given(item_lists(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_order_of_input_does_not_matter(rows, shuffle):
    mixed = [(i, at, shuffle.sample(got, len(got)), *rest) for i, at, got, *rest in rows]
    shuffle.shuffle(mixed)
    assert R.rank(_items(rows), NOW) == R.rank(_items(mixed), NOW)


@given(item_lists(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_terms_add_up_and_ranks_are_consistent(rows, cap):
    ranked = R.rank(_items(rows), NOW, R.Parameters(email_cap=cap))
    assert [row.rank for row in ranked] == list(range(1, len(rows) + 1))
    planned = sorted(row.plan_rank for row in ranked if row.plan_rank is not None)
    assert planned == list(range(1, len(planned) + 1))
    for row in ranked:
        assert math.fsum(term.per_year for term in row.terms) == pytest.approx(row.demand, abs=1e-9)
        assert 0 < row.low < row.demand * 1.0001
        assert row.high > row.low
        assert (row.plan_rank is None) == (row.item.gate == "blocked")
    assert [r.demand for r in ranked] == sorted((r.demand for r in ranked), reverse=True) or all(
        a.demand >= b.demand - 1e-8 for a, b in zip(ranked, ranked[1:], strict=False)
    )
    assert [row.band for row in ranked] == sorted((row.band for row in ranked), key=lambda b: (len(b), b))


@given(st.lists(signals, max_size=20), st.booleans())
@settings(max_examples=150, deadline=None)
def test_weak_support_stays_at_most_a_quarter(got, cap):
    points = R.points(R.tally(got, NOW).decayed, email_cap=cap)
    strong = sum(points[kind] for kind in R.STRONG)
    weak = points["search"] + points["anonymous"]
    assert weak <= max(strong, 1) / 3 + 1e-12


def _signal(kind, person, days=0.0):
    return R.Signal(kind, person, NOW - timedelta(days=days))


def test_a_person_counts_once_in_the_strongest_way():
    counted = R.tally([_signal("email", "a"), _signal("verified", "a", 5), _signal("email", "a", 9)], NOW)
    assert counted.counts["verified"] == 1
    assert counted.counts["email"] == 0
    assert counted.decayed["verified"] == 1.0


def test_searches_count_visitor_days_and_anonymous_people_once():
    counted = R.tally(
        [_signal(kind, "a", days) for kind in ("search", "anonymous") for days in (0, 0.1, 3)], NOW
    )
    assert counted.counts["search"] == 2
    assert counted.counts["anonymous"] == 1


def test_support_halves_in_180_days_and_the_future_is_unknown():
    assert R.tally([_signal("verified", "a", 180)], NOW).decayed["verified"] == pytest.approx(0.5)
    assert R.tally([_signal("verified", "a", -1)], NOW).counts["verified"] == 0
    assert R.tally([_signal("verified", "a", 400)], NOW, window_days=365).counts["verified"] == 0


def test_exposure_has_a_floor_and_decays():
    assert R.exposure(NOW, NOW) == pytest.approx(30 / 365)
    assert R.exposure(NOW - timedelta(days=180), NOW) == pytest.approx(180 / math.log(2) / 2 / 365)
    # an item as old as the hills: 180 / ln 2 days
    assert R.exposure(NOW - timedelta(days=36500), NOW) == pytest.approx(180 / math.log(2) / 365)


def test_cap_needs_a_verified_tier_and_cannot_be_switched_off_by_mails():
    no_tier = R.Tally({"email": 500})
    assert not R.email_cap_on([no_tier])
    assert not R.email_cap_on([])
    healthy = [R.Tally({"verified": 4, "email": 10}) for _ in range(5)]
    assert R.email_cap_on(healthy)
    assert R.email_cap_on([*healthy, R.Tally({"email": 100_000})])


def test_stuffed_item_stays_below_a_supported_one():
    steady = R.Item(
        "steady", NOW - timedelta(days=60), R.tally([_signal("verified", str(n)) for n in range(6)], NOW)
    )
    fake = [_signal("email", f"m{n}") for n in range(30)] + [
        _signal("anonymous", f"a{n}") for n in range(300)
    ]
    stuffed = R.Item("stuffed", NOW - timedelta(days=60), R.tally(fake, NOW))
    assert [row.item.id for row in R.rank([stuffed, steady], NOW)] == ["steady", "stuffed"]


def test_gate_and_effort_move_the_plan_but_not_the_demand_rank():
    base = R.Item(
        "big",
        NOW - timedelta(days=90),
        R.tally([_signal("verified", str(n)) for n in range(9)], NOW),
        effort=40,
    )
    small = R.Item(
        "small", base.opened_at, R.tally([_signal("verified", str(n)) for n in range(6)], NOW), effort=1
    )
    blocked = replace(base, id="blocked", gate="blocked")
    ranked = {row.item.id: row for row in R.rank([base, small, blocked], NOW)}
    assert (ranked["big"].rank, ranked["blocked"].rank, ranked["small"].rank) == (1, 2, 3)
    assert (ranked["small"].plan_rank, ranked["big"].plan_rank, ranked["blocked"].plan_rank) == (1, 2, None)


@pytest.mark.parametrize(("days", "band"), [(0.5, 1), (1, 1), (2, 3), (8, 8), (9, 20), (40, 40), (400, 40)])
def test_effort_bands(days, band):
    assert R.effort_band(days) == band


def test_fit_follows_the_moments_and_keeps_the_published_numbers_for_few_items():
    items = [
        R.Item(
            f"i{n}",
            NOW - timedelta(days=365),
            R.tally([_signal("verified", str(p)) for p in range(n)], NOW),
            "福祉",
        )
        for n in range(1, 9)
    ]
    fitted = R.fit(items, NOW, version="x")
    years = R.exposure(items[0].opened_at, NOW)
    rates = [n / years for n in range(1, 9)]
    mean = sum(rates) / 8
    variance = sum((rate - mean) ** 2 for rate in rates) / 8
    assert fitted.rate == pytest.approx(4.5 / years)
    assert fitted.k == pytest.approx(min(5, max(0.3, mean**2 / (variance - mean / years))))
    assert fitted.rate_for("福祉") == pytest.approx(fitted.rate)
    assert fitted.rate_for("観光") == fitted.rate
    assert R.fit(items[:4], NOW, version="x").rate == R.PUBLISHED.rate


def test_band_names_go_on_after_z():
    assert [R._band_name(n) for n in (0, 25, 26, 51, 52, 702)] == ["A", "Z", "AA", "AZ", "BA", "AAA"]


def test_explanation_is_plain_japanese_and_compares_two_items():
    more = R.Item("more", NOW, R.tally([_signal("verified", "a"), _signal("email", "b")], NOW))
    less = R.Item("less", NOW, R.tally([_signal("email", "b")], NOW))
    first, second = R.rank([less, more], NOW)
    assert explain.why(first).startswith("2人が賛同（本人確認・窓口1人、メール・アカウント1人）")
    assert "本人確認をした人の賛同" in explain.compare(first, second)
    assert "賛同はまだありません" in explain.why(R.rank([R.Item("none", NOW, R.Tally())], NOW)[0])


def test_unknown_kinds_and_gates_are_refused():
    with pytest.raises(ValueError, match="kind"):
        R.tally([R.Signal("like", "a", NOW)], NOW)
    with pytest.raises(ValueError, match="gate"):
        R.rank([R.Item("x", NOW, R.Tally(), gate="open")], NOW)
