"""上传文件 — uploads. Which files are kept, and what a person is told of the others."""

import pytest
from tests.book.tables import rows

from xueji.rules.uploads import Limits, Quota, Upload, upload, within_quota

title = "上传文件 — uploads"
EVIDENCE = Limits(("image/jpeg", "application/pdf"), 2 * 1024 * 1024, pixels=1_000_000)

files = """
字节 bytes | 内容 content     | 宽 width | 高 height | 加密 locked | 问题 findings
-----------+------------------+----------+-----------+-------------+--------------
1000       | image/jpeg       | 800      | 600       | no          |
1000       | application/pdf  | 0        | 0         | no          |
0          | image/jpeg       | 800      | 600       | no          | FILE.001
2097152    | image/jpeg       | 800      | 600       | no          |
2097153    | image/jpeg       | 800      | 600       | no          | FILE.002
1000       | image/png        | 800      | 600       | no          | FILE.003
1000       | text/html        | 0        | 0         | no          | FILE.003
1000       | something else   | 0        | 0         | no          | FILE.003
1000       | image/jpeg       | 1000     | 1000      | no          |
1000       | image/jpeg       | 1001     | 1000      | no          | FILE.004
1000       | image/jpeg       | 0        | 0         | no          | FILE.005
1000       | application/pdf  | 0        | 0         | yes         | FILE.006
"""


@pytest.mark.parametrize("row", rows(files), ids=lambda r: f"{r['内容 content']} {r['字节 bytes']} {r['宽 width']}")
def test_a_file_is_judged_by_what_it_is(row):
    seen = Upload(int(row["字节 bytes"]), row["内容 content"], int(row["宽 width"]), int(row["高 height"]), row["加密 locked"] == "yes")
    assert [f.id for f in upload(seen, EVIDENCE)] == row["问题 findings"].split()


def test_the_sentence_says_what_was_found_and_what_is_taken():
    (found,) = upload(Upload(1000, "text/html"), EVIDENCE)
    assert "网页" in found.message.zh and "JPG、PDF" in found.message.zh and "a web page" in found.message.en


kept = """
已有文件 files | 已有字节 bytes | 新文件 size | 问题 findings
---------------+----------------+-------------+--------------
0              | 0              | 1000000     |
2              | 2000000        | 1000000     |
3              | 0              | 1           | FILE.007
1              | 2500000        | 500001      | FILE.007
"""


@pytest.mark.parametrize("row", rows(kept), ids=lambda r: f"{r['已有文件 files']} files, {r['已有字节 bytes']} bytes, {r['新文件 size']} more")
def test_what_one_person_keeps_has_an_end_that_is_said_with_numbers(row):
    found = within_quota(
        int(row["新文件 size"]), Quota(3, 3_000_000), kept_files=int(row["已有文件 files"]), kept_bytes=int(row["已有字节 bytes"])
    )
    assert [one.id for one in found] == row["问题 findings"].split()
    assert all("3 个" in one.message.zh and row["已有文件 files"] in one.message.en for one in found)
