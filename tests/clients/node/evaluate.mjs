// Evaluates flags as an application does: with the stock OpenFeature SDK and its OFREP provider.
//
// Reads one JSON object from standard input:
//   { "url", "sdk_key", "evaluations": [{ "flag", "kind", "fallback", "user", "attributes" }] }
// and writes one JSON array with, for each evaluation and in their order:
//   { "value", "type", "variant", "reason", "error" }
// SIGNALBOX_NODE_MODULES names the folder that holds `node_modules`.

import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const require = createRequire(join(process.env.SIGNALBOX_NODE_MODULES, "package.json"));
const { OpenFeature } = require("@openfeature/server-sdk");
const { OFREPProvider } = require("@openfeature/ofrep-provider");

// As many requests as a busy application has under way at once.
const AT_ONCE = 16;

const { url, sdk_key, evaluations } = JSON.parse(await text(process.stdin));
const provider = new OFREPProvider({ baseUrl: url, headers: [["Authorization", `Bearer ${sdk_key}`]] });
await OpenFeature.setProviderAndWait(provider);
const client = OpenFeature.getClient();

const ask = {
  boolean: (flag, fallback, context) => client.getBooleanDetails(flag, fallback, context),
  string: (flag, fallback, context) => client.getStringDetails(flag, fallback, context),
  integer: (flag, fallback, context) => client.getNumberDetails(flag, fallback, context),
  float: (flag, fallback, context) => client.getNumberDetails(flag, fallback, context),
  json: (flag, fallback, context) => client.getObjectDetails(flag, fallback, context),
};

async function evaluate({ flag, kind, fallback, user, attributes }) {
  const context = { ...attributes };
  if (user !== undefined) context.targetingKey = user;
  const details = await ask[kind](flag, fallback, context);
  return {
    value: details.value,
    type: typeof details.value,
    variant: details.variant ?? null,
    reason: details.reason ?? null,
    error: details.errorCode ?? null,
  };
}

const answers = new Array(evaluations.length);
let next = 0;
async function work() {
  while (next < evaluations.length) {
    const index = next++;
    answers[index] = await evaluate(evaluations[index]);
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, work));

process.stdout.write(JSON.stringify(answers));
await OpenFeature.close();
