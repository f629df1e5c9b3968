"""Names, numbers and addresses as text: masks for desks, pinyin for search, half-width forms for comparison."""

import unicodedata
from functools import lru_cache

# Readings that differ when a character is a surname (roads.md: pypinyin needs this table).
SURNAMES = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "查": "zha", "解": "xie", "任": "ren", "盖": "ge", "区": "ou", "朴": "piao", "华": "hua",
    "翟": "zhai", "乐": "yue", "员": "yun", "尉": "yu", "缪": "miao", "召": "shao", "折": "she", "洗": "xian", "种": "chong", "秘": "bi",
    "覃": "qin", "燕": "yan", "葛": "ge", "宓": "fu", "那": "na", "黑": "he", "逄": "pang", "晁": "chao", "冼": "xian", "繁": "po",
}  # fmt: skip


def half_width(text: str) -> str:
    """Full-width letters, digits and punctuation as half-width (NFKC), outer white space removed."""
    return unicodedata.normalize("NFKC", text).strip()


def compact(text: str) -> str:
    """Half-width, lower case, without any white space: the form in which addresses are compared."""
    return "".join(half_width(text).lower().split())


@lru_cache(maxsize=20_000)
def pinyin(name: str) -> str:
    """``王玉兰`` → ``wangyulan``; the first character is read as a surname. A character without a reading stays as it is."""
    from pypinyin import lazy_pinyin

    if not name:
        return ""
    if name[0] in SURNAMES:
        return SURNAMES[name[0]] + "".join(lazy_pinyin(name[1:])).lower()
    return "".join(lazy_pinyin(name)).lower()


@lru_cache(maxsize=20_000)
def initials(name: str) -> str:
    """``王玉兰`` → ``wyl``."""
    from pypinyin import lazy_pinyin

    first = SURNAMES.get(name[:1])
    syllables = lazy_pinyin(name)
    if first and syllables:
        syllables[0] = first
    return "".join(syllable[0] for syllable in syllables if syllable).lower()


def mask_name(name: str) -> str:
    """``王玉兰`` → ``王*兰``, ``王芳`` → ``王*``: enough to tell two people apart at a desk, not to look one up."""
    if len(name) <= 1:
        return name + "*" if name else ""
    return f"{name[0]}*" if len(name) == 2 else f"{name[0]}*{name[-1]}"


def mask_phone(phone: str) -> str:
    """``13800001234`` → ``138****1234``; short numbers keep their last two digits."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "*" * max(len(phone) - 2, 0) + phone[-2:]


def mask_id(number: str) -> str:
    """``110101194001011234`` → ``110***********1234``."""
    return number[:3] + "*" * max(len(number) - 7, 0) + number[-4:] if len(number) > 7 else "*" * len(number)


ROUTE_COLOURS = 18


def route_label(number: int) -> str:
    """What people call a route: 1 … 18 after their colours, then ``1A`` … ``18A``, ``1B`` …, the same on screen and paper."""
    round_, place = divmod(number - 1, ROUTE_COLOURS)
    return f"{place + 1}{'' if round_ == 0 else chr(ord('A') + round_ - 1)}"
