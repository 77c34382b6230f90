"""密钥 / keys."""

NAME = "keys"
