"""The report page, the repaired file, and the file forms that lead to the report."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

import flask
from ckan.plugins import toolkit as tk
from ckan.views.resource import CreateView, EditView
from werkzeug.datastructures import FileStorage

from ckanext.moka.catalog import api as catalog
from ckanext.moka.core.filenames import content_disposition, safe_filename
from ckanext.moka.quality import page, service

__all__ = ["blueprint"]

log = logging.getLogger(__name__)

blueprint = flask.Blueprint("moka_quality", __name__, url_defaults={"package_type": "dataset"})
_AT = "/dataset/<id>/resource/<resource_id>/quality"
_FIXED = "_直した版"
Response = flask.typing.ResponseReturnValue


@blueprint.get(_AT)
def report(package_type: str, id: str, resource_id: str) -> Response:
    """Show the report on a file to those who may see it."""
    dataset, resource = _find(id, resource_id)
    try:
        found = tk.get_action("moka_quality_report_show")(_context(), {"id": resource_id})
    except tk.NotAuthorized:
        return tk.abort(403, tk._("この品質レポートは、担当課の人だけが見られます。"))
    view = page.build(found, resource, dataset)
    view["can_edit"] = _may_edit(resource_id)
    return tk.render("moka_quality/report.html", {"pkg_dict": dataset, "resource": resource, "view": view})


@blueprint.post(_AT)
def check(package_type: str, id: str, resource_id: str) -> Response:
    """Check the file (again) and come back to the report."""
    _find(id, resource_id)
    try:
        tk.get_action("moka_quality_check")(_context(), {"id": resource_id})
    except tk.NotAuthorized:
        return tk.abort(403, tk._("このファイルを検査する権限がありません。"))
    except tk.ValidationError as error:
        tk.h.flash_error(" ".join(str(line) for lines in error.error_dict.values() for line in lines))
    return tk.redirect_to("moka_quality.report", id=id, resource_id=resource_id)


@blueprint.get(_AT + "/fixed.csv")
def fixed(package_type: str, id: str, resource_id: str) -> Response:
    """Send the file as repaired by the engine: CSV in UTF-8 with BOM, so that Excel opens it rightly."""
    _dataset, resource = _find(id, resource_id)
    if not _may_edit(resource_id):
        return tk.abort(403, tk._("直したファイルは、担当課の人だけが取り出せます。"))
    name = service.file_name(resource)
    try:
        data = service.repaired(resource)
    except catalog.ContentMissing:
        return tk.abort(404, tk._("ファイルが保管されていません。"))
    except service.NotRepairable as error:
        tk.h.flash_error(str(error))
        return tk.redirect_to("moka_quality.report", id=id, resource_id=resource_id)
    response = flask.send_file(io.BytesIO(data), mimetype="text/csv")
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = content_disposition(_fixed_name(name), "fixed")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post(_AT + "/apply")
def apply(package_type: str, id: str, resource_id: str) -> Response:
    """Replace the file by its repaired version; the bytes that were handed in stay in the store."""
    _dataset, resource = _find(id, resource_id)
    name = service.file_name(resource)
    try:
        data = service.repaired(resource)
        upload = FileStorage(
            io.BytesIO(data), filename=safe_filename(f"{Path(name).stem}.csv"), content_type="text/csv"
        )
        tk.get_action("resource_patch")(_context(), {"id": resource_id, "upload": upload})
    except tk.NotAuthorized:
        return tk.abort(403, tk._("このファイルを差し替える権限がありません。"))
    except catalog.ContentMissing:
        return tk.abort(404, tk._("ファイルが保管されていません。"))
    except service.NotRepairable as error:
        tk.h.flash_error(str(error))
    except tk.ValidationError as error:
        tk.h.flash_error(" ".join(str(text) for text in error.error_summary.values()))
    else:
        tk.h.flash_success(tk._("「{name}」を、自動で直した CSV に差し替えました。").format(name=name))
    return tk.redirect_to("moka_quality.report", id=id, resource_id=resource_id)


def _fixed_name(name: str) -> str:
    """Return the name of the repaired file; repairing a repaired file does not make the name longer."""
    stem = Path(name).stem.removesuffix(_FIXED)
    return safe_filename(f"{stem}{_FIXED}.csv")


def _context() -> dict[str, Any]:
    return {"user": tk.current_user.name, "auth_user_obj": tk.current_user}


def _may_edit(resource_id: str) -> bool:
    try:
        tk.check_access("moka_quality_check", _context(), {"id": resource_id})
    except tk.NotAuthorized:
        return False
    return True


def _find(id: str, resource_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return dataset and resource as the reader may see them; abort with 404 otherwise, as CKAN does."""
    try:
        dataset = tk.get_action("package_show")(_context(), {"id": id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        tk.abort(404, tk._("データセットが見つかりません。"))
    for resource in dataset["resources"]:
        if resource["id"] == resource_id:
            return dataset, resource
    return tk.abort(404, tk._("ファイルが見つかりません。"))


def _lead_to_report(response: Response, dataset_id: str) -> Response:
    """Send the person who just saved a file to its report, unless one more file is to follow."""
    saved = flask.g.pop("moka_quality_saved", None)
    if not saved or getattr(response, "status_code", 200) not in (301, 302, 303):
        return response
    if flask.request.form.get("save") in ("again", "go-dataset"):
        tk.h.flash_notice(tk._("ファイルを保存しました。品質は、データセットのページから確かめられます。"))
        return response
    return tk.redirect_to("moka_quality.report", id=dataset_id, resource_id=saved)


class NewFile(CreateView):
    """CKAN's form for a new file, leading to the report."""

    def post(self, package_type: str, id: str) -> Response:
        """Save as CKAN does, then show the report."""
        return _lead_to_report(super().post(package_type, id), id)


class EditFile(EditView):
    """CKAN's form for a changed file, leading to the report."""

    def post(self, package_type: str, id: str, resource_id: str) -> Response:
        """Save as CKAN does, then show the report."""
        return _lead_to_report(super().post(package_type, id, resource_id), id)


blueprint.add_url_rule("/dataset/<id>/resource/new", view_func=NewFile.as_view("new_file"))
blueprint.add_url_rule("/dataset/<id>/resource/<resource_id>/edit", view_func=EditFile.as_view("edit_file"))
