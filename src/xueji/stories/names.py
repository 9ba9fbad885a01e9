"""Invented names, and the shapes of names that break systems.

Nobody's name is copied: a surname and one or two characters are drawn from pools. The specimens are shapes, each with the reason
it is here: compound and double surnames, one-character given names, characters outside GBK, the dot, ü, passports with one part.
"""

from __future__ import annotations

from random import Random

SURNAMES = (
    "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
WEIGHTS = tuple(max(1, 60 - position) for position in range(len(SURNAMES)))
COMPOUND = ("欧阳", "司徒", "上官", "诸葛", "尉迟", "令狐", "皇甫", "长孙", "单于", "澹台")
HARD_SURNAMES = "单解仇区查朴盖乐翟缪覃那员种华纪"
"""Surnames read otherwise than the everyday word: 单 Shàn, 区 Ōu, 查 Zhā, 员 Yùn …"""

GIVEN_OF_MEN = "伟强磊军洋勇杰涛明超刚辉鹏飞斌浩宇轩博文昊然子涵俊熙志远嘉诚思源天佑承泽景行一鸣修远逸之"
GIVEN_OF_WOMEN = "芳娜敏静丽艳娟霞玲婷雪琳慧颖倩蕾薇梦琪雨桐思彤欣怡诗涵佳宁若曦书瑶语嫣清妍安然知夏念真"
GIVEN_OF_BOTH = "晨曦晓云宁远安乐之言子木林文新泽青山海川星辰月白书语初心若水行知可心以宁长歌"

SPECIMENS: tuple[tuple[str, str, str], ...] = (
    ("欧阳文静", "2", "复姓"),
    ("陈方玉梅", "2", "双姓"),
    ("司徒一", "1", "复姓、单名"),
    ("王一", "1", "单名"),
    ("李娜", "2", "单名"),
    ("吕绿女", "2", "ü：吕、绿、女"),
    ("律吕", "1", "姓名皆含 ü"),
    ("䶮思远", "1", "扩展 A 区：䶮，GBK 无"),
    ("刘𬱖", "1", "扩展 E 区：𬱖，GB18030 四字节"),
    ("陈㛃", "2", "扩展 A 区：㛃，GBK 无"),
    ("𠮷野家豪", "1", "扩展 B 区：𠮷"),
    ("马𬀩", "1", "扩展 E 区：𬀩，通用规范汉字"),
    ("曾单查", "1", "三字皆多音"),
    ("乐乐", "2", "姓 Yuè 或 Lè，名 lè"),
    ("单于飞", "1", "单于飞：单姓还是复姓"),
    ("长孙无双", "2", "复姓 Zhǎngsūn"),
    ("尉迟恭敬", "1", "复姓 Yùchí"),
    ("万俟清扬", "2", "复姓 Mòqí"),
    ("阿卜杜热西提·阿卜杜克热木江", "1", "间隔号"),
    ("古丽巴哈尔·阿不都热依木", "2", "间隔号"),
    ("麦麦提图尔荪阿卜力米提·玉苏普艾力江", "1", "间隔号，长名"),
    ("努尔比亚木阿依古丽·阿卜杜热合曼尼亚孜依", "2", "间隔号，二十字"),
    ("扎西多吉才让", "1", "无姓"),
    ("次仁央宗", "2", "无姓"),
    ("那木海扎布", "1", "无姓，首字像姓"),
    ("纳兰容若水", "2", "四字名"),
    ("张西安", "1", "拼音需隔音：Xi'an"),
    ("刘平安", "1", "拼音需隔音：Ping'an"),
    ("王己已", "2", "形近字：己、已"),
    ("周淼焱垚", "1", "叠字名"),
    ("龙龘", "1", "笔画极多"),
    ("冯〇一", "2", "〇 U+3007"),
)
"""(name, sex code, why it is here). The first students of the demo university have these names."""

PASSPORT_NAMES: tuple[tuple[str, str, str], ...] = (
    ("SCHMIDT ANNA", "276", "2"),
    ("SUHARTO", "360", "1"),
    ("PRIYA", "356", "2"),
    ("NGUYEN THI MINH NGOC", "704", "2"),
    ("VAN DER BERG JAN WILLEM", "528", "1"),
    ("O'CONNOR SEAN", "372", "1"),
    ("GARCIA-LOPEZ MARIA DEL CARMEN", "724", "2"),
    ("TANAKA HARUTO", "392", "1"),
    ("KIM MINJUN", "410", "1"),
    ("AL-RASHID OMAR BIN KHALID", "682", "1"),
    ("BATBAYAR ENKHTUYA", "496", "2"),
    ("ABEBE TADESSE", "231", "1"),
    ("IVANOVA EKATERINA", "643", "2"),
    ("DA SILVA JOAO PEDRO", "076", "1"),
    ("KHAN MUHAMMAD USMAN", "586", "1"),
)
"""(name as in the passport's machine-readable line, nationality by GB/T 2659.1, sex code); some have one part only."""


def given_name(draw: Random, sex: str) -> str:
    """One or two characters; about one in seven given names has one."""
    pool = GIVEN_OF_BOTH + (GIVEN_OF_MEN if sex == "1" else GIVEN_OF_WOMEN)
    return "".join(draw.sample(pool, 1 if draw.random() < 0.14 else 2))


def chinese_name(draw: Random, sex: str) -> str:
    """An invented Chinese name: mostly one-character surnames by rough frequency, sometimes a compound or double one."""
    chance = draw.random()
    if chance < 0.012:
        surname = draw.choice(COMPOUND)
    elif chance < 0.02:
        surname = "".join(draw.sample(SURNAMES, 2))
    elif chance < 0.05:
        surname = draw.choice(HARD_SURNAMES)
    else:
        surname = draw.choices(SURNAMES, WEIGHTS)[0]
    return surname + given_name(draw, sex)
