//! From a body to a message of JSON-RPC 2.0, or to the reason why it is none. Pure.

use std::borrow::Cow;

use serde_json::{Map, Value};
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};

use super::repair::{self, Repair};

/// A message from the client.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    Request(Request),
    /// The response to a request of the server.
    Response(Response),
}

/// A message that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The id of the refused request; null if it is not known.
    pub id: Id,
    /// One of JSON-RPC's own error codes.
    pub code: ErrorCode,
    /// The problem, in words.
    pub problem: String,
    /// Whether the client is told. Refused responses are not answered, since both sides could go on answering each
    /// other without end.
    pub answered: bool,
    /// The URI of the document whose text the message would have changed.
    pub document: Option<String>,
}

impl Refusal {
    /// A refusal of bytes that are not JSON.
    #[must_use]
    pub fn unreadable(problem: String) -> Self {
        Self { id: Id::Null, code: ErrorCode::ParseError, problem, answered: true, document: None }
    }

    fn invalid(id: Id, problem: impl Into<String>) -> Self {
        Self { id, code: ErrorCode::InvalidRequest, problem: problem.into(), answered: true, document: None }
    }

    /// Whether the refused bytes are not JSON.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.code == ErrorCode::ParseError
    }

    #[must_use]
    pub fn response(&self) -> Option<Response> {
        let message = Cow::Owned(format!("{}: {}", self.code.description(), self.problem));
        let error = Error { code: self.code, message, data: None };
        self.answered.then(|| Response::from_error(self.id.clone(), error))
    }
}

/// Parses a body.
///
/// # Errors
///
/// [`ErrorCode::ParseError`] for bytes that are not JSON, or nested deeper than 128; [`ErrorCode::InvalidRequest`] for
/// JSON that is not a message, including batches, which LSP does not have; [`ErrorCode::InvalidParams`] for `params`
/// that are neither an object nor an array.
pub fn read(body: &[u8]) -> Result<(Message, Repair), Refusal> {
    let (text, mut repair) = repair::decode(body);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            let paired = repair::pair_surrogates(text).and_then(|text| serde_json::from_str(&text).ok());
            let document = || document_in(text);
            let refusal = || Refusal { document: document(), ..Refusal::unreadable(error.to_string()) };
            repair = repair.max(Repair::Surrogates);
            paired.ok_or_else(refusal)?
        }
    };
    let Value::Object(object) = value else {
        let what = if value.is_array() { "batches are not served" } else { "a message must be an object" };
        return Err(Refusal::invalid(Id::Null, what));
    };
    message(object).map(|message| (message, repair))
}

fn message(mut object: Map<String, Value>) -> Result<Message, Refusal> {
    let Some(method) = object.shift_remove("method") else { return response(object).map(Message::Response) };
    let document = document_of(&method, object.get("params"));
    request(method, object).map(Message::Request).map_err(|refusal| Refusal { document, ..refusal })
}

fn request(method: Value, mut object: Map<String, Value>) -> Result<Request, Refusal> {
    let id = match object.shift_remove("id") {
        None => None,
        Some(value) => match id(&value) {
            Some(id) => Some(id),
            None => {
                return Err(Refusal::invalid(
                    Id::Null,
                    format!("an id must be a whole number or a string, not {value}"),
                ));
            }
        },
    };
    let known = || id.clone().unwrap_or(Id::Null);
    check_version(&object).map_err(|problem| Refusal::invalid(known(), problem))?;
    let Value::String(method) = method else {
        return Err(Refusal::invalid(known(), format!("a method must be a string, not {method}")));
    };
    if let Some(id) = &id
        && CHANGES.contains(&method.as_str())
    {
        // tower-lsp refuses it, too, but does not say which document has changed for the client alone.
        return Err(Refusal::invalid(id.clone(), format!("{method} is a notification, and has no id")));
    }
    let params = match object.shift_remove("params") {
        None | Some(Value::Null) => None,
        Some(params @ (Value::Object(_) | Value::Array(_))) => Some(params),
        Some(other) => {
            let problem = format!("params must be an object or an array, not {other}");
            return Err(Refusal { code: ErrorCode::InvalidParams, ..Refusal::invalid(known(), problem) });
        }
    };
    let request = Request::build(method);
    let request = params.into_iter().fold(request, |request, params| request.params(params));
    Ok(id.into_iter().fold(request, |request, id| request.id(id)).finish())
}

fn response(mut object: Map<String, Value>) -> Result<Response, Refusal> {
    let (result, error) =
        (object.shift_remove("result"), object.shift_remove("error").filter(|error| !error.is_null()));
    if result.is_none() && error.is_none() {
        return Err(Refusal::invalid(Id::Null, "a message must have a method, a result or an error"));
    }
    let silent = |problem: String| Refusal { answered: false, ..Refusal::invalid(Id::Null, problem) };
    check_version(&object).map_err(silent)?;
    let value = object.shift_remove("id").unwrap_or_default();
    let Some(id) = id(&value) else {
        let what = error.or(result).unwrap_or_default();
        return Err(silent(format!("an answer to nothing (its id is {value}): {what}")));
    };
    Ok(match error {
        Some(error) => Response::from_error(id, error_of(&error)),
        None => Response::from_ok(id, result.unwrap_or_default()),
    })
}

fn check_version(object: &Map<String, Value>) -> Result<(), String> {
    match object.get("jsonrpc") {
        Some(Value::String(version)) if version == "2.0" => Ok(()),
        Some(other) => Err(format!("jsonrpc must be \"2.0\", not {other}")),
        None => Err("jsonrpc is missing; it must be \"2.0\"".to_owned()),
    }
}

/// An id of LSP's types. A float is accepted for a whole number, since some languages have only floats.
fn id(value: &Value) -> Option<Id> {
    match value {
        Value::String(text) => Some(Id::String(text.clone())),
        Value::Number(number) => {
            let whole = || number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 9e15);
            number.as_i64().or_else(|| whole().map(|float| float as i64)).map(Id::Number)
        }
        _ => None,
    }
}

/// The error that the client sent; missing fields get defaults.
fn error_of(value: &Value) -> Error {
    let code = value.get("code").and_then(Value::as_i64).unwrap_or_default();
    let message = value.get("message").and_then(Value::as_str).map_or_else(|| value.to_string(), str::to_owned);
    Error { code: ErrorCode::from(code), message: Cow::Owned(message), data: value.get("data").cloned() }
}

const CHANGES: [&str; 2] = ["textDocument/didChange", "textDocument/didOpen"];

/// The URI of the document whose text a message changes.
fn document_of(method: &Value, params: Option<&Value>) -> Option<String> {
    method.as_str().filter(|method| CHANGES.contains(method))?;
    params?.pointer("/textDocument/uri")?.as_str().map(str::to_owned)
}

/// The URI of the document whose text a message that is not JSON seems to change.
fn document_in(text: &str) -> Option<String> {
    CHANGES.iter().find(|method| text.contains(**method))?;
    let (_, rest) = text.split_once("\"uri\"")?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start();
    serde_json::Deserializer::from_str(rest).into_iter::<String>().next()?.ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The response to a body, as its code, id and message; `None` if the body is accepted or gets no response.
    fn answer(body: &str) -> Option<(i64, Value, String)> {
        let response = read(body.as_bytes()).err()?.response()?;
        let value = serde_json::to_value(response).unwrap();
        let text = value["error"]["message"].as_str().unwrap().to_owned();
        Some((value["error"]["code"].as_i64().unwrap(), value["id"].clone(), text))
    }

    #[test]
    fn what_is_no_message_is_refused_with_json_rpc_s_own_errors() {
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        let hidden = format!(r#"{{"jsonrpc":"2.0","method":"x","params":{}}}"#, "[{\"a\":".repeat(50_000));
        for (body, code, id, text) in [
            ("", -32700, json!(null), "Parse error: EOF while parsing a value"),
            ("Conte", -32700, json!(null), "Parse error: expected value"),
            (r#"{"jsonrpc":"2.0","method":"x","params":{"#, -32700, json!(null), "Parse error: EOF while parsing"),
            (r#"{"jsonrpc":"2.0","method":"x"} more"#, -32700, json!(null), "Parse error: trailing characters"),
            (deep.as_str(), -32700, json!(null), "Parse error: recursion limit exceeded"),
            (hidden.as_str(), -32700, json!(null), "Parse error: recursion limit exceeded"),
            ("[]", -32600, json!(null), "Invalid request: batches are not served"),
            (
                r#"[{"jsonrpc":"2.0","method":"x","id":1}]"#,
                -32600,
                json!(null),
                "Invalid request: batches are not served",
            ),
            ("3", -32600, json!(null), "Invalid request: a message must be an object"),
            ("null", -32600, json!(null), "Invalid request: a message must be an object"),
            ("{}", -32600, json!(null), "Invalid request: a message must have a method"),
            (r#"{"jsonrpc":"2.0","id":1}"#, -32600, json!(null), "Invalid request: a message must have a method"),
            (r#"{"method":"x","id":7}"#, -32600, json!(7), "Invalid request: jsonrpc is missing"),
            (r#"{"method":"x"}"#, -32600, json!(null), "Invalid request: jsonrpc is missing"),
            (r#"{"jsonrpc":"1.0","method":"x","id":"a"}"#, -32600, json!("a"), "Invalid request: jsonrpc must be"),
            (r#"{"jsonrpc":2.0,"method":"x","id":7}"#, -32600, json!(7), "Invalid request: jsonrpc must be"),
            (r#"{"jsonrpc":"2.0","method":3,"id":7}"#, -32600, json!(7), "Invalid request: a method must be a string"),
            (r#"{"jsonrpc":"2.0","method":"x","id":1.5}"#, -32600, json!(null), "Invalid request: an id must be"),
            (r#"{"jsonrpc":"2.0","method":"x","id":1e300}"#, -32600, json!(null), "Invalid request: an id must be"),
            (r#"{"jsonrpc":"2.0","method":"x","id":true}"#, -32600, json!(null), "Invalid request: an id must be"),
            (r#"{"jsonrpc":"2.0","method":"x","id":[1]}"#, -32600, json!(null), "Invalid request: an id must be"),
            (r#"{"jsonrpc":"2.0","method":"x","id":{}}"#, -32600, json!(null), "Invalid request: an id must be"),
            (r#"{"jsonrpc":"2.0","method":"x","id":null}"#, -32600, json!(null), "Invalid request: an id must be"),
            (
                r#"{"jsonrpc":"2.0","method":"x","id":18446744073709551615}"#,
                -32600,
                json!(null),
                "Invalid request: an id",
            ),
            (
                r#"{"jsonrpc":"2.0","method":"textDocument/didChange","id":7}"#,
                -32600,
                json!(7),
                "Invalid request: textDocument/didChange is a notification",
            ),
            (r#"{"jsonrpc":"2.0","method":"x","id":7,"params":5}"#, -32602, json!(7), "Invalid params: params must be"),
            (r#"{"jsonrpc":"2.0","method":"x","params":"a"}"#, -32602, json!(null), "Invalid params: params must be"),
        ] {
            let (got_code, got_id, got_text) = answer(body).unwrap_or_else(|| panic!("{body} is taken"));
            assert_eq!((got_code, &got_id), (code, &id), "{body}");
            assert!(got_text.starts_with(text), "{body}: {got_text}");
        }
    }

    #[test]
    fn messages_are_read_as_they_are_meant() {
        let request = |body: &str| match read(body.as_bytes()) {
            Ok((Message::Request(request), Repair::Nothing)) => request.into_parts(),
            other => panic!("{body}: {other:?}"),
        };
        let id = |id: &str| request(&format!(r#"{{"jsonrpc":"2.0","method":"x","id":{id}}}"#)).1;
        assert_eq!(id("1"), Some(Id::Number(1)));
        assert_eq!(id("-1"), Some(Id::Number(-1)));
        assert_eq!(id("3.0"), Some(Id::Number(3)));
        assert_eq!(id("\"a\""), Some(Id::String("a".to_owned())));
        let params = |params: &str| request(&format!(r#"{{"jsonrpc":"2.0","method":"x","params":{params}}}"#)).2;
        assert_eq!(params("null"), None);
        assert_eq!(params("[1]"), Some(json!([1])));
        assert_eq!(params("{\"a\":1}"), Some(json!({"a": 1})));
        assert_eq!(request("\u{feff}{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}").0, "exit");
    }

    #[test]
    fn answers_are_taken_and_never_answered() {
        let response = |body: &str| match read(body.as_bytes()) {
            Ok((Message::Response(response), _)) => Ok(response.into_parts()),
            Ok(other) => panic!("{body}: {other:?}"),
            Err(refusal) => Err(Box::new(refusal.response())),
        };
        let (id, result) = response(r#"{"jsonrpc":"2.0","id":1,"result":null}"#).unwrap();
        assert_eq!((id, result), (Id::Number(1), Ok(Value::Null)));
        let (_, result) = response(r#"{"jsonrpc":"2.0","id":1,"result":3,"error":null}"#).unwrap();
        assert_eq!(result, Ok(json!(3)));
        let (_, result) = response(r#"{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no","more":1}}"#).unwrap();
        assert_eq!(result.unwrap_err().message, "no");
        let (_, result) = response(r#"{"jsonrpc":"2.0","id":1,"error":"no"}"#).unwrap();
        assert_eq!(result.unwrap_err().message, "\"no\"");
        for body in [
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"what?"}}"#,
            r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"what?"}}"#,
            r#"{"jsonrpc":"2.0","id":[],"result":1}"#,
            r#"{"id":1,"result":1}"#,
        ] {
            assert_eq!(response(body), Err(Box::new(None)), "{body}");
        }
    }

    #[test]
    fn broken_text_is_repaired() {
        let text = |body: &[u8]| match read(body) {
            Ok((Message::Request(request), repair)) => (request.params().unwrap()["t"].clone(), repair),
            other => panic!("{body:?}: {other:?}"),
        };
        let around =
            |text: &[u8]| [b"{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":{\"t\":\"", text, b"\"}}"].concat();
        assert_eq!(text(&around(b"caf\xe9")), (json!("caf\u{fffd}"), Repair::Bytes));
        assert_eq!(text(&around(b"\\ud83d")), (json!("\u{fffd}"), Repair::Surrogates));
        assert_eq!(text(&around(b"\\ud83d\xe9")), (json!("\u{fffd}\u{fffd}"), Repair::Bytes));
        assert_eq!(text(&around(b"\\ud83d\\ude00")), (json!("\u{1f600}"), Repair::Nothing));
    }

    #[test]
    fn the_document_is_known_whose_change_is_lost() {
        let lost = |body: &str| read(body.as_bytes()).unwrap_err().document;
        let change =
            r#""method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///a\u002epy","version":2}"#;
        for start in [r#"{"jsonrpc":"2.0","#, r#"{"jsonrpc":"2.0", "#] {
            assert_eq!(lost(&format!("{start}{change}")).as_deref(), Some("file:///a.py"));
        }
        assert_eq!(lost(&format!("{{{change}}}}}")).as_deref(), Some("file:///a.py"), "no version");
        assert_eq!(
            lost(&format!(r#"{{"jsonrpc":"2.0","id":1,{change}}}}}"#)).as_deref(),
            Some("file:///a.py"),
            "an id"
        );
        assert_eq!(lost(r#"{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"#), None);
        assert_eq!(lost(r#"{"method":"textDocument/codeLens","params":{"textDocument":{"uri":"file:///a"}}"#), None);
    }
}
