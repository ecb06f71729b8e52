// Watches one flag as a web page does: with the stock OpenFeature web SDK and its OFREP web provider, which hears of
// changes by server-sent events. Node.js has no `EventSource` of its own, so it gets npm's `eventsource`.
//
// Reads one JSON object from standard input: { "url", "sdk_key", "flag", "user" }
// and writes one line of JSON for the first value and for each event of the provider:
//   { "event", "value", "flags", "statuses" }
// where `flags` are those that changed and `statuses` the answers to its evaluations so far. Ends with its input.
// SIGNALBOX_NODE_MODULES names the folder that holds `node_modules`.

import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(join(process.env.SIGNALBOX_NODE_MODULES, "package.json"));
globalThis.EventSource = require("eventsource").EventSource;
const { OpenFeature, ProviderEvents } = require("@openfeature/web-sdk");
const { OFREPWebProvider } = require("@openfeature/ofrep-web-provider");

const statuses = [];
const fetchAndCount = async (input, init) => {
  const answer = await fetch(input, init);
  statuses.push(answer.status);
  return answer;
};

const input = createInterface({ input: process.stdin });
input.once("close", () => process.exit(0));
const { url, sdk_key, flag, user } = JSON.parse(await new Promise((done) => input.once("line", done)));

const provider = new OFREPWebProvider({
  baseUrl: url,
  headers: [["Authorization", `Bearer ${sdk_key}`]],
  fetchImplementation: fetchAndCount,
});
await OpenFeature.setContext({ targetingKey: user });
await OpenFeature.setProviderAndWait(provider);
const client = OpenFeature.getClient();

const tell = (event, details) => {
  const value = client.getBooleanValue(flag, false);
  console.log(JSON.stringify({ event, value, flags: details?.flagsChanged ?? [], statuses }));
};
tell("ready");
for (const event of [ProviderEvents.ConfigurationChanged, ProviderEvents.Stale, ProviderEvents.Error]) {
  client.addHandler(event, (details) => tell(event, details));
}
