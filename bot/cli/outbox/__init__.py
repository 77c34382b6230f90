"""消息账本 / the ledger of messages."""

NAME = "outbox"
