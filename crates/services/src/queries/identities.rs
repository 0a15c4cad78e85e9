//! Which accounts are one customer, which may be, and why.

use domain::event::identity::FieldWeight;
use domain::id::{AccountId, Key, VendorId};
use domain::identity::{Decider, Identities, Match};
use identity::Verdict;
use views::directory::Directory;
use wire::answers::{ComparisonAnswer, IdentityRow, SuspicionRow, WeightRow};

use super::Moment;
use crate::book::Book;
use crate::desk::identity::comparison;

/// Every account that is known at a moment to be the customer of another, by customer.
pub fn list(book: &Book, moment: Moment) -> Vec<IdentityRow> {
    let mut rows = Vec::new();
    for vendor in vendors(book) {
        let world = book.world_known(&vendor, moment.known);
        let identities = &world.identities;
        let shelf = book.shelf();
        rows.extend(identities.all_joined().map(|(account, joined)| {
            let customer = identities.customer(account);
            let is_merged = identities.survivor(account).is_some();
            IdentityRow {
                customer: customer.to_string(),
                customer_name: name(&shelf.directory, &vendor, customer),
                account: account.to_string(),
                name: name(&shelf.directory, &vendor, account),
                into: joined.into.to_string(),
                how: if is_merged { "merge" } else { "link" }.to_owned(),
                decided_by: match joined.decider {
                    Decider::Rules => "rules",
                    Decider::Person => "person",
                }
                .to_owned(),
                sure: match joined.sure {
                    Match::Hard => "hard",
                    Match::Soft => "soft",
                }
                .to_owned(),
                event: joined.event.to_string(),
            }
        }));
    }
    rows.sort_by(|a, b| (&a.customer, &a.account).cmp(&(&b.customer, &b.account)));
    rows
}

/// The pairs that wait for a person at a moment, the strongest evidence first.
pub fn queue(book: &Book, moment: Moment) -> Vec<SuspicionRow> {
    let mut rows = Vec::new();
    for vendor in vendors(book) {
        let world = book.world_known(&vendor, moment.known);
        let shelf = book.shelf();
        rows.extend(world.identities.queue().map(|((account, other), suspicion)| SuspicionRow {
            account: account.to_string(),
            name: name(&shelf.directory, &vendor, account),
            other: other.to_string(),
            other_name: name(&shelf.directory, &vendor, other),
            sum_millibit: suspicion.weights.iter().map(|weight| weight.weight_millibit).sum(),
            weights: weights(&suspicion.weights),
            hard_keys: texts(&suspicion.hard_keys),
            event: suspicion.event.to_string(),
        }));
    }
    rows.sort_by_key(|row| (-row.sum_millibit, row.account.clone(), row.other.clone()));
    rows
}

/// Two accounts compared as they are described now, with what was decided about them by a moment.
pub fn explain(
    book: &Book,
    vendor: &VendorId,
    [account, other]: [&AccountId; 2],
    moment: Moment,
) -> ComparisonAnswer {
    let world = book.world_known(vendor, moment.known);
    let (identities, policy) = (&world.identities, &world.program.policy_at(moment.as_of).policy.identity);
    let found = comparison(book, vendor, [account, other], policy);
    let found_weights = found.as_ref().map_or(&[][..], |found| found.weights.as_slice());
    let shelf = book.shelf();
    ComparisonAnswer {
        account: account.to_string(),
        name: name(&shelf.directory, vendor, account),
        other: other.to_string(),
        other_name: name(&shelf.directory, vendor, other),
        band: match found.as_ref().map_or(Verdict::Apart, |found| found.verdict) {
            Verdict::Link => "link",
            Verdict::Clerical => "clerical",
            Verdict::Apart => "apart",
        }
        .to_owned(),
        sum_millibit: found.as_ref().map_or(0, identity::Comparison::sum_millibit),
        link_millibit_min: policy.link_millibit_min.into(),
        clerical_millibit_min: policy.clerical_millibit_min.into(),
        weights: weights(found_weights),
        hard_keys: found.as_ref().map(|found| texts(&found.hard_keys)).unwrap_or_default(),
        one_customer: identities.are_one(account, other),
        customer: identities.customer(account).to_string(),
        other_customer: identities.customer(other).to_string(),
        decided: decided(identities, [account, other]),
        kept_apart: identities.kept_apart(account, other).map(|event| event.to_string()),
        suspected: identities.suspicion(account, other).map(|suspicion| suspicion.event.to_string()),
    }
}

/// The decisions on the way from both accounts to what stands for them.
fn decided(identities: &Identities, accounts: [&AccountId; 2]) -> Vec<String> {
    let mut events = Vec::new();
    for account in accounts {
        let mut at = account;
        while let Some(joined) = identities.joined(at) {
            let event = joined.event.to_string();
            if events.contains(&event) {
                break;
            }
            events.push(event);
            at = &joined.into;
        }
    }
    events
}

fn vendors(book: &Book) -> Vec<VendorId> {
    book.customers().vendors()
}

fn name(directory: &Directory, vendor: &VendorId, account: &AccountId) -> String {
    directory.account(vendor, account).map(|entry| entry.name.to_string()).unwrap_or_default()
}

fn weights(weights: &[FieldWeight]) -> Vec<WeightRow> {
    let row = |weight: &FieldWeight| WeightRow {
        field: weight.field.clone(),
        agree: weight.agree,
        weight_millibit: weight.weight_millibit,
    };
    weights.iter().map(row).collect()
}

fn texts(keys: &[Key]) -> Vec<String> {
    keys.iter().map(ToString::to_string).collect()
}
