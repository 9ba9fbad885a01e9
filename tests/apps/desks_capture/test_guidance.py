"""What a camera page is given to guide by itself: the same limits as the server's, pinned files, and a policy for the worker alone."""

import gzip

import pytest
from django.urls import reverse

from xueji.imaging.browser_runtime import KEY, SERVED, missing_files, served_file
from xueji.rules.photo_guidance import guide
from xueji.rules.photo_profile import load_profile

pytestmark = pytest.mark.django_db
in_place = pytest.mark.skipif(bool(missing_files()), reason="tools/fetch_browser.py or tools/fetch_models.py has not run")


def test_the_steps_are_those_of_the_profile_in_the_language_of_the_page(world):
    given = world.client("李明").get(reverse("capture:guide")).json()["guide"]
    steps = guide(load_profile("rehearsal"))
    assert [(s["code"], s["say"]) for s in given["steps"]] == [(s.code, s.say.zh) for s in steps]
    limits = {(name, side): limit for step in given["steps"] for alternative in step["when"] for name, side, limit in alternative}
    band = load_profile("rehearsal")["face_width"]
    assert (limits["face_width", "below"], limits["face_width", "above"]) == (band.warn_below, band.warn_above)
    assert world.client("李明", language="en").get(reverse("capture:guide")).json()["guide"]["words"]["hold"] == "Hold still"


def test_a_limit_that_is_changed_in_the_profile_is_changed_on_the_page(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('extends = "rehearsal"\nzh = "a"\nen = "a"\nsource = "a"\n[bands]\nyaw = { warn_above = 3, since = 2026-01-01, source = "a" }\n', "utf-8")
    steps = {step.code: step.when for step in guide(load_profile(str(own)))}
    assert steps["turn_right"] == ((("yaw", "above", 3),),)
    assert "turn_left" not in steps, "a limit that the profile does not have asks for nothing"


def test_where_a_file_is_missing_there_is_no_worker(world, monkeypatch):
    monkeypatch.setattr("xueji.desks.capture.guidance.missing_files", lambda: ["core.js"])
    assert world.client("李明").get(reverse("capture:guide")).json()["worker"] == ""


def test_only_the_worker_may_compile_wasm_and_it_may_ask_nobody_else(world):
    student = world.client("李明")
    worker = student.get(reverse("capture:guide-worker")).headers["Content-Security-Policy"]
    assert worker == "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
    page = student.get(reverse("capture:rehearsal")).headers["Content-Security-Policy"]
    assert "unsafe" not in page and "connect-src 'self'" in page


@in_place
@pytest.mark.parametrize("name", sorted(SERVED))
def test_every_file_is_served_as_pinned_and_may_be_kept_for_good(client, name):
    where = reverse("capture:guide-file", args=[KEY, name])
    answer = client.get(where, HTTP_ACCEPT_ENCODING="gzip")
    content = b"".join(answer.streaming_content)
    packed = answer.headers.get("Content-Encoding") == "gzip"
    assert (gzip.decompress(content) if packed else content) == served_file(name).read_bytes()
    assert packed is not name.endswith(".tflite")
    assert "immutable" in answer.headers["Cache-Control"] and "Accept-Encoding" in answer.headers["Vary"]
    assert client.get(where, HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=answer.headers["ETag"]).status_code == 304
    assert "Content-Encoding" not in client.get(where).headers


@pytest.mark.parametrize("name", ["nothing.js", "LICENSE", "core.js.gz", "%2e%2e%2fcore.js"])
def test_no_other_file_is_there(client, name):
    assert client.get(f"/capture/guide/{KEY}/{name}").status_code == 404
    assert client.get("/capture/guide/0000000000000000/core.js").status_code == 404


@in_place
def test_an_altered_file_is_not_there(client, monkeypatch, tmp_path):
    (tmp_path / "core.js").write_text("steal()")
    monkeypatch.setattr("xueji.imaging.browser_runtime.default_folder", lambda: tmp_path)
    assert client.get(reverse("capture:guide-file", args=[KEY, "core.js"])).status_code == 404
