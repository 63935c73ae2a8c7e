"""spec/ATTESTATION.md says what tests/attested.toml says, and nothing is forgotten there."""

from attestation import inputs, table
from attestation.claims import load
from attestation.table import oracles, render

import refquant as rq

PEERS, CLAIMS, DIFFERENCES = load()


def test_the_page_is_what_the_file_says():
    assert table.PAGE.read_text() == render(), "run python tests/peers/write_table.py"


def test_every_format_stands_there_for_decode_and_encode():
    found = oracles()
    assert set(found) == set(table.sizes())
    for group, by_operation in found.items():
        assert set(by_operation) == {"decode", *(f"encode, {mode}" for mode in rq.RoundingMode)}
        assert all(by_operation.values()), (group, by_operation)


def test_two_whole_oracles_or_the_mark():
    for group, by_operation in oracles().items():
        for operation, peers in by_operation.items():
            whole = [peer for peer, count in peers.items() if count == table.sizes()[group]]
            assert ("self-attested" in table.oracle_text(group, peers)) == (len(whole) < 2), (group, operation)
            assert "oracle" in whole, (group, operation)


def test_every_format_has_two_oracles_for_decode_and_for_ties_to_even():
    for group, by_operation in oracles().items():
        for operation in ("decode", "encode, ties_to_even"):
            assert "self-attested" not in table.oracle_text(group, by_operation[operation]) or (group, operation) in SELF_ATTESTED, (group, operation)


SELF_ATTESTED: set[tuple[str, str]] = set()
"""What only this project's own oracle says. Nothing is added here without a reason."""


def test_the_page_has_no_operation_that_nothing_was_compared_for():
    assert "not compared" not in render()


def test_every_peer_and_every_difference_is_used():
    assert {claim.peer for claim in CLAIMS} == set(PEERS)
    assert {word for claim in CLAIMS for word in claim.leave_out} <= set(DIFFERENCES)
    assert {d.inputs for d in DIFFERENCES.values()} <= set(inputs.LEFT_OUT)


def test_a_missing_claim_would_be_seen(monkeypatch):
    without = tuple(claim for claim in CLAIMS if claim.peer != "oracle")
    monkeypatch.setattr(table, "load", lambda: (PEERS, without, DIFFERENCES))
    assert table.render() != table.PAGE.read_text()
    assert "self-attested" in table.render()
