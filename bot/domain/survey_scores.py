"""Scores from 0 to 10 and what they say: Net Promoter Score (Reichheld, Harvard Business Review, 2003)."""

BEST = 10
# 9 and 10 recommend us, 6 and less advise against; NPS is the share of the first less that of the second.
PROMOTER = 9
DETRACTOR = 6
