// Evaluates a boolean flag for each user and reports it by OpenTelemetry, as an application with stock hooks does.
//
// Reads one JSON object from standard input:
//   { "url", "sdk_key", "flag", "users", "hook" }
// `hook` is "EventHook" (logs, as JSON), "SpanEventHook" or "SpanHook" (traces, as protobuf). Writes nothing; ends
// when everything was exported. SIGNALBOX_NODE_MODULES names the folder that holds `node_modules`.

import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const require = createRequire(join(process.env.SIGNALBOX_NODE_MODULES, "package.json"));
const { OpenFeature } = require("@openfeature/server-sdk");
const { OFREPProvider } = require("@openfeature/ofrep-provider");
const hooks = require("@openfeature/open-telemetry-hooks");
const { context, diag, DiagConsoleLogger, DiagLogLevel, trace } = require("@opentelemetry/api");
const { logs } = require("@opentelemetry/api-logs");
const { BatchLogRecordProcessor, LoggerProvider } = require("@opentelemetry/sdk-logs");
const { OTLPLogExporter } = require("@opentelemetry/exporter-logs-otlp-http");
const { BasicTracerProvider, BatchSpanProcessor } = require("@opentelemetry/sdk-trace-base");
const { OTLPTraceExporter } = require("@opentelemetry/exporter-trace-otlp-proto");
const { AsyncLocalStorageContextManager } = require("@opentelemetry/context-async-hooks");

// What an exporter could not send, it only logs; to whoever reads this script's errors that should not be lost.
diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);

const { url, sdk_key, flag, users, hook } = JSON.parse(await text(process.stdin));
const headers = { Authorization: `Bearer ${sdk_key}` };
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const loggers = new LoggerProvider({
  processors: [new BatchLogRecordProcessor(new OTLPLogExporter({ url: `${url}/v1/logs`, headers }))],
});
logs.setGlobalLoggerProvider(loggers);
const traces = new OTLPTraceExporter({ url: `${url}/v1/traces`, headers, compression: "gzip" });
const tracers = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(traces)] });
trace.setGlobalTracerProvider(tracers);

await OpenFeature.setProviderAndWait(
  new OFREPProvider({ baseUrl: url, headers: [["Authorization", `Bearer ${sdk_key}`]] }),
);
OpenFeature.addHooks(new hooks[hook]());
const client = OpenFeature.getClient();
const tracer = trace.getTracer("application");
for (const user of users) {
  await tracer.startActiveSpan("POST /pay", async (span) => {
    await client.getBooleanValue(flag, false, { targetingKey: user });
    span.end();
  });
}
await loggers.shutdown();
await tracers.shutdown();
await OpenFeature.close();
