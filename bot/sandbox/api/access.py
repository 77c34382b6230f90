"""Tokens and quotas: what an account needs before it may do anything."""

from bot.sandbox.api.call import OK, Call, Endpoint
from bot.sandbox.refusal import Refusal
from bot.sandbox.shapes import Json
from bot.sandbox.tokens import Token

# A sound account fetches a token every two hours; this many within one minute is a storm.
STORM = 20


def _stable_token(call: Call) -> Json:
    if call.body.get("grant_type") != "client_credential":
        raise Refusal(40002)
    _note_fetch(call)
    force = bool(call.body.get("force_refresh", False))
    return _shown(call, call.world.tokens.stable(call.account.name, call.now, force=force))


def _token(call: Call) -> Json:
    if call.query.get("grant_type") != "client_credential":
        raise Refusal(40002)
    _note_fetch(call)
    return _shown(call, call.world.tokens.plain(call.account.name, call.now))


def _shown(call: Call, token: Token) -> Json:
    return {"access_token": token.value, "expires_in": int((token.ends - call.now).total_seconds())}


def _note_fetch(call: Call) -> None:
    minute = f"{call.now:%Y-%m-%dT%H:%M}"
    fetched = call.account.fetches.get(minute, 0) + 1
    call.account.fetches = {minute: fetched}
    if fetched == STORM + 1:
        call.broke("token_storm", f"more than {STORM} token fetches within a minute")


def _quota(call: Call) -> Json:
    path = call.text("cgi_path")
    quotas = call.account.quotas
    if path not in quotas.daily:
        raise Refusal(76021)
    limit, used = quotas.daily[path], quotas.used[path]
    quota = {"daily_limit": limit, "used": used, "remain": max(0, limit - used)}
    shown: Json = OK | {"quota": quota}
    if path in quotas.per_minute:
        shown["rate_limit"] = {"call_count": quotas.per_minute[path], "refresh_second": 60}
    return shown


def _clear_quota(call: Call) -> Json:
    if call.text("appid") != call.account.app_id:
        raise Refusal(40013)
    call.account.quotas.clear(call.now)
    return OK


def _addresses(_call: Call) -> Json:
    return {"ip_list": ["127.0.0.1"]}


ENDPOINTS: dict[str, Endpoint] = {
    "/cgi-bin/stable_token": Endpoint("POST", _stable_token, "secret"),
    "/cgi-bin/token": Endpoint("GET", _token, "secret"),
    "/cgi-bin/openapi/quota/get": Endpoint("POST", _quota),
    "/cgi-bin/clear_quota": Endpoint("POST", _clear_quota),
    "/cgi-bin/clear_quota/v2": Endpoint("POST", _clear_quota, "secret"),
    "/cgi-bin/getcallbackip": Endpoint("GET", _addresses),
    "/cgi-bin/get_api_domain_ip": Endpoint("GET", _addresses),
}
