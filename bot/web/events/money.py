"""What an order was worth, in minor units (分)."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from bot.domain import events as kinds
from bot.web.problems import unfit

CURRENCY = "CNY"
MOST = Decimal(10**10)
# What the member paid first, then what is left of it after shipping and tax.
# https://segment.com/docs/connections/spec/ecommerce/v2/#order-completed
_NAMES = ("total", "revenue", "value")
_ORDERS = frozenset({kinds.ORDER_PAID, kinds.ORDER_REFUNDED, kinds.ORDER_CANCELLED})
_LESS = frozenset({kinds.ORDER_REFUNDED, kinds.ORDER_CANCELLED})


def amount_of(kind: str, properties: Mapping[str, object], path: str) -> int:
    """Return the amount of an event in 分: of orders their total, of others their revenue, else 0."""
    names = _NAMES if kind in _ORDERS else ("revenue",)
    name = next((one for one in names if properties.get(one) is not None), None)
    if name is None:
        return _of_products(kind, properties, path)
    _demand_currency(properties, path)
    amount = minor(properties[name], f"{path}.{name}")
    if amount < 0:
        # Some systems write what went back as a negative revenue.
        if kind in _LESS:
            return -amount
        raise unfit("bad_amount", f"{path}.{name}", "write an amount that is not negative")
    return amount


def minor(value: object, path: str) -> int:
    """Return yuan as 分, rounded half up; a decimal text counts as a number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _bad(path)
    try:
        amount = Decimal(str(value).strip()[:40])
    except InvalidOperation:
        raise _bad(path) from None
    if not amount.is_finite() or abs(amount) > MOST:
        raise _bad(path)
    return int((amount * 100).to_integral_value(ROUND_HALF_UP))


def _of_products(kind: str, properties: Mapping[str, object], path: str) -> int:
    """Return price times quantity of the products of an order that names no total."""
    products = properties.get("products")
    if kind != kinds.ORDER_PAID:
        return 0
    if not isinstance(products, list) or not all(isinstance(each, dict) for each in products) or not products:
        raise unfit("no_amount", f"{path}.total", "say what was paid in total, revenue or value")
    _demand_currency(properties, path)
    total = 0
    for index, product in enumerate(products):
        where = f"{path}.products[{index}]"
        quantity = product.get("quantity", 1)
        if isinstance(quantity, bool) or not isinstance(quantity, int) or not 0 <= quantity <= 10**6:
            raise unfit("bad_quantity", f"{where}.quantity", "write a whole number")
        price = minor(product.get("price"), f"{where}.price")
        if price < 0:
            raise _bad(f"{where}.price")
        total += price * quantity
    if total > MOST * 100:
        raise _bad(f"{path}.products")
    return total


def _demand_currency(properties: Mapping[str, object], path: str) -> None:
    currency = properties.get("currency", CURRENCY)
    if not isinstance(currency, str) or currency.strip().upper() != CURRENCY:
        raise unfit(
            "bad_currency", f"{path}.currency", f"amounts are kept in {CURRENCY}; convert before sending"
        )


def _bad(path: str) -> Exception:
    return unfit("bad_amount", path, "write an amount in yuan, such as 128.5")
