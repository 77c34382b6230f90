"""WeRoBot's own WSGI application, decrypting, as its documentation shows it; it stores nothing."""

import os

from werobot import WeRoBot

ROBOT = WeRoBot(
    config={
        "TOKEN": os.environ["SHOP_TOKEN"],
        "ENCODING_AES_KEY": os.environ["SHOP_AES_KEY"],
        "APP_ID": os.environ["SHOP_APP_ID"],
        "SESSION_STORAGE": False,
    },
)


@ROBOT.handler  # type: ignore[untyped-decorator]  # werobot has no types
def hear(_message: object) -> None:
    """Say nothing, which is the cheapest."""


application = ROBOT.wsgi
