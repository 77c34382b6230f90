"""抽奖 / draws."""

NAME = "draw"
