"""The questions: their words, where they come from, and how they are found."""
