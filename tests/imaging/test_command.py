"""``xueji photo``: a folder in, a verdict for every file out."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from xueji.cli.photo import photo
from xueji.imaging import batch
from xueji.imaging.batch import judged, photos_under
from xueji.imaging.models import missing_models
from xueji.rules.photo_profile import RULES, load_profile

from .test_opening import HOSTILE, picture

needs_models = pytest.mark.skipif(bool(missing_models()), reason="the nets are not in place: tools/fetch_models.py")
CHSI = load_profile("chsi-graduation")


@pytest.fixture
def broken(tmp_path):
    """A folder of files that are no photos, one that is none of anybody, and one that is no file at all."""
    for n, (content, _) in enumerate(HOSTILE.values()):
        (tmp_path / f"{n:02}.jpg").write_bytes(content)
    (tmp_path / "notes.txt").write_text("not a photo", "utf-8")
    (tmp_path / ".hidden.jpg").write_bytes(b"")
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.jpg")
    return tmp_path


def lines_of(result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


@needs_models
def test_a_folder_of_broken_files_ends_cleanly_with_a_sentence_for_each(broken):
    result = CliRunner().invoke(photo, ["check", str(broken), "--json"])
    assert result.exit_code == 1 and result.exception.__class__ is SystemExit
    lines = lines_of(result)
    assert len(lines) == len(HOSTILE) + 2
    assert {line["verdict"] for line in lines} == {"reject"}
    assert all(line["findings"][0]["message"]["zh"] for line in lines)


@needs_models
def test_a_json_line_has_exactly_file_verdict_and_findings(tmp_path):
    (tmp_path / "a.jpg").write_bytes(picture())
    (line,) = lines_of(CliRunner().invoke(photo, ["check", str(tmp_path / "a.jpg"), "--json", "--jobs", "1"]))
    assert list(line) == ["file", "verdict", "findings"]
    assert line["file"].endswith("a.jpg") and line["verdict"] == "reject"
    for finding in line["findings"]:
        assert finding["rule"] in RULES
        assert {"rule", "level", "measured", "limit"} <= set(finding)
        assert finding["level"] in {"reject", "warn", "info", "unchecked"}


def test_without_models_the_exit_status_says_not_checked(tmp_path):
    (tmp_path / "a.jpg").write_bytes(picture())
    result = CliRunner().invoke(photo, ["check", str(tmp_path), "--models", str(tmp_path / "none"), "--json"])
    assert result.exit_code == 3
    assert [line["verdict"] for line in lines_of(result)] == ["unchecked"]


def test_an_unknown_profile_and_an_empty_folder_are_wrong_use(tmp_path):
    assert CliRunner().invoke(photo, ["check", str(tmp_path)]).exit_code == 2
    (tmp_path / "a.jpg").write_bytes(b"")
    result = CliRunner().invoke(photo, ["check", str(tmp_path), "--profile", "passport"])
    assert result.exit_code == 2 and "chsi-graduation" in result.output


def test_folders_are_searched_in_order_and_other_files_left_alone(broken):
    found = photos_under([broken, broken / "notes.txt"])
    assert found[-1].name == "notes.txt" and found[0].name == "00.jpg"
    assert ".hidden.jpg" not in [p.name for p in found]


def test_a_stopped_run_goes_on_and_a_changed_photo_is_looked_at_again(tmp_path, monkeypatch):
    photos = []
    for n in range(4):
        photos.append(tmp_path / f"{n}.jpg")
        photos[-1].write_bytes(b"%PDF")
    log = tmp_path / "log.jsonl"
    run = judged(photos, CHSI, profile_code="chsi-graduation", log=log)
    next(run)
    next(run)
    run.close()
    with log.open("a", encoding="utf-8") as cut_off:
        cut_off.write('{"file": "half a li')
    photos[0].write_bytes(b"PK\x03\x04")
    asked = []
    submit = batch._submit

    def counting(pool, task, thumbs):
        if task[2] is None:
            asked.append(task[0].name)
        return submit(pool, task, thumbs)

    monkeypatch.setattr(batch, "_submit", counting)
    results = list(judged(photos, CHSI, profile_code="chsi-graduation", log=log))
    assert asked == ["0.jpg", "2.jpg", "3.jpg"]
    assert [r.verdict["findings"][0]["id"] for r in results] == ["PHOTO.013", "PHOTO.011", "PHOTO.011", "PHOTO.011"]
    asked.clear()
    assert len(list(judged(photos, CHSI, profile_code="chsi-graduation", log=log))) == 4
    assert asked == []


def test_a_worker_that_dies_costs_one_verdict_and_not_the_run(tmp_path):
    photos = []
    for n in range(12):
        photos.append(tmp_path / f"{n:02}.jpg")
        photos[-1].write_bytes(picture())
    waiting = threading.Event()

    def kill_a_worker():
        for _ in range(100):
            time.sleep(0.05)
            for entry in os.listdir("/proc"):
                if entry.isdigit() and parent_of(entry) == os.getpid() and "spawn_main" in command_of(entry):
                    os.kill(int(entry), 9)
                    waiting.set()
                    return

    killer = threading.Thread(target=kill_a_worker)
    killer.start()
    results = list(judged(photos, CHSI, profile_code="chsi-graduation", workers=2))
    killer.join()
    assert waiting.is_set()
    assert [r.file for r in results] == [str(p) for p in photos]
    assert {r.verdict["verdict"] for r in results} <= {"reject", "unchecked"}


@needs_models
def test_a_run_that_was_killed_goes_on_where_it_stopped(tmp_path):
    """kill -9 in the middle: the verdicts written so far are kept, and only the rest is examined."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for n in range(120):
        (folder / f"{n:03}.jpg").write_bytes(picture())
    log = tmp_path / "verdicts.jsonl"
    arguments = [str(Path(sys.executable).with_name("xueji")), "photo", "check", str(folder), "--json", "--jobs", "1", "--resume", str(log)]
    first = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    until = time.monotonic() + 90
    while time.monotonic() < until and not (log.exists() and log.read_bytes().count(b"\n") >= 3):
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    before = log.read_bytes()
    assert 3 <= before.count(b"\n") < 120
    ended = subprocess.run(arguments, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 1
    assert [Path(json.loads(line)["file"]).name for line in ended.stdout.splitlines()] == [f"{n:03}.jpg" for n in range(120)]
    assert log.read_bytes().startswith(before)
    assert len({json.loads(line)["file"] for line in log.read_text("utf-8").splitlines() if line.endswith("}}")}) == 120


@needs_models
def test_folders_that_run_in_circles_and_names_nobody_types_end_cleanly(tmp_path):
    (tmp_path / "circle").symlink_to(tmp_path)
    shut = tmp_path / "shut"
    shut.mkdir()
    (shut / "a.jpg").write_bytes(b"")
    odd = ["张三 (1)\n.jpg", "--json.jpg", "\u202egpj.jpg", "'; rm -rf ~.jpg", os.fsdecode(b"gb\xd5\xc5.jpg")]
    for name in odd:
        (tmp_path / name).write_bytes(b"%PDF")
    unreadable = tmp_path / "locked.jpg"
    unreadable.write_bytes(b"%PDF")
    unreadable.chmod(0)
    shut.chmod(0)
    try:
        result = CliRunner().invoke(photo, ["check", str(tmp_path), "--json", "--jobs", "1", "--report", str(tmp_path / "out")])
    finally:
        shut.chmod(0o700)
    assert result.exit_code == 1, result.output
    lines = lines_of(result)
    assert len(lines) in {len(odd) + 1, len(odd) + 2}  # who runs as root reads the locked folder too
    assert {line["verdict"] for line in lines} == {"reject"}
    assert (tmp_path / "out" / "index.html").exists()


def parent_of(pid: str) -> int:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as about:
            return int(about.read().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def command_of(pid: str) -> str:
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as line:
            return line.read()
    except OSError:
        return ""


@needs_models
def test_the_report_groups_by_reason_worst_first_and_shuts_strangers_out(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "空.jpg").write_bytes(b"")
    (photos / "<b>bold.jpg").write_bytes(picture())
    report = tmp_path / "report"
    result = CliRunner().invoke(photo, ["check", str(photos), "--report", str(report)])
    assert result.exit_code == 1
    page = (report / "index.html").read_text("utf-8")
    assert stat.S_IMODE(report.stat().st_mode) == 0o700
    assert page.index("人脸数") < page.index('id="file-reject"')
    assert "&lt;b&gt;bold.jpg" in page and "<b>bold" not in page
    assert "style=" not in page and "<script" not in page
    assert "default-src 'none'" in page
    assert len(list((report / "thumbs").iterdir())) == 1
    assert "PHOTO.010" in page and "耳环" in page


@needs_models
def test_a_long_report_is_divided_into_pages(tmp_path, monkeypatch):
    from xueji.imaging import gallery
    from xueji.imaging.batch import Judged

    monkeypatch.setattr(gallery, "ON_A_PAGE", 2)
    results = [Judged(f"{n}.jpg", {"verdict": "pass", "findings": []}) for n in range(5)]
    first = gallery.write_report(tmp_path, results, CHSI, lang="en")
    assert {p.name for p in tmp_path.glob("*.html")} == {"index.html", "page-2.html", "page-3.html"}
    assert 'href="page-3.html"' in first.read_text("utf-8") and "Photos</strong>" not in first.read_text("utf-8")


@needs_models
def test_calibration_shows_each_rule_and_changes_nothing(tmp_path):
    (tmp_path / "a.jpg").write_bytes(picture())
    (tmp_path / "labels.csv").write_text("file,face_count\na.jpg,0\nmissing.jpg,1\n", "utf-8")
    result = CliRunner().invoke(photo, ["calibrate", str(tmp_path), "--labels", str(tmp_path / "labels.csv")])
    assert result.exit_code == 0, result.output
    assert "face_count" in result.output and "1/1" in result.output
    assert "No rule was changed" in result.output


def test_calibration_without_models_or_photos_says_so(tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text("file,eyes_open\nx.jpg,1\n", "utf-8")
    without = CliRunner().invoke(photo, ["calibrate", str(tmp_path), "--labels", str(labels), "--models", str(tmp_path)])
    assert without.exit_code == 1 and "Nets are missing" in without.output
