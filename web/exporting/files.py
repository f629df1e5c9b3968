"""The files themselves: a link that ends, what it opens, and the quick way from the settlement's page."""

import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from flask import Response, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import speaking
from mealroute.exporting import keeping, service
from mealroute.exporting.records import Entry, Wanted
from web import here
from web.exporting import links, making
from web.exporting.blueprint import bp
from web.exporting.forms import wanted
from web.permissions import requires

MIME = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


@bp.post("/exports/register/<int:export>/link")
@requires("exports.run")
def link(export: int) -> ResponseReturnValue:
    """Taking a file is recorded; the link that follows opens it for some minutes."""
    with unit_of_work() as db:
        service.fetched(db, export, folder=_folder(), by=here.actor(), clock=here.clock())
    return redirect(url_for("exporting.file", token=links.link(export, request.form.get("part", ""))), 303)


@bp.get("/exports/files/<token>")
@requires("exports.run")
def file(token: str) -> ResponseReturnValue:
    number, part = links.opened(token)
    with unit_of_work(read_only=True) as db, speaking("zh"):
        entry = service.within_reach(db, number, by=here.actor(), clock=here.clock())
        said = b"" if part == "file" else service.note_text(db, entry, clock=here.clock())
    return {"note": _note, "zip": _zip}[part](entry, said) if said else _file(entry)


@bp.post("/settlement/<month:month>/export")
@requires("exports.run")
def quick(month: str) -> ResponseReturnValue:
    """The settlement in one step; a large one goes on at its own page."""
    export = making.asked(_quickly(month))
    if export.job_id is not None:
        return redirect(url_for("exporting.show", export=export.id), 303)
    with unit_of_work() as db:
        entry = service.fetched(db, export.id, folder=_folder(), by=here.actor(), clock=here.clock())
    return _file(entry)


def _quickly(month: str) -> Wanted:
    return wanted(month, masked=True, file=f"settlement.{request.form.get('format', '')}")


def _file(entry: Entry) -> ResponseReturnValue:
    assert entry.file is not None
    path = _folder() / entry.file.stored
    kind = MIME[entry.export.wanted.format]
    if path.suffix != keeping.SEALED:
        return send_file(path, mimetype=kind, as_attachment=True, download_name=entry.file.name)
    answer = Response(keeping.pieces(path), mimetype=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=entry.file.name)
    answer.content_length = entry.file.size
    return answer


def _note(entry: Entry, said: bytes) -> ResponseReturnValue:
    assert entry.file is not None
    return send_file(
        BytesIO(said), mimetype="text/plain; charset=utf-8", as_attachment=True, download_name=f"{entry.file.name}.txt"
    )


def _zip(entry: Entry, said: bytes) -> ResponseReturnValue:
    """The file with its note; the ZIP is written to disk, as the file may be large."""
    assert entry.file is not None
    into = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by the answer
    stamp = here.clock().local(entry.file.made_at).timetuple()[:6]
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open(_named(entry.file.name, stamp), "w", force_zip64=True) as out:
            for piece in keeping.pieces(_folder() / entry.file.stored):
                out.write(piece)
        archive.writestr(_named(f"{entry.file.name}.txt", stamp), said)
    into.seek(0)
    return send_file(into, mimetype="application/zip", as_attachment=True, download_name=f"{entry.export.number}.zip")


def _named(name: str, stamp: tuple[int, ...]) -> zipfile.ZipInfo:
    year, month, day, hour, minute, second = stamp
    entry = zipfile.ZipInfo(name, (year, month, day, hour, minute, second))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _folder() -> Path:
    return service.folder_of(here.settings())
