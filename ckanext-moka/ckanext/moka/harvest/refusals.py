"""What an action's refusal says, as one Japanese line."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

__all__ = ["refusal"]


def refusal(error: Exception) -> str:
    """Return the sentences that an action's refusal carries."""
    if isinstance(error, tk.ValidationError):
        return " ".join(_sentences(error.error_dict)) or "登録の内容に誤りがあります。"
    if isinstance(error, tk.NotAuthorized):
        return str(error) or "自動収集のユーザーに権限がありません。担当課のメンバーを確かめてください。"
    if isinstance(error, OSError):
        return f"ファイルを読めません（{error.strerror or error}）。"
    return str(error)


def _sentences(errors: Any) -> list[str]:
    if isinstance(errors, dict):
        return [text for value in errors.values() for text in _sentences(value)]
    if isinstance(errors, list | tuple):
        return [text for value in errors for text in _sentences(value)]
    return [str(errors)] if errors else []
