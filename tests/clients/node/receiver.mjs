// Receives messages of a webhook, and verifies them by the stock library of Standard Webhooks.
//
// Its first line says where it listens: { "url" }. Each line that it reads then says what messages are to be signed
// with, and how the next ones are answered, 204 once these are used up: { "secret", "answers": [500, 301] }, and it
// answers { "ready": true }. For each message it writes a line:
//   { "id", "verified": true or why not, "older": whether the signature verifies with the secret before,
//     "signatures", "agent", "type", "body": what the message says, "answered" }

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buffer } from "node:stream/consumers";

const require = createRequire(join(process.env.SIGNALBOX_NODE_MODULES, "package.json"));
const { Webhook } = require("standardwebhooks");

let secrets = [];
let answers = [];
const say = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);

function verified(secret, body, headers) {
  if (secret === undefined) return "there is no secret";
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch (error) {
    return String(error.message ?? error);
  }
}

const server = createServer(async (request, response) => {
  const body = (await buffer(request)).toString("utf8");
  const { headers } = request;
  const answered = answers.shift() ?? 204;
  response.writeHead(answered, answered === 301 ? { location: "/elsewhere" } : {});
  response.end();
  say({
    id: headers["webhook-id"],
    verified: verified(secrets.at(-1), body, headers),
    older: verified(secrets.at(-2), body, headers),
    signatures: headers["webhook-signature"].split(" ").length,
    agent: headers["user-agent"],
    type: headers["content-type"],
    body: JSON.parse(body),
    answered,
  });
});

server.listen(0, "127.0.0.1", () => say({ url: `http://127.0.0.1:${server.address().port}/hooks/secret-path` }));
createInterface({ input: process.stdin }).on("line", (line) => {
  const told = JSON.parse(line);
  if (told.secret) secrets.push(told.secret);
  if (told.answers) answers = told.answers;
  say({ ready: true });
});
process.stdin.on("close", () => process.exit(0));
