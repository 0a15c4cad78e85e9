//! One CloudEvents line per fact, in the words of the published events.

use std::fmt;
use std::io::{self, Write};

/// Product lines are `line-0` to `line-5`.
pub(super) const PRODUCT_LINES: u64 = 6;
/// The product line in which a guest may sell.
pub(super) const GRANTED_LINE: u64 = 0;

const PROTECTION_DAYS: i64 = 365;
const TAIL_DAYS: i64 = 90;
const COMMISSION_DAYS: i64 = 365;
const INVITATION_DAYS: i64 = 14;
const COMMISSION_DUE_DAYS: i64 = 60;
const DAY_MS: i64 = 86_400_000;
const NEEDS: [&str; 4] = [
    "Replace the storage of two sites, migrate 40 TB and train the operators before the contract of the old maker ends in autumn",
    "Backup for the new plant with a copy outside the country, restores proven every quarter, and one number to call at night",
    "A firewall renewal that grew into a redesign: branch offices on the same policy, with a partner on site within four hours",
    "Virtual desktops for the call centre, three hundred seats, opened in waves so that no shift is without its screens",
];

/// Who works with whom in which account.
pub(super) struct Handoff {
    pub(super) account: u64,
    pub(super) host: u64,
    pub(super) guest: u64,
}

/// Formats facts into a buffer that is then written, at most `limit` of them.
pub(super) struct Facts {
    /// Lines so far.
    pub(super) written: u64,
    limit: u64,
    seed: u64,
    start_ms: i64,
    step_ms: u64,
    buffer: Vec<u8>,
}

impl Facts {
    pub(super) fn new(seed: u64, limit: u64, start_ms: i64, step_ms: u64) -> Self {
        Self { written: 0, limit, seed, start_ms, step_ms, buffer: Vec::with_capacity(4096) }
    }

    pub(super) fn flush_into(&mut self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    pub(super) fn partner_enrolled(&mut self, partner: u64) {
        self.line(
            "partner.enrolled",
            "prm.example",
            format_args!("partner-acme.p-{partner:04}"),
            format_args!(
                r#"{{"partner":"p-{partner:04}","kinds":["{}"],"legal_name":"Solution House {partner} GmbH","keys":[{{"key":"prm:{partner:04}","strength":"system_id"}}],"country":"{}","origin":"import"}}"#,
                ["var", "si", "msp", "isv"][remainder(partner, 4)],
                ["DE", "US", "FR", "PL"][remainder(partner / 4, 4)],
            ),
        );
    }

    pub(super) fn account_opened(&mut self, account: u64) {
        self.on_account(
            "account.opened",
            "crm.example",
            account,
            format_args!(
                r#"{{"keys":[{{"key":"crm:{account:07}","strength":"system_id"}},{{"key":"domain:customer-{account}.example","strength":"domain"}}],"legal_name":"Customer Works {account} AG","country":"DE"}}"#
            ),
        );
    }

    pub(super) fn holder_recorded(&mut self, account: u64, holder: u64) {
        let from = self.instant(0);
        self.on_account(
            "account.holder_recorded",
            "crm.example",
            account,
            format_args!(
                r#"{{"holder":"p-{holder:04}","scope":{{"product_lines":"*","territories":"*","segments":"*"}},"from":"{from:.3}","basis_claimed":"initial"}}"#
            ),
        );
    }

    pub(super) fn handoff_invited(&mut self, handoff: &Handoff, terms: &str) {
        let Handoff { account, host, guest } = handoff;
        let (signed, expires) = (self.instant(0), self.instant(INVITATION_DAYS));
        self.on_account(
            "handoff.invited",
            "portal.example",
            *account,
            format_args!(
                r#"{{"handoff":"h-{account:07}","host":"p-{host:04}","guest":"p-{guest:04}","protected_scope":{{"product_lines":"*"}},"granted_scope":{{"product_lines":["line-{GRANTED_LINE}"]}},"granted_acts":["quote","order","deliver","support"],"role":"Services Partner","terms":"{terms}","commission":{{"rate_bp":500,"base":"net_order","tail_months":12}},"protection_days":{PROTECTION_DAYS},"tail_days":{TAIL_DAYS},"commitments":[{{"commitment":"c-{account:07}","what":"first meeting with the customer","due_days":30,"by":"guest"}}],"expires_at":"{expires:.3}","host_signed_at":"{signed:.3}"}}"#
            ),
        );
    }

    pub(super) fn handoff_accepted(&mut self, handoff: &Handoff, terms: &str, policy: &str) {
        let Handoff { account, guest, .. } = handoff;
        let protected = self.instant(PROTECTION_DAYS);
        let (tail, commission) =
            (self.instant(PROTECTION_DAYS + TAIL_DAYS), self.instant(PROTECTION_DAYS + COMMISSION_DAYS));
        self.on_account(
            "handoff.accepted",
            "portal.example",
            *account,
            format_args!(
                r#"{{"handoff":"h-{account:07}","terms":"{terms}","signed_by":"p-{guest:04}/partner-manager","protected_until":"{protected:.3}","tail_until":"{tail:.3}","commission_until":"{commission:.3}","declared_prior":[],"declared_family":[],"policy":{{"version":1,"digest":"{policy}"}}}}"#
            ),
        );
    }

    pub(super) fn handoff_progressed(&mut self, handoff: &Handoff) {
        let Handoff { account, .. } = handoff;
        let at = self.instant(0);
        self.on_account(
            "handoff.progressed",
            "portal.example",
            *account,
            format_args!(
                r#"{{"handoff":"h-{account:07}","commitment":"c-{account:07}","kind":"met","by":"guest","at":"{at:.3}"}}"#
            ),
        );
    }

    pub(super) fn deal_submitted(&mut self, account: u64, deal: u32, partner: u64, line: u64, cents: u64) {
        let amount = Amount(cents);
        let need = NEEDS[remainder(account + u64::from(deal), 4)];
        self.on_account(
            "deal.submitted",
            "crm.example",
            account,
            format_args!(
                r#"{{"deal":"d-{account:07}-{deal}","partner":"p-{partner:04}","scope":{{"product_lines":["line-{line}"],"territories":["dach"]}},"need":"{need}","expected_value":{{"amount":"{amount}","currency":"EUR"}},"expected_close":"2025-12-15","complete":true,"missing":[]}}"#
            ),
        );
    }

    pub(super) fn deal_won(&mut self, account: u64, deal: u32, cents: u64) {
        let (at, amount) = (self.instant(0), Amount(cents));
        self.on_account(
            "deal.won",
            "crm.example",
            account,
            format_args!(
                r#"{{"deal":"d-{account:07}-{deal}","at":"{at:.3}","value":{{"amount":"{amount}","currency":"EUR"}},"reason":"the only offer with a person on site within four hours, and references from two plants of the same size"}}"#
            ),
        );
    }

    pub(super) fn deal_lost(&mut self, account: u64, deal: u32) {
        let at = self.instant(0);
        self.on_account(
            "deal.lost",
            "crm.example",
            account,
            format_args!(
                r#"{{"deal":"d-{account:07}-{deal}","at":"{at:.3}","reason":"the budget went into another project this year; the customer asked us to come back with the same offer in spring"}}"#
            ),
        );
    }

    pub(super) fn order_booked(
        &mut self,
        account: u64,
        order: u32,
        partner: u64,
        line: u64,
        under: Option<&Handoff>,
        cents: u64,
    ) {
        let (at, amount) = (self.instant(0), Amount(cents));
        let under =
            under.map_or_else(String::new, |under| format!(r#""under_handoff":"h-{:07}","#, under.account));
        self.on_account(
            "trade.order_booked",
            "orders.example",
            account,
            format_args!(
                r#"{{"order":"o-{account:07}-{order}","partner":"p-{partner:04}","sold_through":"p-0000","scope":{{"product_lines":["line-{line}"],"territories":["dach"]}},"lines":[{{"product_line":"line-{line}","quantity":{},"net":{{"amount":"{amount}","currency":"EUR"}}}}],"net":{{"amount":"{amount}","currency":"EUR"}},{under}"booked_at":"{at:.3}","end_customer_key":"crm:{account:07}"}}"#,
                1 + order % 40
            ),
        );
    }

    /// What the paying system accrues for an order in the granted line: five percent of it for the host.
    pub(super) fn commission_accrued(&mut self, handoff: &Handoff, order: u32, terms: &str, cents: u64) {
        let Handoff { account, host, .. } = handoff;
        let (base, amount, due) = (Amount(cents), Amount(cents / 20), self.instant(COMMISSION_DUE_DAYS));
        self.on_account(
            "commission.accrued",
            "ledger.example",
            *account,
            format_args!(
                r#"{{"commission":"c-{account:07}-{order}","handoff":"h-{account:07}","order":"o-{account:07}-{order}","payee":"p-{host:04}","base":{{"amount":"{base}","currency":"EUR"}},"rate_bp":500,"amount":{{"amount":"{amount}","currency":"EUR"}},"terms":"{terms}","due_at":"{due:.3}"}}"#
            ),
        );
    }

    pub(super) fn quote_issued(&mut self, account: u64, partner: u64) {
        let (at, quote) = (self.instant(0), self.written);
        self.on_account(
            "trade.quote_issued",
            "orders.example",
            account,
            format_args!(
                r#"{{"partner":"p-{partner:04}","scope":{{"product_lines":["line-1","line-2"],"territories":["dach"]}},"at":"{at:.3}","quote":"q-{quote:09}","customer_initiated":true}}"#
            ),
        );
    }

    pub(super) fn meeting_held(&mut self, account: u64, partner: u64) {
        let at = self.instant(0);
        self.on_account(
            "trade.meeting_held",
            "crm.example",
            account,
            format_args!(
                r#"{{"partner":"p-{partner:04}","scope":{{"product_lines":["line-1"],"territories":["dach"]}},"at":"{at:.3}","customer_initiated":false}}"#
            ),
        );
    }

    fn on_account(&mut self, fact: &str, source: &str, account: u64, data: fmt::Arguments<'_>) {
        self.line(fact, source, format_args!("account-acme.a-{account:07}"), data);
    }

    fn line(&mut self, fact: &str, source: &str, subject: fmt::Arguments<'_>, data: fmt::Arguments<'_>) {
        if self.written == self.limit {
            return;
        }
        let (seed, number, time) = (self.seed, self.written, self.instant(0));
        writeln!(
            self.buffer,
            r#"{{"specversion":"1.0","id":"{fact}-{seed}-{number:010}","source":"{source}","type":"chaperone.{fact}.v1","subject":"{subject}","time":"{time:.3}","datacontenttype":"application/json","partitionkey":"{subject}","traceparent":"00-{seed:016x}{number:016x}-{number:016x}-01","data":{data}}}"#
        )
        .expect("a buffer in memory takes every line");
        self.written += 1;
    }

    /// So many days after the line that is written next.
    fn instant(&self, days: i64) -> jiff::Timestamp {
        let passed = i64::try_from(self.written * self.step_ms).expect("a history of 300 days fits");
        jiff::Timestamp::from_millisecond(self.start_ms + passed + days * DAY_MS)
            .expect("a history starts in 2025 and spans a year")
    }
}

/// Minor units, written with two decimals.
struct Amount(u64);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

fn remainder(number: u64, by: u64) -> usize {
    usize::try_from(number % by).expect("a remainder is small")
}
