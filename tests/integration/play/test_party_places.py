"""Places in groups that buy: one a person, given back with their coupon, no more than one's share."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.coupons import MemberLimit
from storage import erasure, merge, merging, parties
from storage.database import Database
from storage.party_places import JOINED
from storage.reports import audited
from tests.integration.play.partying import DAY, NOW, TEA, begin, furnish, join, places, states

HOUR = timedelta(hours=1)


def one_person(database: Database, survivor: int, loser: int) -> None:
    database.transact(lambda c: merge.merge(c, survivor, [loser], NOW))


def test_two_members_of_an_open_group_who_are_one_have_one_place_and_one_coupon(database: Database) -> None:
    furnish(database)
    code = str(begin(database, 1).facts["code"])
    join(database, 2, code, NOW + HOUR)
    one_person(database, 2, 1)
    assert database.transact(places) == [("open", 1, 1)]
    assert states(database) == {"free": 4, "reserved": 1}
    assert join(database, 3, code).facts["lacks"] == 1
    assert join(database, 4, code).facts["lacks"] == 0
    assert states(database) == {"free": 2, "issued": 3}
    assert database.transact(audited).wrong == ()


def test_members_who_become_one_as_other_rows_are_joined_unbalance_the_group(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: without one of the two places given back, a coupon stays reserved for nobody."""
    monkeypatch.setattr("storage.merge.party_places.unite", lambda *_: None)
    monkeypatch.setitem(merge.COMBINED, JOINED, (("party_id",), merging.earliest))
    furnish(database)
    join(database, 2, str(begin(database, 1).facts["code"]))
    one_person(database, 2, 1)
    assert states(database) == {"free": 3, "reserved": 2}
    assert "2 counted, 1 there" in database.transact(audited).wrong[0]


def test_two_members_of_a_filled_group_who_are_one_keep_what_they_were_given(database: Database) -> None:
    furnish(database)
    code = str(begin(database, 1).facts["code"])
    join(database, 2, code)
    join(database, 3, code)
    one_person(database, 1, 3)
    assert database.transact(places) == [("filled", 3, 3)]
    assert states(database) == {"free": 2, "issued": 3}
    assert database.transact(audited).wrong == ()


def test_a_group_whose_members_became_one_still_ends_in_time(database: Database) -> None:
    furnish(database)
    code = str(begin(database, 1).facts["code"])
    join(database, 2, code)
    one_person(database, 1, 2)
    database.transact(lambda c: parties.expire(c, NOW + DAY, 9))
    assert states(database) == {"free": 5}
    assert database.transact(audited).wrong == ()


def test_who_leaves_gives_place_and_coupon_back_while_the_group_is_open(database: Database) -> None:
    furnish(database)
    code = str(begin(database, 1).facts["code"])
    join(database, 2, code)
    database.transact(lambda c: erasure.unfollowed(c, 2, "shop", NOW))
    assert database.transact(places) == [("open", 1, 1)]
    assert states(database) == {"free": 4, "reserved": 1}
    assert join(database, 3, code).facts["joined"] == 2
    assert database.transact(audited).wrong == ()


def test_a_group_that_everybody_left_has_ended(database: Database) -> None:
    furnish(database)
    code = str(begin(database, 1).facts["code"])
    database.transact(lambda c: erasure.unfollowed(c, 1, "shop", NOW))
    assert database.transact(places) == [("expired", 0, 0)]
    assert states(database) == {"free": 5}
    assert join(database, 2, code).reason == "expired"


def test_what_a_filled_group_gave_outlives_who_leaves(database: Database) -> None:
    furnish(database)
    code = str(begin(database, 1).facts["code"])
    join(database, 2, code)
    join(database, 3, code)
    database.transact(lambda c: erasure.unfollowed(c, 2, "shop", NOW))
    assert database.transact(places) == [("filled", 3, 3)]
    assert states(database) == {"free": 2, "issued": 3}


def test_nobody_is_in_two_open_groups_of_an_offer(database: Database) -> None:
    furnish(database)
    first, other = (str(begin(database, who).facts["code"]) for who in (1, 2))
    join(database, 3, first)
    came = join(database, 3, other)
    assert (came.reason, came.facts["code"], came.facts["joined"]) == ("waits", first, 2)
    assert states(database) == {"free": 2, "reserved": 3}


def test_a_member_completes_one_group_unless_the_terms_say_more(database: Database) -> None:
    furnish(database)
    pair = replace(TEA, size=2)
    code = str(begin(database, 1, terms=pair).facts["code"])
    join(database, 2, code, terms=pair)
    other = str(begin(database, 3, terms=pair).facts["code"])
    assert begin(database, 1, terms=pair).reason == "limit"
    assert join(database, 2, other, terms=pair).reason == "limit"
    hourly = replace(pair, per_member=MemberLimit(1, HOUR))
    assert begin(database, 1, NOW + HOUR / 2, hourly).reason == "limit"
    assert begin(database, 1, NOW + HOUR, hourly).reason == ""
    assert begin(database, 2, NOW, replace(pair, per_member=MemberLimit(2))).reason == ""
    assert begin(database, 2, NOW, replace(pair, per_member=MemberLimit(2))).reason == "waits"


def test_what_is_announced_of_joining_names_the_activity(database: Database) -> None:
    furnish(database)
    came = begin(database, 1)
    assert came.facts["activity"] == "tea_3"
    assert join(database, 2, str(came.facts["code"])).facts["activity"] == "tea_3"
