"""The quality report: for one agency's eyes, complete by itself."""

import re
import stat

from vault.desk import Desk


def test_the_report_is_private_and_needs_nothing_else(desk: Desk) -> None:
    outcome = desk.send("<b>a.csv", [("A1", "2019", "<script>", "Peru", ""), ("A2", "2019", "F", "Peru", "")])
    for path in (outcome.report / "report.html", outcome.report / "quarantine.csv"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(outcome.report.parent.stat().st_mode) == 0o700
    page = (outcome.report / "report.html").read_text("utf-8")
    assert "Keep this report as safe as your case files" in page
    assert "Of 2 rows, 1 was accepted and 1 is in quarantine." in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(src|href)=", page)


def test_the_report_of_an_earlier_file_follows_what_a_later_one_puts_right(desk: Desk) -> None:
    first = desk.send("1.csv", [("A1", "2019", "?", "Peru", ""), ("A2", "2019", "F", "Peru", "")])
    assert (first.report / "quarantine.csv").exists()
    desk.send("2.csv", [("A1", "2019", "F", "Peru", "")])
    assert not (first.report / "quarantine.csv").exists()
    assert "every row in quarantine was put right" in (first.report / "report.html").read_text("utf-8")


def test_coverage_is_counted_over_accepted_rows(desk: Desk) -> None:
    quality = desk.send(
        "1.csv", [("A1", "2019", "", "Peru", ""), ("A2", "", "F", "Peru", ""), ("A3", "?", "F", "Peru", "")]
    ).quality
    known = {item.name: item.known for item in quality.coverage}
    assert (known["gender"], known["year_of_registration"], known["citizenship"]) == (1, 1, 2)
