#!/usr/bin/env bash
# FastAPI 0.165.0: after `include_router`, `app.routes` has one entry for the router, and has no `APIRoute` for the
# routes of the router.
#
# A common check goes through `app.routes`, keeps the entries that are `APIRoute`, and fails if one of them has no
# dependency that checks the user's role. In FastAPI 0.115, `include_router` copied the routes into `app.routes`, so the
# check saw each route. In 0.165 the same check sees none of them. It passes even if a route without a role answers. The
# entry is of a private class (`_IncludedRouter`). If the router's routes are added to `app.router.routes`, the check
# sees them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/check.py" <<'EOF'
import fastapi
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

router = APIRouter()


@router.get("/secret")
def secret() -> str:
    return "everything"


included, added = FastAPI(openapi_url=None), FastAPI(openapi_url=None)
included.include_router(router)
added.router.routes.extend(router.routes)
for name, app in (("include_router", included), ("routes.extend", added)):
    seen = [route.path for route in app.routes if isinstance(route, APIRoute)]
    print(f"FastAPI {fastapi.__version__}, {name}: the check sees {seen}, the route answers", TestClient(app).get("/secret").status_code)
    expected = [] if name == "include_router" and fastapi.__version__ == "0.165.0" else ["/secret"]
    assert seen == expected
EOF
for version in 0.115.0 0.165.0; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/python" -m pip install --quiet --disable-pip-version-check "fastapi==$version" httpx==0.28.1
    "$folder/$version/bin/python" -W ignore "$folder/check.py"
done
