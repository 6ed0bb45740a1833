"""`/api/docs`: the OpenAPI to read and try, with no file from another host and no script in the page."""

from __future__ import annotations

from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

_FILES = Path(fastapi_offline.__file__).parent / "static"  # Swagger UI as its makers build it

_PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>BVMT Jobs API</title>
<meta name="viewport" content="width=device-width">
<link rel="icon" href="docs/files/favicon.png"><link rel="stylesheet" href="docs/files/swagger-ui.css"></head>
<body><div id="swagger-ui"></div><script src="docs/files/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script></body></html>
"""

_START = """SwaggerUIBundle({
  url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true, docExpansion: "none", validatorUrl: null,
  displayRequestDuration: true, defaultModelsExpandDepth: 0
});
"""


def install(api: FastAPI) -> None:
    """Serve the page and its files under `/docs`."""

    @api.get("/docs", include_in_schema=False)
    def page() -> HTMLResponse:
        return HTMLResponse(_PAGE)

    @api.get("/docs/start.js", include_in_schema=False)
    def start() -> Response:
        return Response(_START, media_type="text/javascript")

    api.mount("/docs/files", StaticFiles(directory=_FILES))
