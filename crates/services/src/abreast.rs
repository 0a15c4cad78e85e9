//! Side by side where the order does not matter: accounts do not depend on one another, but they do on partners
//! and programs, so everything else stands alone and in order.

use domain::stream::Stream;
use futures::future::try_join_all;

/// What a piece of work is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum About {
    /// This account only: after what came before about the same account, beside all others.
    Account(Stream),
    /// Anything: after everything before it, before everything after it.
    Anything,
}

impl About {
    /// What facts or a command about these streams are about.
    pub(crate) fn streams<'a>(streams: impl IntoIterator<Item = &'a Stream>) -> Self {
        let mut streams = streams.into_iter();
        match (streams.next(), streams.next()) {
            (Some(stream @ Stream::Account(..)), None) => Self::Account(stream.clone()),
            _ => Self::Anything,
        }
    }
}

/// Does `work` for every item and returns what came of each, in the order of the items.
///
/// # Errors
/// The first error of any; what was under way beside it is dropped.
pub(crate) async fn abreast<T, R, F>(items: Vec<(About, T)>, work: impl Fn(T) -> F) -> anyhow::Result<Vec<R>>
where
    F: Future<Output = anyhow::Result<R>>,
{
    let count = items.len();
    let mut done: Vec<(usize, R)> = Vec::with_capacity(count);
    for run in runs(items) {
        let of_accounts = run.into_iter().map(|items| in_order(items, &work));
        done.extend(try_join_all(of_accounts).await?.into_iter().flatten());
    }
    done.sort_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}

async fn in_order<T, R, F>(items: Vec<(usize, T)>, work: &impl Fn(T) -> F) -> anyhow::Result<Vec<(usize, R)>>
where
    F: Future<Output = anyhow::Result<R>>,
{
    let mut done = Vec::with_capacity(items.len());
    for (place, item) in items {
        done.push((place, work(item).await?));
    }
    Ok(done)
}

/// Items with their places: runs one after the other, and in each run lists beside one another.
fn runs<T>(items: Vec<(About, T)>) -> Vec<Vec<Vec<(usize, T)>>> {
    let mut runs = Vec::new();
    let mut open: Vec<Vec<(usize, T)>> = Vec::new();
    let mut places: std::collections::HashMap<Stream, usize> = std::collections::HashMap::new();
    for (place, (about, item)) in items.into_iter().enumerate() {
        match about {
            About::Account(stream) => {
                let list = *places.entry(stream).or_insert(open.len());
                match open.get_mut(list) {
                    Some(list) => list.push((place, item)),
                    None => open.push(vec![(place, item)]),
                }
            }
            About::Anything => {
                runs.push(std::mem::take(&mut open));
                places.clear();
                runs.push(vec![vec![(place, item)]]);
            }
        }
    }
    runs.push(open);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str) -> About {
        About::Account(format!("account-acme.{name}").parse().expect("a stream"))
    }

    #[test]
    fn accounts_go_side_by_side_and_everything_else_alone() {
        let items = vec![
            (account("a"), 0),
            (account("b"), 1),
            (account("a"), 2),
            (About::Anything, 3),
            (account("a"), 4),
        ];
        let places: Vec<Vec<Vec<usize>>> = runs(items)
            .into_iter()
            .map(|run| {
                run.into_iter().map(|list| list.into_iter().map(|(place, _)| place).collect()).collect()
            })
            .collect();
        assert_eq!(places, [vec![vec![0, 2], vec![1]], vec![vec![3]], vec![vec![4]]]);
    }
}
