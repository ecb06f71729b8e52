// A service that evaluates a boolean flag in every request and reports its requests by OpenTelemetry, as a service with
// stock hooks and exporters does. Its requests fail and take time as it is told; nobody waits for that time.
//
// Reads one JSON object from standard input:
//   { "url", "sdk_key", "flag", "first", "people",
//     "requests": { "each", "busy_with", "busy" },   requests of a person; every tenth with or without the feature makes
//                                                    `busy` instead, where `busy_with` is true, false or null (nobody)
//     "without": { "error", "error_at_end", "millis" }, "with": { "error", "error_at_end", "millis" } }
// Errors are parts of 1 that go from `error` to `error_at_end` while people come. Each person comes once; afterwards it
// tells, by /api/v1/track, that they completed a payment where none of their requests failed.
// Writes one JSON object at the end: { "requests", "failed", "with" }.

import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const require = createRequire(join(process.env.SIGNALBOX_NODE_MODULES, "package.json"));
const { OpenFeature } = require("@openfeature/server-sdk");
const { OFREPProvider } = require("@openfeature/ofrep-provider");
const { SpanEventHook } = require("@openfeature/open-telemetry-hooks");
const { context, diag, DiagConsoleLogger, DiagLogLevel, SpanKind, SpanStatusCode, trace } = require("@opentelemetry/api");
const { BasicTracerProvider, BatchSpanProcessor } = require("@opentelemetry/sdk-trace-base");
const { OTLPTraceExporter } = require("@opentelemetry/exporter-trace-otlp-proto");
const { AsyncLocalStorageContextManager } = require("@opentelemetry/context-async-hooks");

const AT_ONCE = 16;

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);
const job = JSON.parse(await text(process.stdin));
const headers = { Authorization: `Bearer ${job.sdk_key}` };
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const exporter = new OTLPTraceExporter({ url: `${job.url}/v1/traces`, headers, compression: "gzip" });
// Nothing may be dropped on the way: what was reported is compared with what happened.
const processor = new BatchSpanProcessor(exporter, { maxQueueSize: 1_000_000, scheduledDelayMillis: 500 });
const tracers = new BasicTracerProvider({ spanProcessors: [processor] });
trace.setGlobalTracerProvider(tracers);
await OpenFeature.setProviderAndWait(
  new OFREPProvider({ baseUrl: job.url, headers: [["Authorization", `Bearer ${job.sdk_key}`]] }),
);
OpenFeature.addHooks(new SpanEventHook());
const client = OpenFeature.getClient();
const tracer = trace.getTracer("service");

// The same people have the same luck in every run, and no two runs share it.
let drawn = 0;
const chance = () => {
  drawn += 1;
  const digest = createHash("sha256").update(`${job.flag}/${job.first}/${drawn}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
};

const told = { requests: 0, failed: 0, with: 0 };
const outcomes = [];

async function request(person, progress) {
  const start = Date.now();
  let has = false;
  let failed = false;
  await tracer.startActiveSpan("POST /pay", { kind: SpanKind.SERVER, startTime: start }, async (span) => {
    has = await client.getBooleanValue(job.flag, false, { targetingKey: person });
    const { error, error_at_end, millis } = has ? job.with : job.without;
    failed = chance() < error + (error_at_end - error) * progress;
    if (failed) {
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end(start + millis * (0.5 + chance()));
  });
  told.requests += 1;
  told.failed += failed ? 1 : 0;
  return { has, failed };
}

async function comes(number) {
  const person = `customer-${number}`;
  const progress = (number - job.first) / job.people;
  const first = await request(person, progress);
  told.with += first.has ? 1 : 0;
  const { each, busy_with, busy } = job.requests;
  const requests = first.has === busy_with && number % 10 === 0 ? busy : each;
  let failed = first.failed;
  for (let more = 1; more < requests; more += 1) {
    failed = (await request(person, progress)).failed || failed;
  }
  if (!failed) {
    outcomes.push({ targetingKey: person, event: "payment_completed", value: 10 });
  }
}

let next = job.first;
const line = async () => {
  while (next < job.first + job.people) {
    next += 1;
    await comes(next - 1);
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, line));
await tracers.shutdown();
for (let from = 0; from < outcomes.length; from += 1_000) {
  const body = JSON.stringify({ outcomes: outcomes.slice(from, from + 1_000) });
  const answer = await fetch(`${job.url}/api/v1/track`, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body,
  });
  if (!answer.ok) {
    throw new Error(`outcomes are refused: ${answer.status} ${await answer.text()}`);
  }
}
await OpenFeature.close();
process.stdout.write(JSON.stringify(told));
