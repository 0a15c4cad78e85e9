//! Commands of somebody, in the name of a role or a partner.

use serde_json::{Value, json};
use services::book::Book;
use services::desk::{self, Reply};

use crate::machine::defaults;

pub(crate) async fn ask(
    book: &Book,
    subject: &str,
    kind: &str,
    (role, partner): (&str, Option<&str>),
    data: Value,
) -> Reply {
    let mut command = json!({"type": format!("chaperone.{kind}.v1"), "subject": subject, "authid": "somebody",
        "actorrole": role, "data": data});
    if let Some(partner) = partner {
        command["actorpartner"] = partner.into();
    }
    let input = wire::command::read(command.to_string().as_bytes(), &defaults(book)).unwrap();
    desk::answer(book, input, None).await.unwrap()
}
