"""Evaluates a boolean flag for each user and reports it by OpenTelemetry, as an application with stock hooks does.

Reads one JSON object from standard input:
  {"url", "sdk_key", "flag", "users"}
Reports the evaluations as events of spans, in protobuf. Writes nothing; ends when everything was exported.
"""

import json
import sys

from openfeature import api
from openfeature.contrib.hook.opentelemetry import TracingHook
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


def main() -> None:
    job = json.load(sys.stdin)
    headers = {"Authorization": f"Bearer {job['sdk_key']}"}
    exporter = OTLPSpanExporter(f"{job['url']}/v1/traces", headers=headers, compression=Compression.Gzip)
    tracers = TracerProvider()
    tracers.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(tracers)
    api.set_provider(OFREPProvider(job["url"], headers_factory=lambda: headers))
    api.add_hooks([TracingHook()])
    client = api.get_client()
    tracer = trace.get_tracer("application")
    for user in job["users"]:
        with tracer.start_as_current_span("POST /pay"):
            client.get_boolean_value(job["flag"], False, EvaluationContext(targeting_key=user))
    tracers.shutdown()


main()
