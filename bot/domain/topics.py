"""What a group talks about: the pieces of text that many people use today."""

from collections.abc import Iterable

from bot.domain.words import plain

SIZES = (2, 3, 4)
LEAST = 3
MOST = 5
# Characters that hold sentences together and name nothing.
_GLUE = frozenset(
    "的了吗呢吧啊呀哦嘛么我你他她它们这那就都也很在有是不和与要会能可没个一到说去来上下给把被让怎什谁哪吗好"
)


def hot_topics(said: Iterable[tuple[int, str]]) -> tuple[tuple[str, int], ...]:
    """Return the most used pieces of two to four characters with how many people used each.

    `said` is who said what. At least three people make a topic; a piece within a longer one that as many
    use is left out.
    """
    users: dict[str, set[int]] = {}
    for who, text in said:
        for piece in _pieces(plain(text)):
            users.setdefault(piece, set()).add(who)
    counted = {piece: len(who) for piece, who in users.items() if len(who) >= LEAST}
    ranked = sorted(counted, key=lambda piece: (-counted[piece], -len(piece), piece))
    chosen: list[str] = []
    for piece in ranked:
        if not any(piece in longer or longer in piece for longer in chosen):
            chosen.append(piece)
        if len(chosen) == MOST:
            break
    return tuple((piece, counted[piece]) for piece in chosen)


def _pieces(text: str) -> set[str]:
    return {
        text[at : at + size]
        for size in SIZES
        for at in range(len(text) - size + 1)
        if all(one.isalnum() and one not in _GLUE for one in text[at : at + size])
    }
