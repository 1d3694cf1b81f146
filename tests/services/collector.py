"""An OpenTelemetry collector's door: takes traces over HTTP and reads them by the published protobuf schema.

May not know who sends.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Collector:
    """What came so far."""

    url: str = ""
    status: int = 200
    requests: list[ExportTraceServiceRequest] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def spans(self) -> dict[str, list[Span]]:
        """By the name of the service and their own: `leadbright-relay/forward frames`."""
        found: dict[str, list[Span]] = {}
        for resource in (each for request in self.requests for each in request.resource_spans):
            (service,) = (a.value.string_value for a in resource.resource.attributes if a.key == "service.name")
            for span in (each for scope in resource.scope_spans for each in scope.spans):
                found.setdefault(f"{service}/{span.name}", []).append(span)
        return found


def facts(span: Span) -> dict[str, str | int]:
    """The attributes of a span."""
    return {a.key: getattr(a.value, str(a.value.WhichOneof("value"))) for a in span.attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a free port of this machine."""
    collector = Collector()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.path == "/v1/traces"
            assert self.headers["Content-Type"] == "application/json"
            collector.bodies.append(body)
            if collector.status == 200:
                collector.requests.append(ParseDict(_with_bytes(json.loads(body)), ExportTraceServiceRequest()))
            self.send_response(collector.status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        collector.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()


def _with_bytes(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """OTLP writes ids in hex where the usual JSON of protobuf has base64."""
    if isinstance(value, list):
        return [_with_bytes(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64encode(bytes.fromhex(each)).decode() if name in _IDS else _with_bytes(each)
        for name, each in value.items()
    }


_IDS = ("traceId", "spanId", "parentSpanId")
