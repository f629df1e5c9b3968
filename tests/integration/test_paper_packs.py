"""Paper packs: each portion on one whole sheet, the basis said, names kept to their street, the register, what is deleted when."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.audit import AuditEvent
from mealroute.core.clock import FixedClock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.delivery import duty, street_rules
from mealroute.delivery.ladder_records import Cover, Rung
from mealroute.dispatch import queries as dispatch
from mealroute.paper import gathering, nightly, queries, service
from mealroute.paper.models import PaperPackAct
from mealroute.paper.records import DISTRICT, PackAct, PackBasis
from mealroute.residents.models import Pause
from tests.integration.paper_world import LUNCH, drafted, made, pages, published
from tests.integration.planning_world import AT, DAY, OTHER_STREET, STREET


def test_every_portion_stands_on_exactly_one_whole_sheet_of_all_packs(db: Session, clock: FixedClock) -> None:
    version = published(db, clock)
    source = gathering.gather(db, DAY, LUNCH, by=SYSTEM, clock=clock)
    contents = [gathering.content_of(db, source, code) for code in gathering.streets_of(source, SYSTEM.scope)]
    whole = [sheet.number for content in contents for sheet in content.sheets]
    assert sorted(whole) == sorted(sheet.number for sheet in dispatch.manifests(db, version))
    in_streets = sum(content.portions for content in contents if content.street_code != DISTRICT)
    assert in_streets == sum(sheet.portions for sheet in source.sheets)


def test_a_streets_pack_names_nobody_of_another_street(db: Session, clock: FixedClock) -> None:
    published(db, clock)
    source = gathering.gather(db, DAY, LUNCH, by=SYSTEM, clock=clock)
    content = gathering.content_of(db, source, OTHER_STREET)
    named = {item.resident_id for sheet in (*content.sheets, *content.parts) for trip in sheet.trips for stop in trip.stops for item in stop.items}  # fmt: skip
    named |= {person.resident_id for person in content.people}
    assert named
    assert {source.people[number].street_code for number in named} == {OTHER_STREET}


def test_the_pdf_holds_index_sheets_contacts_and_blank_lines(db: Session, clock: FixedClock, tmp_path: Path) -> None:
    published(db, clock)
    pack = made(db, tmp_path, clock, only=STREET)[STREET]
    text = pages(tmp_path, pack)
    assert "纸面备份包" in text[0]
    assert "按已发布的计划" in text[0]
    assert len(text) == pack.pages
    whole = "\n".join(text)
    for part in ("厨房出餐单", "晚到订餐登记", "没人应答时，先后找谁", "老人和联系人", "李女士", "13900009999", "119"):
        assert part in whole
    assert f"第 {pack.pages}/{pack.pages} 页" in text[-1]


def test_the_index_names_the_pages_where_its_parts_begin(db: Session, clock: FixedClock, tmp_path: Path) -> None:
    published(db, clock)
    text = pages(tmp_path, made(db, tmp_path, clock, only=STREET)[STREET])
    found = re.search(r"老人和联系人\s*第 (\d+)", text[0])
    assert found
    assert "老人和联系人" in text[int(found[1]) - 1]


def test_before_anything_is_published_the_pack_says_draft_on_every_sheet(db: Session, clock: FixedClock, tmp_path: Path) -> None:  # fmt: skip
    drafted(db, clock)
    packs = made(db, tmp_path, clock)
    assert {pack.basis for pack in packs.values()} == {PackBasis.DRAFT}
    text = pages(tmp_path, packs[DISTRICT])
    assert "还没有发布计划" in text[0]
    assert sum("草稿第" in page for page in text[1:]) >= packs[DISTRICT].sheets


def test_a_day_without_a_plan_takes_the_same_weekday_and_lists_whom_to_strike_out(db: Session, clock: FixedClock, tmp_path: Path) -> None:  # fmt: skip
    published(db, clock)
    week_later = DAY + timedelta(days=7)
    packs = made(db, tmp_path, clock, day=week_later)
    assert {(pack.basis, pack.basis_day) for pack in packs.values()} == {(PackBasis.WEEKDAY, DAY)}
    text = "\n".join(pages(tmp_path, packs[STREET]))
    assert f"按 {DAY.isoformat()} 的计划" in text
    assert "划掉" in text
    source = gathering.gather(db, week_later, LUNCH, by=SYSTEM, clock=clock)
    assert all(not sheet.sheet_code for sheet in source.sheets)


def test_due_is_carried_and_added_less_struck_out(db: Session, clock: FixedClock) -> None:
    published(db, clock)
    db.add(Pause(resident_id=4, starts_on=DAY, ends_on=None, reason="away", created_by="test", created_at=AT))
    db.flush()
    source = gathering.gather(db, DAY, LUNCH, by=SYSTEM, clock=clock)
    due = {number: portions for number, portions in source.due.items() if number != 5}
    changed = replace(source, due=due | {6: 3})
    contents = [gathering.content_of(db, changed, code) for code in (STREET, OTHER_STREET)]
    added = sum(row.portions for content in contents for row in content.add)
    struck = sum(row.portions for content in contents for row in content.strike)
    carried = sum(content.portions for content in contents)
    assert sum(changed.due.values()) == carried + added - struck
    assert struck == 1


def test_who_reaches_one_street_makes_and_sees_only_its_pack(db: Session, clock: FixedClock, tmp_path: Path) -> None:
    published(db, clock)
    everything = made(db, tmp_path, clock)
    clerk = replace(SYSTEM, name="李敏", scope=Scope(streets=frozenset({STREET})))
    own = made(db, tmp_path, clock, by=clerk)
    assert set(own) == {STREET}
    assert {pack.street_code for pack in queries.packs(db, DAY, "lunch", scope=clerk.scope)} == {STREET}
    with pytest.raises(NotFound):
        service.hand_out(db, everything[DISTRICT].id, PackAct.PRINTED, folder=tmp_path, by=clerk, clock=clock)


def test_each_taking_is_in_the_register_and_in_the_audit_without_names(db: Session, clock: FixedClock, tmp_path: Path) -> None:  # fmt: skip
    published(db, clock)
    pack = made(db, tmp_path, clock, only=STREET)[STREET]
    service.hand_out(db, pack.id, PackAct.PRINTED, folder=tmp_path, by=SYSTEM, clock=clock)
    assert [act.act for act in queries.acts(db, [pack.id])] == [PackAct.PRINTED, PackAct.MADE]
    (event,) = db.scalars(select(AuditEvent).where(AuditEvent.action == "papers.pack-printed"))
    assert (event.rows, event.digest) == (pack.people, pack.sha256)
    assert "王玉兰" not in str(event.detail)


def test_a_file_that_somebody_changed_is_not_handed_out(db: Session, clock: FixedClock, tmp_path: Path) -> None:
    published(db, clock)
    pack = made(db, tmp_path, clock, only=STREET)[STREET]
    path = tmp_path / pack.file
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(MealrouteError, match="pack-altered"):
        service.hand_out(db, pack.id, PackAct.PRINTED, folder=tmp_path, by=SYSTEM, clock=clock)


def test_files_are_for_their_owner_alone_and_go_after_a_week_while_their_lines_stay(db: Session, clock: FixedClock, tmp_path: Path) -> None:  # fmt: skip
    published(db, clock)
    pack = made(db, tmp_path / "packs", clock, only=STREET)[STREET]
    path = tmp_path / "packs" / pack.file
    assert path.stat().st_mode & 0o077 == 0
    clock.at += timedelta(days=7)
    assert service.delete_old(db, folder=tmp_path / "packs", by=SYSTEM, clock=clock) == 0
    clock.at += timedelta(days=1)
    assert service.delete_old(db, folder=tmp_path / "packs", by=SYSTEM, clock=clock) == 1
    assert service.delete_old(db, folder=tmp_path / "packs", by=SYSTEM, clock=clock) == 0
    assert not path.exists()
    assert not queries.pack(db, pack.id, scope=SYSTEM.scope).kept
    assert db.scalars(select(PaperPackAct.act).where(PaperPackAct.act == "deleted")).all() == ["deleted"]


def test_packs_fall_due_in_the_evening_once_and_after_a_lost_night_in_the_morning(db: Session, clock: FixedClock, tmp_path: Path) -> None:  # fmt: skip
    published(db, clock)
    sunday_noon = clock.at - timedelta(hours=20)
    assert nightly.due(db, FixedClock(sunday_noon)) == ()
    evening = FixedClock(sunday_noon + timedelta(hours=8))  # 20:00
    assert nightly.due(db, evening) == ((DAY, LUNCH),)
    assert nightly.due(db, clock) == ((DAY, LUNCH),)  # Monday 08:00, the server was down
    made(db, tmp_path, evening)
    assert nightly.due(db, evening) == ()
    assert nightly.due(db, clock) == ()


def test_asking_twice_queues_one_job(db: Session, clock: FixedClock) -> None:
    first = nightly.ask(db, DAY, LUNCH, by=SYSTEM, clock=clock)
    assert nightly.ask(db, DAY, LUNCH, by=SYSTEM, clock=clock) == first
    assert nightly.under_way(db, DAY, LUNCH) == (first,)


def test_a_day_of_which_nothing_is_known_still_gets_a_pack_that_says_so(db: Session, clock: FixedClock) -> None:
    drafted(db, clock)
    source = gathering.gather(db, date(2027, 3, 9), LUNCH, by=SYSTEM, clock=clock)
    assert source.basis is PackBasis.NONE
    assert source.sheets == ()


def test_the_ladder_page_names_who_is_on_duty_with_the_streets_own_minutes(db: Session, clock: FixedClock, tmp_path: Path) -> None:  # fmt: skip
    published(db, clock)
    given = {"from_day": clock.today(), "by": SYSTEM, "clock": clock}
    duty.name_person(db, STREET, Rung.COMMUNITY, Cover.DAY, name="赵社工", phone="13911112222", **given)  # type: ignore[arg-type]
    text = "\n".join(pages(tmp_path, made(db, tmp_path, clock, only=STREET)[STREET]))
    assert "赵社工" in text
    assert "13911112222" in text
    minutes = street_rules.ladders(db, DAY).of(STREET).minutes("no-answer")
    assert all(f"{n} 分" in text for n in minutes.values())
    other = "\n".join(pages(tmp_path, made(db, tmp_path, clock, only=OTHER_STREET)[OTHER_STREET]))
    assert "赵社工" not in other
