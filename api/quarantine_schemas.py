"""What the API answers of the quarantine: refused messages, their reasons, and requests to try them again."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.schemas import Units, Values


class RejectedRow(BaseModel):
    """One refused message or reading."""

    id: int
    received_at: datetime
    stream: str
    sensor: str | None
    topic: str | None = Field(description="Topic, where stream and sensor do not say it")
    reason: str
    detail: str
    readings: int
    payload: str | None = Field(description="What was refused; null where it may not be kept or is no UTF-8")
    payload_base64: str | None = Field(description="What was refused, where it is no UTF-8")
    payload_bytes: int
    state: Literal["kept", "stored", "duplicate"] = Field(description="What a re-drive made of it; kept: still refused")
    tries: int = Field(description="How often it was re-driven")
    tried_at: datetime | None
    last_reason: str | None = Field(description="Why the last re-drive refused it")
    last_detail: str | None
    mended_stream: str | None = Field(description="Stream its readings went to")


class Rejected(Values):
    """Refused messages."""

    data: list[RejectedRow]


class OneRejected(BaseModel):
    """One refused message."""

    units: Units
    data: RejectedRow


class ReasonRow(BaseModel):
    """How often a stream's readings were refused for one reason."""

    stream: str
    reason: str
    readings: int
    messages: int
    mended: int = Field(description="Stored or found to be duplicates since")
    not_kept: int = Field(description="Counted only, because the quarantine was full")
    last_received_at: datetime


class Reasons(Values):
    """Reasons of refusals, without content."""

    data: list[ReasonRow]


class RedriveRow(BaseModel):
    """A request to re-drive, and what came of it."""

    id: int
    requested_at: datetime
    since: datetime
    until: datetime
    stream: str | None
    reason: str | None
    sensor: str | None
    finished_at: datetime | None = Field(description="Null while it waits for ingest")
    tried: int | None = Field(description="Messages")
    stored: int | None = Field(description="Readings")
    duplicate: int | None = Field(description="Readings")
    refused: int | None = Field(description="Readings still refused")


class Redrives(Values):
    """Requests to re-drive, the newest first."""

    data: list[RedriveRow]


class RedriveFiled(BaseModel):
    """A request to re-drive is filed."""

    id: int
    requested_at: datetime
    state: Literal["waiting"]
