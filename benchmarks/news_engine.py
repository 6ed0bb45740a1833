"""How many texts a second the news engine reads on one core: scoring, and scoring with company detection.

    python -m benchmarks.news_engine

Texts are a headline and a summary, about 210 characters, put together at random from the development set of labelled
texts with numbers that differ, so hardly two are alike. The floors say what Python asks for the least reading of them.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median
from time import process_time

from bvmt.market.listings import seed_listings
from bvmt.news.companies import CompanyFinder, seed_aliases
from bvmt.news.folding import fold, tokens
from bvmt.news.language import detect_language
from bvmt.news.sentiment import Scorer

SENTENCES = Path(__file__).parent.parent / "tests" / "data" / "sentiment" / "development.csv"
TEXTS = 5_000
LENGTH = 210
ROUNDS = 5
TARGETS = {"score": 10_000, "score and find companies": 5_000}


def news_texts(number: int, seed: int = 1) -> list[str]:
    """Return so many texts of about 210 characters."""
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        sentences = [row["text"] for row in csv.DictReader(file, delimiter=";")]
    draw = random.Random(seed)
    return [_text(sentences, draw) for _ in range(number)]


def _text(sentences: Sequence[str], draw: random.Random) -> str:
    text = draw.choice(sentences)
    while len(text) < LENGTH - 30:
        text = f"{text}. {draw.choice(sentences)} ({draw.uniform(0, 100):.2f} DT)"
    return text


def per_second(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Return how many texts `work` does in a second of processor time, the median of some rounds."""
    rates = []
    for _ in range(ROUNDS):
        start = process_time()
        for text in texts:
            work(text)
        rates.append(len(texts) / (process_time() - start))
    return median(rates)


def main() -> None:
    """Print the rates, and how many times the floor's time they take."""
    texts = news_texts(TEXTS)
    scorer, finder = Scorer(), CompanyFinder(seed_listings(), seed_aliases())
    print(f"{len(texts)} texts, {mean(map(len, texts)):.0f} characters on average, {len(set(texts))} different.")
    floor = per_second(lambda text: text.lower().split(), texts)
    work: dict[str, Callable[[str], object]] = {
        "floor: lower and split": lambda text: text.lower().split(),
        "floor: fold whole text": fold,
        "tokens with places": lambda text: list(tokens(text)),
        "detect the language": detect_language,
        "find companies": finder.find,
        "score": scorer.score,
        "score and find companies": lambda text: (scorer.score(text), finder.find(text)),
    }
    for name, each in work.items():
        rate = per_second(each, texts)
        target = f", target {TARGETS[name]:,}" if name in TARGETS else ""
        print(f"  {name:26} {rate:9,.0f} a second, {floor / rate:5.1f} x floor{target}")


if __name__ == "__main__":
    main()
