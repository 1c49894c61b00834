"""A shared folder as a source: what departments put there becomes data sets.

Rules:

* A file directly in the root is a data set; files of the same stem (避難所.csv, 避難所.xlsx) are one.
* A folder below with files of its own is a data set of all these files; its subfolders are further ones.
* A folder with ``datapackage.json`` is one data set of the files listed there (all its files if none).
* Metadata: ``datapackage.json``, else ``メタデータ.csv``, a read-me, else what the names say.
* By-products of programs are passed over; links that leave the root are refused; what cannot be read is
  reported under its name and stops nothing. Names are NFC; CP932 names from old shares are decoded.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .metadata import Metadata, MetadataError, is_metadata_file, read_folder_metadata
from .names import ascii_slug, display_name, is_junk, title_from_name
from .source import HarvestedDataset, HarvestedFile, Problem, SourceUnavailable, hash_file

__all__ = ["FORMATS", "FolderSource"]

FORMATS = {
    "csv": "CSV",
    "tsv": "TSV",
    "txt": "TXT",
    "xlsx": "XLSX",
    "xls": "XLS",
    "ods": "ODS",
    "json": "JSON",
    "geojson": "GeoJSON",
    "xml": "XML",
    "kml": "KML",
    "kmz": "KMZ",
    "gml": "GML",
    "gpx": "GPX",
    "ttl": "TTL",
    "rdf": "RDF",
    "jsonld": "JSON-LD",
    "parquet": "Parquet",
    "zip": "ZIP",
    "pdf": "PDF",
    "docx": "DOCX",
    "doc": "DOC",
    "pptx": "PPTX",
    "jpg": "JPEG",
    "jpeg": "JPEG",
    "png": "PNG",
    "html": "HTML",
    "ics": "ICS",
}
_MAX_DEPTH = 12


@dataclass
class _Listing:
    """One folder: data files, metadata files and subfolders by display name, and what went wrong."""

    files: dict[str, Path] = field(default_factory=dict)
    metadata: dict[str, Path] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: dict[str, Problem] = field(default_factory=dict)


class FolderSource:
    """Gather from the folder ``root``; ``max_bytes`` is the largest file that is taken."""

    kind = "folder"

    def __init__(self, root: Path | str, *, max_bytes: int = 100 << 20) -> None:
        self.root = Path(root)
        self.max_bytes = max_bytes
        self._real_root = self.root

    def gather(self) -> Iterator[HarvestedDataset | Problem]:
        """Yield the folder's data sets and problems in the order of names; see the module for the rules."""
        try:
            self._real_root = self.root.resolve(strict=True)
            with os.scandir(self._real_root):
                pass
        except (OSError, RuntimeError) as error:
            raise SourceUnavailable(
                f"フォルダー「{self.root}」を開けません。場所とアクセス権（共有フォルダーの接続）を確かめてください。"
            ) from error
        yield from self._folder(self._real_root, "", 0)

    def _folder(self, path: Path, where: str, depth: int) -> Iterator[HarvestedDataset | Problem]:
        try:
            listing = self._list(path, where)
        except OSError as error:
            message = f"フォルダー「{where}」を開けません（{error.strerror}）。アクセス権を確かめてください。"
            yield HarvestedDataset(where, where, problems=(Problem("unreadable", where, message),))
            return
        yield from listing.problems
        try:
            metadata, by_file = read_folder_metadata(listing.metadata)
        except MetadataError as error:
            yield from self._without_metadata(listing, where, str(error))
            metadata, by_file = None, {}
        package = "datapackage.json" in listing.metadata
        if metadata is not None:
            if package:
                yield self._package(path, where, metadata, listing)
            elif where == "":
                yield from self._loose(listing, by_file)
            elif listing.files or listing.broken:
                yield self._whole(where, metadata, by_file, listing)
        if package:
            return
        for name, folder in listing.folders.items():
            inner = _join(where, name)
            if depth >= _MAX_DEPTH:
                yield Problem(
                    "too-deep",
                    inner,
                    f"フォルダー「{inner}」は深すぎるため読みません。浅い場所に移してください。",
                )
            else:
                yield from self._folder(folder, inner, depth + 1)

    def _without_metadata(
        self, listing: _Listing, where: str, message: str
    ) -> Iterator[HarvestedDataset | Problem]:
        """Report a broken metadata file for every data set that depends on it, so that none seems gone."""
        problem = Problem("metadata", where or ".", message)
        if where or "datapackage.json" in listing.metadata:
            yield HarvestedDataset(where or ".", where or ".", problems=(problem,))
            return
        yield problem
        for stem in _stems([*listing.files, *listing.broken]):
            yield HarvestedDataset(stem, stem, problems=(problem,))

    # -- listing -----------------------------------------------------------------------------------

    def _list(self, path: Path, where: str) -> _Listing:
        listing = _Listing()
        with os.scandir(path) as entries:
            ordered = sorted(entries, key=lambda entry: entry.name)
        for entry in ordered:
            name = display_name(entry.name)
            if name is None:
                shown = _join(where, ascii(entry.name).strip("'"))
                listing.problems.append(
                    Problem("name", shown, "ファイル名の文字が読めません。名前を付け直してください。")
                )
                continue
            self._sort_entry(entry, name, _join(where, name), listing)
        return listing

    def _sort_entry(self, entry: os.DirEntry[str], name: str, where: str, listing: _Listing) -> None:
        """Put one entry where it belongs in ``listing``."""
        try:
            link = entry.is_symlink()
            folder = entry.is_dir()
            if is_junk(name, folder=folder):
                return
            real = Path(entry.path).resolve(strict=True)
        except (OSError, RuntimeError):
            listing.broken[name] = Problem(
                "unreadable",
                where,
                f"「{where}」を開けません。リンク先があるか、読めるかを確かめてください。",
            )
            return
        if link and not real.is_relative_to(self._real_root):
            listing.broken[name] = Problem(
                "link-outside",
                where,
                f"「{where}」は共有フォルダーの外へのリンクなので取り込みません。ファイルそのものを置いてください。",
            )
        elif folder and link:
            listing.problems.append(
                Problem(
                    "link-folder", where, f"「{where}」はフォルダーへのリンクなので読みません。", "notice"
                )
            )
        elif name in listing.files or name in listing.metadata or name in listing.folders:
            listing.problems.append(
                Problem(
                    "same-name",
                    where,
                    f"「{where}」と同じ名前のファイルが2つあります。片方を消すか名前を変えてください。",
                )
            )
        elif folder:
            listing.folders[name] = real
        elif not real.is_file():
            listing.problems.append(
                Problem("kind", where, f"「{where}」は普通のファイルではないため読みません。")
            )
        elif is_metadata_file(name):
            listing.metadata[name] = real
        else:
            listing.files[name] = real

    # -- data sets ---------------------------------------------------------------------------------

    def _file(
        self, name: str, path: Path, where: str, about: Metadata | None = None
    ) -> HarvestedFile | Problem:
        """Return the file with its hash, or the problem that keeps it out."""
        extension = name.rsplit(".", 1)[-1].lower().strip() if "." in name else ""
        if extension not in FORMATS:
            return Problem(
                "kind",
                where,
                f"「{where}」は取り込める種類のファイルではありません。CSVかExcelなどにしてください。",
            )
        try:
            before = path.stat()
            if before.st_size == 0:
                return Problem(
                    "empty", where, f"「{where}」は中身がありません（0バイト）。保存し直してください。"
                )
            if before.st_size > self.max_bytes:
                limit = self.max_bytes // (1 << 20)
                return Problem(
                    "too-large", where, f"「{where}」は {limit}MB を超えています。分けて置いてください。"
                )
            sha256, size = hash_file(path)
            after = path.stat()
        except OSError as error:
            return Problem(
                "unreadable",
                where,
                f"「{where}」を読めません（{error.strerror}）。アクセス権を確かめてください。",
            )
        if (before.st_size, before.st_mtime_ns) != (
            after.st_size,
            after.st_mtime_ns,
        ) or size != after.st_size:
            return Problem(
                "changing", where, f"「{where}」は書き込み中です。書き終わってからもう一度実行してください。"
            )
        given = about or Metadata()
        return HarvestedFile(
            name=name,
            path=path,
            size=size,
            sha256=sha256,
            title=given.title or title_from_name(name),
            description=given.notes,
            format=FORMATS[extension],
        )

    def _collect(
        self, names: dict[str, Path], where: str, by_file: dict[str, Metadata]
    ) -> tuple[list[HarvestedFile], list[Problem]]:
        files: list[HarvestedFile] = []
        problems: list[Problem] = []
        for name, path in names.items():
            got = self._file(name, path, _join(where, name), by_file.get(name))
            files.append(got) if isinstance(got, HarvestedFile) else problems.append(got)
        return files, problems

    def _loose(self, listing: _Listing, by_file: dict[str, Metadata]) -> Iterator[HarvestedDataset]:
        """Yield one data set for each stem among the files of the root."""
        groups = _stems([*listing.files, *listing.broken])
        shared = Counter(title_from_name(names[0]) for names in groups.values())
        for stem, names in groups.items():
            files, problems = self._collect(
                {n: listing.files[n] for n in names if n in listing.files}, "", {}
            )
            problems += [listing.broken[name] for name in names if name in listing.broken]
            about = next((by_file[name] for name in names if name in by_file), Metadata())
            title = about.title or title_from_name(names[0])
            if not about.title and shared[title] > 1:
                title = stem.strip()
            yield HarvestedDataset(
                guid=stem,
                title=title,
                notes=about.notes,
                slug=ascii_slug(title),
                tags=about.tags,
                fields=about.fields,
                files=tuple(files),
                problems=tuple(problems),
            )

    def _whole(
        self, where: str, metadata: Metadata, by_file: dict[str, Metadata], listing: _Listing
    ) -> HarvestedDataset:
        """Return the data set that a folder's own files make."""
        files, problems = self._collect(listing.files, where, by_file)
        parts = [title_from_name(part, has_extension=False) for part in where.split("/")]
        return HarvestedDataset(
            guid=where,
            title=metadata.title or " ".join(parts),
            notes=metadata.notes,
            slug=metadata.slug or ascii_slug(where.replace("/", "-")),
            tags=metadata.tags,
            fields=metadata.fields,
            files=tuple(files),
            problems=(*problems, *listing.broken.values()),
        )

    def _package(self, path: Path, where: str, metadata: Metadata, listing: _Listing) -> HarvestedDataset:
        """Return the data set of a folder with datapackage.json."""
        if not metadata.lists_files:
            return self._whole(where or ".", metadata, {}, listing)
        files: list[HarvestedFile] = []
        problems = list(listing.broken.values())
        names = {name: listing.files[name] for name in listing.files}
        for relative, about in metadata.files.items():
            got = self._listed(path, where, relative, about, names)
            files.append(got) if isinstance(got, HarvestedFile) else problems.append(got)
        for name in listing.files:
            if name not in metadata.files:
                shown = _join(where, name)
                message = f"「{shown}」は datapackage.json の resources に書かれていないため取り込みません。"
                problems.append(Problem("unlisted", shown, message, "notice"))
        return HarvestedDataset(
            guid=where or ".",
            title=metadata.title or title_from_name(path.name, has_extension=False),
            notes=metadata.notes,
            slug=metadata.slug,
            tags=metadata.tags,
            fields=metadata.fields,
            files=tuple(files),
            problems=tuple(problems),
        )

    def _listed(
        self, folder: Path, where: str, relative: str, about: object, names: dict[str, Path]
    ) -> HarvestedFile | Problem:
        """Return one file that datapackage.json lists; the name on disk may be NFC or NFD."""
        shown = _join(where, relative)
        given = about if isinstance(about, dict) else {}
        try:
            path = names.get(relative) or (folder / relative).resolve(strict=True)
        except (OSError, RuntimeError):
            return Problem("missing", shown, f"datapackage.json に書かれた「{shown}」がありません。")
        if not path.is_relative_to(self._real_root):
            return Problem(
                "link-outside", shown, f"「{shown}」は共有フォルダーの外を指すため取り込みません。"
            )
        metadata = Metadata(title=given.get("title", ""), notes=given.get("description", ""))
        return self._file(relative.rsplit("/", 1)[-1], path, shown, metadata)


def _join(where: str, name: str) -> str:
    return f"{where}/{name}" if where else name


def _stems(names: list[str]) -> dict[str, list[str]]:
    """Return the names grouped by stem, in their order."""
    groups: dict[str, list[str]] = {}
    for name in names:
        stem = name.rsplit(".", 1)[0] if "." in name else name
        groups.setdefault(stem, []).append(name)
    return groups
