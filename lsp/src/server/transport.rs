//! Connects the streams and the service: frames become messages or are refused, and the server's responses and requests
//! are written. No mistake of the client ends the server.
//!
//! The protocol promises order, but handlers are futures, and the one that is polled first runs first. So the read loop
//! polls every handler once when it calls it, in the order of the messages; and every handler's first act, before it
//! can wait for anything, is to send its event to the main loop.

use std::io;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::channel::mpsc::{Sender, channel};
use futures::future::{BoxFuture, FutureExt, ready};
use futures::stream::{self, Stream, StreamExt};
use futures::{Sink, SinkExt};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::UnboundedSender;
use tower::Service;
use tower_lsp::jsonrpc::{Error, Request, Response};
use tower_lsp::{ClientSocket, ExitedError, LspService};

use super::Relay;
use super::envelope::{self, Message, Refusal};
use super::framing::Framing;
use super::repair::Repair;
use super::spelling::Spellings;
use super::sync;
use crate::server::event::Event;
use crate::uri;

/// The largest number of requests in flight. Beyond it the read loop would stop, so it is far more than clients send.
const CONCURRENCY: usize = 1 << 16;
/// The number of bytes read at once.
const CHUNK: usize = 64 << 10;
/// The time that a client that leaves has to take the responses to its requests.
const LEAVING: Duration = Duration::from_secs(30);

/// A response under way; `None` if the message gets none.
type Answer = BoxFuture<'static, Option<Response>>;

/// Serves until the input ends, the client says `exit`, or the client closes the output.
pub async fn run<I, O>(
    input: I,
    output: O,
    service: LspService<Relay>,
    socket: ClientSocket,
    events: UnboundedSender<Event>,
) where
    I: AsyncRead + Unpin,
    O: AsyncWrite,
{
    let (requests, responses) = socket.split();
    let (requests, stop) = stream::abortable(requests);
    let (answers, answered) = channel(CONCURRENCY);
    let spellings = Mutex::new(Spellings::default());
    let reader = Reader { service, responses, answers, spellings: &spellings, events };
    let mut reading = pin!(async {
        // The reader is dropped here, and with it the sender of responses.
        reader.read_all(input).await;
        stop.abort();
    });
    let answers = answered.buffer_unordered(CONCURRENCY).filter_map(ready).map(|response| answer(response, &spellings));
    let requests = requests.map(|request| ask(request, &spellings));
    let mut writing = pin!(write_all(output, stream::select(answers, requests)));
    tokio::select! {
        () = &mut reading => match tokio::time::timeout(LEAVING, writing).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!("the client has not taken its last answers: {error}"),
            Err(_) => tracing::warn!("the client has not taken its last answers"),
        },
        result = &mut writing => {
            tracing::warn!("the client takes no messages any more: {result:?}");
        }
    }
}

/// Reads messages and hands them on.
struct Reader<'s, R> {
    service: LspService<Relay>,
    /// The sink for the client's responses.
    responses: R,
    /// The channel for the server's responses.
    answers: Sender<Answer>,
    spellings: &'s Mutex<Spellings>,
    events: UnboundedSender<Event>,
}

impl<R: Sink<Response, Error = ExitedError> + Unpin> Reader<'_, R> {
    async fn read_all(mut self, mut input: impl AsyncRead + Unpin) {
        let (mut framing, mut chunk) = (Framing::default(), vec![0; CHUNK]);
        loop {
            let length = match input.read(&mut chunk).await {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) => {
                    tracing::warn!("the input cannot be read any more: {error}");
                    break;
                }
            };
            framing.push(chunk.get(..length).unwrap_or_default());
            if self.take_all(&mut framing).await {
                return;
            }
        }
        if let Some(problem) = framing.end() {
            tracing::warn!("the input has ended: {problem}");
        }
        // Requests still in flight are answered then, so that the output ends, too.
        let _ = self.events.send(Event::ClientGone);
    }

    /// Passes on every complete message; returns whether one of them was `exit`.
    async fn take_all(&mut self, framing: &mut Framing) -> bool {
        while let Some(given) = framing.take() {
            let read = match given {
                Ok(body) => {
                    let read = envelope::read(&body);
                    if read.as_ref().is_err_and(Refusal::is_unreadable) {
                        framing.reject(&body);
                    }
                    read
                }
                Err(problem) => Err(problem.refusal()),
            };
            match read {
                Ok((Message::Request(request), repair)) => {
                    // LSP: the server ends at once. Some clients leave the input open.
                    let exit = request.method() == "exit";
                    self.request(request, repair).await;
                    if exit {
                        return true;
                    }
                }
                Ok((Message::Response(response), _)) => drop(self.responses.send(response).await),
                Err(refusal) => self.refuse(refusal).await,
            }
        }
        false
    }

    async fn request(&mut self, request: Request, repair: Repair) {
        let request = self.brought_in(request, repair);
        let id = request.id().cloned();
        if let Err(error) = std::future::poll_fn(|cx| self.service.poll_ready(cx)).await {
            return tracing::debug!("a message came too late: {error}");
        }
        let mut answer = self.service.call(request);
        // The waker of this first poll does nothing, but the future is polled again, with a real one, once it is
        // queued.
        let first = (&mut answer).now_or_never();
        let answer = match first {
            Some(done) => match (answer_of(done), id) {
                (Some(response), _) => ready(Some(response)).boxed(),
                // LSP: a request whose method begins with `$/` may be unknown, but not unanswered as it is by tower-lsp.
                (None, Some(id)) => ready(Some(Response::from_error(id, Error::method_not_found()))).boxed(),
                (None, None) => return,
            },
            None => answer.map(answer_of).boxed(),
        };
        let _ = self.answers.send(answer).await;
    }

    /// A request with its URIs in the server's form, under the method of its handler.
    fn brought_in(&self, request: Request, repair: Repair) -> Request {
        let (method, id, mut params) = request.into_parts();
        if let Some(params) = &mut params {
            self.spellings.lock().unwrap_or_else(PoisonError::into_inner).incoming(&method, params);
        }
        let (name, params) = sync::routed(&method, params, repair);
        let request = name.map_or_else(|| Request::build(method), Request::build);
        let request = params.into_iter().fold(request, |request, params| request.params(params));
        id.into_iter().fold(request, |request, id| request.id(id)).finish()
    }

    async fn refuse(&mut self, refusal: Refusal) {
        tracing::warn!("a message is refused: {}", refusal.problem);
        if let Some(response) = refusal.response() {
            let _ = self.answers.send(ready(Some(response)).boxed()).await;
        }
        let uri = refusal.document.as_deref().and_then(uri::canonical);
        let _ = self.events.send(Event::Unreadable(sync::Unreadable { uri, problem: refusal.problem }));
    }
}

fn answer_of(result: Result<Option<Response>, ExitedError>) -> Option<Response> {
    result.inspect_err(|error| tracing::debug!("a message came too late: {error}")).ok().flatten()
}

/// A response to the client as bytes.
fn answer(response: Response, spellings: &Mutex<Spellings>) -> Vec<u8> {
    let (id, mut result) = response.into_parts();
    if let Ok(value) = &mut result {
        spell(value, spellings);
    }
    frame(&Response::from_parts(id, result))
}

/// A request or notification to the client as bytes.
fn ask(request: Request, spellings: &Mutex<Spellings>) -> Vec<u8> {
    let (method, id, mut params) = request.into_parts();
    if let Some(params) = &mut params {
        spell(params, spellings);
    }
    let request = params.into_iter().fold(Request::build(method), |request, params| request.params(params));
    frame(&id.into_iter().fold(request, |request, id| request.id(id)).finish())
}

fn spell(value: &mut Value, spellings: &Mutex<Spellings>) {
    spellings.lock().unwrap_or_else(PoisonError::into_inner).outgoing(value);
}

fn frame(message: &impl serde::Serialize) -> Vec<u8> {
    match serde_json::to_vec(message) {
        Ok(body) => [format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes(), body].concat(),
        Err(error) => {
            tracing::error!("a message cannot be written: {error}");
            Vec::new()
        }
    }
}

async fn write_all(output: impl AsyncWrite, messages: impl Stream<Item = Vec<u8>>) -> io::Result<()> {
    let (mut output, mut messages) = (pin!(output), pin!(messages));
    while let Some(message) = messages.next().await {
        output.write_all(&message).await?;
        output.flush().await?;
    }
    Ok(())
}
