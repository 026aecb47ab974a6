"""How AWS services say that a caller may not do something. SDKs take these answers apart, so each has its own form."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from .asgi import Scope, Send

_REST_JSON = frozenset({"lambda", "scheduler"})


async def refuse(scope: Scope, send: Send, service: str, message: str) -> None:
    """Answers a request with the service's own AccessDenied."""
    if service == "s3":
        text = f"<Error><Code>AccessDenied</Code><Message>{escape(message)}</Message></Error>"
        status, kind, body = 403, b"application/xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()
    elif service == "sns":
        # The query protocol; the word is the service's own.
        error = f"<Type>Sender</Type><Code>AuthorizationError</Code><Message>{escape(message)}</Message>"
        text = f'<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error>{error}</Error></ErrorResponse>'
        status, kind, body = 403, b"text/xml", text.encode()
    else:
        status = 403 if service in _REST_JSON else 400
        kind = b"application/json" if service in _REST_JSON else b"application/x-amz-json-1.0"
        body = json.dumps({"__type": "AccessDeniedException", "message": message}).encode()
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"x-amzn-errortype", b"AccessDeniedException"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
