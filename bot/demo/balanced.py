"""Whether the ledgers of money, points and draws balance at the end of the play, each draw recomputed."""

from bot.demo.evidence import Promise
from storage.database import Connection
from storage.draw_proofs import differences, proof
from storage.draws import shown
from storage.reports import audited


def balanced(connection: Connection) -> Promise:
    """Return the promise that they do."""
    found = audited(connection)
    wrong = list(found.wrong)
    for name in shown(connection):
        record = proof(connection, name)
        wrong += differences(record) if record is not None else []
    return Promise("balanced", len(wrong), found.looked_at, tuple(wrong[:5]))
