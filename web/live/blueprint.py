"""The blueprint on which the pages of the road are put."""

from flask import Blueprint

from mealroute.delivery.progress_words import silence_text, trouble_text
from web.live.moves import loaded_text, refused_text, shifts_text, way_text
from web.live.page import drawn

bp = Blueprint("live", __name__, template_folder="templates")
bp.app_template_global("trouble_text")(trouble_text)
bp.app_template_global("silence_text")(silence_text)
bp.app_template_global("strip_mark")(drawn)
for told in (way_text, shifts_text, refused_text, loaded_text):
    bp.app_template_global(told.__name__)(told)
