// The published NATS and CloudEvents libraries for Node, against a bus that is already there: CRM_URL and
// DASHBOARD_URL say where. tests/python/test_bus_clients.py starts it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { connect } from "@nats-io/transport-node";
import { jetstream } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { Svcm } from "@nats-io/services";
import { HTTP } from "cloudevents";

const patience = 30_000;
let crm, dashboard;

function client(address) {
  const { hostname, port, username, password } = new URL(address);
  return connect({
    servers: `${hostname}:${port}`, user: username, pass: password, inboxPrefix: `_INBOX_${username}`,
  });
}

function submission(number, account) {
  return JSON.stringify({
    specversion: "1.0", id: `n${number}`, source: "crm", type: "chaperone.deal.submitted.v1",
    subject: `account-meridian.${account}`, time: "2026-03-01T10:00:00Z", actorrole: "system",
    data: {
      deal: `n${number}`, partner: "contoso", scope: { product_lines: ["storage"] }, need: "storage",
      complete: true, missing: [],
    },
  });
}

// The roles announce themselves a moment after the server is there.
async function ask(from, subject, question) {
  for (;;) {
    try {
      return (await from.request(subject, question, { timeout: patience })).json();
    } catch (error) {
      if (!/no responders/i.test(`${error} ${error.cause ?? ""}`)) throw error;
      await new Promise((again) => setTimeout(again, 50));
    }
  }
}

before(async () => {
  [crm, dashboard] = await Promise.all([client(process.env.CRM_URL), client(process.env.DASHBOARD_URL)]);
});

after(async () => {
  await Promise.all([crm?.close(), dashboard?.close()]);
});

test("a producer publishes and reads its receipt", async () => {
  const receipts = crm.subscribe("chaperone.meridian.receipt.crm");
  crm.publish("chaperone.meridian.intake.crm", submission(1, "stark"));
  for await (const message of receipts) {
    const receipt = message.json();
    if (receipt.id !== "n1") continue;
    assert.equal(receipt.status, "accepted");
    break;
  }
});

test("a dashboard watches a projection: what stands there, then each change", async () => {
  await ask(crm, "chaperone.meridian.submit.crm", submission(2, "wayne"));
  const store = await new Kvm(dashboard).open("CHAPERONE_accounts_meridian_v1");
  const watch = await store.watch();
  await ask(crm, "chaperone.meridian.submit.crm", submission(3, "oscorp"));
  const seen = new Set();
  for await (const entry of watch) {
    seen.add(entry.key);
    if (seen.has("wayne") && seen.has("oscorp")) break;
  }
  assert.equal((await store.get("oscorp")).json().account, "oscorp");
});

test("the services are discovered and asked", async () => {
  const found = [];
  for await (const info of await new Svcm(dashboard).client({ maxWait: 2_000 }).info("chaperone")) found.push(info);
  const subjects = found.flatMap((info) => info.endpoints.map((endpoint) => endpoint.subject));
  assert.ok(subjects.includes("chaperone.query.deals"), subjects.join(" "));
  await ask(crm, "chaperone.meridian.submit.crm", submission(4, "tyrell"));
  const deals = await ask(dashboard, "chaperone.query.deals", JSON.stringify({ partner: "contoso" }));
  assert.ok(deals.some((deal) => deal.deal === "n4"));
});

test("what is published is a CloudEvent for its own library", async () => {
  await ask(crm, "chaperone.meridian.submit.crm", submission(5, "cyberdyne"));
  const consumer = await jetstream(dashboard).consumers.get("CHAPERONE", {
    filter_subjects: "chaperone.meridian.fact.>",
  });
  const messages = await consumer.consume();
  for await (const message of messages) {
    const headers = {};
    for (const [name, [value]] of message.headers) headers[name.toLowerCase()] = value;
    if (headers["ce-subject"] !== "account-meridian.cyberdyne") continue;
    const event = HTTP.toEvent({ headers, body: message.string() });
    assert.equal(event.type, "chaperone.deal.submitted.v1");
    assert.equal(event.data.deal, "n5");
    break;
  }
  messages.stop();
});
