"""Measurements out of pixels (图像): open a hostile file, measure a portrait, judge it by ``rules.photos``.

``judge_photo`` is the one door: upload, station, archive import and the command line all go through it.
"""

from xueji.imaging.judging import judge_photo

__all__ = ["judge_photo"]
