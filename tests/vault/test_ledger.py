"""The ledger: spent is spent, nothing is overspent, and nobody changes a line unseen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiphub.errors import TiphubError
from tiphub.vault.ledger import Booking, Budget, Ledger, examine, repair
from tiphub.vault.ledger.entry import Entry, read_entry
from tiphub.vault.s4_protect.dp.accounting import epsilon_for, rho_for
from tiphub.vault.store import Store
from vault.desk import Desk

DELTA = 1e-6
BUDGET = Budget(rho_for(8, DELTA), 8.0, DELTA)
ONE, FOUR, SEVEN = (rho_for(epsilon, DELTA) for epsilon in (1, 4, 7))
SIGNER = "Ada Example, data protection officer"


@dataclass
class Shelf:
    """Keeps the vault's copy in memory: all that a ledger asks of a vault."""

    lines: list[str] = field(default_factory=list)

    def ledger_lines(self) -> tuple[str, ...]:
        return tuple(self.lines)

    def keep_ledger_line(self, line: str) -> None:
        self.lines.append(line)


def opened(path: Path, shelf: Shelf) -> Ledger:
    return Ledger(path, shelf, epsilon_for)


def spend(ledger: Ledger, rho: Fraction, version: str = "2026-11-21") -> Booking:
    return ledger.spend(rho, method="differential_privacy", purpose="release", version=version)


def filled(path: Path) -> Shelf:
    """A ledger with one entry of nearly every kind."""
    shelf = Shelf()
    ledger = opened(path, shelf)
    ledger.set_budget(BUDGET)
    ledger.release(spend(ledger, FOUR), version="2026-11-21", manifest="ab" * 32)
    ledger.abandon(spend(ledger, ONE), "the build did not finish")
    ledger.sign_mixed(SIGNER, method="differential_privacy", version="2026-11-21.2", others=("2026-11-20",))
    spend(ledger, ONE, "2026-11-21.2")
    return shelf


def test_two_halves_of_a_budget_fit_into_the_whole_and_not_a_grain_more(tmp_path: Path) -> None:
    ledger = opened(tmp_path / "ledger.jsonl", Shelf())
    ledger.set_budget(BUDGET)
    half = BUDGET.rho / 2
    spend(ledger, half)
    spend(ledger, half)
    assert ledger.balance.left == 0
    with pytest.raises(TiphubError, match="nothing is left"):
        spend(ledger, Fraction(1, 10**30))


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_any_parts_of_a_budget_add_up_to_it(
    tmp_path_factory: pytest.TempPathFactory, parts: list[int]
) -> None:
    shelf = Shelf()
    path = tmp_path_factory.mktemp("hub") / "ledger.jsonl"
    ledger = opened(path, shelf)
    ledger.set_budget(BUDGET)
    for part in parts:
        spend(ledger, BUDGET.rho * Fraction(part, sum(parts)))
    assert ledger.balance.left == 0
    assert opened(path, shelf).balance.spent == BUDGET.rho


def test_an_overspend_is_refused_in_words_and_books_nothing(tmp_path: Path) -> None:
    ledger = opened(tmp_path / "ledger.jsonl", Shelf())
    ledger.set_budget(BUDGET)
    spend(ledger, SEVEN)
    before = (tmp_path / "ledger.jsonl").read_bytes()
    with pytest.raises(TiphubError) as told:
        spend(ledger, FOUR)
    words = str(told.value)
    left = epsilon_for(BUDGET.rho - SEVEN, DELTA)
    assert f"(epsilon {str(left)[:5]}" in words
    assert "it needs rho 0.3111 (epsilon 4 " in words.lower()
    assert "epsilon 8" in words
    assert "--sign-budget" in words
    assert (tmp_path / "ledger.jsonl").read_bytes() == before
    spend(ledger, BUDGET.rho - SEVEN)


def test_nothing_is_spent_without_a_budget(tmp_path: Path) -> None:
    with pytest.raises(TiphubError, match="no privacy budget"):
        spend(opened(tmp_path / "ledger.jsonl", Shelf()), Fraction(1, 100))


@pytest.mark.parametrize("rho", [Fraction(0), Fraction(-1, 10)])
def test_a_spend_is_above_zero(tmp_path: Path, rho: Fraction) -> None:
    ledger = opened(tmp_path / "ledger.jsonl", Shelf())
    ledger.set_budget(BUDGET)
    with pytest.raises(TiphubError, match="above 0"):
        spend(ledger, rho)


def test_a_budget_changes_only_under_a_name(tmp_path: Path) -> None:
    path, shelf = tmp_path / "ledger.jsonl", Shelf()
    ledger = opened(path, shelf)
    ledger.set_budget(BUDGET)
    ledger.set_budget(BUDGET)
    more = Budget(rho_for(9, DELTA), 9.0, DELTA)
    with pytest.raises(TiphubError, match=r"another lifetime budget \(epsilon 9 .* \(epsilon 8 "):
        ledger.set_budget(more)
    ledger.set_budget(more, SIGNER)
    last = opened(path, shelf).entries[-1]
    assert (last.kind, last.facts["signed_by"], Fraction(last.facts["rho"])) == ("budget", SIGNER, more.rho)
    assert [entry.kind for entry in ledger.entries] == ["opened", "budget", "budget"]


def test_a_budget_below_what_is_spent_leaves_nothing(tmp_path: Path) -> None:
    ledger = opened(tmp_path / "ledger.jsonl", Shelf())
    ledger.set_budget(BUDGET)
    spend(ledger, BUDGET.rho)
    ledger.set_budget(Budget(rho_for(2, DELTA), 2.0, DELTA), SIGNER)
    assert ledger.balance.left == 0


@pytest.mark.parametrize(
    "signature", ["", "Ada", "Ada,", ", officer", "Ada\n, officer", "A" * 300 + ", officer"]
)
def test_a_signature_has_a_name_and_a_role(tmp_path: Path, signature: str) -> None:
    ledger = opened(tmp_path / "ledger.jsonl", Shelf())
    ledger.set_budget(BUDGET)
    with pytest.raises(TiphubError, match="no signature"):
        ledger.sign_mixed(signature, method="m", version="1", others=())


def test_a_booking_is_settled_once(tmp_path: Path) -> None:
    path, shelf = tmp_path / "ledger.jsonl", Shelf()
    ledger = opened(path, shelf)
    ledger.set_budget(BUDGET)
    booking = spend(ledger, ONE)
    assert opened(path, shelf).balance.unfinished == (booking,)
    ledger.abandon(booking, "it was too dark")
    assert ledger.balance.spent == booking.rho
    with pytest.raises(TiphubError, match="no unfinished booking"):
        ledger.release(booking, version="2026-11-21", manifest="00")


def test_the_file_is_plain_lines_that_only_grow(tmp_path: Path) -> None:
    path, shelf = tmp_path / "ledger.jsonl", Shelf()
    ledger = opened(path, shelf)
    ledger.set_budget(BUDGET)
    before = path.read_bytes()
    spend(ledger, ONE)
    assert path.read_bytes().startswith(before)
    assert path.read_text("utf-8").splitlines() == shelf.lines
    assert str(tmp_path) not in path.read_text("utf-8")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, tuple[str, ...]]:
    path = tmp_path_factory.mktemp("whole") / "ledger.jsonl"
    shelf = filled(path)
    return path.read_bytes(), shelf.ledger_lines()


def findings(folder: Path, data: bytes, kept: Sequence[str] | None) -> tuple[str, ...]:
    path = folder / "ledger.jsonl"
    path.write_bytes(data)
    return examine(path, kept).findings


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_changed_byte_is_found_with_and_without_the_vault(
    whole: tuple[bytes, tuple[str, ...]], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text, kept = whole
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != text[place]))
    changed = text[:place] + bytes([other]) + text[place + 1 :]
    folder = tmp_path_factory.mktemp("hub")
    assert findings(folder, changed, kept)
    assert findings(folder, changed, None)


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_lines_removed_moved_put_in_or_cut_off_are_found(
    whole: tuple[bytes, tuple[str, ...]], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text, kept = whole
    lines = text.splitlines(keepends=True)
    order = data.draw(
        st.lists(st.integers(0, len(lines) - 1), max_size=2 * len(lines)).filter(
            lambda some: some not in (list(range(len(lines))), list(range(len(lines) - 1)))
        )
    )
    assert findings(tmp_path_factory.mktemp("hub"), b"".join(lines[at] for at in order), kept)


def test_a_forged_end_is_found_by_the_vault_alone(
    whole: tuple[bytes, tuple[str, ...]], tmp_path: Path
) -> None:
    """Who knows the format can chain a line soundly; only the vault tells that it was never booked."""
    text, kept = whole
    copy = Shelf(list(kept))
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(text)
    opened(path, copy).set_budget(Budget(Fraction(99), 99.0, DELTA), SIGNER)
    assert examine(path, None).findings == ()
    assert examine(path, kept).state == "ahead"
    with pytest.raises(TiphubError, match=r"broken\. The file has 1 more entries"):
        opened(path, Shelf(list(kept)))


@pytest.mark.parametrize("cut", [1, 2, 50, 10_000])
def test_a_torn_or_missing_last_line_is_told_and_stays_spent(
    whole: tuple[bytes, tuple[str, ...]], tmp_path: Path, cut: int
) -> None:
    text, kept = whole
    last = len(kept[-1].encode()) + 1
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(text[: len(text) - min(cut, last)])
    ledger = opened(path, Shelf(list(kept)))
    assert any("missing or torn" in note for note in ledger.notes)
    assert path.read_bytes() == text
    assert ledger.balance.spent == FOUR + 2 * ONE


def test_without_the_vault_it_is_said_what_was_not_checked(
    whole: tuple[bytes, tuple[str, ...]], tmp_path: Path
) -> None:
    _, kept = whole
    path = tmp_path / "ledger.jsonl"
    path.write_bytes("".join(f"{line}\n" for line in kept[:3]).encode())
    report = examine(path, None)
    assert (report.findings, len(report.entries)) == ((), 3)
    assert "cannot be seen" in report.notes[0]
    assert examine(path, kept).findings == (f"From line 4 on: {len(kept) - 3} entries were removed.",)


def test_a_broken_ledger_spends_nothing_until_a_person_signs(
    whole: tuple[bytes, tuple[str, ...]], tmp_path: Path
) -> None:
    text, kept = whole
    path, shelf = tmp_path / "ledger.jsonl", Shelf(list(kept))
    path.write_bytes(text.replace(b"differential_privacy", b"differential_piracy"))
    with pytest.raises(TiphubError, match=r"broken\. Line 3"):
        opened(path, shelf)
    with pytest.raises(TiphubError, match="no signature"):
        repair(path, shelf, epsilon_for, "somebody")
    ledger = repair(path, shelf, epsilon_for, SIGNER)
    assert ledger.balance == opened(path, shelf).balance
    assert ledger.balance.spent == FOUR + 2 * ONE
    assert ledger.entries[-1].facts["signed_by"] == SIGNER
    assert "Line 3" in ledger.entries[-1].facts["found"]
    assert path.read_bytes().startswith(text)
    assert [one.read_bytes().count(b"piracy") for one in tmp_path.glob("*.broken-*")] == [4]
    with pytest.raises(TiphubError, match="nothing to repair"):
        repair(path, shelf, epsilon_for, SIGNER)


def test_an_old_vault_gives_no_budget_back(whole: tuple[bytes, tuple[str, ...]], tmp_path: Path) -> None:
    text, kept = whole
    path, old = tmp_path / "ledger.jsonl", Shelf(list(kept[:2]))
    path.write_bytes(text)
    with pytest.raises(TiphubError, match="more entries than the vault"):
        opened(path, old)
    assert repair(path, old, epsilon_for, SIGNER).balance.spent == FOUR + 2 * ONE


def test_a_repair_gives_no_budget_back_to_who_forged_a_larger_one(
    whole: tuple[bytes, tuple[str, ...]], tmp_path: Path
) -> None:
    text, kept = whole
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(text)
    forger = opened(path, Shelf(list(kept)))
    forger.set_budget(Budget(Fraction(99), 99.0, DELTA), SIGNER)
    spend(forger, ONE)
    assert [entry.kind for entry in examine(path, kept).beyond] == ["budget", "booked"]
    balance = repair(path, Shelf(list(kept)), epsilon_for, SIGNER).balance
    assert (balance.budget, balance.spent) == (BUDGET, FOUR + 3 * ONE)


@pytest.mark.parametrize("facts", [{"rho": "-5"}, {"rho": "0"}, {"rho": "1/0"}, {"rho": 1}, {}])
def test_an_entry_that_would_give_budget_back_or_lacks_its_facts_is_none(
    whole: tuple[bytes, tuple[str, ...]], tmp_path: Path, facts: dict[str, object]
) -> None:
    """Chained as soundly as any: the file is broken there, and a repair takes nothing of it."""
    text, kept = whole
    last = read_entry(kept[-1])
    told = {**last.facts, **facts} if facts else {}
    forged = Entry(last.number + 1, last.time, "booked", told, last.sha256)
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(text + f"{forged.line}\n".encode())
    assert examine(path, kept).state == "broken"
    assert examine(path, None).findings[0].startswith(f"Line {forged.number}: it ")
    repaired = repair(path, Shelf(list(kept)), epsilon_for, SIGNER)
    assert repaired.balance.spent == FOUR + 2 * ONE
    assert forged.line not in path.read_text("utf-8")


def test_the_vault_keeps_the_lines(desk: Desk) -> None:
    path = desk.hub.root / "ledger.jsonl"
    with Store.open(desk.hub) as store:
        ledger = Ledger(path, store, epsilon_for)
        ledger.set_budget(BUDGET)
        for _ in range(12):
            spend(ledger, BUDGET.rho / 12)
    path.unlink()
    with Store.open(desk.hub) as store:
        assert len(store.ledger_lines()) == 14
        assert len(examine(path, store.ledger_lines()).entries) == 14
        with pytest.raises(TiphubError, match="14 entries were removed"):
            Ledger(path, store, epsilon_for)
