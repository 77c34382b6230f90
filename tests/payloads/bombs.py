"""XML that costs its reader dearly, or nothing and means nothing."""


def attribute_bomb(attributes: int, elements: int) -> bytes:
    """68 KB of this take 1.6 GB in a parser that honours attribute defaults."""
    value = "A" * 40
    declared = "".join(f'a{number} CDATA "{value}" ' for number in range(attributes))
    return f"<!DOCTYPE xml [<!ATTLIST x {declared}>]><xml>{'<x/>' * elements}</xml>".encode()


BOMBS = {
    "attribute defaults": attribute_bomb(400, 12_000),
    "one large attribute default": b'<!DOCTYPE xml [<!ATTLIST x a CDATA "'
    + b"A" * 32_000
    + b'">]><xml>'
    + b"<x/>" * 7000
    + b"</xml>",
    "billion laughs": b'<!DOCTYPE xml [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a;" * 10) for n in range(9))
    + b"]><xml>&a8;</xml>",
    "quadratic entity": b'<!DOCTYPE xml [<!ENTITY a "'
    + b"A" * 30_000
    + b'">]><xml>'
    + b"&a;" * 10_000
    + b"</xml>",
    "external entity": b'<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml>&a;</xml>',
    "network entity": b'<!DOCTYPE xml [<!ENTITY a SYSTEM "http://127.0.0.1:1/x">]><xml>&a;</xml>',
    "parameter entity": b'<!DOCTYPE xml [<!ENTITY % a SYSTEM "http://127.0.0.1:1/x"> %a;]><xml/>',
    "external dtd": b'<!DOCTYPE xml SYSTEM "http://127.0.0.1:1/x.dtd"><xml>a&evil;b</xml>',
    "public dtd": b'<!DOCTYPE xml PUBLIC "x" "http://127.0.0.1:1/x.dtd"><xml/>',
    "empty doctype": b"<!DOCTYPE xml><xml><Encrypt>a</Encrypt></xml>",
    "processing instruction": b'<?xml-stylesheet href="http://127.0.0.1:1/"?><xml><Encrypt>a</Encrypt></xml>',
    "instruction inside": b"<xml><?php x?><Encrypt>a</Encrypt></xml>",
    "deep nesting": b"<xml>" + b"<a>" * 9000 + b"</a>" * 9000 + b"</xml>",
    "nine deep": b"<xml>" + b"<a>" * 8 + b"</a>" * 8 + b"</xml>",
    "many elements": b"<xml>" + b"".join(b"<a%d/>" % n for n in range(6000)) + b"</xml>",
    "many rows": b"<xml><Articles>" + b"<item>x</item>" * 4000 + b"</Articles></xml>",
    "attributes": b'<xml a="1"><Encrypt>a</Encrypt></xml>',
    "xinclude": b'<xml xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></xml>',
    "duplicate": b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
    "undefined entity": b"<xml>&evil;</xml>",
    "another root": b"<html><Encrypt>a</Encrypt></html>",
    "two roots": b"<xml><a/></xml><xml><a/></xml>",
    "never closed": b"<xml><Encrypt><![CDATA[" + b"A" * 60_000,
    "nothing": b"",
    "only spaces": b"   \n",
    "json": b'{"Encrypt": "abc"}',
    "utf-16": "<xml><Encrypt>a</Encrypt></xml>".encode("utf-16"),
    "gbk": "<xml><Content>你好</Content></xml>".encode("gbk"),
    "latin": b"<xml><Content>\xff\xfe\x80</Content></xml>",
    "impossible character": b"<xml><Content>&#1;</Content></xml>",
    "half a surrogate": b"<xml><Content>&#xD800;</Content></xml>",
    "text only": b"<xml>text</xml>",
    "empty root": b"<xml/>",
    "overlapping": b"<xml><a><b></a></b></xml>",
    "spaces between": b"<xml>" + b" " * 60_000,
    "unfinished markup": b"<" * 60_000,
}
