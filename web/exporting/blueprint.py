"""The blueprint that the pages of exports share."""

from flask import Blueprint

bp = Blueprint("exporting", __name__, template_folder="templates")
