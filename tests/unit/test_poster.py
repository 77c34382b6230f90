"""A code to invite by, as a message asks for it and as it is drawn."""

from pathlib import Path

import pytest
import segno

from bot import poster_drawing
from bot.domain.errors import Undeliverable
from bot.domain.poster import Poster, poster_of
from bot.drawing import available
from bot.pictures import Pictures

URL = "http://weixin.qq.com/q/02abcdEFGH"
MEDIA = f"drawn:poster;{URL};荷塘茶铺邀请你;长按识别，关注;有礼"


def test_words_may_have_the_separator_in_them() -> None:
    assert poster_of(MEDIA) == Poster(URL, "荷塘茶铺邀请你", "长按识别，关注;有礼")


@pytest.mark.parametrize("media", ["drawn:poster;", "drawn:poster;;a;b", "drawn:poster;x;y", "a.png"])
def test_anything_else_is_no_poster(media: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        poster_of(media)
    with pytest.raises(Undeliverable):
        Pictures().draw(media)


@pytest.mark.skipif(not available(), reason="matplotlib is an extra")
def test_the_code_in_the_picture_is_the_one_asked_for(tmp_path: Path) -> None:
    """Each of its modules has its colour where it stands in the picture."""
    from matplotlib import image

    path = Path(Pictures().draw(MEDIA))
    assert path.read_bytes() == Path(Pictures().draw(MEDIA)).read_bytes()
    pixels = image.imread(path)
    rows = [list(row) for row in segno.make(URL, error="q", micro=False).matrix_iter(border=2)]
    size, width, height = len(rows), 720, 900
    left, side, top = 0.125 * width, 0.6 * height, (1 - 0.17 - 0.6) * height
    assert side == 0.75 * width
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            at = (int(top + (y + 0.5) * side / size), int(left + (x + 0.5) * side / size))
            assert (pixels[at][0] < 0.5) == bool(dark), (x, y)


def test_without_fonts_it_is_the_code_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poster_drawing, "available", lambda: False)
    path = tmp_path / "code.png"
    poster_drawing.write(poster_of(MEDIA), path)
    side = (len(list(segno.make(URL, error="q", micro=False).matrix)) + 8) * 12
    header = path.read_bytes()[16:24]  # after the signature and the name of the first chunk
    assert header == side.to_bytes(4, "big") * 2
