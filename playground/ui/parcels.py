"""Files on their way to a visitor: packed on request, fetched once under an address that nobody can guess."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

MOST_BYTES = 256_000_000  # of all parcels that wait; the oldest go first


@dataclass(frozen=True)
class Parcel:
    name: str
    data: bytes
    kind: str = "application/octet-stream"


class Parcels:
    """What waits to be fetched, by token."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, Parcel] = OrderedDict()

    def put(self, parcel: Parcel) -> str:
        """Returns the token."""
        token = secrets.token_urlsafe(18)
        with self._lock:
            self._waiting[token] = parcel
            while sum(len(other.data) for other in self._waiting.values()) > MOST_BYTES and len(self._waiting) > 1:
                self._waiting.popitem(last=False)
        return token

    def take(self, token: str) -> Parcel | None:
        """The parcel, which then waits no more."""
        with self._lock:
            return self._waiting.pop(token, None)

    def route(self, path: str) -> Route:
        """Where browsers fetch: path/token."""

        def fetch(request: Request) -> Response:
            parcel = self.take(request.path_params["token"])
            if parcel is None:
                return Response(status_code=404)
            headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(parcel.name)}"}
            return Response(parcel.data, media_type=parcel.kind, headers=headers)

        return Route(f"{path}/{{token}}", fetch)
