"""Tables of demand. No column holds personal data; see the first migration of ``moka_demand``."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import JSONB

__all__ = ["ParameterVersion", "Request", "Step", "Support"]


class Request(tk.BaseModel):
    """One thing that residents ask for."""

    __tablename__ = "moka_demand_request"

    id: Any = sa.Column(sa.Text, primary_key=True)
    number: Any = sa.Column(sa.Integer, sa.Identity(always=True), nullable=False, unique=True)
    title: Any = sa.Column(sa.Text, nullable=False)
    problem: Any = sa.Column(sa.Text, nullable=False)
    area: Any = sa.Column(sa.Text, nullable=False, default="")
    period: Any = sa.Column(sa.Text, nullable=False, default="")
    granularity: Any = sa.Column(sa.Text, nullable=False, default="")
    beneficiary: Any = sa.Column(sa.Text, nullable=False, default="")
    category: Any = sa.Column(sa.Text, nullable=False, default="")
    status: Any = sa.Column(sa.Text, nullable=False, default="received")
    moderation: Any = sa.Column(sa.Text, nullable=False, default="visible")
    held_for: Any = sa.Column(sa.Text, nullable=False, default="")
    created: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)
    changed: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)
    reason_code: Any = sa.Column(sa.Text, nullable=False, default="")
    answer: Any = sa.Column(sa.Text, nullable=False, default="")
    planned_for: Any = sa.Column(sa.Text, nullable=False, default="")
    dataset_id: Any = sa.Column(sa.Text, nullable=False, default="")
    gate: Any = sa.Column(sa.Text, nullable=False, default="unknown")
    value: Any = sa.Column(sa.Float, nullable=False, default=1.0)
    effort: Any = sa.Column(sa.Integer, nullable=False, default=8)
    support_key: Any = sa.Column(sa.Text)


class Support(tk.BaseModel):
    """One person's agreement with one request: a hash nobody can join across requests, and a day."""

    __tablename__ = "moka_demand_support"

    request_id: Any = sa.Column(sa.Text, sa.ForeignKey("moka_demand_request.id"), primary_key=True)
    person_hash: Any = sa.Column(sa.Text, primary_key=True)
    kind: Any = sa.Column(sa.Text, nullable=False)
    created: Any = sa.Column(sa.Date, nullable=False)
    held: Any = sa.Column(sa.Boolean, nullable=False, default=False)


class Step(tk.BaseModel):
    """One line of a request's public history; rows are only ever added."""

    __tablename__ = "moka_demand_step"

    id: Any = sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    request_id: Any = sa.Column(sa.Text, sa.ForeignKey("moka_demand_request.id"), nullable=False)
    at: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)
    role: Any = sa.Column(sa.Text, nullable=False)
    step: Any = sa.Column(sa.Text, nullable=False)
    note: Any = sa.Column(sa.Text, nullable=False, default="")


class ParameterVersion(tk.BaseModel):
    """One published version of the ranking's numbers; the newest applies."""

    __tablename__ = "moka_demand_parameters"

    id: Any = sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    version: Any = sa.Column(sa.Text, nullable=False, unique=True)
    fitted: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)
    k: Any = sa.Column(sa.Float, nullable=False)
    rate: Any = sa.Column(sa.Float, nullable=False)
    category_rates: Any = sa.Column(JSONB, nullable=False)
    email_cap: Any = sa.Column(sa.Boolean, nullable=False)
