"""运营人员 / operators."""

NAME = "operator"
