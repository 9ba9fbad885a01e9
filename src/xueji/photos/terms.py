"""Words of the photo room (照片用语)."""

from django.db.models import TextChoices


class Taken(TextChoices):
    """Where the photo came from (来源)."""

    STATION = "station", "采集点"
    UPLOAD = "upload", "学生上传"
    BUREAU = "bureau", "图像采集单位"
