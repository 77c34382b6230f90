"""WeChat Pay: its signatures, and handing out its coupons."""
