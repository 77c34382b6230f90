"""What a group talks about: what many people say, not what one says often."""

from __future__ import annotations

from bot.domain.topics import hot_topics


def test_a_topic_takes_three_people() -> None:
    said = [(1, "奶粉哪个好"), (1, "奶粉奶粉"), (2, "奶粉没货"), (3, "求推荐奶粉"), (4, "今天下雨")]
    assert hot_topics(said) == (("奶粉", 3),)


def test_the_longest_piece_that_as_many_use_stands_alone() -> None:
    said = [(who, "双十一满减怎么算") for who in range(4)]
    topics = [topic for topic, _ in hot_topics(said)]
    assert len(topics) <= 5
    assert not any(one in other for one in topics for other in topics if one != other)


def test_small_words_are_no_topic() -> None:
    assert hot_topics([(who, "好的，我也是这么说的") for who in range(9)]) == ()
