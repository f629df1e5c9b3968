"""The blueprint that the pages about vendors share."""

from flask import Blueprint

bp = Blueprint("vendors", __name__, template_folder="templates")
