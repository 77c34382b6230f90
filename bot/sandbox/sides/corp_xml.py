"""The XML of a corp's callbacks."""

from bot.sandbox.shapes import Json


def written(fields: Json) -> bytes:
    """The document: numbers bare, text in CDATA, a list as its items."""
    return f"<xml>{''.join(_element(name, value) for name, value in fields.items())}</xml>".encode()


def _element(name: str, value: object) -> str:
    if isinstance(value, list):
        inner = "".join(f"<Item>{item}</Item>" for item in value)
    elif isinstance(value, int):
        inner = str(value)
    else:
        inner = f"<![CDATA[{value}]]>"
    return f"<{name}>{inner}</{name}>"
