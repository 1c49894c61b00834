"""The content store: bytes under their hash, once, unchanged."""

import hashlib
import io
import stat

import pytest

from ckanext.moka.catalog import content


def store(data, root, **options):
    return content.store_content(io.BytesIO(data), root=root, **options)


def test_bytes_are_found_under_their_hash(tmp_path):
    stored = store("避難所".encode(), tmp_path)
    assert stored.hash == "sha256:" + hashlib.sha256("避難所".encode()).hexdigest()
    assert stored.size == 9
    assert content.content_path(stored.hash, tmp_path).read_bytes() == "避難所".encode()


def test_the_same_bytes_are_kept_once_and_not_touched(tmp_path):
    first = store(b"same", tmp_path)
    path = content.content_path(first.hash, tmp_path)
    before = path.stat()
    assert store(b"same", tmp_path) == first
    after = path.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1


def test_kept_bytes_are_read_only(tmp_path):
    path = content.content_path(store(b"x", tmp_path).hash, tmp_path)
    assert not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)


def test_other_bytes_have_another_address(tmp_path):
    old, new = store(b"old", tmp_path), store(b"new", tmp_path)
    assert content.content_path(old.hash, tmp_path).read_bytes() == b"old"
    assert content.content_path(new.hash, tmp_path).read_bytes() == b"new"


def test_too_large_leaves_nothing_behind(tmp_path):
    with pytest.raises(content.ContentTooLarge) as caught:
        store(b"12345", tmp_path, max_bytes=4)
    assert caught.value.limit == 4
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]
    assert store(b"1234", tmp_path, max_bytes=4).size == 4


class Breaking(io.BytesIO):
    def read(self, *size):
        if self.tell():
            raise OSError("connection lost")
        return super().read(2)


def test_a_broken_upload_leaves_nothing_behind(tmp_path):
    with pytest.raises(OSError, match="connection lost"):
        content.store_content(Breaking(b"12345"), root=tmp_path)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


@pytest.mark.parametrize(
    "wrong",
    ["", "abc", "sha256:../../../etc/passwd", "sha256:" + "A" * 64, "sha256:" + "0" * 63, "md5:" + "0" * 64],
)
def test_what_is_no_hash_of_ours_has_no_path(tmp_path, wrong):
    with pytest.raises(content.ContentMissing):
        content.content_path(wrong, tmp_path)


def test_lost_bytes_are_named(tmp_path):
    with pytest.raises(content.ContentMissing, match="no bytes"):
        content.content_path("sha256:" + "0" * 64, tmp_path)


def test_a_link_has_no_bytes():
    with pytest.raises(content.ContentMissing, match="link"):
        content.resource_path({"url_type": "", "hash": "sha256:" + "0" * 64})


def test_only_the_store_makes_stored_hashes(tmp_path):
    assert isinstance(store(b"x", tmp_path).hash, content.StoredHash)
    assert not isinstance("sha256:" + "0" * 64, content.StoredHash)
