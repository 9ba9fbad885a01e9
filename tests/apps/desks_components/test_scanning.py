"""A frame of the camera in, the texts of its codes out: under limits, and nothing kept."""

import io

import cv2
import numpy as np
import pytest
from django.core.cache import cache
from django.urls import reverse
from PIL import Image

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


def frame(text: str = "", size: tuple[int, int] = (640, 480)) -> bytes:
    picture = Image.new("L", size, 210)
    if text:
        code = cv2.QRCodeEncoder.create().encode(text)
        picture.paste(Image.fromarray(np.kron(code, np.full((6, 6), 1, np.uint8))), (60, 60))
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


def sent(client, content: bytes, kind: str = "image/jpeg"):
    return client.post(reverse("read-code"), content, content_type=kind)


def test_the_texts_of_the_codes_in_a_frame_come_back(world):
    assert sent(world.client("王秘书"), frame("https://xueji.example/v/7K3M9QXA2T")).json() == {"texts": ["https://xueji.example/v/7K3M9QXA2T"]}
    assert sent(world.client("王秘书"), frame()).json() == {"texts": []}


@pytest.mark.parametrize("content", [b"x", b"\xff\xd8\xff", b"%PDF-1.7", b"GIF89a"])
def test_what_is_no_frame_holds_no_code(world, content):
    assert sent(world.client("王秘书"), content).json() == {"texts": []}


def test_too_large_a_frame_is_not_decoded(world):
    assert sent(world.client("王秘书"), b"\xff" * 1_600_000).status_code == 413
    assert sent(world.client("王秘书"), frame("7K3M9QXA2T", (2600, 2000))).json() == {"texts": []}


def test_a_form_is_no_frame(world):
    assert world.client("王秘书").post(reverse("read-code"), {"a": "b"}).status_code == 415


def test_frames_that_come_too_fast_are_put_off_for_one_account_only(world):
    client = world.client("王秘书")
    answers = [sent(client, b"x").status_code for _ in range(45)]
    assert answers[:40] == [200] * 40 and answers[40:] == [429] * 5
    assert sent(world.client("李明"), b"x").status_code == 200


def test_who_has_not_signed_in_reads_nothing(client):
    assert sent(client, frame("a")).status_code == 302
