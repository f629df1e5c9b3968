"""The words and tones of exports, for ``web.vocabulary``."""

from collections.abc import Mapping

from mealroute.core.i18n import _l

WORDS: Mapping[str, Mapping[str, str]] = {
    "export-what": {
        "settlement": _l("Settlement"), "detail": _l("Detail with evidence"), "vendor-days": _l("Vendors day by day"),
        "notice": _l("Public notice"), "platform": _l("File for the city's platform"),
    },
    "export-about": {
        "settlement": _l("One row a claim line, sums on a second sheet; the PDF is the form to sign."),
        "detail": _l("The same lines with who they were for, how they came and what shows it."),
        "vendor-days": _l("Heads and amounts of each vendor and day; the PDF is for the vendor's stamp."),
        "notice": _l("Sums by street and meal point with document numbers, nobody's name."),
        "platform": _l("The columns that data/rules/platform-upload.yaml names."),
    },
    "export-standing": {
        "waiting": _l("Being made"), "ready": _l("Ready"), "gone": _l("File deleted"), "failed": _l("Failed"), "stopped": _l("Stopped by hand"),
    },
    "export-act": {
        "asked": _l("Asked for"), "made": _l("Made"), "linked": _l("Downloaded"), "checked": _l("Held against the register"),
        "deleted": _l("Deleted by the rule"),
    },
    "export-verdict": {
        "same-file": _l("This is the very file, byte for byte."),
        "same-rows": _l("Saved anew, but every row and figure is as it was exported."),
        "other-rows": _l("It bears an export's number, but its rows are not those that were exported."),
        "unknown": _l("No export of the register has this file or these rows."),
    },
}  # fmt: skip

TONES: Mapping[str, Mapping[str, str]] = {
    "export-standing": {"waiting": "info", "ready": "ok", "gone": "quiet", "failed": "danger", "stopped": "quiet"},
    "export-verdict": {"same-file": "ok", "same-rows": "ok", "other-rows": "danger", "unknown": "watch"},
}
