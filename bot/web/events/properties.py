"""Properties as history keeps them: plain values under one-level names, what a shop nests laid flat."""

import json
from collections.abc import Iterator, Mapping, Sequence

from bot.domain.events import Scalar
from bot.domain.storable import LONGEST_TEXT, MOST_PROPERTIES
from bot.web.problems import joined, unfit

LONGEST_NAME = 64
# Set by us from other fields, so that conditions and templates find them under one name.
CODE = "coupon_code"


def properties_of(given: Mapping[str, object], path: str) -> dict[str, Scalar]:
    """Return flat properties: ``a: {b: 1}`` becomes ``a_b``, products become their ids, names, quantity.

    Names are at most 64 characters, texts 8,192, and there are at most 128.
    """
    flat = flattened({name: value for name, value in given.items() if name != "products"}, path)
    flat |= _products(given.get("products"), f"{path}.products")
    coupon = given.get("coupon")
    if isinstance(coupon, str) and coupon and CODE not in flat:
        flat[CODE] = coupon
    if len(flat) > MOST_PROPERTIES:
        raise unfit("too_many", path, f"send at most {MOST_PROPERTIES} properties")
    for name in ("order_id", CODE):
        if isinstance(flat.get(name), int | float):
            flat[name] = str(flat[name])
    return flat


def flattened(given: Mapping[str, object], path: str) -> dict[str, Scalar]:
    """Return nested objects as one level; lists of plain values become a text, other lists their JSON."""
    flat: dict[str, Scalar] = {}
    for name, value, where in _leaves(given, "", path):
        if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
            raise unfit("bad_name", path, f"name properties in 1 to {LONGEST_NAME} printable characters")
        if len(flat) >= MOST_PROPERTIES:
            raise unfit("too_many", path, f"send at most {MOST_PROPERTIES} of these")
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise unfit("too_long", where, f"write at most {LONGEST_TEXT} characters")
        flat[name] = value
    return flat


def _leaves(given: Mapping[str, object], above: str, path: str) -> Iterator[tuple[str, Scalar, str]]:
    for key, value in given.items():
        name, where = f"{above}{key}", joined(path, key)
        if isinstance(value, dict):
            yield from _leaves(value, f"{name}_", where)
        elif isinstance(value, list):
            yield name, _text_of(value), where
        elif value is None or isinstance(value, str | int | float):
            yield name, value, where


def _text_of(values: Sequence[object]) -> str:
    if all(isinstance(one, str | int | float) for one in values):
        return ",".join(str(one) for one in values)
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _products(products: object, path: str) -> dict[str, Scalar]:
    if products is None:
        return {}
    if not isinstance(products, list) or not all(isinstance(each, dict) for each in products):
        raise unfit("bad_products", path, "write a list of products")
    quantities = [each.get("quantity", 1) for each in products]
    found: dict[str, Scalar] = {
        "product_ids": _column(products, ("product_id", "sku", "id")),
        "product_names": _column(products, ("name",)),
        "product_categories": _column(products, ("category",)),
        "product_count": sum(one for one in quantities if isinstance(one, int) and 0 < one <= 10**6),
    }
    return {name: value for name, value in found.items() if value not in {"", 0}}


def _column(products: Sequence[Mapping[str, object]], names: Sequence[str]) -> str:
    """Return one field of all products, each value once, as far as a text may go."""
    values = [next((each[name] for name in names if each.get(name) is not None), None) for each in products]
    words = dict.fromkeys(str(one)[:128] for one in values if isinstance(one, str | int | float))
    return ",".join(words)[:1024]
