"""WeChat Pay's merchant side: stocks of 代金券, handed out by signed calls, used by paying.

https://pay.weixin.qq.com/docs/merchant/apis/cash-coupons/coupon/send-coupon.html
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.shapes import BadFieldError, Json, table, text, whole
from bot.sandbox.sides.payment_seal import Keys
from bot.sandbox.sides.payment_telling import notify
from bot.sandbox.sides.side import Acts, act_of

if TYPE_CHECKING:
    from bot.sandbox.world import World


class PayRefusedError(Exception):
    """A call that is answered with an HTTP status, a code and words."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(code)
        self.status, self.code, self.words = status, code, words


@dataclass(slots=True)
class Cash:
    """One coupon in somebody's hand."""

    coupon_id: str
    stock_id: str
    openid: str
    used: bool = False


@dataclass(slots=True)
class Stock:
    """How many coupons a stock may hand out, and to one user; ``state`` is running or paused."""

    most: int
    per_user: int
    state: str = "running"
    given: list[Cash] = field(default_factory=list)


class PaymentSide:
    """One merchant."""

    def __init__(self, world: "World", body: Json) -> None:
        self.name, self.world = text(body, "name"), world
        self.mch_id, self.serial = text(body, "mch_id"), text(body, "serial")
        self.app_id, self.notify_url = text(body, "app_id"), text(body, "notify_url", "")
        self.keys = Keys(body)
        self.stocks = {
            stock_id: Stock(whole(one, "most"), whole(one, "per_user", 60))
            for stock_id, one in table(body, "stocks").items()
        }
        self.asked: dict[str, Cash] = {}
        self.nonces: set[str] = set()
        self._acts: Acts = {"use": self._use, "stock": self._stock}

    async def play(self, act: str, body: Json) -> Json:
        """Let somebody pay with a coupon (``use``), or the merchant change a stock (``stock``)."""
        return await act_of(self._acts, act, body)

    def close(self) -> None:
        """Nothing stays open."""

    def shown(self) -> Json:
        """The merchant as the control API lists it."""
        given = {stock_id: len(one.given) for stock_id, one in self.stocks.items()}
        return {"name": self.name, "kind": "wechat_pay", "given": given}

    def broke(self, rule: str, detail: str) -> None:
        """Note a rule that the merchant broke by itself."""
        self.world.record.violation(self.name, rule, detail)

    def send(self, openid: str, body: Json) -> Json:
        """Hand a coupon out; the same number again brings the same one."""
        number = str(body.get("out_request_no", ""))
        stock = self.stocks.get(str(body.get("stock_id", "")))
        if stock is None:
            raise PayRefusedError(404, "RESOURCE_NOT_EXISTS", "批次不存在")
        if body.get("appid") != self.app_id or body.get("stock_creator_mchid") != self.mch_id:
            raise PayRefusedError(400, "APPID_MCHID_NOT_MATCH", "商户号与AppID不匹配")
        if not 0 < len(number) <= 128 or not number.replace("_", "").replace("-", "").isalnum():
            self.broke("out_request_no", number)
            raise PayRefusedError(400, "PARAM_ERROR", "商户单据号不合法")
        before = self.asked.get(number)
        if before is not None:
            if (before.openid, before.stock_id) != (openid, body["stock_id"]):
                self.broke("out_request_no", f"{number} for somebody else")
                raise PayRefusedError(400, "INVALID_REQUEST", "单据号已被使用")
            return {"coupon_id": before.coupon_id}
        return {"coupon_id": self._given(openid, str(body["stock_id"]), stock, number).coupon_id}

    def _given(self, openid: str, stock_id: str, stock: Stock, number: str) -> Cash:
        account = self.world.by_app_id(self.app_id)
        if account is None or account.member(openid) is None:
            self.broke("openid", openid)
            raise PayRefusedError(400, "PARAM_ERROR", "openid与appid不匹配")
        if stock.state != "running":
            raise PayRefusedError(403, "REQUEST_BLOCKED", "批次未激活或已暂停")
        if len(stock.given) >= stock.most:
            raise PayRefusedError(403, "NOT_ENOUGH", "批次预算不足")
        if sum(one.openid == openid for one in stock.given) >= stock.per_user:
            raise PayRefusedError(403, "RULE_LIMIT", "用户达到领取上限")
        cash = Cash(str(self.world.serial()), stock_id, openid)
        stock.given.append(cash)
        self.asked[number] = cash
        return cash

    async def _use(self, body: Json) -> Json:
        """``{from, stock_id, transaction_id, expired?}``: pay with the oldest coupon that is left."""
        account = self.world.by_app_id(self.app_id)
        member = account.member(text(body, "from")) if account is not None else None
        stock = self.stocks.get(text(body, "stock_id"))
        if member is None or stock is None:
            raise BadFieldError("no such member or stock")
        left = next((one for one in stock.given if one.openid == member.openid and not one.used), None)
        if left is None:
            return {"delivered": False, "status": "no coupon", "reply": None}
        left.used = True
        status = await notify(self, left.stock_id, left.coupon_id, text(body, "transaction_id"))
        return {"delivered": status == 200, "status": status, "reply": None, "coupon_id": left.coupon_id}

    async def _stock(self, body: Json) -> Json:
        stock = self.stocks[text(body, "stock_id")]
        stock.state = text(body, "state", stock.state)
        stock.most = whole(body, "most", stock.most)
        return {"delivered": True, "status": stock.state, "reply": None}
