"""Downloads: the right bytes under the right name, for those who may read the dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import flask
from ckan.lib import signals
from ckan.plugins import toolkit as tk

from ckanext.moka.catalog import content, filetypes
from ckanext.moka.core.filenames import content_disposition, safe_filename

__all__ = ["blueprint"]

blueprint = flask.Blueprint("moka_catalog", __name__)


@blueprint.route("/dataset/<id>/resource/<resource_id>/download", endpoint="download_plain")
@blueprint.route("/dataset/<id>/resource/<resource_id>/download/<filename>", endpoint="download")
def download(id: str, resource_id: str, filename: str | None = None) -> flask.typing.ResponseReturnValue:
    """Send an uploaded file, or lead to a link; stands before CKAN's own route of the same address.

    Who may not read the dataset gets 403 (or 404), exactly as from CKAN: its own actions decide. The name in
    the address is free (old links go on working); the name that is sent is the stored one.
    """
    context = {"user": tk.current_user.name, "auth_user_obj": tk.current_user}
    try:
        resource = tk.get_action("resource_show")(dict(context), {"id": resource_id})
        dataset = tk.get_action("package_show")(dict(context), {"id": id})
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("ファイルが見つかりません。"))
    except tk.NotAuthorized:
        return tk.abort(403, tk._("このファイルを見る権限がありません。"))
    if resource["package_id"] != dataset["id"]:
        return tk.abort(404, tk._("ファイルが見つかりません。"))
    if resource.get("url_type") != "upload":
        if not str(resource.get("url") or "").startswith(("http://", "https://")):
            return tk.abort(404, tk._("ファイルが見つかりません。"))
        return tk.redirect_to(resource["url"])
    try:
        path = content.resource_path(resource)
    except content.ContentMissing:
        return tk.abort(404, tk._("ファイルが保管されていません。担当課にお知らせください。"))
    response = _file_response(resource, dataset, path)
    signals.resource_download.send(resource_id)
    return response


def _file_response(resource: dict[str, Any], dataset: dict[str, Any], path: Path) -> flask.Response:
    name = safe_filename(unquote(resource["url"].rsplit("/", 1)[-1]))
    etag = resource["hash"].removeprefix(content.PREFIX)
    response = flask.send_file(path, conditional=True, etag=etag, download_name=name)
    response.headers["Content-Type"] = filetypes.content_type(
        resource.get("mimetype") or "", resource.get("encoding") or ""
    )
    response.headers["Content-Disposition"] = content_disposition(name, dataset["name"])
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
