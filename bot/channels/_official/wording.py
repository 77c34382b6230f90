"""Text on the official account's terms: 2,048 bytes, and links for what has no form of its own."""

from html import escape

from bot.domain.content import Content, MiniProgram, Notice, Text

MAX_TEXT_BYTES = 2048
_ELLIPSIS = "…"


def cut(text: str, limit: int = MAX_TEXT_BYTES) -> str:
    """Return the text within `limit` bytes of UTF-8, cut between characters with an ellipsis."""
    # Four bytes a character at most, so short texts need no encoding to be judged.
    if len(text) * 4 <= limit:
        return text
    raw = text.encode("utf-8", "ignore")
    if len(raw) <= limit:
        return text
    return raw[: limit - len(_ELLIPSIS.encode())].decode("utf-8", "ignore") + _ELLIPSIS


def as_text(content: Content) -> Text:
    """Return what a text can say of a mini-program card or a filled template, where only text is possible.

    Text may hold mini-program links:
    https://developers.weixin.qq.com/doc/offiaccount/Customer_Service/Customer_Service_Messages.html
    """
    if isinstance(content, MiniProgram):
        return Text(
            f'<a data-miniprogram-appid="{escape(content.app_id)}" '
            f'data-miniprogram-path="{escape(content.page)}">{escape(content.title, quote=False)}</a>'
        )
    if isinstance(content, Notice):
        lines = [*content.fields.values(), content.url]
        return Text("\n".join(line for line in lines if line))
    if isinstance(content, Text):
        return content
    raise TypeError(type(content).__name__)
