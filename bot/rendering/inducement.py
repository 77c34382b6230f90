"""What no message may promise: rewards for spreading it. The platform closes accounts for it.

微信外部链接内容管理规范 (2019-10-28) and 微信公众平台运营规范 3.3.1 forbid rewards for sharing to Moments or
groups, for collected likes, and for friends who must "help"; rewards over several levels are 传销 by
禁止传销条例 art. 7.
"""

import re
from collections.abc import Iterator

_REWARD = r"(?:领|送|得|奖|券|红包|免费|优惠|返现|积分)"
_SHARE = r"(?:转发|分享|发送?|晒)[^。！？\n]{0,8}(?:朋友圈|微信群|好友群|[三3五5十\d]+个群)"
_LEVELS = r"(?:[二三两23]级|多级|下线|团队)[^。！？\n]{0,8}(?:奖励|返利|佣金|提成|分成)"
RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(f"{_SHARE}[^。！？\\n]{{0,20}}{_REWARD}|{_REWARD}[^。！？\\n]{{0,20}}{_SHARE}"),
        "rewards for sharing are forbidden (微信外部链接内容管理规范; 运营规范 3.3.1); reward a purchase",
    ),
    (
        re.compile(r"[集攒](?:满|够)?\s*\d*\s*个?\s*赞"),
        "rewards for collected likes are forbidden (微信公众平台运营规范 3.3.1); drop them",
    ),
    (
        re.compile(r"砍价|砍一刀|砍到|(?:帮我|好友|找人|邀请|请人|叫人)[^。！？\n]{0,6}(?:助力|加速|砍)"),
        "friends who must help for a reward are forbidden (微信外部链接内容管理规范); use group_buy",
    ),
    (
        re.compile(_LEVELS),
        "rewards over several levels are pyramid selling (禁止传销条例 art. 7); one level only",
    ),
)


def induced(text: str) -> Iterator[str]:
    """Yield what a text promises and must not, each with its rule and what to do instead."""
    for pattern, problem in RULES:
        found = pattern.search(text)
        if found:
            yield f"「{found.group()}」: {problem}"
