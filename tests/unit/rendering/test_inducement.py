"""Texts that would cost the account, and those that only look like them."""

import pytest

from bot.rendering.inducement import induced

FORBIDDEN = [
    "转发到朋友圈，截图给我们就送10元券",
    "分享到朋友圈即可领取红包",
    "送你一张券，只要把海报发朋友圈",
    "晒朋友圈有奖",
    "转发3个群免费领试用装",
    "集满30个赞送奶粉",
    "集赞有礼",
    "攒够 20 个赞换礼品",
    "快来帮我砍一刀",
    "好友助力满5人得大奖",
    "邀请3人助力拿券",
    "砍价0元拿",
    "发展下线拿佣金",
    "二级奖励，好友的好友下单也给你返利",
    "团队提成，躺着赚",
]
ALLOWED = [
    "欢迎回来，这是你的8折券",
    "你可以把这篇文章分享给需要的朋友",
    "我们在朋友圈更新了新品图，有空看看",
    "老客带新客，好友下单后你得8元券",
    "助力宝宝健康成长",
    "两级台阶请小心",
    "点赞是对我们的鼓励",
    "团队刚从产地回来，带了新茶",
    "拼团三人成团，人人都买人人都省",
    "活动规则见公众号文章",
]


@pytest.mark.parametrize("text", FORBIDDEN)
def test_a_reward_for_spreading_is_found_with_its_rule(text: str) -> None:
    (problem, *_) = induced(text)
    assert "(" in problem
    assert any(law in problem for law in ("规范", "条例"))


@pytest.mark.parametrize("text", ALLOWED)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert list(induced(text)) == []
