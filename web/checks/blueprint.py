"""The blueprint that the pages of the checks share."""

from flask import Blueprint

bp = Blueprint("checks", __name__, template_folder="templates")
