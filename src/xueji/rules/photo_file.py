"""Is the file right? (图像文件规则)  Format, size, colour, kilobytes, quality, EXIF turn. 教毕指〔2017〕99号."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xueji.catalogue.text import Text
from xueji.rules.photo_profile import Profile, Weight
from xueji.rules.photo_verdict import PhotoFinding, photo_finding
from xueji.rules.portrait import Portrait

UNREADABLE = {"empty": "PHOTO.010", "pdf": "PHOTO.011", "heic": "PHOTO.012", "broken": "PHOTO.014",
              "too_many_bytes": "PHOTO.015", "too_many_pixels": "PHOTO.016", "too_small": "PHOTO.017",
              "unread": "PHOTO.018"}  # fmt: skip
KINDS = {
    "archive": Text("压缩包或办公文档", "an archive or office document"), "tiff": Text("TIFF 图像", "a TIFF picture"),
    "svg": Text("矢量图或 XML", "a vector drawing or XML"), "page": Text("网页", "a web page"),
    "psd": Text("Photoshop 文件", "a Photoshop file"), "program": Text("程序", "a program"),
    "avif": Text("AVIF 图像", "an AVIF picture"), "video": Text("视频", "a video"),
    "unknown": Text("无法识别的内容", "something unknown"),
}  # fmt: skip
ORIENTATIONS = {
    2: Text("镜像", "mirrored"), 3: Text("旋转 180°", "turned by 180°"), 4: Text("上下颠倒的镜像", "mirrored upside down"),
    5: Text("镜像并旋转", "mirrored and turned"), 6: Text("旋转 90°", "turned by 90°"),
    7: Text("镜像并旋转", "mirrored and turned"), 8: Text("旋转 270°", "turned by 270°"),
}  # fmt: skip


def file(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Format, size, colour, kilobytes, quality and EXIF turn (图像文件). 教毕指〔2017〕99号."""
    f = p.file

    def said(id_: str, measured: float | str | None, limit: float | str, weight: Weight = Weight.REJECT, **values: Any):
        return photo_finding(p, "file", weight, id_, measured, limit, **values)

    if f.unreadable:
        id_ = UNREADABLE.get(f.unreadable, "PHOTO.013")
        yield said(id_, f.unreadable, "/".join(profile.formats), value=f.detail or "—",
                   kind=KINDS.get(f.unreadable, KINDS["unknown"]))  # fmt: skip
        return
    if f.format not in profile.formats:
        yield said("PHOTO.021", f.format, "/".join(profile.formats))
    if f.animated:
        yield said("PHOTO.023", "animated", "still")
    if f.mode not in profile.modes:
        yield said("PHOTO.022", f.mode, "/".join(profile.modes))
    if profile.size and (f.width, f.height) != profile.size:
        yield said("PHOTO.020", f"{f.width}×{f.height}", "{}×{}".format(*profile.size))
    # The standard does not say whether 1 KB is 1000 or 1024 bytes: the reading that favours the student counts.
    kilobytes = min(max(profile["kilobytes"].warn_below or 0, f.bytes_ / 1024), f.bytes_ / 1000)
    if broken := profile["kilobytes"].weigh(kilobytes):
        yield said("PHOTO.024", kilobytes, broken[1], broken[0])
    if f.quality is not None and (broken := profile["jpeg_quality"].weigh(f.quality)):
        yield said("PHOTO.025", f.quality, 60, broken[0])
    if f.orientation != 1:
        yield said("PHOTO.026", f"EXIF {f.orientation}", "EXIF 1", value=ORIENTATIONS[f.orientation])
    if f.dpi is None or profile["dpi"].weigh(f.dpi):
        shown = f"{f.dpi:.0f} dpi" if f.dpi else Text("无", "nothing")
        yield said("PHOTO.027", f.dpi, 300, Weight.INFO, value=shown)
