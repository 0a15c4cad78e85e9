//! A plan as a choice of elementary acts, what it costs, and how it is said.

use std::fmt;

use crate::random::Random;

/// A plan to take what a handoff protects, while it protects it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scheme {
    pub(super) taker: Taker,
    pub(super) means: Means,
    pub(super) paper: Paper,
    pub(super) check: Check,
    pub(super) host_mail: HostMail,
    pub(super) lift: Lift,
    pub(super) pace: Pace,
    pub(super) finder: Finder,
    /// Days after acceptance.
    pub(super) day: u16,
}

/// A choice with the price of each option, in units of a day's work of a capable person.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($option:ident $cost:literal $words:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(super) enum $name { $($option,)* }

        impl $name {
            const ALL: &[Self] = &[$(Self::$option,)*];

            const fn cost(self) -> u32 {
                match self { $(Self::$option => $cost,)* }
            }

            const fn words(self) -> &'static str {
                match self { $(Self::$option => $words,)* }
            }
        }
    };
}

choice! {
    /// Who takes it.
    Taker {
        Guest 0 "the guest",
        Owned 2 "a company the guest owns, as filed,",
        Hidden 5 "a company the guest owns, as nobody filed,",
        StrawSoon 6 "the guest, three weeks after a straw,",
        StrawLate 9 "the guest, ten weeks after a straw,",
    }
}

choice! {
    /// How it is taken.
    Means {
        Recorded 2 "has itself recorded as holder",
        Changed 2 "has the holder changed",
        Ordered 1 "books an order",
        OrderedNamed 1 "books an order under the handoff",
        SmallOrders 2 "books five small orders",
        Registered 1 "registers the deal",
        Renewed 1 "renews the host's order",
        Contracted 1 "signs a contract",
        Alias 3 "opens the customer anew under another spelling and sells there",
        Sister 3 "sells it to the customer's sister company",
    }
}

choice! {
    /// What paper there is.
    Paper {
        Nothing 0 "with no paper",
        Forged 4 "on a forged letter of the customer",
        Backdated 3 "on a letter of an earlier date, shown two months later",
        LaidDown 5 "on a letter of an earlier date whose digest was laid down in time",
        ReleaseByGuest 2 "on a release of the host that the guest hands in",
        StolenLogin 12 "on a release given with the host's stolen login",
        Amended 1 "on other terms that only the guest signed",
        ClaimedPrior 3 "on a prior relationship made up at acceptance",
        AnchoredPrior 5 "on a prior relationship made up at acceptance, its digest laid down before",
    }
}

choice! {
    /// Who asks the customer.
    Check {
        Nobody 0 "nobody asks the customer",
        Kin 3 "an unfiled company of the guest asks the customer",
        NewContact 3 "the customer is called at an address the guest entered last week",
        OldContact 5 "the customer is called at an address the guest entered seven weeks ago",
    }
}

choice! {
    /// Where the host's mail goes.
    HostMail {
        Arrives 0 "the host is told",
        Vanishes 2 "no notice goes to the host",
        Captured 3 "the host's mail goes to an address the guest entered last week",
        CapturedEarly 4 "the host's mail goes to an address the guest entered seven weeks ago",
    }
}

choice! {
    /// Who lifts the freeze.
    Lift {
        Nobody 0 "the freeze stays",
        Customer 2 "somebody lifts the freeze as the customer",
        Guest 1 "the guest lifts the freeze in the host's name",
    }
}

choice! {
    /// How long is waited for objections.
    Pace {
        Rush 0 "at once",
        Window 1 "after the window",
    }
}

choice! {
    /// What the finder gets.
    Finder {
        Unpaid 0 "and the finder is not paid",
        Paid 1 "and the finder is paid",
    }
}

/// Days after acceptance that are tried: all lie in the window.
const DAYS: [u16; 4] = [30, 120, 240, 340];

impl Scheme {
    /// Half of the plans drawn change the holder: there is most to choose there.
    pub(super) fn drawn(random: &mut Random) -> Self {
        let changes = random.below(2) == 0;
        let drawn = Self {
            taker: *random.pick(Taker::ALL),
            means: if changes { Means::Changed } else { *random.pick(Means::ALL) },
            paper: *random.pick(Paper::ALL),
            check: *random.pick(Check::ALL),
            host_mail: *random.pick(HostMail::ALL),
            lift: *random.pick(Lift::ALL),
            pace: *random.pick(Pace::ALL),
            finder: *random.pick(Finder::ALL),
            day: *random.pick(&DAYS),
        };
        drawn.without_idle_acts()
    }

    /// Steps of a change are taken only where the holder is changed: elsewhere they would be paid for nothing.
    fn without_idle_acts(self) -> Self {
        if self.means == Means::Changed {
            return self;
        }
        let letter = matches!(self.paper, Paper::Forged | Paper::Backdated | Paper::LaidDown);
        Self {
            paper: if letter { Paper::Nothing } else { self.paper },
            check: Check::Nobody,
            host_mail: HostMail::Arrives,
            lift: Lift::Nobody,
            pace: Pace::Rush,
            ..self
        }
    }

    /// The plan with one act left out, or done sooner: each is cheaper.
    pub fn cheaper(&self) -> Vec<Self> {
        let mut cheaper = vec![
            Self { taker: Taker::Guest, ..*self },
            Self { taker: Taker::Owned, ..*self },
            Self { paper: Paper::Nothing, ..*self },
            Self { check: Check::Nobody, ..*self },
            Self { host_mail: HostMail::Arrives, ..*self },
            Self { host_mail: HostMail::Vanishes, ..*self },
            Self { lift: Lift::Nobody, ..*self },
            Self { pace: Pace::Rush, ..*self },
            Self { finder: Finder::Unpaid, ..*self },
            Self { day: DAYS[0], ..*self },
        ];
        cheaper.extend(Means::ALL.iter().map(|means| Self { means: *means, ..*self }.without_idle_acts()));
        cheaper.retain(|scheme| scheme.cost() < self.cost());
        cheaper
    }

    /// What the plan hinges on: the same trick by another sale, or on another day, is the same trick.
    pub(super) fn trick(&self) -> Self {
        let sells = !matches!(self.means, Means::Changed | Means::Recorded | Means::Alias | Means::Sister);
        Self { means: if sells { Means::Ordered } else { self.means }, day: DAYS[0], ..*self }
    }

    /// The same but for one act: left out, or another in its place.
    pub(super) fn varied(&self, random: &mut Random) -> Self {
        let mut varied = *self;
        let other = Self::drawn(random);
        let cheaper = random.below(3) > 0;
        match random.below(9) {
            0 => varied.taker = if cheaper { Taker::Guest } else { other.taker },
            1 => varied.means = other.means,
            2 => varied.paper = if cheaper { Paper::Nothing } else { other.paper },
            3 => varied.check = if cheaper { Check::Nobody } else { other.check },
            4 => varied.host_mail = if cheaper { HostMail::Arrives } else { other.host_mail },
            5 => varied.lift = if cheaper { Lift::Nobody } else { other.lift },
            6 => varied.pace = if cheaper { Pace::Rush } else { other.pace },
            7 => varied.finder = if cheaper { Finder::Unpaid } else { other.finder },
            _ => varied.day = if cheaper { DAYS[0] } else { other.day },
        }
        varied.without_idle_acts()
    }

    /// What it costs, in days of work; two months of waiting cost one.
    pub fn cost(&self) -> u32 {
        self.taker.cost()
            + self.means.cost()
            + self.paper.cost()
            + self.check.cost()
            + self.host_mail.cost()
            + self.lift.cost()
            + self.pace.cost()
            + self.finder.cost()
            + u32::from(self.day) / 60
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "day {}: {} {} {}", self.day, self.taker.words(), self.means.words(), self.paper.words())?;
        if self.means == Means::Changed {
            write!(
                f,
                "; {}; {}; {}; {}",
                self.check.words(),
                self.host_mail.words(),
                self.lift.words(),
                self.pace.words()
            )?;
        }
        write!(f, ", {}", self.finder.words())
    }
}
