"""What the tests of publication share: people with roles, files, and the way from a draft to the public."""

from __future__ import annotations

import io

from ckan import model
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage

CSV = "施設名,住所,緯度,経度,収容人数\r\n真岡小学校,栃木県真岡市台町2474,36.4402,140.0128,350\r\n真岡西小学校,栃木県真岡市並木町1-15-1,36.4377,139.9989,420\r\n"


def upload(content, filename):
    """Return what CKAN gets from a browser's file field."""
    data = content.encode() if isinstance(content, str) else content
    return FileStorage(io.BytesIO(data), filename=filename)


def workbook():
    """Return the bytes of a small Excel file with a title row, as offices write them."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "避難所"
    for row in (
        ("施設名", "住所", "収容人数"),
        ("真岡小学校", "栃木県真岡市台町2474", 350),
        ("髙田会館", "栃木県真岡市荒町5191", None),
    ):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class Office:
    """A department with a clerk, an approver, and shortcuts to what they do."""

    def __init__(self, call, org, make_user, unique):
        self.call, self.org, self.unique = call, org, unique
        self.clerk, self.approver, self.other = make_user(), make_user(), make_user()
        for user, role in ((self.clerk, "editor"), (self.approver, "admin"), (self.other, "editor")):
            call("organization_member_create", id=org["id"], username=user["name"], role=role)

    def draft(self, **fields):
        """Create a dataset without files as the clerk."""
        data = {"name": self.unique("ds"), "title": "指定避難所一覧", "owner_org": self.org["id"], **fields}
        return self.call("package_create", user=self.clerk["name"], **data)

    def add(self, dataset, content=CSV, filename="避難所.csv", **fields):
        """Add a file as the clerk."""
        data = {"package_id": dataset["id"], "name": filename, "url": filename, **fields}
        return self.call("resource_create", user=self.clerk["name"], upload=upload(content, filename), **data)

    def submit(self, dataset, note=""):
        return self.call("moka_publication_submit", user=self.clerk["name"], id=dataset["id"], note=note)

    def approve(self, dataset, user=None):
        return self.call("moka_publication_approve", user=user or self.approver["name"], id=dataset["id"])

    def release(self, dataset):
        """Run what approval put into the queue, as the worker would, and return the dataset as it is then."""
        from ckanext.moka.publication import release

        assert release.release(dataset["id"])
        model.Session.remove()
        return self.call("package_show", id=dataset["id"])

    def published(self, content=CSV, filename="避難所.csv"):
        """Bring a new dataset with one file to the public; return it."""
        dataset = self.draft()
        self.add(dataset, content, filename)
        self.submit(dataset)
        self.approve(dataset)
        return self.release(dataset)

    def is_public(self, dataset):
        """Tell whether somebody who is not logged in can see the dataset."""
        model.Session.remove()
        try:
            self.call("package_show", user="", id=dataset["id"])
        except (tk.NotAuthorized, tk.ObjectNotFound):
            return False
        return True
