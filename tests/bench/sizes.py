"""How much a bench does: enough to tell, or just enough to see that it still runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """`rounds` of everything; the numbers of requests, messages and so on are those of one round."""

    rounds: int = 5
    members: int = 1000
    callbacks: int = 10_000
    callbacks_slow: int = 2500  # for peers that answer a few hundred to two thousand a second
    callbacks_slowest: int = 300
    paced: int = 1000
    waiting: int = 10_000
    pushes: int = 2500
    pushes_slow: int = 1000
    renderings: int = 3000
    populations: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    touched: int = 1000
    timers: int = 20_000
    timers_slow: int = 300
    claims: int = 5000
    draws: int = 1000
    buyers: int = 5000
    on_sale: int = 200


FULL = Size()
TINY = Size(
    rounds=2,
    members=20,
    callbacks=60,
    callbacks_slow=40,
    callbacks_slowest=20,
    paced=20,
    waiting=50,
    pushes=20,
    pushes_slow=20,
    renderings=20,
    populations=(500,),
    touched=50,
    timers=50,
    timers_slow=10,
    claims=20,
    draws=20,
    buyers=1000,
    on_sale=40,
)
