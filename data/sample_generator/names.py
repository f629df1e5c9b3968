"""Names, ID numbers and phone numbers that look right and belong to nobody."""

from __future__ import annotations

from datetime import date
from random import Random

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文单解仇查区"
WOMEN = ("玉兰", "秀英", "桂英", "淑珍", "凤英", "淑兰", "玉珍", "桂兰", "秀兰", "淑华", "玉华", "素珍", "惠芬", "宝珍", "文英", "瑞芝", "雅琴", "慧敏", "月娥", "静宜", "兰芳", "翠云", "荣华", "爱莲", "世芬", "敏", "琴", "蓉")  # fmt: skip
MEN = ("德福", "建国", "永年", "振华", "文彬", "国栋", "玉山", "宝善", "长林", "树森", "志远", "庆余", "守义", "占奎", "连生", "维民", "仲文", "鸿儒", "广才", "福顺", "兆祥", "世昌", "克勤", "明德", "瑞林", "伟", "强", "喆")  # fmt: skip
RELATIONS = ("女儿", "儿子", "儿媳", "女婿", "孙女", "侄子", "邻居", "社区助老员")
CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def person_name(random: Random, *, woman: bool) -> str:
    return random.choice(SURNAMES) + random.choice(WOMEN if woman else MEN)


class IdNumbers:
    """ID numbers with a right checksum and a sequence from 990 on, which registries do not reach on one day."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def next(self, born: date, *, woman: bool) -> str | None:
        """A number not given before; None where the day's few are used up."""
        for sequence in range(990, 1000):
            first = f"110101{born:%Y%m%d}{sequence}"
            if (sequence % 2 == 0) == woman and first not in self._given:
                self._given.add(first)
                return first + id_check(first)
        return None


def id_check(first_17: str) -> str:
    """GB 11643-1999: ISO 7064 MOD 11-2."""
    return CHECK_CHARACTERS[sum(int(d) * w for d, w in zip(first_17, CHECK_WEIGHTS, strict=True)) % 11]


def broken_id(right: str) -> str:
    """The same number with a wrong last character, as a slip of the pen leaves it."""
    return right[:-1] + ("1" if right[-1] != "1" else "2")


def uscc(number: int) -> str:
    """A unified social credit code with a right check character (GB 32100-2015)."""
    first = f"91110101MA99X{number:03d}9"
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(first, USCC_WEIGHTS, strict=True))
    return first + USCC_ALPHABET[-total % 31]


class Phones:
    """Mobile numbers 1390000xxxx and up, one after the other."""

    def __init__(self, block: str) -> None:
        self._block, self._last = block, 0

    def next(self) -> str:
        self._last += 1
        return f"{self._block}{self._last:0{11 - len(self._block)}d}"
