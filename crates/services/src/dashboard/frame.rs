//! What stands around every page: navigation, and how far the book is recorded.

use crate::api::Shared;
use crate::dashboard::{assets, markup};
use crate::queries;

/// The sections of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Inbox,
    Accounts,
    Deals,
    Partners,
    Ledger,
    Quarantine,
}

/// One link of the navigation.
pub(super) struct Link {
    pub(super) path: &'static str,
    pub(super) name: &'static str,
    pub(super) is_here: bool,
    pub(super) count: Option<usize>,
}

/// Everything around a page.
#[derive(Default)]
pub(super) struct Around {
    pub(super) links: Vec<Link>,
    pub(super) journal: String,
    pub(super) position: String,
    pub(super) recorded: Option<markup::Markup>,
}

impl Around {
    /// What stands around a page of `section`.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub(super) async fn of(shared: &Shared, section: Section) -> anyhow::Result<Self> {
        let head = queries::journal::head(&shared.book).await?;
        let open_cases = shared.book.shelf().cases.open_len();
        Ok(Self {
            links: links(Some(section), Some(open_cases)),
            journal: head.journal,
            position: head.position,
            recorded: head.recorded_at.map(|at| markup::when(&at)),
        })
    }

    /// The address of one of our files.
    pub(super) fn asset(&self, file: &str) -> String {
        assets::address(file)
    }

    /// The links, also where the journal could not be asked.
    pub(super) fn links(&self) -> Vec<Link> {
        if self.links.is_empty() { links(None, None) } else { links_again(&self.links) }
    }
}

fn links_again(links: &[Link]) -> Vec<Link> {
    links
        .iter()
        .map(|link| Link { path: link.path, name: link.name, is_here: link.is_here, count: link.count })
        .collect()
}

fn links(here: Option<Section>, open_cases: Option<usize>) -> Vec<Link> {
    [
        (Section::Inbox, "/", "Inbox"),
        (Section::Accounts, "/accounts", "Accounts"),
        (Section::Deals, "/deals", "Deals"),
        (Section::Partners, "/partners", "Partners"),
        (Section::Ledger, "/ledger", "Ledger"),
        (Section::Quarantine, "/quarantine", "Quarantine"),
    ]
    .into_iter()
    .map(|(section, path, name)| Link {
        path,
        name,
        is_here: here == Some(section),
        count: open_cases.filter(|count| section == Section::Inbox && *count > 0),
    })
    .collect()
}
