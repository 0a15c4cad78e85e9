//! The OpenAPI 3.1 document, made from the table of routes and the published shapes.

use std::sync::LazyLock;

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};

use super::params::Named;
use super::problem::Failure;
use super::reads::unknown;
use super::routes::{Answers, Method, Operation, Parameter, Place, Takes, operations};

static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

/// `GET /openapi.json`
pub(super) async fn show() -> Json<&'static Value> {
    Json(&DOCUMENT)
}

/// `GET /v1/schemas`
pub(super) async fn schemas() -> Json<Vec<String>> {
    Json(wire::schemas::all().into_iter().map(|schema| schema.name).collect())
}

/// `GET /v1/schemas/{schema}`
pub(super) async fn schema(Named(name): Named) -> Result<Response, Failure> {
    let schema = wire::schemas::all().into_iter().find(|schema| schema.name == name);
    let schema = schema.ok_or_else(|| unknown("schema", &name))?;
    Ok(([(header::CONTENT_TYPE, "application/schema+json")], schema.text).into_response())
}

fn document() -> Value {
    let mut paths = Map::new();
    for operation in operations() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        let method = match operation.method {
            Method::Get => "get",
            Method::Post => "post",
        };
        path[method] = described(operation);
    }
    let mut schemas = wire::answers::schemas();
    schemas.insert("CloudEvent".to_owned(), cloud_event());
    schemas.insert("Command".to_owned(), command());
    schemas.insert("Policy".to_owned(), policy());
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Chaperone",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The book of a vendor's partner program. Served on loopback only; \
                every answer is the one the command line gives.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [],
        "paths": paths,
        "components": {"schemas": schemas, "responses": {"Problem": problem()}},
    })
}

fn described(operation: &Operation) -> Value {
    let parameters: Vec<Value> = operation.parameters.iter().map(parameter).collect();
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": parameters,
        "responses": responses(operation),
    });
    match operation.takes {
        Takes::Nothing => {}
        Takes::Events => {
            described["requestBody"] = json!({"required": true, "content": {
                "application/cloudevents+json": {"schema": reference("CloudEvent")},
                "application/cloudevents-batch+json": {"schema": list_of("CloudEvent")},
                "application/json": {"schema": {"anyOf": [reference("CloudEvent"), list_of("CloudEvent")]}},
            }});
        }
        Takes::Command => {
            let content = json!({"schema": reference("Command")});
            described["requestBody"] = json!({"required": true, "content": {
                "application/json": content, "application/cloudevents+json": content,
            }});
        }
        Takes::MendedEvent => {
            let content = json!({"schema": reference("CloudEvent")});
            described["requestBody"] =
                json!({"required": false, "content": {"application/cloudevents+json": content}});
        }
        Takes::Policy => {
            let content = json!({"schema": reference("Policy")});
            described["requestBody"] = json!({"required": true, "content": {"application/json": content}});
        }
    }
    described
}

fn parameter(parameter: &Parameter) -> Value {
    let (place, needed) = match parameter.place {
        Place::Path => ("path", true),
        Place::Needed => ("query", true),
        Place::Query => ("query", false),
        Place::Header => ("header", false),
    };
    let schema = match parameter.name {
        "limit" => json!({"type": "integer", "minimum": 1, "maximum": super::params::ROWS_MAX}),
        "as_of" => json!({"type": "string", "format": "date-time"}),
        _ => json!({"type": "string"}),
    };
    json!({
        "name": parameter.name, "in": place, "required": needed,
        "description": parameter.says, "schema": schema,
    })
}

fn responses(operation: &Operation) -> Value {
    let receipt = json!({"application/json": {"schema": reference("ReceiptAnswer")}});
    let mut responses = match operation.answers {
        Answers::One(schema) => ok("The answer.", "application/json", &reference(schema)),
        Answers::Many(schema) => {
            ok("The rows; a Link header says where they go on.", "application/json", &list_of(schema))
        }
        Answers::Receipt => json!({
            "201": {"description": "Recorded now; `status` says whether it was accepted or refused.", "content": receipt},
            "200": {"description": "Recorded before: the first receipt.", "content": receipt},
        }),
        Answers::Receipts => json!({
            "201": {"description": "One event, recorded now.", "content": receipt},
            "200": {
                "description": "One event that was recorded before, or the receipts of a batch in its order.",
                "content": {"application/json": {"schema": {
                    "anyOf": [reference("ReceiptAnswer"), list_of("ReceiptAnswer")],
                }}},
            },
        }),
        Answers::Event => ok("The event.", "application/cloudevents+json", &reference("CloudEvent")),
        Answers::Events => ok("The events.", "application/cloudevents-batch+json", &list_of("CloudEvent")),
        Answers::Followed => ok("The events as they come.", "text/event-stream", &json!({"type": "string"})),
        Answers::Bytes => ok("The bytes.", "application/octet-stream", &json!({})),
        Answers::Text => ok("The text.", "text/plain", &json!({"type": "string"})),
        Answers::Schema => ok("The schema.", "application/schema+json", &json!({"type": "object"})),
        Answers::Names => {
            ok("The names.", "application/json", &json!({"type": "array", "items": {"type": "string"}}))
        }
        Answers::Document => ok("The document.", "application/json", &json!({"type": "object"})),
    };
    if operation.parameters.iter().any(|parameter| parameter.name == "If-None-Match") {
        responses["304"] = json!({"description": "The reader has this answer already."});
    }
    responses["default"] = json!({"$ref": "#/components/responses/Problem"});
    responses
}

fn ok(says: &str, media_type: &str, schema: &Value) -> Value {
    json!({"200": {"description": says, "content": {media_type: {"schema": schema}}}})
}

fn reference(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

fn list_of(schema: &str) -> Value {
    json!({"type": "array", "items": reference(schema)})
}

fn problem() -> Value {
    json!({
        "description": "Why not (RFC 9457): 400 cannot be read, 403 not from there, 404 no such thing, 409 the id \
            was used for other content, 412 the account has moved on, 413 too large, 415 wrong media type, 422 \
            refused by a rule (`code`) or not recordable (`quarantine`), 503 try again after `Retry-After`.",
        "content": {"application/problem+json": {"schema": {
            "allOf": [reference("ProblemAnswer")],
            "properties": {
                "code": {"type": "string", "description": "The broken rule; never changes."},
                "quarantine": {"type": "string", "description": "Where the input is kept."},
            },
        }}},
    })
}

fn cloud_event() -> Value {
    let text = |says: &str| json!({"type": "string", "minLength": 1, "description": says});
    json!({
        "type": "object",
        "description": "A CloudEvent 1.0 in structured mode. What `data` holds for each type, listSchemas and \
            showSchema say.",
        "required": ["specversion", "id", "source", "type", "subject", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": text("With `source`, makes a repeat a repeat, for ever."),
            "source": text("Who tells it."),
            "type": {"type": "string", "pattern": "^chaperone\\.[a-z_]+\\.[a-z_]+\\.v[0-9]+$"},
            "subject": text("The stream, such as account-meridian.brightwater-utilities."),
            "time": {"type": "string", "format": "date-time", "description": "When it was so; now if absent."},
            "datacontenttype": {"type": "string"},
            "data": {"type": "object"},
        },
    })
}

fn command() -> Value {
    let types: Vec<&str> = wire::command::TYPES.iter().map(|known| known.name).collect();
    json!({
        "type": "object",
        "description": "The attributes of a CloudEvent around what the sender knows. Without an id, and without \
            an Idempotency-Key, it is known by its content. What `data` holds for each type, listSchemas and \
            showSchema say.",
        "required": ["type", "subject", "data"],
        "properties": {
            "id": {"type": "string"},
            "source": {"type": "string"},
            "type": {"enum": types},
            "subject": {"type": "string", "minLength": 1, "description": "The stream it is about."},
            "authid": {"type": "string", "description": "Who asks."},
            "actorpartner": {"type": "string", "description": "For which partner."},
            "actorrole": {"type": "string", "description": "In which role, such as partner_user."},
            "data": {"type": "object"},
        },
    })
}

fn policy() -> Value {
    json!({
        "type": "object",
        "description": "A policy; what it leaves out keeps its default. What it may hold, showSchema says of \
            policy.v1.json.",
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{document, operations};
    use crate::api::routes::Place;

    #[test]
    fn every_reference_in_the_document_leads_somewhere() {
        let document = document();
        let text = document.to_string();
        let references: BTreeSet<&str> =
            text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(references.contains("/components/schemas/AccountAnswer"), "{references:?}");
        for reference in references {
            assert!(document.pointer(reference).is_some(), "{reference}");
        }
    }

    #[test]
    fn every_part_of_a_path_that_varies_is_a_parameter_and_no_operation_has_the_id_of_another() {
        let mut ids = BTreeSet::new();
        for operation in operations() {
            let in_path: Vec<&str> =
                operation.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
            let said: Vec<&str> = operation
                .parameters
                .iter()
                .filter(|parameter| parameter.place == Place::Path)
                .map(|parameter| parameter.name)
                .collect();
            assert_eq!(in_path, said, "{}", operation.path);
            assert!(ids.insert(operation.id), "{}", operation.id);
            let method = &document()["paths"][operation.path];
            assert!(method.is_object(), "{}", operation.path);
        }
    }
}
