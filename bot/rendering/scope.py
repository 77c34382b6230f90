"""What a message may name: values, filters and tests."""

from collections.abc import Collection, Iterator, Mapping

# What is in scope; an empty set: any name below it (the entry event's properties are free).
ROOTS: Mapping[str, frozenset[str]] = {
    "member": frozenset({"number", "name", "stage", "tags", "level", "points", "birthday", "source"}),
    "coupon": frozenset({
        "code", "title", "amount_off", "percent_off", "max_off", "min_spend", "expires_at", "url", "keyword",
        "state",
    }),
    "rule": frozenset({"name"}),
    "app": frozenset({"name", "contact"}),
    "event": frozenset(),
    "item": frozenset({"title", "summary", "media", "link"}),
    "activity": frozenset({"kind", "name", "words", "closes_at"}),
    "vote": frozenset({"choice", "count", "share"}),
    "prize": frozenset({"kind", "title", "worth", "chance", "winners"}),
}  # fmt: skip
LISTS: Mapping[str, str] = {
    "coupons": "coupon", "member.tags": "", "items": "item", "activities": "activity",
    "prizes": "prize", "votes": "vote",
}  # fmt: skip
# The same for everybody who gets the same message: what those may use who refuse personalisation. The items
# of the library are so wherever the message must be, see `storage.library`.
IMPERSONAL = frozenset({
    "rule.name", "app.name", "app.contact", "coupon.title", "coupon.amount_off", "coupon.percent_off",
    "coupon.max_off", "coupon.min_spend", "coupon.keyword", "items.*",
})  # fmt: skip
FILTERS = frozenset({"day", "date", "time", "money", "mask", "default", "d", "length"})
TESTS = frozenset({"defined", "undefined", "none", "true", "false"})
APP = "app"
LINKS = "links"
LISTED = "_listed"


def uses_personal(uses: Collection[str]) -> Iterator[str]:
    """Yield what is used that differs from member to member."""
    return (name for name in sorted(uses) if name not in IMPERSONAL and not name.startswith(f"{LINKS}."))
