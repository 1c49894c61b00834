"""The states of a dataset on its way to the public, and the steps between them. Plain Python."""

from __future__ import annotations

DRAFT = "draft"
SUBMITTED = "submitted"
APPROVED = "approved"
RELEASED = "released"
RETURNED = "returned"
WITHDRAWN = "withdrawn"

STATES = (DRAFT, SUBMITTED, APPROVED, RELEASED, RETURNED, WITHDRAWN)

LABELS = {
    DRAFT: "下書き",
    SUBMITTED: "承認待ち",
    APPROVED: "公開処理中",
    RELEASED: "公開中",
    RETURNED: "差し戻し",
    WITHDRAWN: "公開取りやめ",
}

STEPS: dict[str, dict[str, str]] = {
    "submit": {DRAFT: SUBMITTED, RETURNED: SUBMITTED, WITHDRAWN: SUBMITTED},
    "approve": {SUBMITTED: APPROVED},
    "return": {SUBMITTED: RETURNED, APPROVED: RETURNED},
    "release": {APPROVED: RELEASED},
    "withdraw": {RELEASED: WITHDRAWN, SUBMITTED: DRAFT},
}

REFUSALS = {
    "submit": "このデータセットは「{label}」なので、公開の申請はできません。",
    "approve": "このデータセットは「{label}」です。承認できるのは「承認待ち」のものだけです。",
    "return": "このデータセットは「{label}」です。差し戻せるのは「承認待ち」と「公開処理中」のものだけです。",
    "release": "このデータセットは「{label}」です。公開できるのは承認されたものだけです。",
    "withdraw": "このデータセットは「{label}」です。取りやめられるのは「公開中」と「承認待ち」のものだけです。",
}


class StepRefused(Exception):
    """The step is not possible in the dataset's state; the message is a Japanese sentence for people."""


def after(step: str, state: str) -> str:
    """Return the state that ``step`` leads to from ``state``; ``StepRefused`` when it leads nowhere."""
    try:
        return STEPS[step][state]
    except KeyError:
        raise StepRefused(REFUSALS[step].format(label=LABELS[state])) from None


def possible(step: str, state: str) -> bool:
    """Tell whether ``step`` is possible in ``state``."""
    return state in STEPS[step]
