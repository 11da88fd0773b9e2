"""Counts the terms of the bundled bank for the lexical embedding: `python benchmarks/lexical_terms.py`.

Run it after the bank has changed a good deal; every vector changes with it, and indexes build themselves anew.
"""

from pathlib import Path

from coach.adapters.corpus_files import read_bank
from coach.adapters.lexical_embedding import TermCounts
from coach.bank.index import documents_of

ROOT = Path(__file__).parent.parent
COUNTED_FROM = 3  # texts that a term comes in; below that the count says little and the file doubles

if __name__ == "__main__":
    bank = read_bank(ROOT / "corpus" / "questions")
    texts = [document.text for question in bank.questions for document in documents_of(question)]
    counts = TermCounts.of(texts, COUNTED_FROM)
    (ROOT / "coach" / "adapters" / "lexical_terms.txt").write_text(counts.written(), "utf-8")
    print(f"{len(counts.by_term)} terms of {counts.texts} texts")
