"""Words of certificates: kinds, places, ways of handing over (证书种类、所在地、签收方式)."""

from __future__ import annotations

from enum import StrEnum

from xueji.catalogue.text import Text


class Kind(StrEnum):
    """What kind of paper it is (证书种类)."""

    GRADUATION = "graduation"
    COMPLETION = "completion"
    INCOMPLETION = "incompletion"
    ENGLISH = "english"
    ATTESTATION = "attestation"
    STUDY = "study"


KIND_WORDS: dict[str, Text] = {
    Kind.GRADUATION: Text("毕业证书", "Graduation certificate"),
    Kind.COMPLETION: Text("结业证书", "Certificate of completion"),
    Kind.INCOMPLETION: Text("肄业证书", "Certificate of incompletion"),
    Kind.ENGLISH: Text("毕业证书（英文）", "Graduation certificate, English version"),
    Kind.ATTESTATION: Text("学历证明书", "Certificate of attestation"),
    Kind.STUDY: Text("硕士阶段学习证明", "Certificate of master-stage study"),
}
ORIGINALS = frozenset({Kind.GRADUATION, Kind.COMPLETION, Kind.INCOMPLETION})
"""The papers of which a student gets one, once; never printed again after it was signed for."""
KIND_OF_CONCLUSION = {"graduation": Kind.GRADUATION, "upgrade": Kind.GRADUATION, "completion": Kind.COMPLETION, "incompletion": Kind.INCOMPLETION}


class Place(StrEnum):
    """Where a certificate is: exactly one of these at any time (证书所在地)."""

    PRESS = "press"
    REGISTRY = "registry"
    COLLEGE = "college"
    POST = "post"
    HOLDER = "holder"
    ARCHIVE = "archive"
    DESTROYED = "destroyed"


PLACE_WORDS: dict[str, Text] = {
    Place.PRESS: Text("印制中", "being printed"),
    Place.REGISTRY: Text("学校学籍部门", "at the registry"),
    Place.COLLEGE: Text("学院", "at the college"),
    Place.POST: Text("邮寄途中", "in the post"),
    Place.HOLDER: Text("本人已签收", "signed for by the holder"),
    Place.ARCHIVE: Text("学生档案室", "in the student archive"),
    Place.DESTROYED: Text("已销毁", "destroyed"),
}


class How(StrEnum):
    """How a certificate was handed over (签收方式)."""

    SCREEN = "screen"
    PAPER = "paper"
    PROXY = "proxy"
    POST = "post"


HOW_WORDS: dict[str, Text] = {
    How.SCREEN: Text("本人屏幕签收", "signed on the screen"),
    How.PAPER: Text("本人纸质签收表", "signed on the paper sheet"),
    How.PROXY: Text("凭授权代领", "collected by proxy"),
    How.POST: Text("邮寄签收", "delivered by post"),
}


class Item(StrEnum):
    """What a holder may show a verifier beyond what the signed statement says (可授权展示的项目)."""

    PHOTO = "photo"
    MAJOR = "major_name"
    LEVEL = "level"
    STUDIES = "studies"
    BORN = "born_on"
    WORDS = "words"


ITEM_WORDS: dict[str, Text] = {
    Item.PHOTO: Text("照片", "Photo"),
    Item.MAJOR: Text("专业", "Major"),
    Item.LEVEL: Text("培养层次和学制", "Level and length of schooling"),
    Item.STUDIES: Text("入学和毕（结）业日期", "Dates of enrolment and conclusion"),
    Item.BORN: Text("出生日期", "Date of birth"),
    Item.WORDS: Text("证书正文全文", "The whole sentence of the certificate"),
}
DISCLOSED_DAYS = (7, 30, 90, 365)
"""For how many days a holder may choose to show it."""
