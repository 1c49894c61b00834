"""What kind of file bytes are: by their signature first, then by the name's extension. No CKAN, no libmagic."""

from __future__ import annotations

import codecs
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ckanext.moka.core.filenames import extension

__all__ = ["FileType", "content_type", "detect"]

_CHUNK = 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument."
_MIMETYPES = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "md": "text/markdown",
    "html": "text/html",
    "xml": "application/xml",
    "kml": "application/vnd.google-earth.kml+xml",
    "json": "application/json",
    "geojson": "application/geo+json",
    "jsonld": "application/ld+json",
    "ttl": "text/turtle",
    "rdf": "application/rdf+xml",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    "docx": _OFFICE + "wordprocessingml.document",
    "pptx": _OFFICE + "presentationml.presentation",
    "xls": "application/vnd.ms-excel",
    "doc": "application/msword",
    "ppt": "application/vnd.ms-powerpoint",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "parquet": "application/vnd.apache.parquet",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "svg": "image/svg+xml",
    "tif": "image/tiff",
    "gpkg": "application/geopackage+sqlite3",
}
_ALIASES = {"jpeg": "jpg", "tiff": "tif", "htm": "html", "text": "txt"}
_TEXTS = {"csv", "tsv", "txt", "md", "html", "xml", "kml", "json", "geojson", "jsonld", "ttl", "rdf", "svg"}
_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"PAR1", "parquet"),
    (b"SQLite format 3\x00", "gpkg"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IANA = {"utf-8": "utf-8", "utf-8-sig": "utf-8", "cp932": "windows-31j", "utf-16": "utf-16"}


@dataclass(frozen=True)
class FileType:
    """``kind`` is a lower-case short name (``csv``, ``xlsx``, ``bin``); ``encoding`` is empty for binary files."""

    kind: str
    mimetype: str
    encoding: str = ""

    @property
    def format(self) -> str:
        """The name that CKAN shows and filters by, empty when unknown."""
        return {"geojson": "GeoJSON", "bin": ""}.get(self.kind, self.kind.upper())


def detect(path: Path, name: str) -> FileType:
    """Return what the bytes at ``path`` are, ``name`` being what people called the file.

    A signature beats the extension: an Excel file called .csv is an Excel file. Text is read to its end to
    tell its encoding (BOM, then strict UTF-8, then cp932; none of them gives an empty encoding).
    """
    with path.open("rb") as stream:
        head = stream.read(4096)
    said = _ALIASES.get(extension(name), extension(name))
    kind = _by_signature(path, head, said) or (said if said in _MIMETYPES else "bin")
    if kind not in _TEXTS:
        return FileType(kind, _MIMETYPES.get(kind, "application/octet-stream"))
    return FileType(kind, _MIMETYPES[kind], _encoding(path, head))


def content_type(mimetype: str, encoding: str) -> str:
    """Return the Content-Type of a download; a text's charset is named by its IANA name."""
    charset = _IANA.get(encoding)
    return (
        f"{mimetype}; charset={charset}" if charset and mimetype else mimetype or "application/octet-stream"
    )


def _by_signature(path: Path, head: bytes, said: str) -> str | None:
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head.startswith(_OLE):
        return said if said in ("xls", "doc", "ppt") else "xls" if said in ("csv", "xlsx", "tsv") else "bin"
    if head.startswith(b"PK\x03\x04"):
        return _inside_zip(path)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if said in ("csv", "tsv") and text.startswith((b"<!doctype html", b"<html")):
        return "html"
    return None


def _inside_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                said = archive.read("mimetype").decode("ascii", errors="replace").strip()
                return {mime: kind for kind, mime in _MIMETYPES.items()}.get(said, "zip")
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError):
        return "zip"
    if "xl/workbook.xml" in names:
        return "xlsm" if "xl/vbaProject.bin" in names else "xlsx"
    if "word/document.xml" in names:
        return "docx"
    return "pptx" if "ppt/presentation.xml" in names else "zip"


def _encoding(path: Path, head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return next((name for name in ("utf-8", "cp932") if _decodes(path, name)), "")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
