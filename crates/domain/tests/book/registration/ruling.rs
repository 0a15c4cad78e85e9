//! What happens to a registration after it was submitted: rulings, extensions and ends.

use domain::command::DealCommand;

use super::*;

pub(super) fn cases() -> Vec<Case> {
    [approving(), turning_down(), extending(), ending()].into_iter().flatten().collect()
}

fn approving() -> Vec<Case> {
    let returned = told([(0, user_of("alpha"), incomplete())]);
    let withdrawn = approved().and(1, user_of("alpha"), withdraw("d1"));
    let attempted = guarded().and(10, user_of("guest"), submit("d9", "guest", "x"));
    vec![
        allowed("an officer approves", in_review().when(1, &officer(), &approve("d1")), &["approved"]),
        allowed(
            "an adjudicator approves",
            in_review().when(1, &adjudicator(), &approve("d1")),
            &["approved"],
        ),
        allowed(
            "an officer approves what the rules rejected",
            rejected().when(2, &officer(), &approve("d2")),
            &["approved"],
        ),
        allowed("approving twice adds nothing", approved().when(1, &officer(), &approve("d1")), &[]),
        allowed(
            "no officer approves over a handoff; the attempt is recorded",
            attempted.when(11, &officer(), &approve("d9")),
            &["takeover_refused"],
        ),
        refused(
            "direct sales approves nothing",
            in_review().when(1, &direct_sales(), &approve("d1")),
            "not_authorised",
        ),
        refused(
            "a partner does not approve",
            in_review().when(1, &user_of("alpha"), &approve("d1")),
            "not_authorised",
        ),
        refused(
            "an unknown deal is not approved",
            given([]).when(1, &officer(), &approve("d1")),
            "unknown_deal",
        ),
        refused(
            "a deal nobody registered is not approved",
            reported().when(1, &officer(), &approve("d1")),
            "not_submitted",
        ),
        refused(
            "an incomplete deal is not approved",
            returned.when(1, &officer(), &approve("d1")),
            "incomplete",
        ),
        refused(
            "a withdrawn deal is not approved",
            withdrawn.when(2, &officer(), &approve("d1")),
            "already_decided",
        ),
        refused(
            "a lost deal is not approved",
            in_review().but(1, lost("d1", day(1))).when(2, &officer(), &approve("d1")),
            "customer_decided",
        ),
    ]
}

fn turning_down() -> Vec<Case> {
    let returned = told([(0, user_of("alpha"), incomplete())]);
    vec![
        allowed("an officer rejects", in_review().when(1, &officer(), &reject("d1")), &["rejected"]),
        allowed("rejecting twice adds nothing", rejected().when(2, &officer(), &reject("d2")), &[]),
        refused(
            "an approved deal is not rejected but cancelled",
            approved().when(1, &officer(), &reject("d1")),
            "already_decided",
        ),
        refused(
            "a deal nobody registered is not rejected",
            reported().when(1, &officer(), &reject("d1")),
            "not_submitted",
        ),
        allowed(
            "an officer sends back",
            in_review().when(1, &officer(), &send_back("d1", &["need"])),
            &["returned"],
        ),
        allowed(
            "sending back twice adds nothing",
            returned.when(1, &officer(), &send_back("d1", &["need"])),
            &[],
        ),
        refused(
            "sending back says what is missing",
            in_review().when(1, &officer(), &send_back("d1", &[])),
            "reason_missing",
        ),
    ]
}

fn extending() -> Vec<Case> {
    let alpha = user_of("alpha");
    let active = approved().and(70, user_of("alpha"), activity("d1", None));
    let extended = active.clone().and(80, user_of("alpha"), extend("d1"));
    let again = extended.clone().and(81, user_of("alpha"), activity("d1", None));
    vec![
        allowed(
            "reported activity earns an extension",
            active.when(80, &alpha, &extend("d1")),
            &["extended"],
        ),
        allowed(
            "an extended window keeps others out longer",
            extended.when(119, &user_of("beta"), &submit("d2", "beta", "x")),
            &["submitted", "rejected"],
        ),
        allowed(
            "an extended window ends after thirty days more",
            extended.when(120, &user_of("beta"), &submit("d2", "beta", "x")),
            &["submitted", "approved"],
        ),
        refused(
            "nothing reported, nothing extended",
            approved().when(80, &alpha, &extend("d1")),
            "no_activity_to_extend",
        ),
        refused(
            "activity of long ago earns no extension",
            approved().and(10, user_of("alpha"), activity("d1", None)).when(80, &alpha, &extend("d1")),
            "no_activity_to_extend",
        ),
        refused("one extension is all", again.when(82, &alpha, &extend("d1")), "extensions_used_up"),
        refused("what is over is not extended", active.when(90, &alpha, &extend("d1")), "protection_over"),
        refused(
            "a decided deal is not extended",
            active.clone().but(75, won("d1", day(75))).when(80, &alpha, &extend("d1")),
            "customer_decided",
        ),
        refused(
            "only what is approved is extended",
            rejected().when(2, &user_of("beta"), &extend("d2")),
            "not_approved",
        ),
        allowed(
            "activity may be told later",
            approved().when(5, &alpha, &activity("d1", Some(3))),
            &["progressed"],
        ),
        allowed(
            "the same activity told twice adds nothing",
            approved().and(5, user_of("alpha"), activity("d1", Some(3))).when(
                6,
                &alpha,
                &activity("d1", Some(3)),
            ),
            &[],
        ),
        refused(
            "activity does not lie in the future",
            approved().when(5, &alpha, &activity("d1", Some(6))),
            "activity_in_future",
        ),
        refused(
            "a rejected deal has no activity to report",
            rejected().when(5, &user_of("beta"), &activity("d2", None)),
            "already_decided",
        ),
    ]
}

fn ending() -> Vec<Case> {
    let alpha = user_of("alpha");
    let withdrawn = approved().and(1, user_of("alpha"), withdraw("d1"));
    let cancelled = approved().and(1, officer(), cancel("d1"));
    vec![
        allowed("a partner withdraws its deal", approved().when(1, &alpha, &withdraw("d1")), &["withdrawn"]),
        allowed("withdrawing twice adds nothing", withdrawn.when(2, &alpha, &withdraw("d1")), &[]),
        allowed(
            "a withdrawn deal keeps nobody out",
            withdrawn.when(2, &user_of("beta"), &submit("d2", "beta", "x")),
            &["submitted", "approved"],
        ),
        refused(
            "a rejected deal is not withdrawn",
            rejected().when(2, &user_of("beta"), &withdraw("d2")),
            "already_decided",
        ),
        refused(
            "a deal nobody registered is not withdrawn",
            reported().when(2, &officer(), &withdraw("d1")),
            "not_submitted",
        ),
        allowed(
            "an officer cancels an approval",
            approved().when(1, &officer(), &cancel("d1")),
            &["cancelled"],
        ),
        allowed("cancelling twice adds nothing", cancelled.when(2, &officer(), &cancel("d1")), &[]),
        allowed(
            "a cancelled deal keeps nobody out",
            cancelled.when(2, &user_of("beta"), &submit("d2", "beta", "x")),
            &["submitted", "approved"],
        ),
        refused(
            "only an approval is cancelled",
            in_review().when(1, &officer(), &cancel("d1")),
            "not_approved",
        ),
        refused(
            "cancelling needs a reason",
            approved().when(
                1,
                &officer(),
                &deal(DealCommand::Cancel { deal: id("d1"), reason: " ".to_owned() }),
            ),
            "reason_missing",
        ),
        refused(
            "direct sales cancels nothing",
            approved().when(1, &direct_sales(), &cancel("d1")),
            "not_authorised",
        ),
    ]
}
