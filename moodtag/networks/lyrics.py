"""The lyrics network: a song's words as a bag, weighed, described by what they mean, and judged by a few linear scores.

It has no order of words, and needs none to be the most accurate here: see the card's table.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

EXTRAS = 3
"""Numbers of a description beside those of the words: log of the count, share of different words, share of known ones."""


@dataclass(frozen=True, slots=True)
class Bag:
    """A text's known words: `word` (n,) their numbers, `count` (n,) how often each stands there.

    `words` and `different` count all of its words, known or not.
    """

    word: Tensor
    count: Tensor
    words: int
    different: int


class Vocabulary:
    """The words a network knows, by number."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._number = {word: number for number, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def bag(self, tokens: Sequence[str]) -> Bag:
        """The text's words, counted."""
        counts = Counter(tokens)
        known = sorted((self._number[word], count) for word, count in counts.items() if word in self._number)
        word, count = zip(*known, strict=True) if known else ((), ())
        return Bag(torch.tensor(word, dtype=torch.long), torch.tensor(count, dtype=torch.float32), len(tokens), len(counts))

    def packed(self) -> Tensor:
        """The words as bytes, for a file of tensors."""
        return torch.tensor(list("\n".join(self.words).encode()), dtype=torch.uint8)

    @staticmethod
    def unpacked(packed: Tensor) -> "Vocabulary":
        """The vocabulary out of a file of tensors."""
        return Vocabulary(bytes(packed.tolist()).decode().split("\n"))


@dataclass(frozen=True, slots=True)
class WordScores:
    """What the words say: `affect` (2,), valence and arousal 0..1; `affect_std` (2,); `moods` (4,), log-odds of Q1..Q4."""

    affect: Tensor
    affect_std: Tensor
    moods: Tensor


class LyricsNetwork(nn.Module):
    """A bag of words -> `WordScores`.

    Each word has a vector (50) of GloVe, its place (6) as two lexicons of affect would rate it, regressed from that vector,
    its rarity, and a weight for every one of `scores` linear scores. A song's description is mean, spread and tails of its
    words' vectors and places; linear scores of that stand beside those of the words, and a last linear layer weighs all.
    Source of the weighing: tf-idf with sublinear counts, as in Salton and Buckley 1988.
    """

    vectors: Tensor
    places: Tensor
    rarity: Tensor
    weights: Tensor
    bias: Tensor
    mean: Tensor
    std: Tensor
    affect_std: Tensor

    def __init__(self, words: int, *, vector_size: int, word_scores: int, description_scores: int) -> None:
        super().__init__()
        self.register_buffer("vectors", torch.zeros(words, vector_size, dtype=torch.float16))
        self.register_buffer("places", torch.zeros(words, 6, dtype=torch.float16))
        self.register_buffer("rarity", torch.zeros(words))
        self.register_buffer("weights", torch.zeros(words, word_scores, dtype=torch.float16))
        self.register_buffer("bias", torch.zeros(word_scores))
        size = description_size(vector_size)
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("std", torch.ones(size))
        self.register_buffer("affect_std", torch.ones(2))
        self.described = nn.Linear(size, description_scores)
        self.out = nn.Linear(word_scores + description_scores, 2 + 4)

    def weighed(self, bag: Bag) -> Tensor:
        """The words' weights (n,) in their text: rare ones count more, repeated ones little more; of length 1."""
        weight = (1 + bag.count.log()) * self.rarity[bag.word]
        length: Tensor = torch.linalg.vector_norm(weight)
        return weight / length.clamp(min=1e-6)

    def describe(self, bag: Bag) -> Tensor:
        """The text's description (size,)."""
        return describe(self.vectors[bag.word].float(), self.places[bag.word].float(), bag)

    def scores(self, bag: Bag) -> Tensor:
        """All linear scores (score,): the words' own, then those of the description."""
        said = self.weighed(bag) @ self.weights[bag.word].float() + self.bias
        described: Tensor = self.described((self.describe(bag) - self.mean) / self.std)
        return torch.cat([said, described])

    def forward(self, bag: Bag) -> WordScores:
        out: Tensor = self.out(self.scores(bag))
        return WordScores(out[:2].clamp(0.0, 1.0), self.affect_std, out[2:])


def description_size(vector_size: int) -> int:
    """How many numbers describe a text."""
    return 2 * vector_size + 4 * 6 + EXTRAS


def describe(vectors: Tensor, places: Tensor, bag: Bag) -> Tensor:
    """Mean and spread of the words' `vectors` (n, size), mean, spread, 10th and 90th percentile of their `places` (n, 6); then EXTRAS."""
    share = bag.count / bag.count.sum().clamp(min=1)
    parts = [part for table in (vectors, places) for part in _mean_and_spread(table, share)]
    tails = [_percentiles(places, share, at) for at in (0.1, 0.9)]
    known, words = float(bag.count.sum()), max(bag.words, 1)
    extras = torch.tensor([words, 0, 0], dtype=torch.float32).clamp(min=1).log()
    extras[1], extras[2] = bag.different / words, known / words
    return torch.cat([*parts, *tails, extras])


def _mean_and_spread(table: Tensor, share: Tensor) -> tuple[Tensor, Tensor]:
    mean = share @ table
    return mean, (share @ (table - mean).square()).sqrt()


def _percentiles(table: Tensor, share: Tensor, at: float) -> Tensor:
    """The value of each column below which `at` of the words lie, (column,); 0 where there are no words."""
    if not len(table):
        return torch.zeros(table.shape[1])
    ordered, order = table.sort(dim=0)
    below = share[order].cumsum(0)
    first = (below < at).sum(0).clamp(max=len(table) - 1)
    return ordered.gather(0, first[None])[0]
