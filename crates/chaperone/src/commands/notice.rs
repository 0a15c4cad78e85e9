//! `notice`: of what people are reminded.

use services::queries::notices::{self, Which};

use crate::data::{self, Home};
use crate::exit::Exit;
use crate::output::{self, Format};

const COLUMNS: &[&str] = &["due_at", "nearness", "about", "id", "stream", "told_at", "sentence"];

pub(super) async fn run(home: &Home, output: Format, which: Which) -> anyhow::Result<Exit> {
    let opened = data::read(home).await?;
    output::rows(output, COLUMNS, &notices::list(&opened.book, which).await?)?;
    Ok(Exit::Ok)
}
