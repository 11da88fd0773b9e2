"""The judgement of an answer: key point by key point, each verdict on the candidate's own words."""
