"""The kinds of steps and entries a rule is made of, one a file; each offers `RULE_KIND`."""
