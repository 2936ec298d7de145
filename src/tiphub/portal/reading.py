"""An address that is read: by GET, and by HEAD for what GET would answer without its body."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI


def add_reading(
    router: APIRouter | FastAPI,
    path: str,
    endpoint: Callable[..., Any],
    *,
    include_in_schema: bool = True,
    **options: Any,
) -> None:
    """Serve an address; HEAD is a route of its own, which the OpenAPI description does not repeat."""
    router.add_api_route(path, endpoint, methods=["GET"], include_in_schema=include_in_schema, **options)
    router.add_api_route(path, endpoint, methods=["HEAD"], include_in_schema=False, **options)
