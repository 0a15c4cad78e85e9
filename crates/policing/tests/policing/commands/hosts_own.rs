//! A company that was the host's own when the guest came, and is the guest's now.

use super::*;

#[test]
fn no_freeze_keeps_out_who_was_the_hosts_own_at_acceptance_and_is_the_guests_now() {
    let executed = |was_hosts: bool| {
        let mut book = Book::new();
        if was_hosts {
            book.story.tell_of("third", -200, owned_by("host", AffiliationBasis::Registry, 10_000, -200));
            book.story.tell_of("third", 5, parted("host", 5));
        }
        book.story.tell_of("third", 6, owned_by("guest", AffiliationBasis::Registry, 10_000, 6));
        let steps = [Ask::Letter, Ask::Request(Basis::CustomerLetter), Ask::Verify, Ask::Notify, Ask::Remind];
        for ask in steps {
            book.now += 1;
            let (actor, command) = book.command(ask, "third", "gtx").expect("it makes sense");
            for decided in book.ask(&actor, &command).expect("an answer") {
                book.record(&actor, decided);
            }
        }
        book.post();
        book.now += 10;
        let (actor, command) = book.command(Ask::Execute, "third", "gtx").expect("it makes sense");
        let decided = book.ask(&actor, &command).expect("an answer");
        decided.iter().any(|decided| gains(&decided.event))
    };
    assert!(!executed(false), "nobody lifted the freeze");
    assert!(executed(true));
}
