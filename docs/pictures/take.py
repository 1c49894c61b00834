"""Take the README's pictures of a running portal: ``python docs/pictures/take.py URL ADMIN PASSWORD``.

Uploads a small Excel file with faults as a draft to show its quality report, and deletes the draft afterwards.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import openpyxl
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
SIZES = {"desktop": {"width": 1280, "height": 860}, "phone": {"width": 390, "height": 844}}
PAGES = {
    "home": "/",
    "search": "/dataset/?q=避難",
    "dataset": "/dataset/092096_shelters_emergency",
    "demand": "/demand",
}


def workbook(folder: Path) -> Path:
    """Return an Excel file as offices write them: a title row, units in cells, full-width digits, a line break."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["真岡市 集会所一覧（令和7年度）"])
    sheet.merge_cells("A1:D1")
    sheet.append(["名称", "所在地", "電話番号", "定員"])
    for number in range(1, 13):
        sheet.append(
            [
                f"第{number}集会所",
                f"真岡市荒町{number}\n（{number}区）",
                f"0285-00-{number:04}",
                f"{20 + number}人",
            ]
        )
    path = folder / "集会所一覧.xlsx"
    book.save(path)
    return path


def log_in(page: Page, name: str, password: str) -> None:
    """Log in through the form."""
    page.goto("/user/login")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", password)
    page.locator("form:has(input[name=password]) button[type=submit]").click()
    page.wait_for_url(lambda address: "/user/login" not in address)


def upload_faulty(page: Page) -> str:
    """Make a draft with the faulty file; return the address of its quality report."""
    page.goto("/dataset/new")
    page.fill("[name=title]", "集会所一覧")
    page.fill("[name=notes]", "市内の集会所の場所と定員です。")
    page.select_option("[name=owner_org]", label="くらし安全課")
    page.locator("form:has([name=title]) button[type=submit]").last.click()
    page.wait_for_selector("input[type=file]", state="attached")
    with tempfile.TemporaryDirectory() as folder:
        page.locator("input[type=file]").first.set_input_files(workbook(Path(folder)))
        page.locator("form:has(input[type=file]) button[type=submit]:visible").last.click()
        page.wait_for_url("**/quality")
    return page.url


def take(browser: Browser, url: str, name: str, password: str) -> None:
    """Take every page at both sizes."""
    report = ""
    for size, viewport in SIZES.items():
        context = browser.new_context(viewport=viewport, locale="ja-JP", base_url=url)
        page = context.new_page()
        for picture, path in PAGES.items():
            page.goto(path)
            page.wait_for_timeout(500)
            page.screenshot(path=HERE / f"{picture}-{size}.png")
        log_in(page, name, password)
        report = report or upload_faulty(page)
        page.goto(report)
        page.wait_for_timeout(500)
        page.screenshot(path=HERE / f"quality-{size}.png")
        if size == list(SIZES)[-1]:
            dataset = report.split("/dataset/")[1].split("/")[0]
            page.goto(f"/dataset/delete/{dataset}")
            page.locator("form button[name=delete], form button[type=submit].btn-danger").last.click()
        context.close()


def main() -> int:
    """Take the pictures; return 2 on wrong usage."""
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        take(browser, sys.argv[1], sys.argv[2], sys.argv[3])
        browser.close()
    for picture in HERE.glob("*.png"):
        Image.open(picture).convert("RGB").quantize(128).save(picture, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
