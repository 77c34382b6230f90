"""What would happen: the rules, gates and routes as they are, on a virtual clock over a copy of everybody.

Nothing is written and nobody is written to. Members act as members in their stage acted before: pieces of
history are drawn, seeded, again for every replicate. The pieces, in the order of `Behaviour`:

* a newcomer lives the first day of some newcomer;
* whoever gets a push lives the day that followed such a push;
* a coupon is used as coupons of its kind were used;
* every other day is a day of somebody in the same stage who had been silent for about as long.
"""
