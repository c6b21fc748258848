"""The request that the running code serves, so that events and logs can name it."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
