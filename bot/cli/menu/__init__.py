"""公众号菜单 / the account's menu."""

NAME = "menu"
