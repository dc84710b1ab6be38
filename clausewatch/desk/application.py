"""Creates the web application with its routes, its middleware, and its answers to errors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from urllib.parse import urlsplit

import anyio.to_thread
from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute

from clausewatch.config import Configuration
from clausewatch.desk import api, signing_in
from clausewatch.desk.archive_watch import ArchiveWatch, Checked
from clausewatch.desk.entry import Desk, FeedDoor, PageDoor, ProgramDoor
from clausewatch.desk.failures import add_failures
from clausewatch.desk.pages import ROUTERS
from clausewatch.desk.protection import Protection
from clausewatch.desk.rendering import STATIC, static_file

THREADS = 8
"""Maximum number of requests that are answered at the same time. Further requests wait."""


class MissingRoleError(Exception):
    """A route does not state who may use it. This is a mistake in the program."""


def create_app(desk: Desk, watch: ArchiveWatch) -> FastAPI:
    """Return the application."""
    app = FastAPI(
        title="Clausewatch", openapi_url=None, docs_url=None, redoc_url=None, lifespan=_lifespan, redirect_slashes=False
    )
    app.state.desk = desk
    for router in (signing_in.router, *ROUTERS, *api.ROUTERS):
        app.router.routes.extend(router.routes)  # `include_router` would hide the routes from `require_doors`
    app.add_api_route("/static/{name}", _static, include_in_schema=False)
    add_failures(app)
    app.add_middleware(Checked, watch=watch)
    settings = desk.configuration.desk
    app.add_middleware(
        Protection, hosts=accepted_hosts(desk.configuration), max_body=settings.max_body, secure=desk.is_secure
    )
    require_doors(app)
    return app


def accepted_hosts(configuration: Configuration) -> frozenset[str]:
    """Return the values that the header Host of a request may have."""
    settings = configuration.desk
    if settings.public_url is not None:
        return frozenset({urlsplit(settings.public_url).netloc.lower()})
    hosts = [f"[{settings.host}]" if ip_address(settings.host).version == 6 else settings.host, "localhost"]
    return frozenset(f"{host}:{settings.port}" for host in hosts)


def door_of(route: APIRoute) -> PageDoor | ProgramDoor | FeedDoor | None:
    """Return the door of a route, or None if the route has no door."""
    calls = [dependency.call for dependency in route.dependant.dependencies]
    return next((call for call in calls if isinstance(call, PageDoor | ProgramDoor | FeedDoor)), None)


def require_doors(app: FastAPI) -> None:
    """Raise MissingRoleError if a route has no door. The static files that pages load are the exception: they need no
    door.
    """
    for route in app.routes:
        if not isinstance(route, APIRoute) or (door_of(route) is None and route.endpoint is not _static):
            raise MissingRoleError(str(route))


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield


def _static(request: Request, name: str) -> Response:
    if name not in STATIC:
        return Response(status_code=404)
    content, version = static_file(name)
    kept = request.query_params.get("v") == version
    caching = "public, max-age=31536000, immutable" if kept else "no-cache"
    return Response(content, media_type=STATIC[name], headers={"cache-control": caching})
