//! One account under exchanged inputs: what is asked twice is worked out once.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use domain::fact::Fact;
use domain::id::{AccountId, VendorId};
use domain::stream::Stream;
use domain::time::Instant;

use super::causes;
use super::standing::{Asks, Ground, Stood, stand};
use super::verdicts::{About, Verdicts, verdicts};
use crate::elsewhere::Elsewhere;
use crate::horizon::{Horizon, Input};
use crate::world::World;

/// Under which policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Under {
    /// The published ones.
    Published,
    /// The one that is tried.
    WhatIf,
}

/// One combination of inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Inputs {
    pub(crate) horizon: Horizon,
    pub(crate) under: Under,
    pub(crate) asks: Asks,
    /// The recorded time up to which the story is known.
    pub(crate) until: Instant,
}

/// The vendor's world as a horizon shows it.
pub(crate) type Worlds<'a> = &'a dyn Fn(&VendorId, Horizon, Under) -> Arc<World>;

/// One account whose inputs are exchanged.
pub(crate) struct Swapping<'a> {
    pub(crate) stream: &'a Stream,
    pub(crate) account: &'a AccountId,
    pub(crate) recorded: &'a [Fact],
    pub(crate) as_of: Instant,
    worlds: Worlds<'a>,
    elsewhere: &'a Elsewhere,
    known: RefCell<Vec<(Inputs, Rc<Verdicts>)>>,
}

impl<'a> Swapping<'a> {
    pub(crate) fn new(
        stream: &'a Stream,
        account: &'a AccountId,
        recorded: &'a [Fact],
        as_of: Instant,
        (worlds, elsewhere): (Worlds<'a>, &'a Elsewhere),
    ) -> Self {
        Self { stream, account, recorded, as_of, worlds, elsewhere, known: RefCell::default() }
    }

    /// The account as it stands by these inputs; `None` while nothing is known of it.
    pub(crate) fn stood(&self, inputs: Inputs) -> Option<Stood> {
        let world = (self.worlds)(self.stream.vendor(), inputs.horizon, inputs.under);
        let known: Vec<Fact> =
            self.recorded.iter().filter(|fact| inputs.horizon.knows(fact)).cloned().collect();
        stand(self.ground(inputs, &world), known)
    }

    /// What is then held of it.
    pub(crate) fn verdicts(&self, inputs: Inputs) -> Rc<Verdicts> {
        if let Some((_, known)) = self.known.borrow().iter().find(|(known, _)| *known == inputs) {
            return Rc::clone(known);
        }
        let stood = self.stood(inputs);
        let held = Rc::new(stood.map(|stood| self.held(&stood)).unwrap_or_default());
        self.known.borrow_mut().push((inputs, Rc::clone(&held)));
        held
    }

    /// The cause of an answer that is another by the inputs `to` than `was`, going there from `from`.
    pub(crate) fn cause(
        &self,
        about: &About,
        was: Option<&String>,
        from: Inputs,
        to: Inputs,
    ) -> Option<Input> {
        let mut inputs = from;
        let mut steps = Vec::new();
        for input in [Input::Data, Input::Correction, Input::Identity, Input::Policy] {
            inputs.horizon = inputs.horizon.with(input, to.horizon);
            match input {
                Input::Data => inputs.until = to.until,
                Input::Policy => inputs.under = to.under,
                Input::Correction | Input::Identity | Input::Code => {}
            }
            steps.push((input, self.verdicts(inputs)));
        }
        let steps: Vec<(Input, &Verdicts)> =
            steps.iter().map(|(input, held)| (*input, held.as_ref())).collect();
        causes::cause(about, was, &steps)
    }

    /// What `compare` finds between two grounds to stand on.
    pub(crate) fn between<T>(
        &self,
        one: Inputs,
        other: Inputs,
        compare: impl FnOnce(Ground<'_>, Ground<'_>) -> T,
    ) -> T {
        let world = |inputs: Inputs| (self.worlds)(self.stream.vendor(), inputs.horizon, inputs.under);
        let worlds = [world(one), world(other)];
        compare(self.ground(one, &worlds[0]), self.ground(other, &worlds[1]))
    }

    fn ground<'w>(&'w self, inputs: Inputs, world: &'w World) -> Ground<'w> {
        Ground {
            stream: self.stream,
            account: self.account,
            world,
            as_of: self.as_of,
            until: inputs.until,
            asks: inputs.asks,
            elsewhere: self.elsewhere,
            ledger: self.elsewhere.ledger(inputs.under),
            horizon: inputs.horizon,
            refused: self.elsewhere.refused(inputs.under),
        }
    }

    /// What is held of an account that stands as `stood`.
    pub(crate) fn held(&self, stood: &Stood) -> Verdicts {
        let findings = stood.judged.iter().map(|judged| &judged.finding);
        verdicts(self.account, &stood.account, findings, (&stood.naming(), self.as_of))
    }
}
