"""What a vendor's system and a dashboard do on the bus, with nothing but a NATS client (pip install nats-py)."""

import asyncio, json, nats

EVENT = {"specversion": "1.0", "id": "1", "source": "crm", "type": "chaperone.deal.submitted.v1",
         "subject": "account-meridian.globex", "time": "2026-03-01T10:00:00Z", "actorrole": "system",
         "data": {"deal": "d-1", "partner": "northwind", "need": "forty switches", "complete": True, "missing": []}}

async def main():
    crm = await nats.connect("nats://crm:p@127.0.0.1:4222", inbox_prefix=b"_INBOX_crm")
    dashboard = await nats.connect("nats://dashboard:d@127.0.0.1:4222", inbox_prefix=b"_INBOX_dashboard")
    receipt = await crm.request("chaperone.meridian.submit.crm", json.dumps(EVENT).encode(), timeout=5)
    print("receipt:", receipt.data.decode())
    account = await dashboard.request("chaperone.query.accounts", b'{"id": "globex"}', timeout=5)
    print("asked:", account.data.decode())
    # A projection is a moment behind the journal, and the first one is made when the first event is there.
    await asyncio.sleep(1)
    watch = await (await dashboard.jetstream().key_value("CHAPERONE_deals_meridian_v2")).watchall()
    print("watched:", (await watch.updates(timeout=5)).value.decode())

asyncio.run(main())
