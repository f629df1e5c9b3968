"""Figures, money, dates and masked names as a reader sees them; every template writes them through these."""

import re
from datetime import date, datetime

from flask import Flask

from mealroute.core.clock import clock_text
from mealroute.core.i18n import again, chosen, language
from mealroute.core.money import Fen, yuan
from mealroute.core.text import mask_id, mask_name, mask_phone, route_label
from mealroute.delivery.case_words import step_words
from mealroute.kitchen.log_rules import degrees
from mealroute.orders.words import cancel_label
from web import food_words, here
from web.source_words import source_words
from web.vocabulary import tone, word

WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def weekday(day: date) -> str:
    """周一 / Mon."""
    return f"周{WEEKDAYS['zh'][day.weekday()]}" if language() == "zh" else WEEKDAYS["en"][day.weekday()]


def short_day(day: date) -> str:
    """3月9日 / 9 March; no year."""
    return f"{day.month}月{day.day}日" if language() == "zh" else f"{day.day} {MONTHS[day.month - 1]}"


def full_day(day: date) -> str:
    """3月9日 周一 / Mon 9 March."""
    return f"{short_day(day)} {weekday(day)}" if language() == "zh" else f"{weekday(day)} {short_day(day)}"


def month_name(month: str) -> str:
    """``2026-02`` → 2026 年 2 月 / February 2026."""
    year, number = int(month[:4]), int(month[5:7])
    return f"{year} 年 {number} 月" if language() == "zh" else f"{MONTHS[number - 1]} {year}"


def moment(at: datetime | None) -> str:
    """A UTC moment as local date and time: 3月9日 09:46."""
    if at is None:
        return ""
    local = here.clock().local(at)
    return f"{short_day(local.date())} {local:%H:%M}"


def time_of(at: datetime | None) -> str:
    """A UTC moment as the local time of day: 09:46."""
    return "" if at is None else f"{here.clock().local(at):%H:%M}"


def due(at: datetime, day: date) -> str:
    """A time limit as 12:30, with its date where that is another than the page's day."""
    local = here.clock().local(at)
    return f"{local:%H:%M}" if local.date() == day else moment(at)


def number(value: int | None) -> str:
    """8126 → 8,126."""
    return "" if value is None else f"{value:,}"


def money(fen: Fen | None) -> str:
    """Fen as yuan with thousands: 60,235.00."""
    if fen is None:
        return ""
    whole, _point, rest = yuan(fen).partition(".")
    return f"{int(whole):,}.{rest}" if not whole.startswith("-0") else f"{whole}.{rest}"


def clock_at(seconds: int | None) -> str:
    """Seconds since midnight as 10:41."""
    return "" if seconds is None else clock_text(seconds)


def span(seconds: int | None) -> str:
    """A duration as hours and minutes: 1:12."""
    return "" if seconds is None else f"{seconds // 3600}:{seconds % 3600 // 60:02d}"


def minutes(seconds: int) -> str:
    """A short duration as minutes and seconds: 0:38."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def kilometres(metres: int | None) -> str:
    """18250 → 18.3."""
    return "" if metres is None else f"{metres / 1000:.1f}"


def local_address(address: str) -> str:
    """北京市东城区石雀胡同 15 号 → 石雀胡同 15 号: within one district, city and district say nothing."""
    return re.sub(r"^[\u4e00-\u9fff]{2,3}市[\u4e00-\u9fff]{1,4}?区", "", address)


def proxy_masked(text: str) -> str:
    """``女儿 李女士`` → ``女儿 李*士``: who took a meal, for a screen that others see."""
    relation, _space, name = text.rpartition(" ")
    return f"{relation} {mask_name(name)}".strip()


def link_masked(text: str) -> str:
    """A driver's link is a key to the day's names: where others read the message, only its beginning is shown."""
    return re.sub(r"(/r/)\S+", r"\1…", text)


def begun(text: str) -> str:
    """The text as a sentence begins: only its first letter changes."""
    return text[:1].upper() + text[1:]


def percent_of(part: float, whole: float) -> str:
    """A width for a bar, 0 % to 100 %."""
    return f"{min(100.0, max(0.0, 100 * part / whole)) if whole else 0:.1f}%"


def register(app: Flask) -> None:
    """Offer all of them to the templates as filters."""
    app.jinja_env.filters.update(
        weekday=weekday, short_day=short_day, full_day=full_day, month_name=month_name, moment=moment, time_of=time_of, due=due,
        number=number, money=money, clock_at=clock_at, span=span, kilometres=kilometres,
        mask_name=mask_name, mask_phone=mask_phone, mask_id=mask_id, local_address=local_address, route_label=route_label,
        cancel_label=cancel_label, degrees=degrees, proxy_masked=proxy_masked, link_masked=link_masked, chosen=chosen, again=again, begun=begun,
    )  # fmt: skip
    app.jinja_env.filters.update(food_words.FILTERS, source_words=source_words)
    app.jinja_env.globals.update(percent_of=percent_of, word=word, tone=tone, step_words=step_words)
