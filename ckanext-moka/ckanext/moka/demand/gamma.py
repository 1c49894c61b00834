"""The three special functions that the ranking needs, in plain Python.

* regularised incomplete gamma P(a, x): series for x < a + 1, Lentz's continued fraction otherwise
  (Abramowitz & Stegun 6.5.29 and 6.5.31);
* its inverse: Wilson-Hilferty (1931) as the first guess, then Newton steps kept inside a bracket;
* regularised incomplete beta I_x(a, b): continued fraction (A&S 26.5.8), for P(X > Y) of two
  independent gamma variables.

All are deterministic and use :mod:`math` only. The tests compare them with published values.
"""

from __future__ import annotations

import math
from statistics import NormalDist

__all__ = ["gamma_cdf", "gamma_exceeds", "gamma_quantile", "poisson_quantile"]

_TINY = 1e-300
_EPSILON = 1e-14
_STEPS = 100_000
# Above this shape Wilson-Hilferty alone is off by less than 1e-6 of the quantile.
_LARGE_SHAPE = 20_000.0


def _series(shape: float, x: float) -> float:
    term = total = 1.0 / shape
    denominator = shape
    for _ in range(_STEPS):
        denominator += 1.0
        term *= x / denominator
        total += term
        if term < total * _EPSILON:
            break
    return total * math.exp(shape * math.log(x) - x - math.lgamma(shape))


def _fraction(shape: float, x: float) -> float:
    b = x + 1.0 - shape
    c = 1.0 / _TINY
    d = 1.0 / (b if b else _TINY)
    h = d
    for i in range(1, _STEPS):
        a = -i * (i - shape)
        b += 2.0
        d = a * d + b
        d = 1.0 / (d if abs(d) > _TINY else _TINY)
        c = b + a / c
        c = c if abs(c) > _TINY else _TINY
        step = d * c
        h *= step
        if abs(step - 1.0) < _EPSILON:
            break
    return h * math.exp(shape * math.log(x) - x - math.lgamma(shape))


def gamma_cdf(x: float, shape: float) -> float:
    """Return P(X <= x) for X ~ Gamma(shape, rate 1); ``shape`` > 0. Raises ValueError otherwise."""
    if not shape > 0:
        raise ValueError("shape must be positive")
    if x <= 0:
        return 0.0
    if x < shape + 1.0:
        return min(1.0, _series(shape, x))
    return max(0.0, 1.0 - _fraction(shape, x))


def _wilson_hilferty(p: float, shape: float) -> float:
    z = NormalDist().inv_cdf(p)
    return shape * (1.0 - 1.0 / (9.0 * shape) + z / (3.0 * math.sqrt(shape))) ** 3


def gamma_quantile(p: float, shape: float, rate: float = 1.0) -> float:
    """Return the ``p`` quantile (0 < p < 1) of Gamma(shape, rate), relative error below 1e-6 for shapes of 0.2 and more
    (the ranking never goes below 0.3).

    Raises ValueError for parameters outside their ranges.
    """
    if not 0.0 < p < 1.0 or not shape > 0 or not rate > 0:
        raise ValueError("0 < p < 1, shape > 0 and rate > 0 are required")
    guess = _wilson_hilferty(p, shape)
    if shape > _LARGE_SHAPE:
        return guess / rate
    low, high = 0.0, max(1.0, 2.0 * shape)
    while gamma_cdf(high, shape) < p:
        low, high = high, 2.0 * high
    if shape < 1.0:  # P(a, x) ~ x^a / Gamma(a + 1) near zero
        guess = min(guess, math.exp((math.log(p) + math.lgamma(shape + 1.0)) / shape)) if guess > 0 else 0.0
    x = guess if low < guess < high else 0.5 * (low + high)
    for _ in range(200):
        error = gamma_cdf(x, shape) - p
        if error > 0:
            high = x
        else:
            low = x
        slope = math.exp((shape - 1.0) * math.log(x) - x - math.lgamma(shape))
        step = x - error / slope if slope > 0 else low
        nearer = step if low < step < high else 0.5 * (low + high)
        if abs(nearer - x) <= 1e-12 * max(x, 1e-30):
            x = nearer
            break
        x = nearer
    return x / rate


def _beta_fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > _TINY else _TINY)
    h = d
    for m in range(1, _STEPS):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0)),
        ):
            d = 1.0 + numerator * d
            d = 1.0 / (d if abs(d) > _TINY else _TINY)
            c = 1.0 + numerator / c
            c = c if abs(c) > _TINY else _TINY
            step = d * c
            h *= step
        if abs(step - 1.0) < _EPSILON:
            break
    return h


def _beta_cdf(x: float, a: float, b: float) -> float:
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _beta_fraction(a, b, x) / a
    return 1.0 - front * _beta_fraction(b, a, 1.0 - x) / b


def gamma_exceeds(shape1: float, rate1: float, shape2: float, rate2: float) -> float:
    """Return P(X > Y) for independent X ~ Gamma(shape1, rate1) and Y ~ Gamma(shape2, rate2).

    U / (U + W) of two unit gammas is Beta(shape1, shape2), hence one incomplete beta value.
    """
    if min(shape1, rate1, shape2, rate2) <= 0:
        raise ValueError("shapes and rates must be positive")
    return min(1.0, max(0.0, _beta_cdf(rate2 / (rate1 + rate2), shape2, shape1)))


def poisson_quantile(p: float, mean: float) -> int:
    """Return the smallest n with P(N <= n) >= p for N ~ Poisson(mean); ``mean`` >= 0, 0 < p < 1."""
    if mean < 0 or not 0.0 < p < 1.0:
        raise ValueError("mean >= 0 and 0 < p < 1 are required")
    if mean == 0:
        return 0
    n = max(0, int(mean + NormalDist().inv_cdf(p) * math.sqrt(mean)) - 1)
    while n > 0 and 1.0 - gamma_cdf(mean, float(n)) >= p:
        n -= 1
    while 1.0 - gamma_cdf(mean, n + 1.0) < p:
        n += 1
    return n
