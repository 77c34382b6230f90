"""券 / coupons."""

NAME = "coupons"
