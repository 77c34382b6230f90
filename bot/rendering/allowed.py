"""Which Jinja a message may use: a list of what is allowed, checked on the syntax tree before compiling.

A message shows values and chooses between sentences. It calls nothing, computes nothing, reaches no
attribute of a Python object and defines nothing, so there is nothing to escape from and its cost is
bounded by its source: 4 KB, one level of loop over a short list.
"""

import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import nodes

from bot.rendering.scope import FILTERS, LINKS, LISTED, LISTS, ROOTS, TESTS

DEEPEST = 20


@dataclass(slots=True)
class Reading:
    """What one source uses (`member.name`, `coupon.code`, `links.shop`) and what is not allowed in it."""

    uses: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    loops: dict[str, str] = field(default_factory=dict)


_LOOPED = " or ".join((", ".join(sorted(LISTS)[:-1]), max(LISTS)))


def read(tree: nodes.Template) -> Reading:
    """Check the tree and return what it uses; allowed calls and loops are rewritten to what runs safely."""
    reading = Reading()
    for index, node in enumerate(tree.body):
        tree.body[index] = _visit(node, reading, 0)
    return reading


def _visit(node: nodes.Node, reading: Reading, depth: int) -> nodes.Node:
    check = _ALLOWED.get(type(node))
    if check is None or depth > DEEPEST:
        what = "nested too deeply" if check else f"{type(node).__name__.lower()} is not allowed in a message"
        reading.refused.append(f"line {node.lineno}: {what}")
        return node
    return check(node, reading, depth + 1)


def _children(node: nodes.Node, reading: Reading, depth: int) -> nodes.Node:
    for name, value in node.iter_fields():
        if isinstance(value, list):
            setattr(node, name, [_seen(each, reading, depth) for each in value])
        else:
            setattr(node, name, _seen(value, reading, depth))
    return node


def _seen(value: object, reading: Reading, depth: int) -> object:
    return _visit(value, reading, depth) if isinstance(value, nodes.Node) else value


def _refuse(node: nodes.Node, reading: Reading, message: str) -> nodes.Node:
    reading.refused.append(f"line {node.lineno}: {message}")
    return node


def _output(node: nodes.Output, reading: Reading, depth: int) -> nodes.Node:
    if any(_list_name(each) for each in node.nodes):
        return _refuse(node, reading, "a list is shown by a loop, or counted by length")
    return _children(node, reading, depth)


def _name(node: nodes.Name, reading: Reading, _depth: int) -> nodes.Node:
    if node.name in reading.loops and not reading.loops[node.name]:
        return node
    if node.name in ROOTS or node.name in reading.loops:
        return _refuse(node, reading, f'"{node.name}" is not a value; name one of its parts')
    return _unknown(node, reading, node.name, [*ROOTS, *LISTS])


def _unknown(node: nodes.Node, reading: Reading, name: str, known: Collection[str]) -> nodes.Node:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    hint = f'; did you mean "{near[0]}"?' if near else ""
    return _refuse(node, reading, f'no value "{name}"{hint}')


def _part(node: nodes.Getattr | nodes.Getitem, reading: Reading, _depth: int) -> nodes.Node:
    part = _part_name(node)
    if part is None or not isinstance(node.node, nodes.Name):
        return _refuse(node, reading, "only one part of a known value can be named, such as member.name")
    root = reading.loops.get(node.node.name) or node.node.name
    if root not in ROOTS or (node.node.name in ROOTS and node.node.name in reading.loops):
        return _unknown(node, reading, root, list(ROOTS))
    known = ROOTS[root]
    if part.startswith("_") or (known and part not in known):
        return _unknown(node, reading, f"{root}.{part}", [f"{root}.{name}" for name in known])
    if node.node.name not in reading.loops:
        reading.uses.add(f"{root}.{part}")
    return node


def _part_name(node: nodes.Getattr | nodes.Getitem) -> str | None:
    if isinstance(node, nodes.Getattr):
        return node.attr
    return node.arg.value if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str) else None


def _for(node: nodes.For, reading: Reading, depth: int) -> nodes.Node:
    source = _list_name(node.iter)
    if source is None or node.recursive or node.test is not None or reading.loops:
        return _refuse(
            node,
            reading,
            f"a loop runs over {_LOOPED}, plainly and not inside another",
        )
    target = node.target
    if not isinstance(target, nodes.Name) or target.name in {*ROOTS, *LISTS, LINKS, "loop"}:
        return _refuse(node, reading, "a loop needs one new name")
    reading.uses.add(source if "." in source else f"{source}.*")
    node.iter = nodes.Filter(node.iter, LISTED, [], [], None, None, lineno=node.lineno)
    reading.loops[target.name] = LISTS[source]
    node.body = [_visit(each, reading, depth) for each in node.body]
    del reading.loops[target.name]
    node.else_ = [_visit(each, reading, depth) for each in node.else_]
    return node


def _list_name(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Name):
        name = node.name
    elif isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        name = f"{node.node.name}.{node.attr}"
    else:
        return None
    return name if name in LISTS else None


def _filter(node: nodes.Filter, reading: Reading, depth: int) -> nodes.Node:
    if node.name not in FILTERS:
        return _refuse(node, reading, f'no filter "{node.name}"; there are {", ".join(sorted(FILTERS))}')
    if node.kwargs or node.dyn_args or node.dyn_kwargs or len(node.args) > 1 or node.node is None:
        return _refuse(node, reading, f'the filter "{node.name}" takes at most one plain value')
    return _listable(node, reading, depth)


def _listable(node: nodes.Filter, reading: Reading, depth: int) -> nodes.Node:
    """Let `length` count a list; otherwise every value is looked at as usual."""
    source = _list_name(node.node) if node.name == "length" and node.node is not None else None
    if source is None:
        return _children(node, reading, depth)
    reading.uses.add(source if "." in source else f"{source}.*")
    return node


def _test(node: nodes.Test, reading: Reading, depth: int) -> nodes.Node:
    if node.name not in TESTS or node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
        return _refuse(node, reading, f'no test "{node.name}"; there are {", ".join(sorted(TESTS))}')
    return _children(node, reading, depth)


def _call(node: nodes.Call, reading: Reading, _depth: int) -> nodes.Node:
    """Turn `link('shop')` into a look-up; nothing else is called, so nothing is left to call."""
    named = isinstance(node.node, nodes.Name) and node.node.name == "link" and len(node.args) == 1
    extra = node.kwargs or node.dyn_args or node.dyn_kwargs
    argument = node.args[0] if named and not extra else None
    if not isinstance(argument, nodes.Const) or not isinstance(argument.value, str):
        return _refuse(node, reading, "only link('name') can be called")
    reading.uses.add(f"{LINKS}.{argument.value}")
    links = nodes.Name(LINKS, "load", lineno=node.lineno)
    return nodes.Getitem(links, argument, "load", lineno=node.lineno)


_ALLOWED: Mapping[type, Callable[[Any, Reading, int], nodes.Node]] = {
    nodes.Output: _output,
    nodes.TemplateData: _children,
    nodes.Const: _children,
    nodes.List: _children,
    nodes.Tuple: _children,
    nodes.If: _children,
    nodes.CondExpr: _children,
    nodes.And: _children,
    nodes.Or: _children,
    nodes.Not: _children,
    nodes.Compare: _children,
    nodes.Operand: _children,
    nodes.Concat: _children,
    nodes.Name: _name,
    nodes.Getattr: _part,
    nodes.Getitem: _part,
    nodes.For: _for,
    nodes.Filter: _filter,
    nodes.Test: _test,
    nodes.Call: _call,
}
