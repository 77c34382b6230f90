"""规则：列出、暂停、恢复、比较 / list, pause, resume, diff."""

NAME = "rules"
