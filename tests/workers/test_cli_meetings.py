"""Meetings, practices and questions from the command line."""

import json
from pathlib import Path

from tests.api.common_space import fill
from tests.infra.test_calendars import SAMPLE
from tests.network import OPOCZNO, network
from tests.workers.terminal import Wspolna


def test_calendar_goes_in_and_out_and_everything_is_listed(
    wspolna: Wspolna, database_url: str, tmp_path: Path
) -> None:
    with network(database_url) as net:
        fill(net)
        tried = wspolna("import", "meetings", str(SAMPLE), "--host", OPOCZNO, "--dry-run")
        assert (tried.returncode, "zaplanowane: 2" in tried.stdout) == (0, True), tried.stderr
        done = json.loads(
            wspolna("import", "meetings", str(SAMPLE), "--host", OPOCZNO, "--json").stdout
        )
        assert [each["outcome"] for each in done["items"]] == ["planned", "planned", "unchanged"]
        net.project()
        for arguments, text in (
            (("meeting", "list", "--state", "planned"), "Przegląd wniosków"),
            (("meeting", "series"), "FREQ=WEEKLY;UNTIL=20260423T215959Z;INTERVAL=2;BYDAY=TH"),
            (("meeting", "show", str(done["items"][1]["id"])), "starts_at: 2026-05-12 11:00"),
            (("practice", "help", "transport"), "IMPLEMENTED"),
            (("question", "list"), "RESOLVED"),
        ):
            answer = wspolna(*arguments)
            assert answer.returncode == 0, answer.stderr
            assert text in answer.stdout, answer.stdout
        target = tmp_path / "spotkania.ics"
        assert wspolna("meeting", "export", str(target)).returncode == 0
        assert target.read_text().count("BEGIN:VEVENT") == 1
