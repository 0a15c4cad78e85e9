//! Commands about which accounts are one customer: what is given, what is asked, what follows.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use domain::command::{Answer, IdentityCommand};
use domain::decide::identity::{Evidence, Ground, decide};
use domain::event::identity::{
    Band, FieldWeight, IdentityEvent, KeptApart, Linked, Merged, Split, Suspected,
};
use domain::event::{DecidedBy, Event, PolicyRef};
use domain::fact::{Actor, Class, Context, Fact, Meta, Origin, Producer, Role};
use domain::id::{AccountId, Digest, EventId};
use domain::identity::Identities;
use domain::refusal::Refusal;
use domain::time::Instant;

fn account(name: &str) -> AccountId {
    name.parse().unwrap()
}

fn policy() -> PolicyRef {
    PolicyRef { version: 3, digest: Digest([7; 32]) }
}

fn by_rules() -> DecidedBy {
    DecidedBy { policy: policy(), person: None }
}

fn by_ada() -> DecidedBy {
    DecidedBy { policy: policy(), person: Some("ada".parse().unwrap()) }
}

fn officer() -> Actor {
    Actor { principal: Some("ada".parse().unwrap()), role: Role::VendorOfficer, ..Actor::system() }
}

fn evidence() -> Evidence {
    let weight = FieldWeight { field: "legal_name".to_owned(), agree: true, weight_millibit: 8_800 };
    Evidence { weights: vec![weight], hard_keys: Vec::new() }
}

fn linked_by(band: Band, decided_by: DecidedBy, name: &str, into: &str) -> IdentityEvent {
    let Evidence { weights, hard_keys } = evidence();
    IdentityEvent::Linked(Linked {
        key: name.parse().unwrap(),
        account: Some(account(name)),
        survivor: account(into),
        band,
        weights,
        hard_keys,
        decided_by,
    })
}

fn linked(name: &str, into: &str) -> IdentityEvent {
    linked_by(Band::Clerical, by_ada(), name, into)
}

fn merged(name: &str, into: &str) -> IdentityEvent {
    let Evidence { weights, hard_keys } = evidence();
    IdentityEvent::Merged(Merged {
        absorbed: account(name),
        survivor: account(into),
        band: Band::Clerical,
        weights,
        hard_keys,
        decided_by: by_ada(),
    })
}

fn split(survivor: &str, restored: &str, moved: Vec<EventId>) -> IdentityEvent {
    let (survivor, restored) = (account(survivor), account(restored));
    let reason = Some("two founders".to_owned());
    IdentityEvent::Split(Split { survivor, restored, decided_by: by_ada(), moved, reason })
}

fn kept_apart(a: &str, b: &str) -> IdentityEvent {
    let reason = "two founders".to_owned();
    IdentityEvent::KeptApart(KeptApart {
        account: account(a),
        other: account(b),
        reason,
        decided_by: by_ada(),
    })
}

fn suspected(a: &str, b: &str) -> IdentityEvent {
    let Evidence { weights, hard_keys } = evidence();
    let (account, other) = (account(a), account(b));
    IdentityEvent::Suspected(Suspected { account, other, weights, hard_keys, decided_by: by_rules() })
}

fn event_id(number: u128) -> EventId {
    EventId(uuid::Uuid::from_u128(number))
}

/// What has been decided so far.
struct Story(Vec<Fact>);

fn given(events: impl IntoIterator<Item = (Class, IdentityEvent)>) -> Story {
    let fact = |(number, (class, event)): (u64, (Class, IdentityEvent))| {
        let meta = Meta {
            id: event_id(u128::from(number)),
            position: number,
            revision: number,
            valid_at: Instant::EARLIEST,
            recorded_at: Instant::EARLIEST,
            class,
            origin: Origin::Live,
            producer: Producer { source: "test".parse().unwrap(), id: "1".parse().unwrap() },
            actor: Actor::system(),
            causation: None,
            policy: None,
            context: Context::default(),
        };
        Fact { meta, event: Event::Identity(event) }
    };
    Story((1..).zip(events).map(fact).collect())
}

impl Story {
    fn identities(&self) -> Identities {
        self.0.iter().fold(Identities::default(), |known, fact| known.evolve(fact))
    }

    fn asked_by(&self, actor: &Actor, command: &IdentityCommand) -> Result<Vec<IdentityEvent>, Refusal> {
        let (identities, policy, evidence) = (self.identities(), policy(), evidence());
        let ground = Ground {
            actor,
            identities: &identities,
            policy: &policy,
            evidence: &evidence,
            is_known: &|account| ["a", "b", "c"].contains(&account.as_str()),
            stands_on: &|account, event| account.as_str() == "a" && event == event_id(77),
        };
        let decided = decide(ground, command)?;
        let event = |decided: domain::decide::Decided| {
            assert_eq!(decided.class, Class::Ruled, "a person rules");
            let Event::Identity(event) = decided.event else { panic!("about identity: {:?}", decided.event) };
            event
        };
        Ok(decided.into_iter().map(event).collect())
    }

    fn when(&self, command: IdentityCommand) -> Result<Vec<IdentityEvent>, Refusal> {
        self.asked_by(&officer(), &command)
    }
}

fn link(a: &str, b: &str) -> IdentityCommand {
    IdentityCommand::Link { account: account(a), other: account(b) }
}

fn merge(survivor: &str, absorbed: &str) -> IdentityCommand {
    IdentityCommand::Merge { survivor: account(survivor), absorbed: account(absorbed) }
}

fn part(a: &str, b: &str, moved: Vec<EventId>) -> IdentityCommand {
    IdentityCommand::Part { account: account(a), other: account(b), moved, reason: "two founders".to_owned() }
}

fn answer(a: &str, b: &str, answer: Answer) -> IdentityCommand {
    let reason = "two founders".to_owned();
    IdentityCommand::Decide { account: account(a), other: account(b), answer, reason }
}

const NOTHING: [(Class, IdentityEvent); 0] = [];

#[test]
fn a_person_links_two_accounts_with_what_the_comparison_showed() {
    assert_eq!(given(NOTHING).when(link("a", "b")), Ok(vec![linked("b", "a")]));
}

#[test]
fn a_link_said_again_is_no_event() {
    let story = given([(Class::Ruled, linked("b", "a"))]);
    assert_eq!(story.when(link("a", "b")), Ok(Vec::new()));
    assert_eq!(story.when(link("b", "a")), Ok(Vec::new()));
}

#[test]
fn what_stands_for_an_account_is_linked_with_it() {
    let story = given([(Class::Ruled, linked("b", "a"))]);
    assert_eq!(story.when(link("b", "c")), Ok(vec![linked("c", "a")]));
    assert_eq!(story.when(link("c", "b")), Ok(vec![linked("a", "c")]));
}

#[test]
fn a_person_confirms_what_the_rules_linked() {
    let story = given([(Class::Derived, linked_by(Band::Auto, by_rules(), "b", "a"))]);
    assert_eq!(story.when(link("a", "b")), Ok(vec![linked("b", "a")]));
}

#[test]
fn a_merge_is_for_the_account_it_names_and_for_good() {
    assert_eq!(given(NOTHING).when(merge("a", "b")), Ok(vec![merged("b", "a")]));
    let story = given([(Class::Ruled, merged("b", "a"))]);
    assert_eq!(story.when(merge("a", "b")), Ok(Vec::new()));
    let into = account("a");
    assert_eq!(story.when(merge("c", "b")), Err(Refusal::AccountAbsorbed { into: into.clone() }));
    assert_eq!(story.when(merge("b", "c")), Err(Refusal::AccountAbsorbed { into }));
}

#[test]
fn a_merge_the_other_way_round_turns_a_link_about() {
    let story = given([(Class::Ruled, linked("b", "a")), (Class::Ruled, merged("a", "b"))]);
    let identities = story.identities();
    assert_eq!(identities.customer(&account("a")), &account("b"));
    assert_eq!(identities.customer(&account("b")), &account("b"));
}

#[test]
fn parting_undoes_a_link_or_a_merge_and_names_what_moves() {
    for joined in [linked("b", "a"), merged("b", "a")] {
        let story = given([(Class::Ruled, joined)]);
        let moved = vec![event_id(77)];
        assert_eq!(story.when(part("a", "b", moved.clone())), Ok(vec![split("a", "b", moved.clone())]));
        assert_eq!(story.when(part("b", "a", moved.clone())), Ok(vec![split("a", "b", moved)]));
        let event = event_id(78);
        assert_eq!(story.when(part("a", "b", vec![event])), Err(Refusal::NotOnTheSurvivor { event }));
    }
}

#[test]
fn two_accounts_joined_through_a_third_are_parted_from_it() {
    let story = given([(Class::Ruled, linked("b", "a")), (Class::Ruled, linked("c", "a"))]);
    assert_eq!(story.when(part("b", "c", Vec::new())), Err(Refusal::JoinedThrough { account: account("a") }));
}

#[test]
fn two_accounts_that_nothing_joins_are_kept_apart_once() {
    assert_eq!(given(NOTHING).when(part("a", "b", Vec::new())), Ok(vec![kept_apart("a", "b")]));
    let story = given([(Class::Ruled, kept_apart("a", "b"))]);
    assert_eq!(story.when(part("b", "a", Vec::new())), Ok(Vec::new()));
}

#[test]
fn an_answer_settles_a_pair_that_waits() {
    let story = given([(Class::Derived, suspected("a", "b"))]);
    assert_eq!(story.identities().queue().count(), 1);
    assert_eq!(story.when(answer("a", "b", Answer::Same)), Ok(vec![linked("b", "a")]));
    assert_eq!(story.when(answer("a", "b", Answer::Different)), Ok(vec![kept_apart("a", "b")]));
    assert_eq!(given(NOTHING).when(answer("a", "b", Answer::Same)), Err(Refusal::NotInQueue));
    for answered in [linked("b", "a"), kept_apart("a", "b")] {
        let story = given([(Class::Derived, suspected("a", "b")), (Class::Ruled, answered)]);
        assert_eq!(story.identities().queue().count(), 0);
    }
    let story = given([(Class::Derived, suspected("a", "b")), (Class::Ruled, linked("b", "a"))]);
    assert_eq!(story.when(answer("a", "b", Answer::Same)), Ok(Vec::new()));
    assert_eq!(story.when(answer("a", "b", Answer::Different)), Err(Refusal::AlreadyAnswered));
}

#[test]
fn only_a_named_person_of_the_vendor_decides_and_says_why() {
    let story = given(NOTHING);
    let needs = "a named vendor officer or adjudicator";
    for actor in [Actor::system(), Actor { role: Role::PartnerUser, ..officer() }] {
        assert_eq!(story.asked_by(&actor, &link("a", "b")), Err(Refusal::NotAuthorised { needs }));
    }
    let silent = IdentityCommand::Part {
        account: account("a"),
        other: account("b"),
        moved: Vec::new(),
        reason: " ".to_owned(),
    };
    assert_eq!(story.when(silent), Err(Refusal::ReasonMissing));
    assert_eq!(story.when(link("a", "a")), Err(Refusal::ComparedWithItself));
    let unknown = Refusal::UnknownAccount { account: account("nobody") };
    assert_eq!(story.when(link("a", "nobody")), Err(unknown));
}

#[test]
fn a_link_undone_leaves_what_was_before() {
    let before = given([(Class::Ruled, linked("c", "a"))]);
    let after = given([
        (Class::Ruled, linked("c", "a")),
        (Class::Ruled, linked("b", "a")),
        (Class::Ruled, split("a", "b", Vec::new())),
    ]);
    let (before, after) = (before.identities(), after.identities());
    for name in ["a", "b", "c"] {
        assert_eq!(after.customer(&account(name)), before.customer(&account(name)));
        assert_eq!(after.members(&account(name)), before.members(&account(name)));
        assert_eq!(after.bonds(&account(name), |_| None).len(), before.bonds(&account(name), |_| None).len());
    }
}

#[test]
fn the_rules_do_not_join_what_a_person_parted_and_a_person_may() {
    let by_rule = (Class::Derived, linked_by(Band::Auto, by_rules(), "b", "a"));
    let parted = given([(Class::Ruled, kept_apart("a", "b")), by_rule]);
    assert!(!parted.identities().are_one(&account("a"), &account("b")));
    let joined = given([(Class::Ruled, kept_apart("a", "b")), (Class::Ruled, linked("b", "a"))]);
    assert!(joined.identities().are_one(&account("a"), &account("b")));
    assert_eq!(joined.identities().kept_apart(&account("a"), &account("b")), None);
}

#[test]
fn events_that_a_split_moved_belong_to_the_restored_account() {
    let story =
        given([(Class::Ruled, merged("b", "a")), (Class::Ruled, split("a", "b", vec![event_id(77)]))]);
    let (identities, survivor, restored) = (story.identities(), account("a"), account("b"));
    assert_eq!(identities.belongs_to(event_id(77), &survivor), &restored);
    assert_eq!(identities.belongs_to(event_id(78), &survivor), &survivor);
    assert_eq!(identities.given_by(&restored).into_iter().collect::<Vec<_>>(), [&survivor]);
}

#[test]
fn an_account_stands_under_one_other_at_a_time() {
    let by_rule = (Class::Derived, linked_by(Band::Auto, by_rules(), "b", "a"));
    let identities = given([by_rule, (Class::Ruled, merged("b", "c"))]).identities();
    assert_eq!(identities.customer(&account("b")), &account("c"));
    assert!(identities.bonds(&account("a"), |_| None).is_empty());
    assert_eq!(identities.bonds(&account("c"), |_| None).len(), 1);
}
