"""How unlikely tags are under a linear chain, and how that moves with each weight, for many texts at once.

Source: Lafferty, McCallum & Pereira, Conditional Random Fields, ICML 2001; Rabiner, A Tutorial on Hidden Markov
Models, Proc. IEEE 77(2), 1989 (the recursions, with scaling).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from suggest.text.tagger_lattice import CLOSED, FOLLOWERS, N_TAGS, OUTSIDE

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

ALLOWED = np.array([[after in FOLLOWERS[tag] for after in range(N_TAGS)] for tag in range(N_TAGS)])
_FIRST = ALLOWED[OUTSIDE].astype(np.float32)
_LAST = np.isin(np.arange(N_TAGS), CLOSED).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Steps:
    """Tokens by their place in a text, the longest texts first: `at[i]` are the tokens that stand i-th."""

    at: list[Ints]
    first: Ints
    last: Ints


def steps_of(lengths: Ints) -> Steps:
    """For texts of these many tokens, one after another; none is empty."""
    ends = np.cumsum(lengths)
    order = np.argsort(-lengths, kind="stable")
    starts, sizes = (ends - lengths)[order], lengths[order]
    at = [starts[: int((sizes > place).sum())] + place for place in range(int(sizes[0]))]
    return Steps(at, ends - lengths, ends - 1)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a chain expects of texts.

    Attributes:
        log_total: Sum over texts of the logarithm of all paths' weights, nats.
        tags: float32[n_tokens, N_TAGS], the probability of each tag.
        pairs: float64[N_TAGS, N_TAGS], how often each tag stands after each.
    """

    log_total: float
    tags: Floats
    pairs: npt.NDArray[np.float64]


def expected(emissions: Floats, chain: Floats, steps: Steps) -> Expected:
    """By the forward-backward recursions; cost 0.5 µs a token.

    Args:
        emissions: float32[n_tokens, N_TAGS], nats.
        chain: float32[N_TAGS, N_TAGS], nats of a tag after another.
        steps: `steps_of` the texts.
    """
    highest = emissions.max(axis=1, keepdims=True)
    odds = np.exp(emissions - highest)
    ratios = np.where(ALLOWED, np.exp(chain), 0).astype(np.float32)
    forward, scales = _forward(odds, ratios, steps)
    ending = forward[steps.last] @ _LAST
    backward, pairs = _backward(odds, ratios, steps, (forward, scales, ending))
    log_total = float(np.log(scales).sum() + highest.sum() + np.log(ending).sum())
    return Expected(log_total, forward * backward, pairs)


def _forward(odds: Floats, ratios: Floats, steps: Steps) -> tuple[Floats, Floats]:
    forward, scales = np.empty_like(odds), np.empty(len(odds), np.float32)
    row = odds[steps.at[0]] * _FIRST
    for place, tokens in enumerate(steps.at):
        if place:
            row = (row[: len(tokens)] @ ratios) * odds[tokens]
        scale = row.sum(axis=1)
        row = row / scale[:, None]
        forward[tokens], scales[tokens] = row, scale
    return forward, scales


def _backward(
    odds: Floats, ratios: Floats, steps: Steps, chances: tuple[Floats, Floats, Floats]
) -> tuple[Floats, npt.NDArray[np.float64]]:
    forward, scales, ending = chances
    backward = np.empty_like(odds)
    backward[steps.last] = _LAST / ending[:, None]
    pairs = np.zeros((N_TAGS, N_TAGS))
    for place in range(len(steps.at) - 1, 0, -1):
        tokens = steps.at[place]
        before = steps.at[place - 1][: len(tokens)]
        ahead = backward[tokens] * odds[tokens] / scales[tokens, None]
        backward[before] = ahead @ ratios.T
        pairs += (forward[before].T @ ahead) * ratios
    return backward, pairs


def counted_pairs(tags: Ints, steps: Steps) -> npt.NDArray[np.float64]:
    """float64[N_TAGS, N_TAGS]: how often each tag stands after each in these texts."""
    follows = np.setdiff1d(np.arange(len(tags)), steps.first)
    pairs = tags[follows - 1] * N_TAGS + tags[follows]
    return np.bincount(pairs, minlength=N_TAGS**2).reshape(N_TAGS, N_TAGS).astype(np.float64)
