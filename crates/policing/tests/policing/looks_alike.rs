//! Acts that look like a takeover and are none: they stay quiet.

use domain::event::account::{AccountEvent, HolderRecorded};
use domain::event::change::ReversalReason;
use domain::event::handoff::{DeclaredPrior, GrantedAct, HandoffEvent};
use domain::event::partner::AffiliationBasis::{Declared, Registry};
use domain::event::{Anchor, Evidence, Party};

use crate::stories::{Case, accept_instead, check, moved, notified, thawed};
use crate::story::{day, id};
use crate::words::*;

pub(crate) const QUIET: [Case; 38] = [
    Case { name: "nothing happens", tell: |_| {}, found: &[] },
    Case { name: "L1: the customer moves by a verified letter", tell: moved, found: &[] },
    Case {
        name: "L1: and the other system tells it too",
        tell: |story| {
            moved(story);
            story.tell(30, holds("guest", gtx(), 30));
        },
        found: &[],
    },
    Case {
        name: "L1: a renewal a year after a lawful move",
        tell: |story| {
            moved(story);
            story.tell(31, booked("o2", "guest", gtx(), 31));
            story.tell(360, renewed("o3", "o2", "guest", gtx(), 360));
            story.tell(361, renewed("o4", "o-host", "guest", gtx(), 361));
        },
        found: &[],
    },
    Case {
        name: "L2: the host released it before",
        tell: |story| {
            story.tell(10, released(gtx(), 10, Some(60), None));
            story.tell(20, booked("o2", "guest", gtx(), 20));
            story.tell(21, holds("guest", gtx(), 21));
        },
        found: &[],
    },
    Case {
        name: "L2: the host ratifies within ten business days",
        tell: |story| {
            let act = story.tell(20, booked("o2", "guest", gtx(), 20));
            story.tell(33, released(gtx(), 33, None, Some(act)));
        },
        found: &[],
    },
    Case {
        name: "L2: a change is executed on a release, without a window",
        tell: |story| {
            story.tell(10, released(gtx(), 10, None, None));
            story.tell(15, requested("c1", "guest", gtx(), None));
            story.tell(16, executed("c1", "guest", gtx(), 16));
        },
        found: &[],
    },
    Case {
        name: "L2: a hasty change the host then ratifies",
        tell: |story| {
            story.tell(15, requested("c1", "guest", gtx(), None));
            let act = story.tell(16, executed("c1", "guest", gtx(), 16));
            story.tell(20, released(gtx(), 20, None, Some(act)));
        },
        found: &[],
    },
    Case {
        name: "L4: window and tail are over",
        tell: |story| {
            story.tell(456, holds("guest", gtx(), 456));
        },
        found: &[],
    },
    Case {
        name: "L4: the window is over and the touch at its end was reported",
        tell: |story| {
            story.tell(310, quoted("guest", 310, Some("h1")));
            story.tell(400, booked("o2", "guest", gtx(), 400));
        },
        found: &[],
    },
    Case {
        name: "L4: the window is over and the unreported touch was long before its end",
        tell: |story| {
            story.tell(305, quoted("guest", 305, None));
            story.tell(400, booked("o2", "guest", gtx(), 400));
        },
        found: &[],
    },
    Case {
        name: "L4: the first instant after the window, and nothing unreported before it",
        tell: |story| {
            story.tell(366, holds("guest", gtx(), 366));
        },
        found: &[],
    },
    Case {
        name: "L2: a release told late, whose digest was laid down before the act",
        tell: |story| {
            let committed_event = story.tell(11, committed(6));
            let mut release = released(gtx(), 10, None, None);
            if let HandoffEvent::Released(released) = &mut release {
                released.anchor = Some(Anchor { digest: digest(6), committed_event });
            }
            story.tell(20, booked("o2", "guest", gtx(), 20));
            story.tell_by(60, "guest", release);
        },
        found: &[],
    },
    Case {
        name: "L5: the host lost its authorisation",
        tell: |story| {
            story.tell_of("host", 10, barred(10));
            story.tell(20, holds("guest", gtx(), 20));
            story.tell(30, booked("o2", "guest", gtx(), 30));
        },
        found: &[],
    },
    Case {
        name: "L6: the host's own sister, of the guest's family too since a purchase, was always the host's",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("host", Registry, 5_000, -50));
            story.tell_of("sister", 5, owned_by("guest", Registry, 5_000, 5));
            story.tell(20, holds("sister", gtx(), 20));
        },
        found: &[],
    },
    Case {
        name: "L6: the host merged into the guest with its book and notice",
        tell: |story| {
            story.tell_of("host", 40, merged("guest", 40, 30, &[]));
            story.tell(50, holds("guest", gtx(), 50));
        },
        found: &[],
    },
    Case {
        name: "L7: an error put right in time",
        tell: |story| {
            story.tell(20, holds("guest", gtx(), 20));
            story.tell(25, put_back("host", gtx(), 25));
        },
        found: &[],
    },
    Case {
        name: "L7: a change reversed as an error",
        tell: |story| {
            story.tell(15, requested("c1", "guest", gtx(), None));
            story.tell(20, executed("c1", "guest", gtx(), 20));
            story.tell(25, reversed("c1", ReversalReason::Error));
        },
        found: &[],
    },
    Case {
        name: "L8: the letter is recorded twelve days late by the guest",
        tell: |story| {
            thawed(story);
            story.tell_late(10, 42, Some("guest"), wrote(letter("l1")));
            story.tell(15, requested("c1", "guest", gtx(), Some("l1")));
            story.tell(16, domain::event::change::ChangeEvent::Verified(verification("c1")));
            notified(story, 17);
            story.tell(30, executed("c1", "guest", gtx(), 30));
        },
        found: &[],
    },
    Case {
        name: "L8: the letter is recorded much later, and its digest was laid down in time",
        tell: |story| {
            story.tell(11, committed(7));
            thawed(story);
            story.tell_late(10, 300, Some("guest"), wrote(letter("l1")));
            story.tell(15, requested("c1", "guest", gtx(), Some("l1")));
            story.tell(16, domain::event::change::ChangeEvent::Verified(verification("c1")));
            notified(story, 17);
            story.tell(30, executed("c1", "guest", gtx(), 30));
        },
        found: &[],
    },
    Case {
        name: "L9: another product line",
        tell: |story| {
            story.tell(20, holds("guest", lines(&["ztx"]), 20));
            story.tell(21, booked("o2", "guest", lines(&["ztx"]), 21));
        },
        found: &[],
    },
    Case {
        name: "L10: the guest had sold it before, on our own record",
        tell: |story| {
            story.tell(-60, booked("o-old", "guest", gtx(), -60));
            story.tell(20, booked("o2", "guest", gtx(), 20));
            story.tell(21, holds("guest", gtx(), 21));
        },
        found: &[],
    },
    Case {
        name: "L10: the earlier order is imported later by the vendor",
        tell: |story| {
            story.tell_late(-60, 40, None, booked("o-old", "guest", gtx(), -60));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &[],
    },
    Case {
        name: "L10: declared at acceptance, with evidence anchored before",
        tell: |story| {
            story.tell(-1, committed(9));
            let evidence = Evidence::Paper {
                digest: digest(9),
                media_type: "application/pdf".into(),
                held_by: "guest".into(),
            };
            let prior = DeclaredPrior {
                partner: id("guest"),
                scope: gtx(),
                since: day(-300),
                evidence,
                anchor: None,
            };
            let mut terms = accepted("h1");
            terms.declared_prior = vec![prior];
            accept_instead(story, terms);
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &[],
    },
    Case {
        name: "L13: the vendor moved many accounts alike",
        tell: |story| {
            story.cover("territories-2026", &["acme", "globex", "initech"]);
            story.tell(20, uniform("guest", gtx(), 20));
            story.tell(30, booked("o2", "guest", gtx(), 30));
        },
        found: &[],
    },
    Case {
        name: "L15: a minority share makes no family",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Registry, 4_999, -50));
            story.tell(20, holds("sister", gtx(), 20));
        },
        found: &[],
    },
    Case {
        name: "L15: the affiliation had ended",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Declared, 10_000, -50));
            story.tell_of("sister", 10, parted("guest", 10));
            story.tell(20, holds("sister", gtx(), 20));
        },
        found: &[],
    },
    Case {
        name: "L15: the guest bought the company after the act",
        tell: |story| {
            story.tell(20, holds("sister", gtx(), 20));
            story.tell_of("sister", 21, owned_by("guest", Declared, 10_000, 21));
        },
        found: &[],
    },
    Case {
        name: "a joint venture of host and guest makes them no family, and is in neither's difference",
        tell: |story| {
            story.tell_of("joint", -50, owned_by("host", Registry, 5_000, -50));
            story.tell_of("joint", -50, owned_by("guest", Registry, 5_000, -50));
            story.tell(20, booked("o2", "joint", gtx(), 20));
        },
        found: &[],
    },
    Case {
        name: "L16: the guest orders what it was granted",
        tell: |story| {
            story.tell(20, booked("o2", "guest", lines(&["rtx"]), 20));
        },
        found: &[],
    },
    Case {
        name: "L16: granted by an amendment both signed",
        tell: |story| {
            story.tell(10, amended(&[GrantedAct::Contract], gtx(), &[Party::Host, Party::Guest]));
            story.tell(20, contracted("guest", 20));
        },
        found: &[],
    },
    Case {
        name: "L17: a stewardship with an end",
        tell: |story| {
            story.tell(20, steward("guest", 60));
            story.tell(20, holds("guest", gtx(), 20));
        },
        found: &[],
    },
    Case {
        name: "L19: a third party wins in open competition",
        tell: |story| {
            story.tell(20, holds("third", gtx(), 20));
            story.tell(30, booked("o2", "third", gtx(), 30));
        },
        found: &[],
    },
    Case {
        name: "the guest wins from a third party that held it longer than the relay window",
        tell: |story| {
            story.tell(20, holds("third", gtx(), 20));
            story.tell(80, holds("guest", gtx(), 80));
            story.tell(90, renewed("o2", "o-host", "guest", gtx(), 90));
        },
        found: &[],
    },
    Case {
        name: "a renewal of an order that the host had released",
        tell: |story| {
            story.tell(10, released(gtx(), 10, Some(30), None));
            story.tell(20, booked("o2", "guest", gtx(), 20));
            story.tell(100, renewed("o3", "o2", "guest", gtx(), 100));
            story.tell(200, renewed("o4", "o3", "guest", gtx(), 200));
        },
        found: &[],
    },
    Case {
        name: "a quote outside the terms gains nothing",
        tell: |story| {
            story.tell(20, quoted("guest", 20, None));
        },
        found: &[],
    },
    Case {
        name: "L20: each holds its own lines by the terms",
        tell: |story| {
            let all = [GrantedAct::Order, GrantedAct::Renew, GrantedAct::Register];
            story.tell(10, amended(&all, gtx(), &[Party::Host, Party::Guest]));
            story.tell(19, submitted("d1", "guest", None));
            story.tell(20, approved("d1"));
            story.tell(21, booked("o2", "guest", gtx(), 21));
            story.tell(200, renewed("o3", "o2", "guest", gtx(), 200));
        },
        found: &[],
    },
    Case {
        name: "the host takes its own account back",
        tell: |story| {
            let back = HolderRecorded { previous: Some(id("third")), ..held("host", gtx(), 40) };
            story.tell(20, holds("third", gtx(), 20));
            story.tell(40, AccountEvent::HolderRecorded(back));
        },
        found: &[],
    },
];

#[test]
fn what_looks_alike_stays_quiet() {
    check(&QUIET);
}
