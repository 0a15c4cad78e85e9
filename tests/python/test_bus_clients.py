"""Clients that nobody here wrote publish, get receipts, watch projections, ask services, and are refused the rest."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import bus  # noqa: E402  (the folder must be on the path before)

try:
    import nats
    from cloudevents.core.bindings.http import HTTPMessage, from_http_event
except ImportError as absent:  # pragma: no cover
    nats = None
    MISSING = str(absent)

PATIENCE_S = 30
CLIENTS = bus.ROOT / "tests/clients"


def skip_reason():
    if nats is None:
        return f"skipped: {MISSING}; ./tests/run installs it"
    if not bus.NATS_SERVER.exists():
        return "skipped: nats-server is not at tests/.tools/venv/bin; ./tests/run installs it"
    return None


class OnTheBus(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        if reason := skip_reason():
            print(reason)
            raise unittest.SkipTest(reason)
        cls.server = cls.enterClassContext(bus.nats())
        cls.address = cls.enterClassContext(bus.chaperone(cls.server))

    async def connect(self, user, errors=None, to=None):
        async def note(error):
            if errors is not None:
                errors.append(str(error))

        client = await nats.connect(
            (to or self.server).url(user), inbox_prefix=f"_INBOX_{user}".encode(), error_cb=note,
            allow_reconnect=False,
        )
        self.addAsyncCleanup(client.close)
        return client

    async def ask(self, client, subject, question=b""):
        while True:
            try:
                answer = await client.request(subject, question, timeout=PATIENCE_S)
                return json.loads(answer.data)
            except nats.errors.NoRespondersError:
                await asyncio.sleep(0.05)

    async def test_a_producer_publishes_and_reads_its_receipts(self):
        crm = await self.connect("crm")
        receipts = await crm.subscribe("chaperone.meridian.receipt.crm")
        await crm.flush()
        one = bus.submission(101)
        while True:
            try:
                # The stream is made when the intake role first reaches the server.
                await crm.request("chaperone.meridian.intake.crm", json.dumps(one).encode(), timeout=5)
                break
            except (nats.errors.NoRespondersError, nats.errors.TimeoutError):
                await asyncio.sleep(0.05)
        await crm.publish("chaperone.meridian.intake.crm", json.dumps(one).encode())
        told = [json.loads((await receipts.next_msg(PATIENCE_S)).data) for _ in range(2)]
        self.assertEqual([receipt["id"] for receipt in told], ["s101", "s101"])
        self.assertEqual({receipt["status"] for receipt in told}, {"accepted", "repeated"})
        self.assertEqual(told[0]["events"], told[1]["events"])

    async def test_a_durable_receipt_is_the_reply_and_malformed_input_is_quarantined(self):
        crm = await self.connect("crm")
        quarantined = await crm.subscribe("chaperone.meridian.quarantine.crm")
        receipt = await self.ask(crm, "chaperone.meridian.submit.crm", json.dumps(bus.submission(201)).encode())
        self.assertEqual(receipt["status"], "accepted")
        stranger = bus.submission(202) | {"source": "orders"}
        receipt = await self.ask(crm, "chaperone.meridian.submit.crm", json.dumps(stranger).encode())
        self.assertEqual(receipt["status"], "quarantined")
        self.assertIn("/source", receipt["message"])
        await crm.publish("chaperone.meridian.intake.crm", b"{")
        told = json.loads((await quarantined.next_msg(PATIENCE_S)).data)
        self.assertEqual(told["status"], "quarantined")

    async def test_a_dashboard_watches_a_projection_and_asks_what_it_discovers(self):
        crm, dashboard = await self.connect("crm"), await self.connect("dashboard")
        await self.ask(crm, "chaperone.meridian.submit.crm",
                       json.dumps(bus.submission(301, account="initech")).encode())
        store = None
        while store is None:
            try:
                store = await dashboard.jetstream().key_value("CHAPERONE_deals_meridian_v2")
            except nats.js.errors.BucketNotFoundError:
                await asyncio.sleep(0.05)
        watcher = await store.watchall()
        await self.ask(crm, "chaperone.meridian.submit.crm",
                       json.dumps(bus.submission(302, account="hooli")).encode())
        seen = {}
        # Who watches may see an account between what was submitted and what was decided.
        while seen.get("initech") is None or seen.get("hooli") != ["approved"]:
            update = await watcher.updates(timeout=PATIENCE_S)
            if update is not None and update.value and update.key != "_head":
                seen[update.key] = [deal["registration"] for deal in json.loads(update.value)["deals"]]
        self.assertEqual(seen["hooli"], ["approved"])

        services = await self.ask(dashboard, "$SRV.INFO.chaperone")
        subjects = {endpoint["subject"] for endpoint in services["endpoints"]}
        self.assertIn("chaperone.query.accounts", subjects)
        account = await self.ask(dashboard, "chaperone.query.accounts", b'{"id": "hooli"}')
        self.assertEqual(account["account"], "hooli")

    async def test_what_is_published_is_a_cloud_event_for_its_own_sdk(self):
        crm, dashboard = await self.connect("crm"), await self.connect("dashboard")
        await self.ask(crm, "chaperone.meridian.submit.crm",
                       json.dumps(bus.submission(401, account="umbrella")).encode())
        facts = None
        while facts is None:
            try:
                facts = await dashboard.jetstream().subscribe("chaperone.meridian.fact.>", ordered_consumer=True)
            except nats.js.errors.NotFoundError:
                await asyncio.sleep(0.05)
        while True:
            message = await facts.next_msg(PATIENCE_S)
            headers = {name.lower(): value for name, value in message.headers.items()}
            if headers["ce-subject"] == "account-meridian.umbrella":
                break
        event = from_http_event(HTTPMessage(headers=headers, body=message.data))
        self.assertEqual(event.get_type(), "chaperone.deal.submitted.v1")
        self.assertEqual(event.get_data()["deal"], "d401")
        self.assertEqual(message.subject.split(".")[:4], ["chaperone", "meridian", "fact", "account"])

    async def test_a_relay_and_the_other_roles_work_as_users_of_their_own(self):
        others = "intake,registration,handoff,ownership,sentinel,clock,projector,api"
        with bus.nats() as server:
            crm, dashboard = await self.connect("crm", to=server), await self.connect("dashboard", to=server)
            with bus.chaperone(server, "--roles", others, user="roles"):
                one = json.dumps(bus.submission(501)).encode()
                receipt = await self.ask(crm, "chaperone.meridian.submit.crm", one)
                self.assertEqual(receipt["status"], "accepted")
                account = await self.ask(dashboard, "chaperone.query.accounts", b'{"id": "globex"}')
                self.assertEqual(account["account"], "globex")
                deals = await self.watched(dashboard, "CHAPERONE_deals_meridian_v2", "globex")
                self.assertEqual(deals["deals"][0]["deal"], "d501")
                self.assertEqual(await self.facts(dashboard), 0)
            # A folder of its own, and so a book of its own: here it is the relay's rights that are tried.
            with bus.chaperone(server, "--roles", "relay", user="relay"):
                while not await self.facts(dashboard):
                    await asyncio.sleep(0.05)

    async def facts(self, client):
        try:
            return (await client.jetstream().stream_info("CHAPERONE")).state.messages
        except nats.js.errors.NotFoundError:
            return 0

    async def watched(self, client, bucket, key):
        while True:
            try:
                store = await client.jetstream().key_value(bucket)
                return json.loads((await store.get(key)).value)
            except (nats.js.errors.BucketNotFoundError, nats.js.errors.KeyNotFoundError):
                await asyncio.sleep(0.05)

    async def refused(self, user, act):
        errors = []
        client = await self.connect(user, errors)
        await act(client)
        await client.flush()
        for _ in range(200):
            if errors:
                break
            await asyncio.sleep(0.01)
        self.assertTrue(any("permissions violation" in error.lower() for error in errors), (user, errors))

    async def test_everybody_is_refused_what_is_not_theirs(self):
        def publishes(subject):
            return lambda client: client.publish(subject, b"{}")

        def reads(subject):
            return lambda client: client.subscribe(subject)

        fact = "chaperone.meridian.fact.account.globex"
        for user, act in [
            ("crm", publishes(fact)),
            ("crm", publishes("chaperone.meridian.intake.orders")),
            ("crm", publishes("chaperone.other.intake.crm")),
            ("crm", publishes("chaperone.meridian.submit.orders")),
            ("crm", publishes("chaperone.command.ownership")),
            ("crm", publishes("$JS.API.STREAM.DELETE.CHAPERONE")),
            ("crm", reads("chaperone.meridian.fact.>")),
            ("crm", reads("chaperone.meridian.receipt.orders")),
            ("crm", reads("_INBOX_dashboard.>")),
            ("roles", publishes(fact)),
            ("roles", publishes("$JS.API.STREAM.PURGE.CHAPERONE")),
            ("roles", publishes("$JS.API.STREAM.DELETE.CHAPERONE")),
            ("roles", publishes("$JS.API.STREAM.MSG.DELETE.CHAPERONE")),
            ("relay", publishes("chaperone.meridian.intake.crm")),
            ("relay", publishes("$JS.API.STREAM.DELETE.KV_CHAPERONE_deals_meridian_v2")),
            ("relay", publishes("$KV.CHAPERONE_deals_meridian_v2.globex")),
            ("dashboard", publishes(fact)),
            ("dashboard", publishes("chaperone.meridian.intake.crm")),
            ("dashboard", publishes("$KV.CHAPERONE_deals_meridian_v2.globex")),
            ("dashboard", publishes("$JS.API.STREAM.PURGE.CHAPERONE")),
            ("dashboard", publishes("$JS.API.CONSUMER.CREATE.CHAPERONE_INTAKE")),
            ("dashboard", publishes("chaperone.command.ownership")),
            ("dashboard", reads("chaperone.*.submit.*")),
        ]:
            await self.refused(user, act)

    def test_node_clients_do_the_same(self):
        if shutil.which("node") is None or shutil.which("npm") is None:
            self.skipTest("skipped: node and npm are absent")
        if not (CLIENTS / "node_modules").exists():
            installed = ["npm", "ci", "--silent", "--no-audit", "--no-fund"]
            subprocess.run(installed, cwd=CLIENTS, check=True)
        environment = os.environ | {
            "CRM_URL": self.server.url("crm"), "DASHBOARD_URL": self.server.url("dashboard"),
        }
        run = subprocess.run(["node", "--test", "bus.test.mjs"], cwd=CLIENTS, env=environment,
                             capture_output=True, text=True, timeout=180)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)


if __name__ == "__main__":
    unittest.main()
