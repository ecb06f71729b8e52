// Measures requests with and without a boolean flag by a histogram of OpenTelemetry, as a service without traces does.
// Nobody says whose requests they are.
//
// Reads one JSON object from standard input:
//   { "url", "sdk_key", "flag", "version", "rounds", "requests", "failing": [without, with] }
// In each round so many requests are made with the feature and so many without, of which so many fail, and what was
// measured is exported. Writes nothing; ends when everything was exported.

import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";

const require = createRequire(join(process.env.SIGNALBOX_NODE_MODULES, "package.json"));
const { diag, DiagConsoleLogger, DiagLogLevel } = require("@opentelemetry/api");
const { MeterProvider, PeriodicExportingMetricReader } = require("@opentelemetry/sdk-metrics");
const { OTLPMetricExporter } = require("@opentelemetry/exporter-metrics-otlp-proto");

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);
const { url, sdk_key, flag, version, rounds, requests, failing } = JSON.parse(await text(process.stdin));
const headers = { Authorization: `Bearer ${sdk_key}` };
const exporter = new OTLPMetricExporter({ url: `${url}/v1/metrics`, headers, compression: "gzip" });
// What is measured is exported when it is asked for; by itself not before this is over.
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
const meters = new MeterProvider({ readers: [reader] });
const duration = meters.getMeter("service").createHistogram("http.server.request.duration", { unit: "s" });

for (let round = 0; round < rounds; round += 1) {
  for (const [index, variant] of ["off", "on"].entries()) {
    const tags = {
      "feature_flag.key": flag,
      "feature_flag.result.variant": variant,
      "feature_flag.result.reason": "split",
      "feature_flag.version": version,
    };
    for (let request = 0; request < requests; request += 1) {
      // Rounds differ a little, as chance has it.
      const failed = request < failing[index] + (round % 2);
      duration.record(0.05, failed ? { ...tags, "error.type": "500" } : tags);
    }
  }
  await reader.forceFlush();
  // Two exports of one moment are one.
  await setTimeout(5);
}
await meters.shutdown();
