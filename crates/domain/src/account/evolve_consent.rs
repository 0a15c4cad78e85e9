//! How one fact changes the account: letters, tokens and notices.

use crate::account::Account;
use crate::account::gain::reporter;
use crate::account::guest::*;
use crate::event::consent::ConsentEvent;
use crate::event::notice::NoticeEvent;
use crate::fact::{Meta, Role};
use crate::id::NoticeId;

impl Account {
    pub(super) fn on_consent(&mut self, meta: &Meta, event: &ConsentEvent) {
        match event {
            ConsentEvent::LetterRecorded(letter) => {
                // A change may be executed before its letter is told.
                let executed = |change: &&Change| {
                    change.letter.as_ref() == Some(&letter.letter) && !change.executions.is_empty()
                };
                let used_by = self.changes.iter().find(executed).map(|change| change.change.clone());
                self.letters.push(Letter {
                    letter: letter.letter.clone(),
                    terms: letter.as_ref().clone(),
                    event: meta.id,
                    valid_at: meta.valid_at,
                    recorded_at: meta.recorded_at,
                    reported_by: reporter(&meta.actor),
                    actor: meta.actor.clone(),
                    rescinded: None,
                    rescinded_by: None,
                    used_by,
                });
            }
            ConsentEvent::LetterRescinded(rescinded) => {
                let letter = self.letters.iter_mut().find(|known| known.letter == rescinded.letter);
                if let Some(letter) = letter {
                    letter.rescinded = Some((rescinded.signed_at, meta.id));
                    letter.rescinded_by = Some(rescinded.signer.clone());
                }
            }
            ConsentEvent::TokenIssued(issued) => {
                let (issued, issued_at) = (issued.clone(), meta.valid_at);
                self.tokens.push(Token {
                    issued,
                    event: meta.id,
                    issued_at,
                    redemptions: Vec::new(),
                    redeemers: Vec::new(),
                    redeemed_in_portal: Vec::new(),
                    voided: None,
                });
            }
            ConsentEvent::TokenRedeemed(redeemed) => {
                let token = self.tokens.iter_mut().find(|known| known.issued.token == redeemed.token);
                if let Some(token) = token {
                    token.redemptions.push((meta.valid_at, redeemed.clone(), meta.id));
                    token.redeemers.push((meta.id, meta.actor.clone()));
                    if meta.actor.role == Role::Customer {
                        token.redeemed_in_portal.push(meta.id);
                    }
                }
                // The customer's own token says what a call-back would.
                self.change_mut(&redeemed.change).advance(ChangeState::Verified);
            }
            ConsentEvent::TokenVoided(voided) => {
                let token = self.tokens.iter_mut().find(|known| known.issued.token == voided.token);
                if let Some(token) = token {
                    token.voided.get_or_insert((meta.valid_at, meta.id));
                }
            }
            ConsentEvent::TokenTryFailed(failed) => {
                let change = self.change_mut(&failed.change);
                change.token_tries_failed = change.token_tries_failed.max(failed.tries_failed);
            }
            ConsentEvent::CustomerAsked(asked) => self.asked.push(Asked {
                event: meta.id,
                at: meta.valid_at,
                asked: asked.clone(),
                reported_by: reporter(&meta.actor),
            }),
        }
    }

    fn notice_mut(&mut self, notice: &NoticeId) -> Option<&mut Notice> {
        self.notices.iter_mut().find(|known| known.notice == *notice)
    }

    pub(super) fn on_notice(&mut self, meta: &Meta, event: &NoticeEvent) {
        match event {
            NoticeEvent::Sent(sent) => self.notices.push(Notice {
                notice: sent.notice.clone(),
                to: sent.to.clone(),
                about: sent.about.clone(),
                address: sent.address.clone(),
                address_on_file_since: sent.address_on_file_since,
                sent: meta.id,
                sent_at: meta.valid_at,
                delivered: None,
                bounced: None,
                answers: Vec::new(),
            }),
            NoticeEvent::Delivered(delivered) => {
                if let Some(notice) = self.notice_mut(&delivered.notice) {
                    notice.delivered = Some((delivered.at, meta.id));
                }
            }
            NoticeEvent::Bounced(bounced) => {
                if let Some(notice) = self.notice_mut(&bounced.notice) {
                    notice.bounced = Some((bounced.at, meta.id));
                }
            }
            NoticeEvent::Answered(answered) => {
                if let Some(notice) = self.notice_mut(&answered.notice) {
                    notice.answers.push((answered.at, answered.answer, meta.id));
                }
            }
            NoticeEvent::Reminded(reminded) => {
                self.reminders.push((reminded.clone(), meta.id, meta.valid_at));
            }
        }
    }
}
