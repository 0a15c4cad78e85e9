//! One customer under several accounts, through the real binary: linked, looked at, parted, on both clocks.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use serde_json::{Value, json};
use tests::chaperone::{Chaperone, Finished};
use tests::events::{event, lines};
use tests::http::Client;

fn opened(account: &str, day: u32, name: &str, keys: Value) -> Value {
    let data = json!({"keys": keys, "legal_name": name, "country": "NO"});
    let (subject, time) = (format!("account-meridian.{account}"), format!("2026-01-{day:02}T09:00:00Z"));
    event(&format!("{account}-opened-{day}"), "account.opened", &subject, &time, data)
}

fn holder(account: &str, day: u32, holder: &str, line: &str) -> Value {
    let (subject, from) = (format!("account-meridian.{account}"), format!("2026-01-{day:02}T09:00:00Z"));
    let data = json!({"holder": holder, "scope": {"product_lines": [line]}, "from": from, "basis_claimed": "initial"});
    event(&format!("{account}-holder-{day}"), "account.holder_recorded", &subject, &from, data)
}

fn duns(number: &str) -> Value {
    json!([{"key": format!("duns:{number}"), "strength": "duns"}])
}

fn ingest(chaperone: &Chaperone, events: &[Value]) -> Value {
    chaperone.run_with_input(["ingest", "-", "--output", "json"], &lines(events)).ended_with(0).json()
}

fn asked(chaperone: &Chaperone, arguments: &[&str]) -> Finished {
    chaperone.run(arguments.iter().chain(&["--output", "json"]))
}

fn answer(chaperone: &Chaperone, arguments: &[&str]) -> Value {
    asked(chaperone, arguments).ended_with(0).json()
}

/// Who holds what of the customer an account is known to be.
fn held(chaperone: &Chaperone, account: &str, moment: &[&str]) -> Vec<String> {
    let arguments: Vec<&str> = ["account", "show", account].iter().chain(moment).copied().collect();
    let shown = answer(chaperone, &arguments);
    let rows = shown["holders"].as_array().unwrap().iter();
    let mut held: Vec<String> = rows
        .map(|row| format!("{}: {} holds {}", shown["account"], row["holder"], row["scope"]).replace('"', ""))
        .collect();
    held.sort();
    held
}

fn head(chaperone: &Chaperone) -> String {
    answer(chaperone, &["journal", "head"])["position"].as_str().unwrap().to_owned()
}

fn pairs(chaperone: &Chaperone) -> Vec<(String, String)> {
    let queue = answer(chaperone, &["identity", "queue", "list"]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    queue.as_array().unwrap().iter().map(|row| (text(&row["account"]), text(&row["other"]))).collect()
}

/// A shop that the vendor's own system knows, and later a portal under another name.
fn two_accounts(chaperone: &Chaperone) -> String {
    ingest(
        chaperone,
        &[
            opened("solvik", 5, "Solvik Retail AS", duns("150483782")),
            holder("solvik", 6, "northwind", "storage"),
        ],
    );
    let before = head(chaperone);
    ingest(
        chaperone,
        &[
            opened("solvik-nordic", 10, "Solvik Retail Nordic AS", duns("15-048-3782")),
            holder("solvik-nordic", 11, "contoso", "backup"),
        ],
    );
    before
}

#[test]
fn a_hard_id_links_two_accounts_and_every_answer_follows_on_both_clocks() {
    let chaperone = Chaperone::new();
    let before = two_accounts(&chaperone);
    let both = ["solvik: contoso holds backup", "solvik: northwind holds storage"];
    assert_eq!(held(&chaperone, "solvik", &[]), both);
    assert_eq!(held(&chaperone, "solvik-nordic", &[]), both);
    assert_eq!(
        held(&chaperone, "solvik", &["--known-at", &before]),
        ["solvik: northwind holds storage"],
        "before it was known"
    );
    let early = ["--as-of", "2026-01-08T00:00:00Z"];
    assert_eq!(held(&chaperone, "solvik-nordic", &early), ["solvik: northwind holds storage"]);
    let listed = answer(&chaperone, &["account", "list"]);
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    let linked = answer(&chaperone, &["identity", "list"]);
    assert_eq!((&linked[0]["account"], &linked[0]["customer"]), (&json!("solvik-nordic"), &json!("solvik")));
    assert_eq!((&linked[0]["decided_by"], &linked[0]["sure"]), (&json!("rules"), &json!("hard")));
    let compared = answer(&chaperone, &["identity", "explain", "solvik", "solvik-nordic"]);
    assert_eq!((&compared["band"], &compared["one_customer"]), (&json!("link"), &json!(true)));
    assert_eq!(compared["hard_keys"], json!(["duns:150483782"]));
    assert_eq!(compared["decided"], json!([linked[0]["event"]]));
}

#[test]
fn what_a_person_parts_stays_parted_and_takes_its_events_along() {
    let chaperone = Chaperone::new();
    two_accounts(&chaperone);
    // Said of the wrong account while the two were taken for one.
    ingest(&chaperone, &[holder("solvik", 20, "wingtip", "network")]);
    let history = answer(&chaperone, &["account", "history", "solvik"]);
    let stray =
        history.as_array().unwrap().iter().find(|row| row["sentence"].to_string().contains("wingtip"));
    let stray = stray.unwrap()["event"].as_str().unwrap().to_owned();
    let joined = head(&chaperone);
    let part = |with: &[&str]| {
        let words = ["identity", "part", "solvik", "solvik-nordic", "--reason", "two shops", "--as", "ada"];
        asked(&chaperone, &words.iter().chain(with).copied().collect::<Vec<&str>>())
    };
    part(&["--move", &stray]).ended_with(0);
    assert_eq!(held(&chaperone, "solvik", &[]), ["solvik: northwind holds storage"]);
    let own = ["solvik-nordic: contoso holds backup", "solvik-nordic: wingtip holds network"];
    assert_eq!(held(&chaperone, "solvik-nordic", &[]), own);
    assert_eq!(held(&chaperone, "solvik-nordic", &["--known-at", &joined]).len(), 3, "as was believed");
    // Told again in other words, the rules would link them, and a person said otherwise.
    ingest(&chaperone, &[opened("solvik-nordic", 25, "Solvik Retail AS", duns("150483782"))]);
    assert_eq!(answer(&chaperone, &["identity", "list"]), json!([]));
    assert_eq!(pairs(&chaperone), []);
    part(&[]).ended_with(0);
}

#[test]
fn a_name_alone_waits_for_a_person_whose_answer_is_kept() {
    let chaperone = Chaperone::new();
    ingest(
        &chaperone,
        &[
            opened("beta", 5, "Betasoloin", json!([])),
            opened("beta-2", 6, "Betasolin", json!([])),
            opened("hot", 5, "Hottechi GmbH", json!([])),
            opened("hot-2", 6, "Hottechi", json!([])),
            opened("other", 7, "Scottech", json!([])),
        ],
    );
    let (beta, hot) = (("beta".to_owned(), "beta-2".to_owned()), ("hot".to_owned(), "hot-2".to_owned()));
    assert_eq!(pairs(&chaperone), [hot, beta.clone()], "the strongest first");
    let decide = |a: &str, b: &str, said: &str| {
        let words =
            ["identity", "queue", "decide", a, b, said, "--reason", "asked the customer", "--as", "ada"];
        asked(&chaperone, &words)
    };
    decide("hot", "hot-2", "different").ended_with(0);
    assert_eq!(pairs(&chaperone), [beta]);
    decide("beta", "beta-2", "same").ended_with(0);
    assert_eq!(pairs(&chaperone), []);
    let linked = answer(&chaperone, &["identity", "list"]);
    assert_eq!((&linked[0]["account"], &linked[0]["sure"]), (&json!("beta-2"), &json!("soft")));
    assert_eq!(linked[0]["decided_by"], "person");
    decide("hot", "hot-2", "same").ended_with(4);
    decide("hot", "other", "same").ended_with(4);
}

/// A command of somebody of this partner.
fn command(id: &str, order: &str, account: &str, partner: &str, data: Value) -> Value {
    json!({"type": format!("chaperone.{order}.v1"), "id": id, "subject": format!("account-meridian.{account}"),
        "authid": format!("desk@{partner}.example"), "actorrole": "partner_user", "actorpartner": partner, "data": data})
}

fn enroll(partner: &str) -> Value {
    json!({"type": "chaperone.partner.enroll.v1", "id": format!("enroll-{partner}"), "authid": "vera@meridian.example",
        "subject": format!("partner-meridian.{partner}"), "actorrole": "vendor_officer",
        "data": {"kinds": ["var"], "legal_name": partner, "country": "NO", "origin": "application"}})
}

/// Contoso's registration of storage, on an account of its own choice.
fn registration(account: &str) -> Value {
    let data = json!({"deal": "d-1", "partner": "contoso", "scope": {"product_lines": ["storage"]}, "need": "storage"});
    command("register", "deal.submit", account, "contoso", data)
}

/// Northwind is host and contoso guest in `beta`, which is one customer with `beta-2` by these keys, or by a person.
fn guest_of_one_of_two(keys: &Value) -> Chaperone {
    let chaperone = Chaperone::new();
    ingest(
        &chaperone,
        &[opened("beta", 5, "Betasoloin", keys.clone()), opened("beta-2", 6, "Betasolin", keys.clone())],
    );
    if keys == &json!([]) {
        let decide =
            ["identity", "queue", "decide", "beta", "beta-2", "same", "--reason", "asked", "--as", "ada"];
        asked(&chaperone, &decide).ended_with(0);
    }
    let terms = "sha256:abababababababababababababababababababababababababababababababab";
    let invite = json!({"handoff": "h-1", "host": "northwind", "guest": "contoso", "protected_scope": {},
        "granted_scope": {"product_lines": ["wireless"]}, "granted_acts": ["order"], "role": "Services Partner",
        "terms": terms, "protection_days": 365, "tail_days": 90, "commitments": [],
        "commission": {"rate_bp": 500, "base": "net_order", "tail_months": 12}});
    let accept = json!({"handoff": "h-1", "terms": terms, "declared_prior": [], "declared_family": []});
    let commands = [
        enroll("northwind"),
        enroll("contoso"),
        command("invite", "handoff.invite", "beta", "northwind", invite),
        command("accept", "handoff.accept", "beta", "contoso", accept),
    ];
    chaperone.run_with_input(["submit", "-"], &lines(&commands)).ended_with(0);
    chaperone
}

#[test]
fn a_claim_is_held_on_a_hard_id_and_contested_on_names_as_the_registration_would_be_decided() {
    let claim = |chaperone: &Chaperone, account: &str, partner: &str| {
        let claim =
            ["claim", "check", "--account", account, "--partner", partner, "--product-line", "storage"];
        answer(chaperone, &claim)["claim"].as_str().unwrap().to_owned()
    };
    let register = |chaperone: &Chaperone, status: i32| {
        chaperone.run_with_input(["submit", "-"], &lines(&[registration("beta-2")])).ended_with(status);
    };
    let hard = guest_of_one_of_two(&duns("150483782"));
    assert_eq!(
        (claim(&hard, "beta", "contoso"), claim(&hard, "beta-2", "contoso")),
        ("held".into(), "held".into())
    );
    register(&hard, 4);

    let soft = guest_of_one_of_two(&json!([]));
    let both = (claim(&soft, "beta", "contoso"), claim(&soft, "beta-2", "contoso"));
    assert_eq!(both, ("held".into(), "contested".into()), "no rule holds it, and a person will look");
    assert_eq!(claim(&soft, "beta-2", "northwind"), "free");
    register(&soft, 0);
    assert_eq!(answer(&soft, &["case", "list"])[0]["severity"], "S2", "it is looked at afterwards");
}

#[test]
fn a_merged_account_takes_no_more_facts_until_it_is_split_off() {
    let chaperone = Chaperone::new();
    two_accounts(&chaperone);
    asked(&chaperone, &["identity", "link", "solvik", "solvik-nordic", "--merge", "--as", "ada"])
        .ended_with(0);
    let order = |id: &str| {
        let data = json!({"holder": "fabrikam", "scope": {}, "from": "2026-02-01T09:00:00Z", "basis_claimed": "initial"});
        event(id, "account.holder_recorded", "account-meridian.solvik-nordic", "2026-02-01T09:00:00Z", data)
    };
    let server = chaperone.serve::<&str>([]);
    let client = Client::new(&server.url);
    let told = client.post("/v1/events", "application/cloudevents+json", order("late").to_string());
    assert!(told.body.contains("write to account solvik"), "{}", told.body);
    let shown = client.get("/v1/accounts/solvik-nordic").json(200);
    assert_eq!((&shown["account"], &shown["others"]), (&json!("solvik"), &json!(["solvik-nordic"])));
    let listed = client.get("/v1/identities").json(200);
    assert_eq!((&listed[0]["how"], &listed[0]["customer"]), (&json!("merge"), &json!("solvik")));
    assert_eq!(client.get("/v1/identities/queue").json(200), json!([]));
    let compared = client.get("/v1/identities/comparison?account=solvik&other=solvik-nordic").json(200);
    assert_eq!(compared["band"], "link");
    drop(server);
    let words = ["identity", "part", "solvik", "solvik-nordic", "--reason", "two shops", "--as", "ada"];
    asked(&chaperone, &words).ended_with(0);
    assert_eq!(ingest(&chaperone, &[order("later")])["accepted"], 1);
    assert_eq!(held(&chaperone, "solvik-nordic", &[]), ["solvik-nordic: fabrikam holds everything"]);
}

#[test]
fn a_description_put_right_takes_back_what_followed_from_it() {
    let chaperone = Chaperone::new();
    two_accounts(&chaperone);
    let mut right = opened("solvik-nordic", 10, "Solvik Retail Nordic AS", duns("896586113"));
    let replaces = json!({"type": right["type"], "data": right["data"].take()});
    let said = json!({"source": "crm.meridian.example", "id": "solvik-nordic-opened-10"});
    let data = json!({"target": said, "reason": "typo", "replaces": replaces});
    let correction =
        event("put-right", "fact.corrected", "account-meridian.solvik-nordic", "2026-02-01T09:00:00Z", data);
    ingest(&chaperone, &[correction]);
    assert_eq!(answer(&chaperone, &["identity", "list"]), json!([]));
    assert_eq!(held(&chaperone, "solvik", &[]), ["solvik: northwind holds storage"]);
}
